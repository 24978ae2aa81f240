import { useState } from 'react'
import { type RowOf, useAll } from '../../api/all.ts'
import { useAct } from '../../api/queries.ts'
import { useMe } from '../../api/session.ts'
import { managedBy } from '../../parts/managed.ts'
import { planeColumn } from '../../parts/planes.tsx'
import { useGoverned, usePlanesWhere } from '../../parts/rights.ts'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { Button } from '../../ui/Button.tsx'
import { List } from '../../ui/List.tsx'
import { said } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import { NewRole } from './NewRole.tsx'
import styles from './settings.module.css'

const path = '/api/v1/planes/{plane}/role-bindings'
type Row = RowOf<typeof path>

/** RoleBindings: who holds a role over a plane, the items of a team, or one item. */
export const Roles = () => {
  const words = useWords()
  const { say } = words
  const planes = usePlanesWhere('roles')
  const mine = useGoverned(planes)
  const me = useMe().data
  const notMine = say('settings.role.notYours')
  const [isGiving, setGiving] = useState(false)
  const [taking, setTaking] = useState<Row>()
  const bindings = useAll(path, planes)
  const title = say('settings.roles')
  const give = (
    <Button
      tone="main"
      disabledReason={mine.length === 0 ? notMine : undefined}
      onClick={() => setGiving(true)}
    >
      {say('settings.role.give')}
    </Button>
  )
  if (planes.length === 0 && me && !me.person.administrator)
    return (
      <section className={styles.part}>
        <h2>{title}</h2>
        <p>{say('settings.roles.notYours')}</p>
      </section>
    )
  return (
    <section className={styles.part}>
      <h2>{title}</h2>
      <List
        id="settings.roles"
        label={title}
        of={bindings}
        empty={{
          title: say('settings.roles.empty.title'),
          says: say('settings.roles.empty.body'),
          action: give,
        }}
        keyOf={({ document: { plane, name } }) => `${plane}/${name}`}
        tools={give}
        columns={[
          {
            id: 'name',
            title: say('settings.name'),
            cell: ({ document: { name } }) => <code>{name}</code>,
          },
          {
            id: 'role',
            title: say('settings.role'),
            cell: ({ document: { role } }) => say(`settings.role.${role}`),
          },
          {
            id: 'people',
            title: say('settings.holders'),
            cell: ({ document: { people = [], team } }) =>
              [...people, ...(team === undefined ? [] : [team])].join(', '),
          },
          {
            id: 'over',
            title: say('settings.over'),
            cell: ({ document: { over } }) =>
              over === undefined
                ? say('settings.over.plane')
                : Object.entries(over).flat().join(' '),
          },
          {
            id: 'until',
            title: say('permissions.ends'),
            cell: ({ document: { until } }) => until ?? say('permissions.never'),
          },
          { id: 'set', title: say('settings.set'), cell: ({ set }) => set ?? '—' },
          planeColumn(words),
          {
            id: 'act',
            title: say('settings.role.take'),
            cell: (row) => (
              <Button
                aria-label={`${say('settings.role.take')} ${row.document.name}`}
                disabledReason={
                  managedBy(words, row) ?? (mine.includes(row.plane) ? undefined : notMine)
                }
                onClick={() => setTaking(row)}
              >
                {say('settings.role.take')}
              </Button>
            ),
          },
        ]}
      />
      {isGiving && <NewRole planes={mine} given={bindings.rows} onClose={() => setGiving(false)} />}
      {taking && <Take row={taking} onClose={() => setTaking(undefined)} />}
    </section>
  )
}

const Take = ({ row, onClose }: { readonly row: Row; readonly onClose: () => void }) => {
  const { say } = useWords()
  const act = useAct('delete', '/api/v1/planes/{plane}/role-bindings/{name}')
  const { plane, name, role, people = [], team = '' } = row.document
  return (
    <ActDialog
      tier={1}
      needsReason
      title={say('settings.role.take.title', { name })}
      act={say('settings.role.take')}
      problem={act.error}
      isBusy={act.isPending}
      onClose={onClose}
      onAct={(reason) =>
        act.mutate(
          {
            params: {
              path: { plane, name },
              header: { 'If-Match': row.etag, 'X-Reason': reason },
            },
          },
          said(say('settings.role.taken', { name }), onClose),
        )
      }
    >
      <p>
        {say('settings.role.take.says', {
          role: say(`settings.role.${role}`),
          holders: [...people, team].filter((one) => one !== '').join(', '),
          plane,
        })}
      </p>
    </ActDialog>
  )
}
