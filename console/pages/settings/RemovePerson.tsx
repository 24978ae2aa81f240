import { useAct } from '../../api/queries.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'

export const RemovePerson = ({
  person,
  onClose,
}: {
  readonly person: string
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const act = useAct('delete', '/api/v1/people/{person}')
  return (
    <ActDialog
      tier={2}
      typed={person}
      title={say('settings.person.remove.title', { person })}
      act={say('settings.person.remove', { person })}
      problem={act.error}
      isBusy={act.isPending}
      onClose={onClose}
      onAct={() =>
        act.mutate(
          { params: { path: { person } } },
          said(say('settings.person.removed', { person }), onClose),
        )
      }
    >
      <p>{say('settings.person.remove.says')}</p>
    </ActDialog>
  )
}
