import type { Answer } from '../../api/client.ts'
import { useAnswers } from '../../api/queries.ts'
import { PlaneName, usePlanes } from '../../parts/planes.tsx'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Table } from '../../ui/Table.tsx'
import { useWords } from '../../words/words.ts'
import { usePlaneDocuments } from './use-plane-documents.ts'

const path = '/api/v1/planes/{plane}/status/servers'
type Item = Answer<'get', typeof path>['items'][number]

interface Row {
  readonly plane: string
  readonly name: string
  readonly items: readonly string[]
  readonly isMasked: boolean
  readonly kept: string | undefined
}

/** Which kinds of data items say that they touch, whether they are recorded, and for how long. */
export const DataClasses = () => {
  const { say } = useWords()
  const planes = usePlanes()
  const answers = useAnswers(
    path,
    planes.map((plane) => [plane, { params: { path: { plane }, query: { limit: 500 } } }]),
  )
  const documents = usePlaneDocuments()
  const title = say('settings.dataClasses')
  const rows = documents.rows.flatMap(({ document: { name, ledger } }) => {
    const items = answers.find(({ plane }) => plane === name)?.query.data?.items ?? []
    return classesOf(name, items, ledger?.mask ?? [], ledger?.retain?.classes ?? {})
  })
  const isPending = documents.query.isPending || answers.some(({ query }) => query.isPending)
  return (
    <>
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
        <NothingYet title={say('settings.dataClasses.empty.title')}>
          {say('settings.dataClasses.empty.body')}
        </NothingYet>
      )}
      {rows.length > 0 && (
        <Table
          id="settings.dataClasses"
          label={title}
          rows={rows}
          keyOf={({ plane, name }) => `${plane}/${name}`}
          columns={[
            { id: 'name', title: say('settings.dataClass'), cell: ({ name }) => name },
            {
              id: 'recorded',
              title: say('settings.recorded'),
              cell: ({ isMasked }) => say(isMasked ? 'settings.masked' : 'settings.asIs'),
            },
            {
              id: 'kept',
              title: say('settings.kept'),
              cell: ({ kept }) => kept ?? say('settings.asPlane'),
            },
            {
              id: 'items',
              title: say('settings.items'),
              cell: ({ items }) => items.join(', ') || '—',
            },
            {
              id: 'plane',
              title: say('frame.plane'),
              cell: ({ plane }) => <PlaneName plane={plane} />,
            },
          ]}
        />
      )}
    </>
  )
}

const classesOf = (
  plane: string,
  items: readonly Item[],
  mask: readonly string[],
  kept: Readonly<Record<string, string>>,
): readonly Row[] => {
  const names = new Set([...mask, ...Object.keys(kept), ...items.flatMap(({ data }) => data)])
  return [...names].sort().map((name) => ({
    plane,
    name,
    items: items.filter(({ data }) => data.includes(name)).map(({ server }) => server),
    isMasked: mask.includes(name),
    kept: kept[name],
  }))
}
