import { hostname } from 'node:os'
import type { RawBuilder } from 'kysely'
import { type MemberId, managerId, memberId, namePattern, type PlaneId } from '#domain/name.ts'
import { type Clock, type Random, systemRandom } from '#lib/clock.ts'
import { createIds } from '#lib/id.ts'
import type { Log } from '#lib/log.ts'
import type { Database } from './database.ts'
import type { OnCommit } from './group.ts'
import type { Ledgers } from './ledgers.ts'
import { createOwnMailboxes } from './mailboxes.ts'
import { migrate } from './migrate.ts'
import { inPlane } from './plane.ts'
import { type Address, readAddress } from './postgres/address.ts'
import { openPostgresDatabase } from './postgres/database.ts'
import { openPostgresLedgers } from './postgres/ledgers.ts'
import { createPostgresMailboxes } from './postgres/mailboxes.ts'
import { createPostgresCounters } from './postgres/quotas.ts'
import { createWake, type Wake } from './postgres/wake.ts'
import { openSqliteDatabase } from './sqlite/database.ts'
import { openSqliteLedgers } from './sqlite/ledgers.ts'
import type {
  EndedSessionRows,
  Mailboxes,
  Members,
  PlaneStore,
  Store,
  StoreOptions,
} from './store.ts'
import { apiKeyRows } from './tables/api-keys.ts'
import { capabilityRows } from './tables/capabilities.ts'
import { capabilityVersionRows } from './tables/capability-versions.ts'
import { clientSecretRows } from './tables/client-secrets.ts'
import { documentRows, listPlanes } from './tables/documents.ts'
import { endedSessionRows } from './tables/ended-sessions.ts'
import { followerRows } from './tables/followers.ts'
import { ledgerKeyRows } from './tables/ledger-keys.ts'
import { join, memberRows } from './tables/members.ts'
import { passkeyRows } from './tables/passkeys.ts'
import { payloadKeyRows } from './tables/payload-keys.ts'
import { personRows } from './tables/people.ts'
import { retentionRows } from './tables/retention.ts'
import { commit, revisionRows } from './tables/revisions.ts'
import { revocationRows } from './tables/revocations.ts'
import { secretRows } from './tables/secrets.ts'
import { sessionNoteRows } from './tables/session-notes.ts'
import { signInRows } from './tables/sign-ins.ts'
import { signingKeyRows } from './tables/signing-keys.ts'
import { suspensionRows } from './tables/suspensions.ts'
import { takenOnceRows } from './tables/taken-once.ts'
import { taskRows } from './tables/tasks.ts'
import { valueRows } from './tables/values.ts'
import { verificationRows } from './tables/verifications.ts'

type Opening = StoreOptions & { clock: Clock; log: Log; random?: Random; onCommit?: OnCommit }

/**
 * Opens the store: a data folder, made where it does not exist (mode 0700, files 0600), or SQLite in
 * memory, or with `url` a PostgreSQL database. Fault('locked') where another open holds the folder;
 * Fault('bad_store') where it cannot be read or used, or a newer version wrote it;
 * Fault('store_unreachable') where a database is away; Fault('bad_configuration') for a bad `url`.
 */
export const openStore = async (options: Opening): Promise<Store> => {
  const { folder, url, version = '', clock, random = systemRandom } = options
  const address = url === undefined ? undefined : readAddress(url)
  const database = await (address
    ? openPostgresDatabase(address, { clock })
    : openSqliteDatabase(folder))
  try {
    await migrate(database, clock.now())
    const nextId = createIds({ clock, random })
    const id = memberId(nextId())
    const self = { id, host: hostname(), pid: process.pid, version }
    const now = database.now ?? clock.now
    await join(database, self, now)
    const members = memberRows(database, self, now)
    const endedSessions = endedSessionRows(database, now)
    const ledgers = openLedgers(options, address, id)
    const counters =
      address && createPostgresCounters({ address, deadlineMs: options.appendDeadlineMs })
    const wake = wakeOf(options, address, database, nextId)
    return storeOf({ database, ledgers, members, endedSessions, counters, now, ...wake })
  } catch (error) {
    await database.close()
    throw error
  }
}

