import { NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../../api/queries.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { toast } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'

const roles = ['plane-admin', 'owner', 'auditor', 'soc', 'privacy', 'developer'] as const
type Role = (typeof roles)[number]
const overs = ['plane', 'team', 'server', 'api'] as const
type Over = (typeof overs)[number]

/** A RoleBinding of one person; nobody gives one to himself, which the gateway sees to. */
export const NewRole = ({
  planes,
  onClose,
}: {
  readonly planes: readonly string[]
  readonly onClose: () => void
}) => {
  const { say } = useWords()
  const [plane, setPlane] = useState(planes[0] ?? '')
  const [person, setPerson] = useState('')
  const [role, setRole] = useState<Role>('auditor')
  const [over, setOver] = useState<Over>('plane')
  const [of, setOf] = useState('')
  const [until, setUntil] = useState('')
  const [reason, setReason] = useState('')
  const act = useAct('put', '/api/v1/planes/{plane}/role-bindings/{name}')
  const name = nameOf(person, role, over === 'plane' ? '' : of)
  const give = () =>
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
        onSuccess: () => {
          toast(say('settings.role.given', { person, role: say(`settings.role.${role}`) }))
          onClose()
        },
      },
    )
  return (
    <Dialog
      title={say('settings.role.give.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{say('ui.cancel')}</Button>
          <Button
            tone="main"
            loading={act.isPending}
            disabled={person === '' || (over !== 'plane' && of === '')}
            onClick={give}
          >
            {say('settings.role.give')}
          </Button>
        </>
      }
    >
      <NativeSelect
        label={say('frame.plane')}
        data={[...planes]}
        value={plane}
        onChange={(event) => setPlane(event.currentTarget.value)}
      />
      <TextInput
        label={say('settings.person')}
        required
        autoComplete="off"
        value={person}
        onChange={(event) => setPerson(event.currentTarget.value)}
      />
      <NativeSelect
        label={say('settings.role')}
        data={roles.map((value) => ({ value, label: say(`settings.role.${value}`) }))}
        value={role}
        onChange={(event) => setRole(event.currentTarget.value as Role)}
      />
      <NativeSelect
        label={say('settings.over')}
        data={overs.map((value) => ({ value, label: say(`settings.over.${value}`) }))}
        value={over}
        onChange={(event) => setOver(event.currentTarget.value as Over)}
      />
      {over !== 'plane' && (
        <TextInput
          label={say('settings.over.name')}
          required
          value={of}
          onChange={(event) => setOf(event.currentTarget.value)}
        />
      )}
      <TextInput
        type="date"
        label={say('permissions.ends')}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      <TextInput
        label={say('ui.reason')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {act.error && <p role="alert">{act.error.detail}</p>}
    </Dialog>
  )
}

const overOf = (over: Over, of: string) => {
  if (over === 'team') return { over: { team: of } }
  if (over === 'server') return { over: { server: of } }
  return over === 'api' ? { over: { api: of } } : {}
}

/** A name of ours for it: 24 of a-z, 0-9 and -. */
const nameOf = (person: string, role: Role, of: string): string =>
  [person.split('@')[0], role, of]
    .filter((part) => part !== '')
    .join('-')
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 24)
    .replace(/-+$/, '')
