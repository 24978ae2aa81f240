import type { MemberId, PlaneId } from '#domain/name.ts'
import type { CheckpointRow, Growth, LedgerTree, TreeStanding } from '../store.ts'
import type { Connections } from './connections.ts'
import { nowMs } from './now.ts'

/** How long somebody else waits for a keeper that has died. */
const leaseMs = 5000

/** A plane without a row of its own is in its first generation, and its tree has no entries. */
const standings = `
  select head.plane, head.size as entries, coalesce(tree.generation, 1) as generation,
    coalesce(tree.size, 0) as tree_size, newest.*
  from ledger_head head
  left join lateral (
    select generation, size from ledger_tree
    where plane = head.plane order by generation desc limit 1
  ) tree on true
  left join lateral (
    select number, size, root, at, note from ledger_checkpoint
    where plane = head.plane and generation = coalesce(tree.generation, 1)
    order by number desc limit 1
  ) newest on true`

const newestGeneration = 'select max(generation) from ledger_tree where plane = $1'

/** See `textOf` in read.ts for `offset 0`. Of a body that has gone, what the newest tree that has it says. */
const leafHashes = `
  select coalesce(string_agg(leaf.hash, ''::bytea order by at.position), ''::bytea) as hashes
  from (
    select position, id from ledger_position
    where plane = $1 and position between $2 and $3 order by position
  ) at
  cross join lateral (
    select case when body <> '' then sha256('\\x00'::bytea || convert_to(body, 'UTF8')) else (
      select substring(hashes from (((at.position - 1) % 256) * 32 + 1)::int for 32)
      from ledger_tile where plane = $1 and level = 0 and number = (at.position - 1) / 256
        and length(hashes) >= ((at.position - 1) % 256 + 1) * 32
      order by generation desc limit 1
    ) end as hash
    from ledger_entry where plane = $1 and id = at.id offset 0
  ) leaf`

const tiles = `
  select level, number, hashes from ledger_tile
  where plane = $1 and generation = coalesce($2::bigint, (${newestGeneration}))
    and (level, number) in (select * from unnest($3::bigint[], $4::bigint[]))`

/** One statement, and so one transaction. */
const grow = `
  with grown as (
    update ledger_tree set size = $4
    where plane = $1 and generation = $2 and size = $3 and $3 <= $4
      and generation = (${newestGeneration})
      and $4 <= (select size from ledger_head where plane = $1)
    returning size
  ), put as (
    insert into ledger_tile (plane, generation, level, number, hashes)
    select $1, $2, level, number, substring($9::bytea from begins for bytes)
    from unnest($5::bigint[], $6::bigint[], $7::int[], $8::int[]) as tile (level, number, begins, bytes)
    where exists (select from grown)
    on conflict (plane, generation, level, number) do update set hashes = excluded.hashes
  )
  select size from grown`

const addCheckpoint = `
  insert into ledger_checkpoint (plane, generation, number, size, root, at, note)
  select $1, $2::bigint, $3::bigint, $4::bigint, $5::bytea, $6::bigint, $7
  where $4 <= (
    select size from ledger_tree
    where plane = $1 and generation = $2 and generation = (${newestGeneration})
  ) and case when $3 = 1
    then not exists (select from ledger_checkpoint where plane = $1 and generation = $2)
    else (
      select number = $3 - 1 and at <= $6 and (size < $4 or size = $4 and root = $5)
      from ledger_checkpoint where plane = $1 and generation = $2 order by number desc limit 1
    ) end
  on conflict do nothing`

const checkpoints = `
  select generation, number, size, root, at, note from ledger_checkpoint
  where plane = $1 and generation = $2 and number >= $3 order by number limit $4`

const begin = `
  insert into ledger_tree (plane, generation, size)
  select $1, $2::bigint, 0 where $2 - 1 = (${newestGeneration}) on conflict do nothing`

const hold = `
  update ledger_tree set holder = $2, until = ${nowMs} + ${leaseMs}
  where plane = $1 and generation = (${newestGeneration}) and (holder = $2 or until < ${nowMs})`

