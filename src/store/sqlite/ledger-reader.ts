import { DatabaseSync } from 'node:sqlite'
import { ledgerFile } from './files.ts'
import { type LedgerReadQuestion, readLedger } from './ledger-read.ts'

export type LedgerReaderQuestion = LedgerReadQuestion | { readonly ask: 'close' }

/** Reads the ledgers of a data folder on connections that cannot write, beside the one writer. Runs in a worker. */
export const createLedgerReader = (
  folder: string,
): ((question: LedgerReaderQuestion) => unknown) => {
  const ledgers = new Map<string, DatabaseSync>()

  const opened = (plane: string): DatabaseSync => {
    const known = ledgers.get(plane)
    if (known !== undefined) return known
    const db = new DatabaseSync(ledgerFile(folder, plane), { readOnly: true, timeout: 5000 })
    ledgers.set(plane, db)
    return db
  }

  return (question) => {
    if (question.ask !== 'close') return readLedger(opened(question.plane), question)
    for (const db of ledgers.values()) db.close()
    return ledgers.clear()
  }
}
