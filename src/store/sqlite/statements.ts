import type { DatabaseSync, StatementSync } from 'node:sqlite'

const cached = new WeakMap<DatabaseSync, Map<string, StatementSync>>()

/** Each text once for a connection. Rows come as arrays. */
export const prepare = (db: DatabaseSync, sql: string): StatementSync => {
  const statements = cached.get(db) ?? new Map<string, StatementSync>()
  cached.set(db, statements)
  const statement = statements.get(sql) ?? db.prepare(sql)
  statement.setReturnArrays(true)
  statements.set(sql, statement)
  return statement
}
