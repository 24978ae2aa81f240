import type { CompiledQuery, Kysely } from 'kysely'
import type { InstallationSchema } from './schema.ts'

/** A compiled statement of a transaction that needs no answer before its end. */
export interface Step {
  readonly query: CompiledQuery
  /** How many rows it must find or change, else nothing of the transaction happens. */
  readonly expect?: number
}

/**
 * One engine's database as the table files use it. An engine owns connecting, placeholders,
 * transactions and its own errors; everything else is written once.
 */
export interface Database {
  /** For the installation's tables; a plane's are reached through `inPlane`. */
  readonly db: Kysely<InstallationSchema>
  /**
   * All statements or none, durable when it resolves with `undefined`. Resolves with the index of
   * the first statement whose rows were not as many as expected; then nothing has happened.
   */
  transact(steps: readonly Step[]): Promise<number | undefined>
  /** Runs while no other process migrates this database. */
  migrating<T>(work: () => Promise<T>): Promise<T>
  isUniqueViolation(error: unknown): boolean
  close(): Promise<void>
}
