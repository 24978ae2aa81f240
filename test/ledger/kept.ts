import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { PlaneId } from '#domain/name.ts'
import { createEvidence, type Evidence } from '#ledger/bundle/evidence.ts'
import { createLedger } from '#ledger/create-ledger.ts'
import type { PersonalHashes } from '#ledger/hashed.ts'
import type { KeySealer, Ledger } from '#ledger/ledger.ts'
import { createRecordedQuery } from '#ledger/recorded.ts'
import { createKeeper, type Keeper } from '#ledger/tree/keeper.ts'
import { inFile, type PublishedPlace } from '#ledger/tree/published.ts'
import { type Clock, systemRandom } from '#lib/clock.ts'
import { type Log, silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { CheckpointRow, Store } from '#store/store.ts'
import { callAt, intentOf, ops, outcomeOf } from '../store/entries.ts'
import { keySealerOf, sealerOf } from './sealer.ts'

/** Of nobody is anything personal. */
export const noHashes: PersonalHashes = {
  find: async () => [],
  sought: async () => ({ hashes: [], since: undefined }),
}

/** A ledger with its tree, as `assemble.ts` puts them together. */
export interface Kept {
  readonly store: Store
  readonly ledger: Ledger
  readonly keeper: Keeper
  /** So many calls, two entries each. */
  call(count: number, plane?: PlaneId): Promise<void>
  checkpoints(plane?: PlaneId, generation?: number): Promise<CheckpointRow[]>
  bodies(plane?: PlaneId): Promise<string[]>
  evidence(plane?: PlaneId): Evidence
  /** As a stop does. */
  close(): Promise<void>
}

export interface KeptOptions {
  readonly folder: string | 'memory'
  readonly url?: string
  readonly clock: Clock
  readonly log?: Log
  /** Default: `published` in the folder. */
  readonly places?: readonly PublishedPlace[]
  /** What stands between the keeper and the store. */
  readonly through?: (store: Store) => Store
  readonly sealer?: (plane: PlaneId) => Promise<KeySealer>
}

export const publishedIn = (folder: string): PublishedPlace => inFile(join(folder, 'published'))

let made = 0

export const openKept = async ({
  folder,
  url,
  clock,
  log = silentLog,
  places = folder === 'memory' ? [] : [publishedIn(folder)],
  through = (store) => store,
  sealer = async (plane) => keySealerOf(`${plane} ledger key`),
}: KeptOptions): Promise<Kept> => {
  const where = url === undefined ? { folder } : { folder, url }
  const opened = await openStore({ ...where, appendDeadlineMs: 10_000, clock, log: silentLog })
  const store = through(opened)
  const keeper = createKeeper({
    store,
    places,
    sealer,
    append: (entry) => ledger.plane(entry.plane).append(entry),
    clock,
    random: systemRandom,
    log,
  })
  const { integrity } = keeper
  const about = { clock, seal: sealerOf, log, version: '1', budget: () => undefined, integrity }
  const ledger = createLedger({ store, ...about })
  return {
    store,
    ledger,
    keeper,
    async call(count, plane = ops) {
      const calls = Array.from({ length: count }, () => callAt(made++, clock.now()))
      await Promise.all(
        calls.map(async (call) => {
          const at = clock.now()
          await ledger.plane(plane).intend(intentOf(call, { plane, at }), Buffer.from('{}'))
          await ledger.plane(plane).conclude(outcomeOf(call, { plane, at }))
        }),
      )
      await opened.plane(plane).ledger.size()
    },
    checkpoints: (plane = ops, generation = 1) =>
      opened.plane(plane).ledger.tree.checkpoints(generation, 1, 10_000),
    bodies: (plane = ops) => bodiesOf(opened, plane),
    evidence: (plane = ops) =>
      createEvidence({
        ...{ plane, store, clock, version: '1' },
        ledger: ledger.plane(plane),
        tree: keeper.plane(plane),
        recorded: createRecordedQuery({ store, seal: sealerOf }),
      }),
    async close() {
      await keeper.close(ledger.close)
      await opened.close()
    },
  }
}

/** Canonical JSON is what JSON.stringify gives, where keys come in the order in which they stood. */
const bodiesOf = async (store: Store, plane: PlaneId): Promise<string[]> => {
  const entries = await store.plane(plane).ledger.read(1, 1_000_000)
  return entries.map(({ entry }) => JSON.stringify(entry))
}

const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** RFC 9162 §2.1.1, word for word. */
export const naiveRoot = (bodies: readonly string[]): Buffer => {
  if (bodies.length === 0) return sha256()
  if (bodies.length === 1) return sha256('\0', bodies[0] ?? '')
  let k = 1
  while (k * 2 < bodies.length) k *= 2
  return sha256('\x01', naiveRoot(bodies.slice(0, k)), naiveRoot(bodies.slice(k)))
}
