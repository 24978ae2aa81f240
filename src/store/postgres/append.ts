import type { PoolClient } from 'pg'
import type { MemberId, PlaneId } from '#domain/name.ts'
import type { WriteGroup } from '../group.ts'
import type { EntryRow } from '../store.ts'
import type { Connections } from './connections.ts'
import { isLost, isTransient, Unconnected } from './postgres-error.ts'

/** The first attempt, and three more: see `isTransient`, or after a connection that was lost. */
const attempts = 4

interface KeyedRow {
  readonly row: EntryRow
  /** What makes a second append of the same row one. */
  readonly id: string
  readonly index: number
}

/**
 * A group is one statement, and so one transaction. It puts the entries, remembers intents as open
 * and takes outcomes' intents from the open ones; what is put gets a place in the queue of those
 * that have no position yet. An outcome whose intent is not open, and an id that stands already, is
 * left out. Texts come as lines: JSON holds no line break, and lines need no quoting.
 */
const statement = `
  with given as materialized (
    select g.type, g.id, g.call, g.at::bigint as at, g.body, g.n,
      case when g.bytes = 0 then null else substring($8::bytea from g.begins for g.bytes) end as payload
    from unnest(
      string_to_array($3, E'\\n'), string_to_array($4, E'\\n'), string_to_array($5, E'\\n'),
      string_to_array($6, E'\\n'), string_to_array($7, E'\\n'), $9::int[], $10::int[]
    ) with ordinality as g (type, id, call, at, body, begins, bytes, n)
  ), concluded as (
    delete from ledger_open using given
    where ledger_open.plane = $1 and ledger_open.call = given.call and given.type = 'call.outcome'
    returning ledger_open.call
  ), written as (
    insert into ledger_entry (plane, id, type, at, writer, body, payload)
    select $1, id, type, at, $2, body, payload from given
    where type <> 'call.outcome' or call in (select call from concluded)
    order by n
    on conflict do nothing
    returning id
  ), begun as (
    insert into ledger_open (plane, call, writer)
    select $1, given.call, $2 from written join given using (id) where given.type = 'call.intent'
  ), queued as (
    insert into ledger_queue (plane, id)
    select $1, given.id from written join given using (id) order by given.n
  )
  select id from written`

const standing = `
  select id, body from ledger_entry
  where plane = $1 and writer = $2 and id = any(string_to_array($3, E'\\n'))`

/** What `createGroupCommit` writes with. Any process may, at any time. */
export const createAppend = ({
  connections,
  plane,
  writer,
  nextId,
}: {
  connections: Connections
  plane: PlaneId
  writer: MemberId
  /** Ids that nobody else has, for entries that have none of their own. */
  nextId: () => string
}): WriteGroup => {
  /** The indexes of those that stand now. `again` where an attempt before this one may have put them. */
  const put = async (rows: readonly KeyedRow[], again: boolean): Promise<number[]> => {
    const written = await connections.raw(async (client) => {
      const { rows: answer } = await client.query({
        name: 'ledger-append',
        text: statement,
        values: valuesOf(plane, writer, rows),
      })
      const ids = new Set(answer.map(({ id }) => id))
      const missing = again ? rows.filter(({ id }) => !ids.has(id)) : []
      for (const id of await putBefore(client, missing)) ids.add(id)
      return ids
    })
    return rows.flatMap(({ id, index }) => (written.has(id) ? [index] : []))
  }

  const putBefore = async (client: PoolClient, rows: readonly KeyedRow[]): Promise<string[]> => {
    if (rows.length === 0) return []
    const ids = rows.map(({ id }) => id).join('\n')
    const { rows: found } = await client.query(standing, [plane, writer, ids])
    const bodies = new Map(found.map(({ id, body }) => [id, body]))
    return rows.flatMap(({ id, row }) => (bodies.get(id) === row.body ? [id] : []))
  }

  const putSurely = async (rows: readonly KeyedRow[]): Promise<number[]> => {
    let again = false
    for (let left = attempts - 1; ; left--) {
      try {
        return await put(rows, again)
      } catch (error) {
        if (left === 0 || error instanceof Unconnected) throw error
        if (isLost(error)) again = true
        else if (!isTransient(error)) throw error
      }
    }
  }

  return async (rows) => {
    const stands = new Set<number>()
    for (const part of partsOf(rows, nextId)) {
      for (const index of await putSurely(part)) stands.add(index)
    }
    // What has a key and was not put now stood before.
    const isThere = ({ key }: EntryRow, index: number) => key !== undefined || stands.has(index)
    return { leftOut: rows.flatMap((row, index) => (isThere(row, index) ? [] : [index])) }
  }
}

/**
 * One part, but for the rarity that a group holds an outcome together with its intent: a statement
 * does not see what it puts itself. Of equal ids in a part the first one counts.
 */
const partsOf = (rows: readonly EntryRow[], nextId: () => string): KeyedRow[][] => {
  const parts: KeyedRow[][] = []
  let ids = new Set<string>()
  for (const [index, row] of rows.entries()) {
    const follows = row.type === 'call.outcome' && ids.has(`${row.call}:i`)
    if (follows || parts.length === 0) {
      parts.push([])
      ids = new Set()
    }
    const id = idOf(row, nextId)
    if (ids.has(id)) continue
    ids.add(id)
    parts.at(-1)?.push({ row, id, index })
  }
  return parts
}

const idOf = ({ type, call, key }: EntryRow, nextId: () => string): string => {
  if (type === 'call.intent') return `${call}:i`
  if (type === 'call.outcome') return `${call}:o`
  return key === undefined ? nextId() : `key:${key}`
}

const valuesOf = (plane: PlaneId, writer: MemberId, rows: readonly KeyedRow[]): unknown[] => {
  const payloads = rows.map(({ row }) => row.payload ?? empty)
  const begins: number[] = []
  let at = 1
  for (const { length } of payloads) {
    begins.push(at)
    at += length
  }
  return [
    plane,
    writer,
    lines(rows, ({ row }) => row.type),
    lines(rows, ({ id }) => id),
    lines(rows, ({ row }) => row.call),
    lines(rows, ({ row }) => String(row.at)),
    lines(rows, ({ row }) => row.body),
    Buffer.concat(payloads),
    begins,
    payloads.map(({ length }) => length),
  ]
}
const empty = new Uint8Array(0)

const lines = (rows: readonly KeyedRow[], of: (row: KeyedRow) => string): string => {
  const texts = rows.map(of)
  if (texts.some((text) => text.includes('\n'))) throw new Error('an entry of several lines')
  return texts.join('\n')
}
