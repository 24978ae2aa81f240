import { useNarrowed } from '../../filters/use-narrowed.ts'
import { planeColumn, planeField, usePlanes } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { Go, useGo } from '../../ui/Go.tsx'
import { List } from '../../ui/List.tsx'
import { Page } from '../../ui/Page.tsx'
import type { Column } from '../../ui/Table.tsx'
import { useWords, type Words } from '../../words/words.ts'
import { suspensionOf, useSuspensions } from '../suspensions.ts'
import { type AgentRow, useAgents } from './agents.ts'
import { Standing, statusField } from './Standing.tsx'
import { useAgentsTabs } from './tabs.ts'

/** Every agent: whom it acts for, how it proves itself, and whether it may act now. */
export default function Agents() {
  const words = useWords()
  const { say } = words
  const go = useGo()
  const planes = usePlanes()
  const agents = useAgents(planes)
  const suspensions = useSuspensions(planes).rows
  const isSuspended = ({ plane, agent }: AgentRow) =>
    suspensionOf(suspensions, { plane, kind: 'agent', name: agent }) !== undefined
  const narrowed = useNarrowed(agents.rows, {
    names: ({ agent }) => [agent],
    fields: [
      statusField(words, isSuspended),
      { field: 'consumer', title: say('agents.consumer'), of: ({ consumers }) => consumers },
      { field: 'owner', title: say('catalog.owner'), of: ({ owner }) => [owner] },
      {
        field: 'authenticates',
        title: say('agents.authenticates'),
        of: ({ authenticates }) => [authenticates],
        says: (way) => say(`agents.by.${way as AgentRow['authenticates']}`),
      },
      planeField(words),
    ],
  })
  return (
    <Page title={say('agents.title')} tabs={useAgentsTabs()}>
      <List
        id="agents.list"
        label={say('agents.title')}
        of={agents}
        empty={{ title: say('agents.empty.title'), says: say('agents.empty.body') }}
        narrowing={{ ...narrowed, searchSays: say('agents.search') }}
        columns={columnsOf(words, isSuspended)}
        keyOf={({ plane, agent }) => `${plane}/${agent}`}
        nameOf={({ agent }) => agent}
        onOpen={({ plane, agent }) => go(`${paths.agent(agent)}?plane=${plane}`)}
      />
    </Page>
  )
}

const columnsOf = (
  words: Words,
  isSuspended: (row: AgentRow) => boolean,
): readonly Column<AgentRow>[] => {
  const { say, number } = words
  return [
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
    { ...planeColumn(words), filter: ({ plane }) => ({ field: 'plane', value: plane }) },
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
}
