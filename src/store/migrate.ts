import { CompiledQuery } from 'kysely'
import { Fault } from '#lib/fault.ts'
import type { Database, Step } from './database.ts'
import { first } from './migrations/0001-first.ts'
import { revisions } from './migrations/0002-revisions.ts'
import { member } from './migrations/0003-member.ts'
import { postgresLedger } from './migrations/0004-postgres-ledger.ts'
import { quotaCount } from './migrations/0005-quota-count.ts'

export interface Migration {
  /** From 1, without gaps. */
  readonly number: number
  readonly name: string
  readonly statements: readonly string[]
  /** What PostgreSQL alone has; on SQLite a plane's ledger is a file. */
  readonly postgres?: readonly string[]
}

export const migrations: readonly Migration[] = [
  first,
  revisions,
  member,
  postgresLedger,
  quotaCount,
]

/**
 * Brings the tables to what this version knows, each migration in a transaction of its own together
 * with its row in `migration`. A database of a newer version is refused with Fault('bad_store'):
 * nothing is known of what its rows mean.
 */
export const migrate = (
  database: Database,
  nowMs: number,
  known: readonly Migration[] = migrations,
): Promise<void> =>
  database.migrating(async (database) => {
    if (!(await database.hasTable('migration'))) {
      await database.transact([
        raw(
          database,
          `create table migration (
            number bigint primary key,
            name text not null,
            at bigint not null
          )`,
        ),
      ])
    }
    const done = await newest(database)
    if (done > known.length) {
      throw new Fault('bad_store', {
        detail: `the store was written by a newer version (migration ${done}, this one knows ${known.length})`,
      })
    }
    for (const migration of known.slice(done)) await apply(database, migration, nowMs)
  })

const apply = async (database: Database, migration: Migration, nowMs: number): Promise<void> => {
  const { number, name } = migration
  const own = database.engine === 'postgres' ? (migration.postgres ?? []) : []
  const statements = [...migration.statements, ...own]
  const row = database.db.insertInto('migration').values({ number, name, at: nowMs }).compile()
  await database.transact([
    ...statements.map((text) => raw(database, text)),
    { query: row, expect: 1 },
  ])
}

const newest = async ({ db }: Database): Promise<number> => {
  const row = await db
    .selectFrom('migration')
    .select('number')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.number ?? 0
}

const raw = (database: Database, statement: string): Step => ({
  query: CompiledQuery.raw(database.definition(statement)),
})
