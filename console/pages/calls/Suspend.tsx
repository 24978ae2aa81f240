import { useAct } from '../../api/queries.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import type { Story } from './story.ts'

/** Stops the agent that made the call, in its plane, until somebody resumes it. */
export const Suspend = ({
  story: { plane, record },
  onClose,
}: {
  readonly story: Story
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const { agent } = record
  const suspend = useAct('post', '/api/v1/planes/{plane}/agents/{name}/suspend')
  const act = (reason: string) =>
    suspend.mutate(
      { params: { path: { plane, name: agent } }, body: { reason } },
      said(say('call.suspend.done', { agent }), onClose),
    )
  return (
    <ActDialog
      title={say('call.suspend.title', { agent })}
      act={say('call.suspend', { agent })}
      tier={1}
      needsReason
      problem={suspend.error}
      isBusy={suspend.isPending}
      onAct={act}
      onClose={onClose}
    >
      <p>{say('call.suspend.body', { agent, plane })}</p>
    </ActDialog>
  )
}
