import { useAct } from '../../api/queries.ts'
import { useMe } from '../../api/session.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'

interface Props {
  readonly plane: string
  readonly onClose: () => void
}

/** Every call of a plane is denied from then on: whoever does that types its name. */
export const StopPlane = ({ plane, onClose }: Props) => {
  const { say } = useWords()
  const act = useAct('post', '/api/v1/planes/{plane}/suspend')
  const me = useMe()
  return (
    <ActDialog
      tier={2}
      typed={plane}
      needsReason
      title={say('settings.stop.title', { plane })}
      act={say('settings.stop.act', { plane })}
      problem={act.error}
      isBusy={act.isPending}
      onClose={onClose}
      onAct={(reason) =>
        act.mutate(
          { params: { path: { plane } }, body: { reason } },
          said(say('settings.stopped', { plane }), onClose),
        )
      }
    >
      <p>{say('settings.stop.says', { plane, person: me.data?.person.name ?? '' })}</p>
    </ActDialog>
  )
}

export const ResumePlane = ({ plane, onClose }: Props) => {
  const { say } = useWords()
  const act = useAct('post', '/api/v1/planes/{plane}/resume')
  return (
    <ActDialog
      tier={1}
      needsReason
      title={say('settings.resume.title', { plane })}
      act={say('settings.resume.act', { plane })}
      problem={act.error}
      isBusy={act.isPending}
      onClose={onClose}
      onAct={(reason) =>
        act.mutate(
          { params: { path: { plane } }, body: { reason } },
          said(say('settings.resumed', { plane }), onClose),
        )
      }
    >
      <p>{say('settings.resume.says')}</p>
    </ActDialog>
  )
}
