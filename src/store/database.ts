import type { CompiledQuery, Kysely, RawBuilder } from 'kysely'
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
  readonly engine: 'sqlite' | 'postgres'
  /** For the installation's tables; a plane's are reached through `inPlane`. */
  readonly db: Kysely<InstallationSchema>
  /**
   * All statements or none, durable when it resolves with `undefined`. Resolves with the index of
   * the first statement whose rows were not as many as expected; then nothing has happened.
   */
  transact(steps: readonly Step[]): Promise<number | undefined>
  /** Runs, on a database for this alone, while no other process migrates this one. */
  migrating<T>(work: (database: Database) => Promise<T>): Promise<T>
  hasTable(name: string): Promise<boolean>
  /** A statement of a migration as this engine takes it, so that text compares byte by byte. */
  definition(statement: string): string
  /** UTC milliseconds by the database's own clock, where several processes share the database. */
  readonly now?: () => RawBuilder<number>
  /** What a change adds to its transaction so that other processes hear of it. */
  readonly wake: readonly Step[]
  isUniqueViolation(error: unknown): boolean
  /** Lets nothing stand in the engine's log of rows that are gone, as far as the engine has a say in it. */
  forget(): Promise<void>
  close(): Promise<void>
}
