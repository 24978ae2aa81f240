import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import { answerQuestions } from './answer.ts'
import { ledgerFile } from './files.ts'
import { type LedgerReadQuestion, readLedger } from './ledger-read.ts'

/** Reads the ledgers of a data folder on connections that cannot write, beside the one writer. */
const { folder } = workerData as { folder: string }
const ledgers = new Map<string, DatabaseSync>()

const opened = (plane: string): DatabaseSync => {
  const known = ledgers.get(plane)
  if (known !== undefined) return known
  const db = new DatabaseSync(ledgerFile(folder, plane), { readOnly: true, timeout: 5000 })
  ledgers.set(plane, db)
  return db
}

answerQuestions<LedgerReadQuestion | { readonly ask: 'close' }>((question) => {
  if (question.ask !== 'close') return readLedger(opened(question.plane), question)
  for (const db of ledgers.values()) db.close()
  return ledgers.clear()
})
