import { useAct } from '../../api/queries.ts'
import { useMe } from '../../api/session.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'

/** Stops every call of a plane, for which its name is typed, or lets a stopped plane go on. */
export const SwitchPlane = ({
  plane,
  isStopped,
  onClose,
}: {
  readonly plane: string
  readonly isStopped: boolean
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const me = useMe()
  const suspend = useAct('post', '/api/v1/planes/{plane}/suspend')
  const resume = useAct('post', '/api/v1/planes/{plane}/resume')
  const what = isStopped ? 'resume' : 'stop'
  const person = me.data?.person.name ?? ''
  const act = (reason: string) => {
    const about = { params: { path: { plane } }, body: { reason } }
    const done = said(say(isStopped ? 'settings.resumed' : 'settings.stopped', { plane }), onClose)
    if (isStopped) resume.mutate(about, done)
    else suspend.mutate(about, done)
  }
  return (
    <ActDialog
      tier={isStopped ? 1 : 2}
      typed={plane}
      needsReason
      title={say(`settings.${what}.title`, { plane })}
      act={say(`settings.${what}.act`, { plane })}
      isBusy={suspend.isPending || resume.isPending}
      problem={suspend.error ?? resume.error}
      onAct={act}
      onClose={onClose}
    >
      <p>
        {isStopped ? say('settings.resume.says') : say('settings.stop.says', { plane, person })}
      </p>
    </ActDialog>
  )
}
