import {
  type CompiledQuery,
  type Dialect,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { Fault } from '#lib/fault.ts'
import type { Database, Step } from '../database.ts'
import type { InstallationSchema } from '../schema.ts'
import { statementDriver } from '../statements.ts'
import type { Folder } from './files.ts'
import { isUniqueViolation, SqliteError } from './sqlite-error.ts'
import type { DatabaseQuestion, StatementResult, TransactionResult } from './store-db.ts'
import { type AskWorker, startWorker } from './worker.ts'

type Asking = AskWorker<DatabaseQuestion>

/**
 * store.db behind its worker, and with it the lock on the data folder: Fault('locked') where another
 * process, or another open of this one, holds it.
 */
export const openSqliteDatabase = async (folder: Folder): Promise<Database> => {
  const worker = startWorker<DatabaseQuestion>('database', folder)
  try {
    await worker.ask({ ask: 'open' })
  } catch (cause) {
    await worker.end()
    throw openFault(folder, cause)
  }
  const database: Database = {
    engine: 'sqlite',
    db: new Kysely<InstallationSchema>({ dialect: workerDialect(worker) }),
    transact: (steps) => transact(worker, steps),
    // The lock on the folder leaves nobody else who could.
    migrating: (work) => work(database),
    async hasTable(name) {
      const statement = { sql: 'select 1 from sqlite_schema where name = ?', parameters: [name] }
      return (await worker.ask<StatementResult>({ ask: 'one', statement })).rows.length > 0
    },
    definition: (statement) => statement,
    wake: [],
    isUniqueViolation,
    // Where somebody reads meanwhile it stands until it is written over.
    forget: () => worker.ask<void>({ ask: 'forget' }),
    async close() {
      await worker.ask({ ask: 'close' })
      await worker.end()
    },
  }
  return database
}

const transact = async (worker: Asking, steps: readonly Step[]): Promise<number | undefined> => {
  const statements = steps.map(({ query, expect }) => ({
    sql: query.sql,
    parameters: query.parameters,
    ...(expect !== undefined && { expect }),
  }))
  const result = await worker.ask<TransactionResult>({ ask: 'all', statements })
  return 'unexpected' in result ? result.unexpected : undefined
}

/** SQLITE_BUSY is what an exclusive lock of somebody else looks like. */
const openFault = (folder: Folder, cause: unknown): Fault =>
  cause instanceof SqliteError && (cause.errcode & 0xff) === 5
    ? new Fault('locked', { detail: `the data folder ${folder} is in use`, cause })
    : new Fault('bad_store', { detail: `the data folder ${folder} cannot be opened`, cause })

const workerDialect = (worker: Asking): Dialect => ({
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => statementDriver((query) => executeOne(worker, query)),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createIntrospector: (db) => new SqliteIntrospector(db),
})

const executeOne = async <Row>(
  worker: Asking,
  { sql, parameters }: CompiledQuery,
): Promise<QueryResult<Row>> => {
  const statement = { sql, parameters }
  const { rows, changes } = await worker.ask<StatementResult>({ ask: 'one', statement })
  return { rows: rows as Row[], numAffectedRows: BigInt(changes) }
}
