import { writeSync } from 'node:fs'
import type { SqliteProblem } from './sqlite-error.ts'

/** SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC (sqlite.org/rescode.html). */
export const isFailedSync = ({ errcode }: SqliteProblem): boolean =>
  errcode === 1034 || errcode === 1290

/** As for an error that nobody foresaw: whoever supervises the process starts it again. */
const exitCode = 1

/**
 * Ends this process before anything is answered. After a failed sync the system takes pages for clean
 * that may never have reached the disk, so that a second sync which succeeds says nothing of them, and
 * what is appended behind them would be lost with them when power fails. The next start writes what
 * the WAL holds into the file, syncs that, and begins only where it could: see `openForWriting`.
 */
export const endProcess = (what: string, { message }: SqliteProblem): never => {
  const said = {
    at: new Date().toISOString(),
    level: 'error',
    event: 'store.sync_failed',
    what,
    problem: message,
    exit: exitCode,
  }
  writeSync(process.stderr.fd, `${JSON.stringify(said)}\n`)
  process.exit(exitCode)
}
