import { CompiledQuery } from 'kysely'
import { Fault } from '#lib/fault.ts'
import type { Database, Step } from './database.ts'
import { first } from './migrations/0001-first.ts'
import { revisions } from './migrations/0002-revisions.ts'
import { member } from './migrations/0003-member.ts'
import { postgresLedger } from './migrations/0004-postgres-ledger.ts'
import { quotaCount } from './migrations/0005-quota-count.ts'
import { people } from './migrations/0010-people.ts'
import { endedSession } from './migrations/0011-ended-session.ts'
import { capabilityVersion } from './migrations/0020-capability-version.ts'
import { ledgerTree } from './migrations/0030-ledger-tree.ts'
import { callIndex } from './migrations/0040-call-index.ts'
import { payloadKey } from './migrations/0050-payload-key.ts'
import { ledgerPruning } from './migrations/0060-ledger-pruning.ts'
import { keyRotation } from './migrations/0061-key-rotation.ts'
import { revocation } from './migrations/0062-revocation.ts'
import { signIn } from './migrations/0070-sign-in.ts'
import { takenOnce } from './migrations/0080-taken-once.ts'
import { apiKey } from './migrations/0090-api-key.ts'
import { affiliation } from './migrations/0095-affiliation.ts'
import { mailbox } from './migrations/0100-mailbox.ts'
import { passkey } from './migrations/0110-passkey.ts'
import { indexApiKey } from './migrations/0115-index-api-key.ts'
import { sessionNote } from './migrations/0120-session-note.ts'
import { task } from './migrations/0130-task.ts'
import { verification } from './migrations/0140-verification.ts'

export interface Migration {
  /** Ascending; a number is never used twice, and gaps mean nothing. */
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
  people,
  endedSession,
  capabilityVersion,
  ledgerTree,
  callIndex,
  payloadKey,
  ledgerPruning,
  keyRotation,
  revocation,
  signIn,
  takenOnce,
  apiKey,
  affiliation,
  mailbox,
  passkey,
  indexApiKey,
  sessionNote,
  task,
  verification,
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
    const done = await listDone(database)
    const unknown = done.find((number) => !known.some((one) => one.number === number))
    if (unknown !== undefined) {
      throw new Fault('bad_store', {
        detail: `the store was written by a newer version (this one does not know its migration ${unknown})`,
      })
    }
    for (const migration of known)
      if (!done.includes(migration.number)) await apply(database, migration, nowMs)
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

const listDone = async ({ db }: Database): Promise<number[]> => {
  const rows = await db.selectFrom('migration').select('number').orderBy('number').execute()
  return rows.map(({ number }) => number)
}

const raw = (database: Database, statement: string): Step => ({
  query: CompiledQuery.raw(database.definition(statement)),
})
