import { facetsOf, rowsThat } from '../../filters/rows.ts'
import { useListState } from '../../filters/use-search.ts'
import { nameHas } from '../../frame/jump.ts'
import { PlaneName, usePlanes } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { NothingMatches, NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go, useGo } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { useWords } from '../../words/words.ts'
import { ListPage } from '../catalog/ListPage.tsx'
import { suspensionOf, useSuspensions } from '../suspensions.ts'
import { type ConsumerDocument, useAgents, useConsumers } from './agents.ts'
import { Standing } from './Standing.tsx'
import { useAgentsTabs } from './tabs.ts'

const known = { fields: ['plane', 'status'] }

/** For whom agents act: teams, applications, partners. */
export default function Consumers() {
  const { say, number } = useWords()
  const go = useGo()
  const planes = usePlanes()
  const consumers = useConsumers(planes)
  const agents = useAgents(planes).rows
  const suspensions = useSuspensions(planes).rows
  const state = useListState(known)
  const isSuspended = ({ plane, name }: ConsumerDocument) =>
    suspensionOf(suspensions, { plane, kind: 'consumer', name }) !== undefined
  const valuesOf = (row: ConsumerDocument) => ({
    plane: [row.plane],
    status: [isSuspended(row) ? 'suspended' : 'active'],
  })
  const { q = '' } = state.search
  const named = consumers.rows.filter(
    ({ name, title }) => nameHas(name, q) || nameHas(title ?? '', q),
  )
  const rows = rowsThat(named, state.filters, valuesOf)
  const facets = facetsOf(named, state.filters, valuesOf, [
    {
      field: 'status',
      title: say('catalog.status'),
      says: (one) => say(one === 'suspended' ? 'agents.suspended' : 'agents.active'),
    },
    { field: 'plane', title: say('frame.plane') },
  ])
  const columns: readonly Column<ConsumerDocument>[] = [
    {
      id: 'name',
      title: say('catalog.name'),
      cell: ({ plane, name }) => (
        <Go to={`${paths.consumer(name)}?plane=${plane}`} tabIndex={-1}>
          {name}
        </Go>
      ),
    },
    { id: 'title', title: say('catalog.field.title'), cell: ({ title }) => title ?? '—' },
    { id: 'plane', title: say('frame.plane'), cell: ({ plane }) => <PlaneName plane={plane} /> },
    {
      id: 'agents',
      title: say('agents.title'),
      align: 'right',
      cell: ({ plane, name }) =>
        number(agents.filter((one) => one.plane === plane && one.consumers.includes(name)).length),
    },
    {
      id: 'status',
      title: say('catalog.status'),
      cell: (row) => <Standing isSuspended={isSuspended(row)} />,
    },
  ]
  return (
    <Page title={say('agents.title')} tabs={useAgentsTabs()}>
      {consumers.failures.map(({ plane, problem, retry }) => (
        <Failed
          key={plane}
          what={`${say('agents.consumers')}, ${plane}`}
          problem={problem}
          onRetry={retry}
        />
      ))}
      {consumers.isPending && <Loading what={say('agents.consumers')} />}
      {!consumers.isPending && consumers.rows.length === 0 && consumers.failures.length === 0 && (
        <NothingYet title={say('agents.consumers.none')}>
          {say('agents.consumers.none.body')}
        </NothingYet>
      )}
      {consumers.rows.length > 0 && (
        <ListPage state={state} facets={facets} searchSays={say('agents.search.consumers')}>
          {rows.length === 0 ? (
            <NothingMatches
              filters={state.filters}
              onRemove={({ field, not }) => state.filter({ field, not, values: [] })}
              onClear={state.clear}
            />
          ) : (
            <Table
              id="agents.consumers"
              label={say('agents.consumers')}
              columns={columns}
              rows={rows}
              keyOf={({ plane, name }) => `${plane}/${name}`}
              onOpen={({ plane, name }) => go(`${paths.consumer(name)}?plane=${plane}`)}
            />
          )}
        </ListPage>
      )}
    </Page>
  )
}
