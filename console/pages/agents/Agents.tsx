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
import { useWords, type Words } from '../../words/words.ts'
import { ListPage } from '../catalog/ListPage.tsx'
import { suspensionOf, useSuspensions } from '../suspensions.ts'
import { type AgentRow, useAgents } from './agents.ts'
import { Standing } from './Standing.tsx'
import { useAgentsTabs } from './tabs.ts'

const known = { fields: ['status', 'consumer', 'owner', 'authenticates', 'plane'] }

/** Every agent: whom it acts for, how it proves itself, and whether it may act now. */
export default function Agents() {
  const words = useWords()
  const { say } = words
  const go = useGo()
  const planes = usePlanes()
  const agents = useAgents(planes)
  const suspensions = useSuspensions(planes).rows
  const state = useListState(known)
  const isSuspended = ({ plane, agent }: AgentRow) =>
    suspensionOf(suspensions, { plane, kind: 'agent', name: agent }) !== undefined
  const valuesOf = (row: AgentRow) => ({
    status: [isSuspended(row) ? 'suspended' : 'active'],
    consumer: row.consumers,
    owner: [row.owner],
    authenticates: [row.authenticates],
    plane: [row.plane],
  })
  const named = agents.rows.filter(({ agent }) => nameHas(agent, state.search.q ?? ''))
  const rows = rowsThat(named, state.filters, valuesOf)
  const facets = facetsOf(named, state.filters, valuesOf, [
    {
      field: 'status',
      title: say('catalog.status'),
      says: (one) => say(one === 'suspended' ? 'agents.suspended' : 'agents.active'),
    },
    { field: 'consumer', title: say('agents.consumer') },
    { field: 'owner', title: say('catalog.owner') },
    {
      field: 'authenticates',
      title: say('agents.authenticates'),
      says: (way) => say(`agents.by.${way as AgentRow['authenticates']}`),
    },
    { field: 'plane', title: say('frame.plane') },
  ])
  return (
    <Page title={say('agents.title')} tabs={useAgentsTabs()}>
      {agents.failures.map(({ plane, problem, retry }) => (
        <Failed
          key={plane}
          what={`${say('agents.title')}, ${plane}`}
          problem={problem}
          onRetry={retry}
        />
      ))}
      {agents.isPending && <Loading what={say('agents.title')} />}
      {!agents.isPending && agents.rows.length === 0 && agents.failures.length === 0 && (
        <NothingYet title={say('agents.empty.title')}>{say('agents.empty.body')}</NothingYet>
      )}
      {agents.rows.length > 0 && (
        <ListPage state={state} facets={facets} searchSays={say('agents.search')}>
          {rows.length === 0 ? (
            <NothingMatches
              filters={state.filters}
              onRemove={({ field, not }) => state.filter({ field, not, values: [] })}
              onClear={state.clear}
            />
          ) : (
            <Table
              id="agents.list"
              label={say('agents.title')}
              columns={columnsOf(words, isSuspended)}
              rows={rows}
              keyOf={({ plane, agent }) => `${plane}/${agent}`}
              nameOf={({ agent }) => agent}
              onOpen={({ plane, agent }) => go(`${paths.agent(agent)}?plane=${plane}`)}
              onFilter={state.toggle}
            />
          )}
        </ListPage>
      )}
    </Page>
  )
}

const columnsOf = (
  { say, number }: Words,
  isSuspended: (row: AgentRow) => boolean,
): readonly Column<AgentRow>[] => [
  {
    id: 'name',
    title: say('catalog.name'),
    text: ({ agent }) => agent,
    cell: ({ plane, agent }) => (
      <Go to={`${paths.agent(agent)}?plane=${plane}`} tabIndex={-1}>
        {agent}
      </Go>
    ),
  },
  {
    id: 'plane',
    title: say('frame.plane'),
    cell: ({ plane }) => <PlaneName plane={plane} />,
    filter: ({ plane }) => ({ field: 'plane', value: plane }),
  },
  {
    id: 'consumers',
    title: say('agents.consumers'),
    cell: ({ consumers }) => consumers.join(', '),
  },
  {
    id: 'owner',
    title: say('catalog.owner'),
    cell: ({ owner }) => owner,
    filter: ({ owner }) => ({ field: 'owner', value: owner }),
  },
  {
    id: 'authenticates',
    title: say('agents.authenticates'),
    cell: ({ authenticates }) => say(`agents.by.${authenticates}`),
    filter: ({ authenticates }) => ({ field: 'authenticates', value: authenticates }),
  },
  {
    id: 'grants',
    title: say('agents.grants'),
    align: 'right',
    cell: ({ grants }) => number(grants),
  },
  {
    id: 'status',
    title: say('catalog.status'),
    cell: (row) => <Standing isSuspended={isSuspended(row)} />,
  },
]
