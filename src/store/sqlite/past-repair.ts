import { writeSync } from 'node:fs'
import type { SqliteProblem } from './sqlite-error.ts'

/**
 * What only a new process can mend (result codes: sqlite.org/rescode.html), as the event that tells of it.
 *
 * SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC: after a failed sync the system takes pages for clean that
 * may never have reached the disk, so that a second sync which succeeds says nothing of them, and what is
 * appended behind them would be lost with them when power fails. The next start writes what the WAL holds
 * into the file, syncs that, and begins only where it could: see `openForWriting`.
 *
 * SQLITE_PROTOCOL: a lock on the WAL was never given back, because the system refused that. It is this
 * process that holds it, for all of its connections and for as long as it lives.
 */
const eventOf = ({ errcode }: SqliteProblem): string | undefined => {
  if (errcode === 1034 || errcode === 1290) return 'store.sync_failed'
  return errcode === 15 ? 'store.lock_kept' : undefined
}

/** As for an error that nobody foresaw: whoever supervises the process starts it again. */
const exitCode = 1

/** Ends this process before anything is answered, where no connection of it can go on. */
export const endIfPastRepair = (what: string, problem: SqliteProblem): void => {
  const event = eventOf(problem)
  if (event === undefined) return
  const at = new Date().toISOString()
  const said = { at, level: 'error', event, what, problem: problem.message, exit: exitCode }
  writeSync(process.stderr.fd, `${JSON.stringify(said)}\n`)
  process.exit(exitCode)
}
