import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type Answer, ask } from '../../api/client.ts'
import type { Problem } from '../../api/problem.ts'
import { useAnswers } from '../../api/queries.ts'
import type { operations } from '../../api/schema.ts'
import type { Filter } from '../../filters/grammar.ts'
import { useListState } from '../../filters/use-search.ts'
import { planeColumn, usePlanes } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import type { Facet } from '../../ui/Facets.tsx'
import { useGo } from '../../ui/Go.tsx'
import { List } from '../../ui/List.tsx'
import { Page } from '../../ui/Page.tsx'
import type { Column } from '../../ui/Table.tsx'
import { useWords, type Words } from '../../words/words.ts'
import { capabilityColumns, sayCapabilityState, sayKind } from './capability-columns.tsx'
import { type Capability, keyOf } from './classes.ts'
import { useCatalogTabs } from './tabs.ts'

const path = '/api/v1/planes/{plane}/status/capabilities'
type Listed = Answer<'get', typeof path>
type Row = Listed['items'][number] & { readonly plane: string }
type Asked = NonNullable<operations['getPlanesStatusCapabilities']['parameters']['query']>

const known = { fields: ['server', 'kind', 'class', 'state', 'data'] }

/** Every tool, operation, prompt and resource of every item, counted and searched on the server. */
export default function Capabilities() {
  const words = useWords()
  const { say } = words
  const go = useGo()
  const state = useListState(known)
  const list = useCapabilities(usePlanes(), state.search.q, state.filters)
  const columns = useMemo(() => columnsOf(words), [words])
  return (
    <Page title={say('catalog.title')} tabs={useCatalogTabs()}>
      <List
        id="catalog.all"
        label={say('catalog.capabilities')}
        of={list}
        empty={{ title: say('catalog.none.title'), says: say('catalog.none.body') }}
        narrowing={{
          state,
          rows: list.rows,
          facets: facetsOf(words, list.facets),
          isAsked: state.filters.length > 0 || state.search.q !== undefined,
          searchSays: say('catalog.search.capabilities'),
          tools: <span role="status">{say('catalog.total', { count: list.total })}</span>,
        }}
        columns={columns}
        keyOf={(row) => `${row.plane}/${row.server}/${keyOf(row)}`}
        nameOf={({ name }) => name}
        onOpen={(row) =>
          go(
            `${paths.item(row.server, 'capabilities')}?plane=${row.plane}&peek=${encodeURIComponent(keyOf(row))}`,
          )
        }
      />
    </Page>
  )
}

/** What is excluded is told apart from what is asked for. */
const askedOf = (q: string | undefined, filters: readonly Filter[]): Asked => {
  const wanted = filters.filter(({ not }) => !not)
  const not = filters
    .filter((one) => one.not)
    .flatMap(({ field, values }) => values.map((value) => `${field}=${value}`))
  return {
    ...(Object.fromEntries(wanted.map(({ field, values }) => [field, [...values]])) as Asked),
    ...(q !== undefined && q !== '' && { q }),
    ...(not.length > 0 && { not }),
  }
}

interface At {
  readonly plane: number
  readonly after?: string
}

/** Plane after plane, page after page; each plane counts itself. */
const useCapabilities = (
  planes: readonly string[],
  q: string | undefined,
  filters: readonly Filter[],
) => {
  const asked = askedOf(q, filters)
  // Counted of all planes at once, however far their rows have been read.
  const counts = useAnswers(
    path,
    planes.map((plane) => [plane, { params: { path: { plane }, query: { ...asked, limit: 1 } } }]),
  ).flatMap(({ query: { data } }) => data ?? [])
  const query = useInfiniteQuery<
    Listed,
    Problem,
    { pages: Listed[]; pageParams: At[] },
    unknown[],
    At
  >({
    queryKey: [path, planes, asked],
    initialPageParam: { plane: 0 },
    enabled: planes.length > 0,
    queryFn: ({ pageParam: { plane, after }, signal }) =>
      ask('get', path, {
        params: {
          path: { plane: planes[plane] ?? '' },
          query: { ...asked, ...(after !== undefined && { after }), limit: 200 },
        },
        signal,
      }),
    getNextPageParam: ({ next }, _, { plane }) => {
      if (next !== undefined) return { plane, after: next }
      return plane + 1 < planes.length ? { plane: plane + 1 } : undefined
    },
    placeholderData: (before) => before,
  })
  const pages = query.data?.pages ?? []
  return {
    rows: pages.flatMap(({ items }, at) =>
      items.map(
        (one): Row => ({ ...one, plane: planes[query.data?.pageParams[at]?.plane ?? 0] ?? '' }),
      ),
    ),
    total: counts.reduce((sum, { total }) => sum + total, 0),
    facets: counts.flatMap(({ facets }) => facets),
    isPending: query.isPending,
    isOld: query.isFetching,
    failures: query.error ? [{ problem: query.error, retry: () => void query.refetch() }] : [],
    more: query.hasNextPage && !query.isFetching ? () => void query.fetchNextPage() : undefined,
  }
}

const facetsOf = (words: Words, told: Listed['facets']): readonly Facet[] => {
  const { say } = words
  const titles = {
    server: say('catalog.item'),
    kind: say('catalog.kind'),
    class: say('catalog.class'),
    state: say('catalog.status'),
    data: say('catalog.data'),
  }
  const sayValue = (field: keyof typeof titles, value: string): string => {
    if (field === 'kind') return sayKind(words, value as Capability['kind'])
    if (field === 'class') return say(`ui.class.${value as Capability['class']}`)
    return field === 'state' ? sayCapabilityState(words, value as Capability['state']) : value
  }
  return (Object.keys(titles) as (keyof typeof titles)[]).map((field) => {
    const counts = new Map<string, number>()
    for (const one of told)
      if (one.field === field)
        for (const { value, count } of one.values)
          counts.set(value, (counts.get(value) ?? 0) + count)
    const values = [...counts].map(([value, count]) => ({
      value,
      count,
      says: sayValue(field, value),
    }))
    return { field, title: titles[field], values, others: 0 }
  })
}

const columnsOf = (words: Words): readonly Column<Row>[] => {
  const { say } = words
  const [name, its, suggestion, because, ...rest] = capabilityColumns<Row>(words, (row) =>
    say(`ui.class.${row.class}`),
  )
  const item: Column<Row> = {
    id: 'server',
    title: say('catalog.item'),
    cell: ({ server }) => server,
    filter: ({ server }) => ({ field: 'server', value: server }),
  }
  const filtered = its && {
    ...its,
    filter: (row: Row) => ({ field: 'class', value: row.class }),
  }
  return [name, item, filtered, ...rest, planeColumn(words), suggestion, because].filter(
    (one) => one !== undefined,
  )
}
