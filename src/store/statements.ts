import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely'

/** Runs one statement by itself. */
export type Execute = <Row>(query: CompiledQuery) => Promise<QueryResult<Row>>

/**
 * A driver of single statements: a transaction goes to an engine as one message (`Database.transact`),
 * so that none stays open while this thread thinks, and no statement slips into another's.
 */
export const statementDriver = (execute: Execute): Driver => {
  const connection: DatabaseConnection = {
    executeQuery: execute,
    // biome-ignore lint/correctness/useYield: rows of tables are few enough to come at once.
    async *streamQuery() {
      throw new Error('rows of tables are not streamed')
    },
  }
  const refuse = async (): Promise<never> => {
    throw new Error('transactions go through Database.transact')
  }
  return {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: async () => {},
    destroy: async () => {},
  }
}
