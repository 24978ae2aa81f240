import type { PoolClient } from 'pg'
import type { PlaneId } from '#domain/name.ts'
import {
  type Batch,
  batchOf,
  digestOfSeries,
  endedFromBefore,
  type OpenCall,
  type WordRef,
  writtenWord,
} from '../call-index/batch.ts'
import type { StoredEntry } from '../store.ts'

type Column = readonly [name: string, type: 'bigint' | 'text', values: readonly unknown[]]

/** Rows of one table of the index, whose values come by columns. */
const insert = async (
  client: PoolClient,
  plane: PlaneId,
  table: string,
  columns: readonly Column[],
  conflict = '',
): Promise<void> => {
  if (columns[0]?.[2].length === 0) return
  const names = columns.map(([name]) => name).join(', ')
  const lists = columns.map(([, type], n) => `$${n + 2}::${type}[]`).join(', ')
  const text = `insert into ${table} (plane, ${names}) select $1, * from unnest(${lists}) ${conflict}`
  await client.query(text, [plane, ...columns.map(([, , values]) => values)])
}

/** In a transaction that holds the cursor: nobody else gives out ids meanwhile. */
export const writeEntries = async (
  client: PoolClient,
  plane: PlaneId,
  entries: readonly StoredEntry[],
): Promise<void> => {
  const batch = batchOf(entries, await findOpen(client, plane, endedFromBefore(entries)))
  const series = await seriesIds(client, plane, batch)
  const words = await wordIds(client, plane, batch)
  const seriesOf = (key: string) => series.get(key) ?? 0
  const wordOf = (ref: WordRef) => (typeof ref === 'number' ? ref : (words.get(ref) ?? 0))
  const put = (table: string, columns: readonly Column[], conflict?: string) =>
    insert(client, plane, table, columns, conflict)
  const column = <T>(name: string, rows: readonly T[], of: (row: T) => number | null): Column => [
    name,
    'bigint',
    rows.map(of),
  ]

  const { calls, marks, loose, opened, closed, spans } = batch
  await put('index_call', [
    column('position', calls, (one) => one.position),
    column('at', calls, (one) => one.at),
    column('series', calls, (one) => seriesOf(one.series)),
    column('count', calls, (one) => one.count),
    column('outcome', calls, (one) => one.outcome),
  ])
  const marked = [
    column('word', marks, ([word]) => wordOf(word)),
    column('position', marks, ([, position]) => position),
  ]
  await put('index_mark', marked, 'on conflict do nothing')
  await put('index_marked', marked, 'on conflict do nothing')
  const looseColumns = [
    column('series', loose, ([key]) => seriesOf(key)),
    column('word', loose, ([, word]) => wordOf(word)),
  ]
  await put('index_loose', looseColumns, 'on conflict do nothing')
  await put('index_open', [
    ['call', 'text', opened.map(({ call }) => call)],
    column('position', opened, (one) => one.position),
    column('at', opened, (one) => one.at),
    column('series', opened, (one) => seriesOf(one.series)),
    column('called', opened, ({ called }) => (called === undefined ? null : wordOf(called))),
  ])
  await client.query('delete from index_open where plane = $1 and call = any($2)', [plane, closed])
  for (const [table, sums] of [
    ['index_hour', batch.hours],
    ['index_day', batch.days],
  ] as const)
    await put(
      table,
      [
        column('series', sums, (one) => seriesOf(one.series)),
        column('start', sums, (one) => one.from),
        column('count', sums, (one) => one.count),
        column('first', sums, (one) => one.first),
        column('last', sums, (one) => one.last),
      ],
      `on conflict (plane, series, start) do update set count = ${table}.count + excluded.count,
        first = least(${table}.first, excluded.first), last = greatest(${table}.last, excluded.last)`,
    )
  await put(
    'index_span',
    [
      column('hour', spans, (one) => one.hour),
      column('low', spans, (one) => one.low),
      column('high', spans, (one) => one.high),
    ],
    `on conflict (plane, hour) do update set low = least(index_span.low, excluded.low),
      high = greatest(index_span.high, excluded.high)`,
  )
}

const findOpen = async (
  client: PoolClient,
  plane: PlaneId,
  calls: readonly string[],
): Promise<Map<string, OpenCall>> => {
  if (calls.length === 0) return new Map()
  const text = `select o.call, o.position, o.at, s.said, o.called from index_open o
    join index_series s on s.plane = $1 and s.id = o.series where o.plane = $1 and o.call = any($2)`
  const { rows } = await client.query(text, [plane, calls])
  return new Map(
    rows.map(({ call, position, at, said, called }) => [
      call,
      { call, position, at, series: said, called: called ?? undefined },
    ]),
  )
}

/** The ids of these keys; those that have none are written, by `add`, with the next ones. */
const idsOf = async (
  client: PoolClient,
  plane: PlaneId,
  table: 'index_series' | 'index_word',
  digests: readonly string[],
  add: (ids: ReadonlyMap<string, number>) => Promise<void>,
): Promise<Map<string, number>> => {
  if (digests.length === 0) return new Map()
  const text = `select id, digest from ${table} where plane = $1 and digest = any($2)`
  const { rows } = await client.query(text, [plane, digests])
  const known = new Map<string, number>(rows.map(({ id, digest }) => [digest, id]))
  const missing = digests.filter((digest) => !known.has(digest))
  if (missing.length === 0) return known
  const newest = `select coalesce(max(id), 0) as id from ${table} where plane = $1`
  const from = (await client.query(newest, [plane])).rows[0]?.id ?? 0
  const added = new Map(missing.map((digest, n) => [digest, from + n + 1]))
  await add(added)
  return new Map([...known, ...added])
}

const seriesIds = async (
  client: PoolClient,
  plane: PlaneId,
  { series }: Batch,
): Promise<Map<string, number>> => {
  const keys = new Map([...series].map((key) => [digestOfSeries(key), key]))
  const ids = await idsOf(client, plane, 'index_series', [...keys.keys()], (added) =>
    insert(client, plane, 'index_series', [
      ['id', 'bigint', [...added.values()]],
      ['digest', 'text', [...added.keys()]],
      ['said', 'text', [...added.keys()].map((digest) => keys.get(digest))],
    ]),
  )
  return new Map([...keys].map(([digest, key]) => [key, ids.get(digest) ?? 0]))
}

const wordIds = (
  client: PoolClient,
  plane: PlaneId,
  { words }: Batch,
): Promise<Map<string, number>> => {
  const wordOf = (key: string) => words.get(key) ?? { field: '', text: '' }
  return idsOf(client, plane, 'index_word', [...words.keys()], (added) =>
    insert(client, plane, 'index_word', [
      ['id', 'bigint', [...added.values()]],
      ['digest', 'text', [...added.keys()]],
      ['field', 'text', [...added.keys()].map((key) => wordOf(key).field)],
      ['said', 'text', [...added.keys()].map((key) => writtenWord(wordOf(key)))],
    ]),
  )
}
