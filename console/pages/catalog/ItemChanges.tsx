import { listed } from '../../api/all.ts'
import type { Answer } from '../../api/client.ts'
import { useAnswer } from '../../api/queries.ts'
import { useListState } from '../../filters/use-search.ts'
import { actorOf } from '../../parts/actor.ts'
import { When } from '../../parts/when.tsx'
import { paths } from '../../paths.ts'
import { Failed } from '../../ui/Failed.tsx'
import { List } from '../../ui/List.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Peek } from '../../ui/Peek.tsx'
import type { Column } from '../../ui/Table.tsx'
import { WordDiff } from '../../ui/WordDiff.tsx'
import { useWords, type Words } from '../../words/words.ts'
import { sayKind } from './capability-columns.tsx'
import type { ItemAnswer } from './classes.ts'

const path = '/api/v1/planes/{plane}/status/servers/{name}/versions'
type Version = Answer<'get', typeof path>['versions'][number]

const keyOf = ({ kind, name, version }: Version): string => `${kind}/${name}#${version}`

/** Every definition that was ever pinned, with its fingerprint and who released it; the newest first. */
export const ItemChanges = ({ item }: { readonly item: ItemAnswer }) => {
  const words = useWords()
  const { say } = words
  const { search, set } = useListState()
  const params = { path: { plane: item.plane, name: item.server } }
  const query = useAnswer(path, { params })
  const title = say('catalog.tab.changes')
  const rows = (query.data?.versions ?? []).toSorted(
    (a, b) => (b.at ?? 0) - (a.at ?? 0) || b.version - a.version,
  )
  const open = rows.find((row) => keyOf(row) === search.peek)
  return (
    <>
      <List
        id="catalog.versions"
        label={title}
        of={listed(query, rows)}
        empty={{ title: say('catalog.changes.none'), says: say('catalog.none.body') }}
        columns={columnsOf(words)}
        keyOf={keyOf}
        open={search.peek}
        onOpen={(row) => set({ peek: keyOf(row) })}
      />
      {open && (
        <Peek
          title={`${open.name} v${open.version}`}
          to={`${paths.item(item.server, 'capabilities')}?peek=${encodeURIComponent(`${open.kind}/${open.name}`)}`}
          keys={rows.map(keyOf)}
          at={keyOf(open)}
          onMove={(key) => set({ peek: key }, true)}
          onClose={() => set({ peek: undefined })}
        >
          <Changed item={item} version={open} />
        </Peek>
      )}
    </>
  )
}

const Changed = ({ item, version }: { readonly item: ItemAnswer; readonly version: Version }) => {
  const { say } = useWords()
  const isFirst = version.version === 1
  const { data, error, refetch } = useAnswer(
    path,
    {
      params: {
        path: { plane: item.plane, name: item.server },
        query: {
          capability: version.name,
          kind: version.kind,
          from: version.version - 1,
          to: version.version,
        },
      },
    },
    { enabled: !isFirst },
  )
  if (isFirst) return <p>{say('catalog.changes.first')}</p>
  if (error) return <Failed what={version.name} problem={error} onRetry={refetch} />
  return data?.diff ? <WordDiff changes={data.diff.changes} /> : <Loading what={version.name} />
}

const columnsOf = (words: Words): readonly Column<Version>[] => {
  const { say, number } = words
  return [
    { id: 'name', title: say('catalog.capability'), cell: ({ name }) => <code>{name}</code> },
    { id: 'kind', title: say('catalog.kind'), cell: ({ kind }) => sayKind(words, kind) },
    {
      id: 'version',
      title: say('catalog.version'),
      align: 'right',
      cell: ({ version }) => number(version),
    },
    {
      id: 'changed',
      title: say('catalog.changes.fields'),
      align: 'right',
      cell: ({ changed, version }) => (version === 1 ? '—' : number(changed)),
    },
    {
      id: 'at',
      title: say('catalog.changes.at'),
      cell: ({ at }) => (at === undefined ? '—' : <When at={at} how="minute" />),
    },
    { id: 'by', title: say('catalog.changes.by'), cell: ({ by }) => actorOf(by) },
    {
      id: 'fingerprint',
      title: say('catalog.fingerprint'),
      cell: ({ fingerprint }) => <code title={fingerprint}>{fingerprint.slice(0, 12)}</code>,
    },
  ]
}
