import type { MemberId, PlaneId } from '#domain/name.ts'
import { createSearch, entriesOf, type Look, type Way } from '../search.ts'
import type { LedgerFile, StoredEntry } from '../store.ts'
import { deadAfterMs } from '../tables/members.ts'
import type { Connections } from './connections.ts'
import { nowMs } from './now.ts'

type Reading = Pick<
  LedgerFile,
  | 'read'
  | 'readBack'
  | 'at'
  | 'findOutcomes'
  | 'seek'
  | 'size'
  | 'listOpen'
  | 'listOrphans'
  | 'findPayload'
  | 'listPayloads'
>

/**
 * `offset 0` keeps the two tables apart: entries are fetched one by one in the order of positions,
 * whatever the statistics say. One text, and so one prepared statement, for each form of a look.
 */
const textOf = ({ back, types, ways }: Look): string => {
  let count = 3
  const next = () => `$${++count}`
  const passes = ({ holds, lacks }: Way): string =>
    [
      ...holds.map(() => `strpos(body, ${next()}) > 0`),
      ...lacks.map(() => `strpos(body, ${next()}) = 0`),
    ].join(' and ') || 'true'
  const order = back ? 'desc' : 'asc'
  const conditions = [
    `body <> ''`,
    ...(types === undefined ? [] : [`type = any(${next()}::text[])`]),
    ...(ways.length === 0 ? [] : [`(${ways.map(passes).join(' or ')})`]),
  ]
  return `
    select at.position, entry.body
    from (
      select position, id from ledger_position
      where plane = $1 and position between $2 and $3 order by position ${order}
    ) at
    cross join lateral (
      select body, type from ledger_entry where plane = $1 and id = at.id offset 0
    ) entry
    where ${conditions.join(' and ')}
    order by at.position ${order} limit ${next()}`
}

/** The form of a look, in at most 63 characters: two of one form differ in their values alone. */
const nameOf = ({ back, types, ways }: Look): string =>
  [
    back ? 'look-back' : 'look',
    ...(types === undefined ? [] : ['t']),
    ...ways.map(({ holds, lacks }) => `${holds.length}.${lacks.length}`),
  ].join('-')

const valuesOf = ({ from, to, most, types, ways }: Look): unknown[] => [
  from,
  to,
  ...(types === undefined ? [] : [types]),
  ...ways.flatMap(({ holds, lacks }) => [...holds, ...lacks]),
  most,
]

/** `latest` never falls, so bisection over positions finds the first entry that has reached an instant. */
const seek = `
  with recursive range (low, high) as (
    select 1::bigint, size + 1 from ledger_head where plane = $1
    union all
    select
      case when latest < $2 then middle + 1 else low end,
      case when latest < $2 then high else middle end
    from range
    cross join lateral (select (low + high) / 2 as middle) half
    join ledger_position on plane = $1 and position = middle
    where low < high
  )
  select coalesce(max(low), 1) as position from range`

const outcomes = `
  select at.position, entry.body from ledger_entry entry
  join ledger_position at on at.plane = $1 and at.id = entry.id
  where entry.plane = $1 and entry.id = any($2) and entry.body <> '' order by at.position`

const at = `
  select at.position, entry.body from ledger_position at
  join ledger_entry entry on entry.plane = $1 and entry.id = at.id
  where at.plane = $1 and at.position = any($2::bigint[]) and entry.body <> ''
  order by array_position($2::bigint[], at.position)`

const size = 'select size from ledger_head where plane = $1'

const open = `
  select position from ledger_open
  join ledger_position at on at.plane = $1 and at.id = ledger_open.call || ':i'
  where ledger_open.plane = $1 order by position`

/**
 * Whoever has left, or is not remembered, is dead. Whoever is not seen is dead only by the word of
 * one who was seen all the time: after the database itself was away, nobody was.
 */
const orphans = `
  select position, body from ledger_open
  join ledger_position at on at.plane = $1 and at.id = ledger_open.call || ':i'
  join ledger_entry entry on entry.plane = $1 and entry.id = at.id
  left join member on member.id = ledger_open.writer
  where ledger_open.plane = $1 and ledger_open.writer <> $2 and (
    member.id is null or member.ended or member.seen_at < ${nowMs} - ${deadAfterMs} and exists (
      select from member me where me.id = $2 and not me.ended
        and me.seen_at >= ${nowMs} - ${deadAfterMs} and me.present_since < ${nowMs} - ${deadAfterMs}
    )
  )
  order by position`

const payload = `
  select payload from ledger_position
  join ledger_entry using (plane, id) where plane = $1 and position = $2`

const payloads = `
  select position from ledger_position join ledger_entry using (plane, id)
  where plane = $1 and position = any($2) and payload is not null order by position`

/** A plane's ledger as it is read: by position, once everything durable has one. */
export const createReading = ({
  connections,
  plane,
  self,
  caughtUp,
}: {
  connections: Connections
  plane: PlaneId
  self: MemberId
  caughtUp: () => Promise<void>
}): Reading => {
  const ask = async (name: string, text: string, values: unknown[] = []) => {
    const { rows } = await connections.use((client) =>
      client.query({ name, text, values: [plane, ...values] }),
    )
    return rows
  }
  const sizeNow = async (): Promise<number> => {
    await caughtUp()
    return (await ask('ledger-size', size))[0]?.size ?? 0
  }
  const lookAt = async (look: Look) =>
    storedOf(await ask(nameOf(look), textOf(look), valuesOf(look)))
  const { read, readBack } = createSearch(sizeNow, lookAt)
  return {
    read,
    readBack,
    size: sizeNow,
    async seek(atMs) {
      await caughtUp()
      return (await ask('ledger-seek', seek, [atMs]))[0]?.position ?? 1
    },
    async at(positions) {
      return positions.length === 0 ? [] : storedOf(await ask('ledger-at', at, [positions]))
    },
    async findOutcomes(intents) {
      if (intents.length === 0) return []
      await caughtUp()
      const ids = intents.map(({ call }) => `${call}:o`)
      return storedOf(await ask('ledger-outcomes', outcomes, [ids]))
    },
    async listOpen() {
      await caughtUp()
      return (await ask('ledger-open', open)).map(({ position }) => position)
    },
    async listOrphans() {
      await caughtUp()
      return storedOf(await ask('ledger-orphans', orphans, [self]))
    },
    async findPayload(position) {
      await caughtUp()
      return (await ask('ledger-payload', payload, [position]))[0]?.payload ?? undefined
    },
    async listPayloads(positions) {
      await caughtUp()
      return (await ask('ledger-payloads', payloads, [positions])).map(({ position }) => position)
    },
  }
}

const storedOf = (rows: { position: number; body: string }[]): StoredEntry[] =>
  entriesOf(
    rows.map(({ position }) => position),
    rows.map(({ body }) => body).join(','),
  )
