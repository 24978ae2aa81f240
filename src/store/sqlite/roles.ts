import { createCallIndexes } from './index-worker.ts'
import { createLedgerReader } from './ledger-reader.ts'
import { createLedgerWriter } from './ledger-writer.ts'
import { createStoreDb } from './store-db.ts'

/** What a worker of the store can be: a function from questions to answers, made for a data folder. */
export const roles = {
  database: createStoreDb,
  'ledger writer': createLedgerWriter,
  'ledger reader': createLedgerReader,
  'call index': createCallIndexes,
} as const
export type Role = keyof typeof roles
