import { NativeSelect, TextInput } from '@mantine/core'
import { useAct } from '../../api/queries.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { useFields } from '../../ui/fields.ts'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import { freeName } from './role-name.ts'

const roles = ['plane-admin', 'owner', 'auditor', 'soc', 'privacy', 'developer'] as const
type Role = (typeof roles)[number]
const overs = ['plane', 'team', 'server', 'api'] as const
type Over = (typeof overs)[number]

/** A RoleBinding of one person; nobody gives one to himself, which the gateway sees to. */
export const NewRole = ({
  planes,
  given,
  onClose,
}: {
  readonly planes: readonly string[]
  /** The bindings that there are, whose names are taken. */
  readonly given: readonly {
    readonly plane: string
    readonly document: { readonly name: string }
  }[]
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const { texts, field } = useFields({
    ...{ plane: planes[0] ?? '', person: '', of: '', until: '' },
    ...{ role: 'auditor', over: 'plane' },
  })
  const { plane, person, of, until } = texts
  const [role, over] = [texts.role as Role, texts.over as Over]
  const act = useAct('put', '/api/v1/planes/{plane}/role-bindings/{name}')
  const wished = [person.split('@')[0], role, over === 'plane' ? '' : of]
    .filter((part) => part !== '')
    .join('-')
  const taken = given.flatMap((one) => (one.plane === plane ? [one.document.name] : []))
  const give = (reason: string, refused: readonly string[] = []) => {
    const name = freeName(wished, [...taken, ...refused])
    act.mutate(
      {
        params: { path: { plane, name }, header: { 'If-None-Match': '*' } },
        body: {
          apiVersion: 'bailiwick/v1',
          kind: 'RoleBinding',
          ...{ plane, name, role, people: [person] },
          ...overOf(over, of),
          ...(reason !== '' && { reason }),
          ...(until !== '' && { until }),
        },
      },
      {
        ...said(
          say('settings.role.given', { person, role: say(`settings.role.${role}`) }),
          onClose,
        ),
        // Somebody else made one by that name since the list was read.
        onError: ({ status }) => {
          if (status === 412 && refused.length === 0) give(reason, [name])
        },
      },
    )
  }
  return (
    <ActDialog
      title={say('settings.role.give.title')}
      act={say('settings.role.give')}
      tier={1}
      isReady={person !== '' && (over === 'plane' || of !== '')}
      isBusy={act.isPending}
      problem={act.error}
      onAct={(reason) => give(reason)}
      onClose={onClose}
    >
      <NativeSelect label={say('frame.plane')} data={[...planes]} {...field('plane')} />
      <TextInput label={say('settings.person')} required autoComplete="off" {...field('person')} />
      <NativeSelect
        label={say('settings.role')}
        data={roles.map((value) => ({ value, label: say(`settings.role.${value}`) }))}
        {...field('role')}
      />
      <NativeSelect
        label={say('settings.over')}
        data={overs.map((value) => ({ value, label: say(`settings.over.${value}`) }))}
        {...field('over')}
      />
      {over !== 'plane' && (
        <TextInput label={say('settings.over.name')} required {...field('of')} />
      )}
      <TextInput type="date" label={say('permissions.ends')} {...field('until')} />
    </ActDialog>
  )
}

const overOf = (over: Over, of: string) => {
  if (over === 'team') return { over: { team: of } }
  if (over === 'server') return { over: { server: of } }
  return over === 'api' ? { over: { api: of } } : {}
}
