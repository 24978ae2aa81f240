import type { Answer } from '../../api/client.ts'
import { useAnswers } from '../../api/queries.ts'
import { PlaneName, usePlanes } from '../../parts/planes.tsx'
import { When } from '../../parts/when.tsx'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Page } from '../../ui/Page.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { useWords } from '../../words/words.ts'

const path = '/api/v1/planes/{plane}/status/credentials'
type Row = Answer<'get', typeof path>['items'][number]

/** What the vault holds and whom it is lent to; a secret is written from the terminal and read by nobody. */
export default function Credentials() {
  const { say } = useWords()
  const planes = usePlanes()
  const answers = useAnswers(
    path,
    planes.map((plane) => [plane, { params: { path: { plane }, query: { limit: 500 } } }]),
  )
  const title = say('frame.credentials.title')
  const rows = answers.flatMap(({ query }) => query.data?.items ?? [])
  const isLoading = answers.some(({ query }) => query.isPending)
  return (
    <Page title={title}>
      {answers.map(({ plane, query }) =>
        query.error && query.error.status !== 403 ? (
          <Failed
            key={plane}
            what={`${title}, ${plane}`}
            problem={query.error}
            onRetry={query.refetch}
          />
        ) : null,
      )}
      {isLoading && <Loading what={title} />}
      {!isLoading && rows.length === 0 && (
        <NothingYet title={say('frame.credentials.empty.title')}>
          {say('frame.credentials.empty.body')}
        </NothingYet>
      )}
      {rows.length > 0 && (
        <Table
          id="credentials.list"
          label={title}
          columns={columnsOf(say)}
          rows={rows}
          keyOf={({ plane, credential }) => `${plane}/${credential}`}
        />
      )}
    </Page>
  )
}

const columnsOf = (say: ReturnType<typeof useWords>['say']): readonly Column<Row>[] => [
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
  { id: 'plane', title: say('frame.plane'), cell: ({ plane }) => <PlaneName plane={plane} /> },
]
