import { type RowOf, useAll } from '../../api/all.ts'
import { planeColumn, usePlanes } from '../../parts/planes.tsx'
import { When } from '../../parts/when.tsx'
import { List } from '../../ui/List.tsx'
import { Page } from '../../ui/Page.tsx'
import type { Column } from '../../ui/Table.tsx'
import { useWords, type Words } from '../../words/words.ts'

const path = '/api/v1/planes/{plane}/status/credentials'
type Row = RowOf<typeof path>

/** What the vault holds and whom it is lent to; a secret is written from the terminal and read by nobody. */
export default function Credentials() {
  const words = useWords()
  const { say } = words
  const credentials = useAll(path, usePlanes())
  const title = say('frame.credentials.title')
  return (
    <Page title={title}>
      <List
        id="credentials.list"
        label={title}
        of={{
          ...credentials,
          // Of a plane whose vault the person may not see there is nothing to list.
          failures: credentials.failures.filter(({ problem }) => problem.status !== 403),
        }}
        empty={{
          title: say('frame.credentials.empty.title'),
          says: say('frame.credentials.empty.body'),
        }}
        columns={columnsOf(words)}
        keyOf={({ plane, credential }) => `${plane}/${credential}`}
      />
    </Page>
  )
}

const columnsOf = (words: Words): readonly Column<Row>[] => {
  const { say } = words
  return [
    {
      id: 'name',
      title: say('frame.credentials.name'),
      cell: ({ credential }) => <code>{credential}</code>,
      text: ({ credential }) => credential,
    },
    {
      id: 'servers',
      title: say('frame.credentials.servers'),
      cell: ({ servers }) => servers.join(', ') || '—',
    },
    {
      id: 'owner',
      title: say('frame.credentials.owner'),
      cell: ({ owner }) => owner,
      text: ({ owner }) => owner,
    },
    {
      id: 'version',
      title: say('frame.credentials.version'),
      cell: ({ version }) => version ?? '—',
      align: 'right',
    },
    {
      id: 'since',
      title: say('frame.credentials.since'),
      cell: ({ at }) => (at === undefined ? '—' : <When at={at} how="minute" />),
    },
    planeColumn(words),
  ]
}
