/** What a worker answers: the value, or what SQLite said. Its answers come in the order of the questions. */
export type Answer<Value> = { readonly value: Value } | { readonly error: SqliteProblem }

/** An error of SQLite as it crosses threads: structured cloning keeps neither class nor code. */
export interface SqliteProblem {
  readonly message: string
  /** SQLite's extended result code; 0 where the error was not SQLite's. */
  readonly errcode: number
}

export class SqliteError extends Error {
  readonly errcode: number
  constructor(problem: SqliteProblem) {
    super(problem.message)
    this.name = 'SqliteError'
    this.errcode = problem.errcode
  }
}

/** SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY (sqlite.org/rescode.html). */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof SqliteError && (error.errcode === 2067 || error.errcode === 1555)

/** As SQLite itself throws it: SQLITE_CONSTRAINT, which is what a trigger's refusal is too. */
export const isConstraint = (error: unknown): boolean => (problemOf(error).errcode & 0xff) === 19

/** As an error crosses threads. */
export const problemOf = (error: unknown): SqliteProblem => ({
  message: error instanceof Error ? error.message : String(error),
  errcode:
    error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
      ? error.errcode
      : 0,
})
