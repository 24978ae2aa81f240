import { useNarrowed } from '../../filters/use-narrowed.ts'
import { planeColumn, planeField, usePlanes } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { Go, useGo } from '../../ui/Go.tsx'
import { List } from '../../ui/List.tsx'
import { Page } from '../../ui/Page.tsx'
import type { Column } from '../../ui/Table.tsx'
import { useWords } from '../../words/words.ts'
import { suspensionOf, useSuspensions } from '../suspensions.ts'
import { type ConsumerDocument, useAgents, useConsumers } from './agents.ts'
import { Standing, statusField } from './Standing.tsx'
import { useAgentsTabs } from './tabs.ts'

/** For whom agents act: teams, applications, partners. */
export default function Consumers() {
  const words = useWords()
  const { say, number } = words
  const go = useGo()
  const planes = usePlanes()
  const consumers = useConsumers(planes)
  const agents = useAgents(planes).rows
  const suspensions = useSuspensions(planes).rows
  const isSuspended = ({ plane, name }: ConsumerDocument) =>
    suspensionOf(suspensions, { plane, kind: 'consumer', name }) !== undefined
  const narrowed = useNarrowed(consumers.rows, {
    names: ({ name, title }) => [name, title],
    fields: [statusField(words, isSuspended), planeField(words)],
  })
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
    planeColumn(words),
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
      <List
        id="agents.consumers"
        label={say('agents.consumers')}
        of={consumers}
        empty={{
          title: say('agents.consumers.none'),
          says: say('agents.consumers.none.body'),
        }}
        narrowing={{ ...narrowed, searchSays: say('agents.search.consumers') }}
        columns={columns}
        keyOf={({ plane, name }) => `${plane}/${name}`}
        onOpen={({ plane, name }) => go(`${paths.consumer(name)}?plane=${plane}`)}
      />
    </Page>
  )
}
