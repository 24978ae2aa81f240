import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type Folder, lockFile, makeFile, makeFolder, storeFile } from './files.ts'

export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** In a transaction: how many rows must be found or changed, else nothing of it happens. */
  readonly expect?: number
}
export type DatabaseQuestion =
  | { readonly ask: 'open' }
  | { readonly ask: 'one'; readonly statement: Statement }
  | { readonly ask: 'all'; readonly statements: readonly Statement[] }
  | { readonly ask: 'forget' }
  | { readonly ask: 'close' }

export interface StatementResult {
  readonly rows: readonly Record<string, unknown>[]
  readonly changes: number
}
/** `unexpected` is the index of the statement whose rows were not as many as expected. */
export type TransactionResult =
  | { readonly results: readonly StatementResult[] }
  | { readonly unexpected: number }

const cachedStatements = 500

/**
 * Owns store.db and, for as long as it is open, the data folder. It knows SQL and transactions and
 * nothing of what the rows mean. Runs in a worker.
 */
export const createStoreDb = (folder: Folder): ((question: DatabaseQuestion) => unknown) => {
  const prepared = new Map<string, StatementSync>()
  let lock: DatabaseSync | undefined
  let database: DatabaseSync | undefined

  const opened = (): DatabaseSync => {
    if (database === undefined) throw new Error('store.db is not open')
    return database
  }

  const open = (): void => {
    if (folder !== 'memory') {
      makeFolder(folder)
      lock = lockFolder(folder)
      makeFile(storeFile(folder))
    }
    database = new DatabaseSync(storeFile(folder), { timeout: 5000 })
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on')
    // A key that was destroyed is overwritten, not only marked as free.
    database.exec('pragma secure_delete = on')
  }

  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    if (prepared.size >= cachedStatements) prepared.clear()
    const statement = opened().prepare(sql)
    prepared.set(sql, statement)
    return statement
  }

  const run = ({ sql, parameters }: Statement): StatementResult => {
    const statement = prepare(sql)
    const values = parameters as SQLInputValue[]
    if (statement.columns().length > 0) {
      const rows = statement.all(...values)
      return { rows, changes: rows.length }
    }
    return { rows: [], changes: Number(statement.run(...values).changes) }
  }

  const transact = (statements: readonly Statement[]): TransactionResult => {
    opened().exec('begin immediate')
    try {
      const results: StatementResult[] = []
      for (const statement of statements) {
        const result = run(statement)
        const { expect } = statement
        if (expect !== undefined && expect !== result.changes) return { unexpected: results.length }
        results.push(result)
      }
      opened().exec('commit')
      return { results }
    } finally {
      if (opened().isTransaction) opened().exec('rollback')
    }
  }

  const close = (): void => {
    prepared.clear()
    database?.close()
    lock?.close()
    database = lock = undefined
  }

  return (question) => {
    switch (question.ask) {
      case 'open':
        return open()
      case 'one':
        return run(question.statement)
      case 'all':
        return transact(question.statements)
      case 'forget':
        return opened().exec('pragma wal_checkpoint(truncate)')
      case 'close':
        return close()
    }
  }
}

/** An exclusive transaction for as long as the process lives; the system drops it after kill -9. */
export const lockFolder = (folder: string): DatabaseSync => {
  makeFile(lockFile(folder))
  const lock = new DatabaseSync(lockFile(folder), { timeout: 0 })
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
    return lock
  } catch (error) {
    lock.close()
    throw error
  }
}
