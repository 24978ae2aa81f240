import { useState } from 'react'
import type { Answer } from '../../api/client.ts'
import { useAct, useAnswers } from '../../api/queries.ts'
import { PlaneName, usePlanes } from '../../parts/planes.tsx'
import { ActDialog } from '../../ui/ActDialog.tsx'
import { Button } from '../../ui/Button.tsx'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Table } from '../../ui/Table.tsx'
import { toast } from '../../ui/toast.tsx'
import { useWords } from '../../words/words.ts'
import { NewRole } from './NewRole.tsx'

import styles from './settings.module.css'

const path = '/api/v1/planes/{plane}/role-bindings'
type Row = Answer<'get', typeof path>['items'][number]

/** RoleBindings: who holds a role over a plane, the items of a team, or one item. */
export const Roles = () => {
  const { say } = useWords()
  const planes = usePlanes()
  const [isGiving, setGiving] = useState(false)
  const [taking, setTaking] = useState<Row>()
  const answers = useAnswers(
    path,
    planes.map((plane) => [plane, { params: { path: { plane }, query: { limit: 500 } } }]),
  )
  const title = say('settings.roles')
  const rows = answers.flatMap(({ query }) => query.data?.items ?? [])
  const isPending = answers.some(({ query }) => query.isPending)
  const give = (
    <Button tone="main" onClick={() => setGiving(true)}>
      {say('settings.role.give')}
    </Button>
  )
  return (
    <section className={styles.part}>
      <h2>{title}</h2>
      {answers.map(
        ({ plane, query }) =>
          query.error && (
            <Failed
              key={plane}
              what={`${title}, ${plane}`}
              problem={query.error}
              onRetry={query.refetch}
            />
          ),
      )}
      {isPending && <Loading what={title} />}
      {!isPending && rows.length === 0 && (
        <NothingYet title={say('settings.roles.empty.title')} action={give}>
          {say('settings.roles.empty.body')}
        </NothingYet>
      )}
      {rows.length > 0 && (
        <Table
          id="settings.roles"
          label={title}
          rows={rows}
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
            {
              id: 'plane',
              title: say('frame.plane'),
              cell: ({ document: { plane } }) => <PlaneName plane={plane} />,
            },
            {
              id: 'act',
              title: say('settings.role.take'),
              cell: (row) => (
                <Button
                  aria-label={`${say('settings.role.take')} ${row.document.name}`}
                  disabledReason={
                    row.set === undefined
                      ? undefined
                      : say('permissions.managedBy', { set: row.set })
                  }
                  onClick={() => setTaking(row)}
                >
                  {say('settings.role.take')}
                </Button>
              ),
            },
          ]}
        />
      )}
      {isGiving && <NewRole planes={planes} onClose={() => setGiving(false)} />}
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
              header: { 'If-Match': row.etag, 'X-Reason': encodeURIComponent(reason) },
            },
          },
          {
            onSuccess: () => {
              toast(say('settings.role.taken', { name }))
              onClose()
            },
          },
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