const openLedgers = (
  { folder, appendDeadlineMs: deadlineMs, clock, log, onCommit }: Opening,
  address: Address | undefined,
  self: MemberId,
): Ledgers =>
  address === undefined
    ? openSqliteLedgers({ folder, clock, log, deadlineMs, onCommit })
    : openPostgresLedgers({ address, self, clock, log, deadlineMs, onCommit })

const wakeOf = (
  { clock, log }: Opening,
  address: Address | undefined,
  database: Database,
  nextId: () => string,
): { wake?: Wake; mailboxes: (plane: PlaneId) => Mailboxes } => {
  if (address === undefined) return { mailboxes: createOwnMailboxes() }
  const { newest } = revisionRows(database)
  if (!address.isLocal && !address.asksForTls) {
    log.warn('store.plaintext', { store: address.place })
  }
  const wake = createWake({ address, newest, clock, log, mailboxes: () => mailboxes })
  const mailboxes = createPostgresMailboxes({ database, nextId, clock, log, listen: wake.start })
  return { wake, mailboxes: mailboxes.plane }
}

interface Parts {
  readonly database: Database
  readonly ledgers: Ledgers
  readonly members: Members
  readonly endedSessions: EndedSessionRows
  readonly counters: ReturnType<typeof createPostgresCounters> | undefined
  readonly wake?: Wake
  readonly mailboxes: (plane: PlaneId) => Mailboxes
  readonly now: () => RawBuilder<number> | number
}

const storeOf = (parts: Parts): Store => {
  const { database, ledgers, members, endedSessions, counters, wake } = parts
  const planes = new Map<PlaneId, PlaneStore>()
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await ledgers.close()
    await wake?.close()
    await counters?.close()
    await members.leave().catch(() => {})
  }
  return {
    plane(id) {
      const known = planes.get(id)
      if (known !== undefined) return known
      const plane = planeStoreOf(parts, id)
      planes.set(id, plane)
      return plane
    },
    planes: {
      async list() {
        const names = await Promise.all([listPlanes(database), ledgers.list()])
        // A file that somebody laid beside the ledgers is nobody's plane.
        return [...new Set(names.flat())].filter((name) => namePattern.test(name)).sort()
      },
      trees: ledgers.trees,
    },
    revisions: revisionRows(database),
    commit: (change) => commit(database, change),
    people: personRows(database),
    passkeys: passkeyRows(database),
    managerSignIns: signInRows(inPlane(database, managerId)),
    values: valueRows(database),
    members,
    endedSessions,
    sessionNotes: sessionNoteRows(database, parts.now),
    tasks: taskRows(database, parts.now),
    revocations: revocationRows(database, parts.now),
    takenOnce: takenOnceRows(database, parts.now),
    counters,
    onWake: (listener) => wake?.onWake(listener),
    get reachable() {
      return wake?.reachable ?? true
    },
    close() {
      // The database last: with it the lock on the folder falls.
      closing ??= close().finally(() => database.close())
      return closing
    },
  }
}

const planeStoreOf = (
  { database, ledgers, mailboxes, members: { self: holder }, now }: Parts,
  id: PlaneId,
): PlaneStore => {
  // The name becomes a file's: whatever made this id, no path may come of it.
  if (!namePattern.test(id)) throw new Error('a plane of an impossible name')
  const db = inPlane(database, id)
  return {
    id,
    documents: documentRows(db),
    suspensions: suspensionRows(db),
    capabilities: capabilityRows(db),
    capabilityVersions: capabilityVersionRows(db),
    secrets: secretRows(db),
    clientSecrets: clientSecretRows(db),
    apiKeys: apiKeyRows(db),
    signingKeys: signingKeyRows(db),
    signIns: signInRows(db),
    payloadKeys: payloadKeyRows(db),
    retention: retentionRows(db),
    verifications: verificationRows(db),
    ledgerKeys: ledgerKeyRows(db),
    ledger: ledgers.plane(id),
    calls: ledgers.index(id),
    followers: followerRows(database, { plane: id, holder, now }),
    mailboxes: mailboxes(id),
  }
}
