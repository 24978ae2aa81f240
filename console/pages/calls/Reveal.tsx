import { useMutation } from '@tanstack/react-query'
import { type Answer, ask } from '../../api/client.ts'
import type { Problem } from '../../api/problem.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { useWords } from '../../words/words.ts'
import type { Story } from './story.ts'

const path = '/api/v1/planes/{plane}/calls/{call}/recorded'
export type Read = Answer<'get', typeof path>

/** Asks why, and then for what is recorded: once, and kept by nothing but the page that shows it. */
export const Reveal = ({
  story: { plane, record },
  onRead,
  onClose,
}: {
  readonly story: Story
  readonly onRead: (read: Read) => void
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const reading = useMutation<Read, Problem, string>({
    mutationFn: (reason) =>
      ask('get', path, { params: { path: { plane, call: record.call }, query: { reason } } }),
    onSuccess: onRead,
    gcTime: 0,
  })
  return (
    <ActDialog
      title={say('call.reveal.title')}
      act={say('call.reveal.act')}
      tier={1}
      needsReason
      problem={reading.error}
      isBusy={reading.isPending}
      onAct={reading.mutate}
      onClose={onClose}
    >
      <p>{say('call.reveal.body')}</p>
    </ActDialog>
  )
}
