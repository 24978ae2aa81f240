import { useState } from 'react'
import type { Answer } from '../../api/client.ts'
import { useAnswer } from '../../api/queries.ts'
import { Outcome } from '../../parts/Outcome.tsx'
import type { StationState } from '../../parts/path.ts'
import { useRights } from '../../parts/rights.ts'
import { paths } from '../../paths.ts'
import { Button } from '../../ui/Button.tsx'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { useWords, type Words } from '../../words/words.ts'
import type { ItemAnswer } from './classes.ts'
import { GrantDialog } from './GrantDialog.tsx'
import styles from './ItemAccess.module.css'

type Matrix = Answer<'get', '/api/v1/planes/{plane}/matrix'>
type Row = Matrix['rows'][number]
type Cell = Row['cells'][number]

const shapes: Readonly<Record<Cell, StationState>> = {
  none: 'not reached',
  denied: 'denied',
  suspended: 'denied',
  held: 'held',
  depends: 'unknown',
  permitted: 'passed',
}

/** The part of the matrix that is about this item, by the evaluator of the gateway. */
export const ItemAccess = ({ item }: { readonly item: ItemAnswer }) => {
  const words = useWords()
  const { say } = words
  const { grants: mayGrant } = useRights(item.plane)
  const [isGranting, setIsGranting] = useState(false)
  const { data, error, refetch } = useAnswer('/api/v1/planes/{plane}/matrix', {
    params: { path: { plane: item.plane }, query: { server: item.server, limit: 2000 } },
  })
  const title = say('catalog.tab.access')
  if (error) return <Failed what={title} problem={error} onRetry={refetch} />
  if (!data) return <Loading what={title} />
  if (data.columns.length === 0)
    return <NothingYet title={say('agents.empty.title')}>{say('agents.empty.body')}</NothingYet>
  return (
    <>
      <div className={styles.tools}>
        <Button
          tone="main"
          onClick={() => setIsGranting(true)}
          {...(!mayGrant && {
            disabledReason: say('ui.disabled.needs', { needs: 'owner, plane-admin' }),
          })}
        >
          {say('agents.grant')}
        </Button>
        <Go to={`${paths.permissions()}?plane=${item.plane}&f.item=${item.server}`}>
          {say('catalog.access.matrix')}
        </Go>
      </div>
      {isGranting && (
        <GrantDialog item={item} callers={data.columns} onClose={() => setIsGranting(false)} />
      )}
      <Table
        // The columns are the agents: what was chosen of others says nothing of these.
        key={data.columns.map(({ client }) => client).join()}
        id={`catalog.access.${item.plane}`}
        label={title}
        columns={columnsOf(words, item, data)}
        rows={data.rows}
        keyOf={({ kind, name }) => `${kind}/${name}`}
      />
    </>
  )
}

const columnsOf = (words: Words, item: ItemAnswer, { columns }: Matrix): readonly Column<Row>[] => {
  const { say } = words
  return [
    { id: 'name', title: say('catalog.capability'), cell: ({ name }) => <code>{name}</code> },
    { id: 'class', title: say('catalog.class'), cell: (row) => say(`ui.class.${row.class}`) },
    ...columns.map(({ client }, at) => ({
      id: client,
      title: client,
      cell: ({ name, kind, cells }: Row) => {
        const cell = cells[at] ?? 'none'
        const to = `${paths.explain()}?plane=${item.plane}&client=${encodeURIComponent(client)}&server=${item.server}&kind=${kind}&name=${encodeURIComponent(name)}`
        return (
          <Go to={to} data-cell={cell}>
            <Outcome state={shapes[cell]}>{say(`catalog.cell.${cell}`)}</Outcome>
          </Go>
        )
      },
    })),
  ]
}
