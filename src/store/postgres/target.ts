import type { PoolClient } from 'pg'
import type { Address } from './address.ts'
import { type Connections, createConnections } from './connections.ts'

/** A database that takes what another store held, in one transaction: everything or nothing. */
export interface Target {
  /** The first of the tables that holds anything; those of the ledgers are looked at too. */
  findUsed(tables: readonly string[]): Promise<string | undefined>
  insert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly unknown[])[],
  ): Promise<void>
  count(table: string): Promise<number>
  /** Entries behind those that stand, each with the id under which it will be known. */
  append(plane: string, entries: readonly TargetEntry[]): Promise<void>
  /** What a plane's ledger is when all entries are there. */
  conclude(
    plane: string,
    head: { size: number; latest: number },
    open: readonly string[],
  ): Promise<void>
  /** How far bodies have gone, behind entries and tree. */
  prune(plane: string, pruning: MovedPruning): Promise<void>
  /** Entries as they stand, from a position on, in their order. */
  entries(plane: string, from: number, most: number): Promise<TargetEntry[]>
  /** Rows of a plane in one of its tables, by these columns, of which the first `keys` tell them apart; behind a row. */
  rows(
    table: string,
    about: { plane: string; columns: readonly string[]; keys: number; most: number },
    behind: readonly unknown[] | undefined,
  ): Promise<unknown[][]>
}
export interface MovedPruning {
  readonly to: number
  readonly said: number
  readonly done: number
}
export interface TargetEntry {
  readonly position: number
  readonly latest: number
  readonly id: string
  readonly type: string
  readonly at: number
  readonly body: string
  readonly payload: Uint8Array | null
}

const ledgerTables = [
  'ledger_entry',
  'ledger_position',
  'ledger_open',
  'ledger_queue',
  'ledger_head',
  'ledger_tree',
  'ledger_tile',
  'ledger_checkpoint',
  'ledger_pruning',
]
const waitMs = 10_000

/** Resolves with what `work` does when it is committed. Nobody else writes to these tables meanwhile. */
export const intoTarget = async <T>(
  address: Address,
  tables: readonly string[],
  work: (target: Target) => Promise<T>,
): Promise<T> => {
  const connections: Connections = createConnections({ address, most: 1, waitMs, statementMs: 0 })
  try {
    return await connections.use(async (client) => {
      await client.query('begin')
      await client.query(`set local lock_timeout = ${waitMs}`)
      const all = [...tables, ...ledgerTables].map(quoted).join(', ')
      await client.query(`lock table ${all} in share row exclusive mode`)
      const answer = await work(targetOn(client))
      await client.query('commit')
      return answer
    })
  } finally {
    // Whatever was not committed is rolled back with the connection.
    await connections.close()
  }
}

const targetOn = (client: PoolClient): Target => ({
  async findUsed(tables) {
    for (const table of [...tables, ...ledgerTables]) {
      const { rowCount } = await client.query(`select from ${quoted(table)} limit 1`)
      if (rowCount !== 0) return table
    }
    return undefined
  },
  async insert(table, columns, rows) {
    const places = rows.map(
      (row, at) => `(${row.map((_, n) => `$${at * columns.length + n + 1}`).join(', ')})`,
    )
    const into = `${quoted(table)} (${columns.map(quoted).join(', ')})`
    await client.query(`insert into ${into} values ${places.join(', ')}`, rows.flat())
  },
  async count(table) {
    return (await client.query(`select count(*) as count from ${quoted(table)}`)).rows[0]?.count
  },
  async append(plane, entries) {
    const column = <T>(of: (entry: TargetEntry) => T): T[] => entries.map(of)
    await client.query(
      `insert into ledger_entry (plane, id, type, at, writer, body, payload)
       select $1, * from unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bytea[])`,
      [
        plane,
        column(({ id }) => id),
        column(({ type }) => type),
        column(({ at }) => at),
        column(() => ''),
        column(({ body }) => body),
        column(({ payload }) => payload && Buffer.from(payload)),
      ],
    )
    await client.query(
      `insert into ledger_position (plane, position, id, latest)
       select $1, * from unnest($2::bigint[], $3::text[], $4::bigint[])`,
      [
        plane,
        column(({ position }) => position),
        column(({ id }) => id),
        column(({ latest }) => latest),
      ],
    )
  },
  async conclude(plane, { size, latest }, open) {
    await client.query('insert into ledger_head (plane, size, latest) values ($1, $2, $3)', [
      plane,
      size,
      latest,
    ])
    // No process of that name is a member: at the next start they are orphans.
    await client.query(
      `insert into ledger_open (plane, call, writer) select $1, unnest($2::text[]), ''`,
      [plane, open],
    )
  },
  async prune(plane, { to, said, done }) {
    const made = 'insert into ledger_pruning (plane, up_to, said, done) values ($1, 0, 0, 0)'
    await client.query(made, [plane])
    const set = 'update ledger_pruning set up_to = $2, said = $3, done = $4 where plane = $1'
    await client.query(set, [plane, to, said, done])
  },
  async entries(plane, from, most) {
    const { rows } = await client.query(
      `select position, latest, id, type, at, body, payload
       from ledger_position join ledger_entry using (plane, id)
       where plane = $1 and position >= $2 order by position limit $3`,
      [plane, from, most],
    )
    return rows
  },
  async rows(table, { plane, columns, keys, most }, behind) {
    const key = columns.slice(0, keys).map(quoted).join(', ')
    const places = columns.slice(0, keys).map((_, at) => `$${at + 3}`)
    const later = behind === undefined ? '' : `and (${key}) > (${places.join(', ')})`
    const { rows } = await client.query({
      text: `select ${columns.map(quoted).join(', ')} from ${quoted(table)}
        where plane = $1 ${later} order by ${key} limit $2`,
      values: [plane, most, ...(behind?.slice(0, keys) ?? [])],
      rowMode: 'array',
    })
    return rows
  },
})

/** Names come from our own migrations. */
const quoted = (name: string): string => `"${name}"`
