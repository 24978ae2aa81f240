import {
  CompiledQuery,
  type Dialect,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  sql,
} from 'kysely'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Database } from '../database.ts'
import type { InstallationSchema } from '../schema.ts'
import { type Execute, statementDriver } from '../statements.ts'
import type { Address } from './address.ts'
import { type Connections, createConnections } from './connections.ts'
import { nowMs } from './now.ts'
import { isUniqueViolation, sqlState, storeFault } from './postgres-error.ts'
import { createTransact } from './transaction.ts'
import { wakeChannel } from './wake.ts'

const mostConnections = 8
const waitMs = 5000
const statementMs = 30_000
/** For another process that migrates. */
const migrationWaitMs = 60_000
/** "bailiwick" as a number; whoever migrates holds it. */
const migrationLock = 0x62_61_69_6c

/**
 * The tables on a PostgreSQL database. Fault('bad_store') where the database cannot be used as it
 * is, Fault('store_unreachable') where it cannot be reached.
 */
export const openPostgresDatabase = async (
  address: Address,
  { clock }: { clock: Clock },
): Promise<Database> => {
  const connections = createConnections({ address, most: mostConnections, waitMs, statementMs })
  try {
    await checkUsable(connections, address)
    return databaseOn(connections, address, clock)
  } catch (error) {
    await connections.close()
    throw openFault(error, address)
  }
}

const databaseOn = (connections: Connections, address: Address, clock: Clock): Database => ({
  engine: 'postgres',
  db: new Kysely<InstallationSchema>({ dialect: dialectOn(connections) }),
  transact: createTransact({ connections, place: address.place, clock }),
  migrating: (work) => migrating(address, clock, work),
  async hasTable(name) {
    const text = 'select to_regclass($1) is not null as stands'
    const { rows } = await connections.use((client) => client.query(text, [name]))
    return rows[0]?.stands === true
  },
  // The database's own order may be that of a language.
  definition: (text) =>
    /^(create( unlogged)?|alter) table/i.test(text)
      ? text.replaceAll(/\btext\b/g, 'text collate "C"')
      : text,
  now: () => sql.raw<number>(nowMs),
  wake: [{ query: CompiledQuery.raw(`select pg_notify('${wakeChannel}', '')`) }],
  isUniqueViolation,
  // Its log is the server's, and so is when a table is vacuumed.
  forget: async () => {},
  close: () => connections.close(),
})

/**
 * On connections of their own, whose statements take as long as they take; the lock is the
 * session's, so it falls with it.
 */
const migrating = async <T>(
  address: Address,
  clock: Clock,
  work: (database: Database) => Promise<T>,
): Promise<T> => {
  const connections = createConnections({ address, most: 2, waitMs, statementMs: 0 })
  try {
    return await connections.use(async (client) => {
      await client.query(`set lock_timeout = ${migrationWaitMs}`)
      await client.query('select pg_advisory_lock($1)', [migrationLock])
      return work(databaseOn(connections, address, clock))
    })
  } catch (error) {
    throw sqlState(error) === '42501' ? mayNotMigrate(address, error) : error
  } finally {
    await connections.close()
  }
}

const mayNotMigrate = ({ place }: Address, cause: unknown): Fault =>
  new Fault('bad_store', {
    detail: `the tables of ${place} are those of another version, and this role may not change them`,
    fix: 'Start once as the role that owns the tables; docs/storage.md, PostgreSQL, tells how.',
    cause,
  })

const oldestVersion = 140_000

const checkUsable = async (connections: Connections, { place }: Address): Promise<void> => {
  const { rows } = await connections.use((client) =>
    client.query(`select current_setting('server_version_num')::int as version,
      current_setting('server_version') as named,
      current_setting('server_encoding') as encoding,
      current_setting('default_transaction_read_only') = 'on' or pg_is_in_recovery() as read_only`),
  )
  const { version, named, encoding, read_only: isReadOnly } = rows[0]
  const problem =
    version < oldestVersion
      ? `PostgreSQL ${named} is too old; 14 is the oldest that can be used`
      : encoding !== 'UTF8'
        ? `its encoding is ${encoding} and has to be UTF8`
        : isReadOnly
          ? 'it takes no writes: a standby, or read-only by default'
          : undefined
  if (problem !== undefined) throw new Fault('bad_store', { detail: `${place}: ${problem}` })
}

/** Who may not come in (28…), or asks for a database that is not there (3D000), is told at the start. */
const openFault = (error: unknown, { place }: Address): unknown => {
  const isOurs = /^(28|3D)/.test(sqlState(error instanceof Fault ? error.cause : error) ?? '')
  const told = storeFault(error, place)
  if (told instanceof Fault && !isOurs) return told
  const message = error instanceof Error ? error.message : 'unknown'
  return new Fault('bad_store', { detail: `${place}: ${message}`, cause: error })
}

const dialectOn = (connections: Connections): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => statementDriver(executeOn(connections)),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createIntrospector: (db) => new PostgresIntrospector(db),
})

/** Each on whatever connection is free. */
const executeOn =
  (connections: Connections): Execute =>
  <Row>({ sql: text, parameters }: CompiledQuery) =>
    connections.use(async (client): Promise<QueryResult<Row>> => {
      const { rows, rowCount } = await client.query(text, [...parameters])
      return { rows: rows as Row[], numAffectedRows: BigInt(rowCount ?? 0) }
    })
