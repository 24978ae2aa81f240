import { namePattern, type PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import type { Database } from './database.ts'
import { migrate } from './migrate.ts'
import { inPlane } from './plane.ts'
import { openSqliteDatabase } from './sqlite/database.ts'
import { type Ledgers, openSqliteLedgers } from './sqlite/ledgers.ts'
import type { PlaneStore, Store, StoreOptions } from './store.ts'
import { capabilityRows } from './tables/capabilities.ts'
import { clientSecretRows } from './tables/client-secrets.ts'
import { documentRows, listPlanes } from './tables/documents.ts'
import { commit, revisionRows } from './tables/revisions.ts'
import { secretRows } from './tables/secrets.ts'
import { signingKeyRows } from './tables/signing-keys.ts'
import { suspensionRows } from './tables/suspensions.ts'
import { valueRows } from './tables/values.ts'

/**
 * Opens the embedded store: a data folder, made where it does not exist (mode 0700, files 0600), or
 * SQLite in memory. Fault('locked') where another open holds the folder; Fault('bad_store') where
 * it cannot be read or a newer version wrote it.
 */
export const openStore = async ({
  folder,
  appendDeadlineMs,
  clock,
  log,
}: StoreOptions & { clock: Clock; log: Log }): Promise<Store> => {
  const database = await openSqliteDatabase(folder)
  try {
    await migrate(database, clock.now())
    const ledgers = openSqliteLedgers({ folder, clock, log, deadlineMs: appendDeadlineMs })
    return storeOf(database, ledgers)
  } catch (error) {
    await database.close()
    throw error
  }
}

const storeOf = (database: Database, ledgers: Ledgers): Store => {
  const planes = new Map<PlaneId, PlaneStore>()
  let closing: Promise<void> | undefined
  return {
    plane(id) {
      const known = planes.get(id)
      if (known !== undefined) return known
      const plane = planeStoreOf(database, ledgers, id)
      planes.set(id, plane)
      return plane
    },
    planes: {
      async list() {
        const names = await Promise.all([listPlanes(database), ledgers.list()])
        // A file that somebody laid beside the ledgers is nobody's plane.
        return [...new Set(names.flat())].filter((name) => namePattern.test(name)).sort()
      },
    },
    revisions: revisionRows(database),
    commit: (change) => commit(database, change),
    values: valueRows(database),
    close() {
      // The database last: with it the lock on the folder falls.
      closing ??= ledgers.close().finally(() => database.close())
      return closing
    },
  }
}

const planeStoreOf = (database: Database, ledgers: Ledgers, id: PlaneId): PlaneStore => {
  // The name becomes a file's: whatever made this id, no path may come of it.
  if (!namePattern.test(id)) throw new Error('a plane of an impossible name')
  const db = inPlane(database, id)
  return {
    id,
    documents: documentRows(db),
    suspensions: suspensionRows(db),
    capabilities: capabilityRows(db),
    secrets: secretRows(db),
    clientSecrets: clientSecretRows(db),
    signingKeys: signingKeyRows(db),
    ledger: ledgers.plane(id),
  }
}
