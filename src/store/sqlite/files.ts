import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'

/** Where things lie in a data folder. `memory` has no files at all. */
export type Folder = string | 'memory'

export const lockFile = (folder: string): string => join(folder, 'lock.db')
export const storeFile = (folder: Folder): string =>
  folder === 'memory' ? ':memory:' : join(folder, 'store.db')
export const ledgerFolder = (folder: string): string => join(folder, 'ledger')
export const ledgerFile = (folder: Folder, plane: string): string =>
  folder === 'memory' ? ':memory:' : join(ledgerFolder(folder), `${plane}.db`)

export const indexFolder = (folder: string): string => join(folder, 'index')
export const indexFile = (folder: Folder, plane: string): string =>
  folder === 'memory' ? ':memory:' : join(indexFolder(folder), `${plane}.db`)

/** A folder that stands already keeps its mode: whoever made it has decided. */
export const makeFolder = (path: string): void => {
  mkdirSync(path, { recursive: true, mode: 0o700 })
}

/**
 * SQLite creates files as the umask allows and gives -wal and -shm the mode of the database file,
 * so the file is made first, for its owner alone.
 */
export const makeFile = (path: string): void => {
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
}