/** A plane's tree: any process may read it; of those that would let it grow, the size lets one. */
export const createTree = ({
  connections,
  plane,
  self,
  caughtUp,
}: {
  connections: Connections
  plane: PlaneId
  self: MemberId
  caughtUp: () => Promise<void>
}): LedgerTree => {
  const ask = (name: string, text: string, values: unknown[] = []) =>
    connections.use((client) => client.query({ name, text, values: [plane, ...values] }))
  let hasRow = false
  const makeRow = async (): Promise<void> => {
    if (hasRow) return
    const text = `insert into ledger_tree (plane, generation, size) values ($1, 1, 0)
      on conflict do nothing`
    await ask('tree-first', text)
    hasRow = true
  }
  return {
    async standing() {
      await caughtUp()
      const { rows } = await ask('tree-standing', `${standings} where head.plane = $1`)
      return standingOf(rows[0] ?? { plane, entries: 0, generation: 1, tree_size: 0 })
    },
    async leafHashes(from, most) {
      const { rows } = await ask('tree-leaves', leafHashes, [from, from + most - 1])
      return rows[0]?.hashes
    },
    async tiles(places, generation) {
      const levels = places.map(({ level }) => level)
      const indexes = places.map(({ index }) => index)
      const { rows } = await ask('tree-tiles', tiles, [generation, levels, indexes])
      return places.map(
        ({ level, index }) =>
          rows.find((row) => row.level === level && row.number === index)?.hashes,
      )
    },
    async grow(growth) {
      await makeRow()
      return (await ask('tree-grow', grow, growValues(growth))).rowCount === 1
    },
    async addCheckpoint({ generation, number, size, root, at, note }) {
      const values = [generation, number, size, Buffer.from(root), at, note]
      return (await ask('tree-checkpoint', addCheckpoint, values)).rowCount === 1
    },
    async checkpoints(generation, from, most) {
      return (await ask('tree-checkpoints', checkpoints, [generation, from, most])).rows
    },
    async countCheckpoints(generation) {
      const text = `select count(*) as count from ledger_checkpoint
        where plane = $1 and generation = $2`
      return (await ask('tree-count', text, [generation])).rows[0]?.count ?? 0
    },
    async thin(generation, numbers) {
      const text = `delete from ledger_checkpoint
        where plane = $1 and generation = $2 and number = any($3)`
      await ask('tree-thin', text, [generation, numbers])
    },
    async begin(generation) {
      await makeRow()
      return (await ask('tree-begin', begin, [generation])).rowCount === 1
    },
    async hold() {
      await makeRow()
      return (await ask('tree-hold', hold, [self])).rowCount === 1
    },
  }
}

export const listTrees = (connections: Connections): Promise<TreeStanding[]> =>
  connections.use(async (client) => {
    const { rows } = await client.query({ name: 'trees', text: standings })
    return rows.map(standingOf)
  })

/** The next one need not wait for our leases to run out; where this fails, it does. */
export const letGoOfTrees = async (connections: Connections, self: MemberId): Promise<void> => {
  const text = 'update ledger_tree set until = 0 where holder = $1'
  await connections.use((client) => client.query(text, [self])).catch(() => {})
}

interface StandingRow extends Partial<Omit<CheckpointRow, 'generation'>> {
  readonly plane: PlaneId
  readonly entries: number
  readonly generation: number
  readonly tree_size: number
}

const standingOf = (row: StandingRow): TreeStanding => {
  const { plane, generation, entries, tree_size, number, size, root, at, note } = row
  // Of an outer join, all of them are null where there is none.
  const checkpoint = number
    ? ({ generation, number, size, root, at, note } as CheckpointRow)
    : undefined
  return { plane, generation, entries, size: tree_size, checkpoint }
}

const growValues = ({ generation, from, to, tiles }: Growth): unknown[] => {
  const bytes = tiles.map(({ hashes }) => hashes.length)
  const begins: number[] = []
  let at = 1
  for (const length of bytes) {
    begins.push(at)
    at += length
  }
  const levels = tiles.map(({ level }) => level)
  const indexes = tiles.map(({ index }) => index)
  const hashes = Buffer.concat(tiles.map((tile) => tile.hashes))
  return [generation, from, to, levels, indexes, begins, bytes, hashes]
}
