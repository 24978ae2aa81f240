import { useState } from 'react'
import { useAct } from '../../api/queries.ts'
import { paths } from '../../paths.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { Button } from '../../ui/Button.tsx'
import { useGo } from '../../ui/Go.tsx'
import { toast } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import type { ItemAnswer } from './classes.ts'
import { sayHealth } from './health.ts'
import { RemoveItem } from './RemoveItem.tsx'

/** Asking the server anew, stopping it, letting it go on, and taking it away. */
export const ItemActions = ({
  item,
  isSuspended,
}: {
  readonly item: ItemAnswer
  readonly isSuspended: boolean
}) => {
  const words = useWords()
  const { say } = words
  const go = useGo()
  const [open, setOpen] = useState<'suspend' | 'remove'>()
  const suspend = useAct('post', '/api/v1/planes/{plane}/servers/{name}/suspend')
  const resume = useAct('post', '/api/v1/planes/{plane}/servers/{name}/resume')
  const refresh = useAct('post', '/api/v1/planes/{plane}/servers/{name}/refresh')
  const params = { path: { plane: item.plane, name: item.server } }
  const close = () => setOpen(undefined)
  const act = (reason: string) => {
    const done = { onSuccess: close }
    if (isSuspended) resume.mutate({ params, body: { reason } }, done)
    else suspend.mutate({ params, body: { reason } }, done)
  }
  const lookAgain = () =>
    refresh.mutate(
      { params },
      {
        onSuccess: (answer) => toast(sayHealth(words, answer.health)),
        onError: ({ detail }) => toast(detail ?? ''),
      },
    )
  return (
    <>
      <Button loading={refresh.isPending} onClick={lookAgain}>
        {say('catalog.refresh')}
      </Button>
      <Button onClick={() => go(`${paths.register()}?plane=${item.plane}&item=${item.server}`)}>
        {say('catalog.edit')}
      </Button>
      <Button onClick={() => setOpen('suspend')}>
        {say(isSuspended ? 'agents.resume' : 'agents.suspend')}
      </Button>
      <Button onClick={() => setOpen('remove')}>{say('catalog.remove')}</Button>
      {open === 'suspend' && (
        <ActDialog
          title={say(isSuspended ? 'agents.resume.title' : 'agents.suspend.title', {
            name: item.server,
          })}
          act={say(isSuspended ? 'catalog.resume.act' : 'catalog.suspend.act')}
          tier={1}
          needsReason
          isBusy={suspend.isPending || resume.isPending}
          problem={suspend.error ?? resume.error}
          onAct={act}
          onClose={close}
        >
          <p>{say(isSuspended ? 'catalog.resume.says' : 'catalog.suspend.says')}</p>
        </ActDialog>
      )}
      {open === 'remove' && <RemoveItem item={item} onClose={close} />}
    </>
  )
}
