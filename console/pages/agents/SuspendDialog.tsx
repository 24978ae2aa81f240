import { useAct } from '../../api/queries.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'

interface Props {
  readonly kind: 'agent' | 'consumer'
  readonly plane: string
  readonly name: string
  readonly isSuspended: boolean
  readonly onClose: () => void
}

const useActs = (kind: Props['kind']) => {
  const agent = {
    suspend: useAct('post', '/api/v1/planes/{plane}/agents/{name}/suspend'),
    resume: useAct('post', '/api/v1/planes/{plane}/agents/{name}/resume'),
  }
  const consumer = {
    suspend: useAct('post', '/api/v1/planes/{plane}/consumers/{name}/suspend'),
    resume: useAct('post', '/api/v1/planes/{plane}/consumers/{name}/resume'),
  }
  return kind === 'agent' ? agent : consumer
}

/** Stops somebody at once, or lets them go on: others feel it, so it says what it does and asks why. */
export const SuspendDialog = ({ kind, plane, name, isSuspended, onClose }: Props) => {
  const { say } = useWords()
  const { suspend, resume } = useActs(kind)
  const what = isSuspended ? 'resume' : 'suspend'
  const act = (reason: string) => {
    const about = { params: { path: { plane, name } }, body: { reason } }
    const done = said(say(`agents.${what}.done`, { name }), onClose)
    if (isSuspended) resume.mutate(about, done)
    else suspend.mutate(about, done)
  }
  return (
    <ActDialog
      title={say(`agents.${what}.title`, { name })}
      act={say(`agents.${what}.act.${kind}`)}
      tier={1}
      needsReason
      isBusy={suspend.isPending || resume.isPending}
      problem={suspend.error ?? resume.error}
      onAct={act}
      onClose={onClose}
    >
      <p>{say(`agents.${what}.says.${kind}`)}</p>
    </ActDialog>
  )
}
