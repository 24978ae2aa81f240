import type { PlaneId } from '#domain/name.ts'
import { asFault, Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Store } from '#store/store.ts'

/** What the newest look at the whole ledger of a plane found. */
export interface Verification {
  /** When it ended, UTC milliseconds. */
  readonly at: number
  /** Who asked for it. */
  readonly by: string
  /** Looked at, and of how many: those from the first one on. */
  readonly entries: number
  readonly ofEntries: number
  readonly checkpoints: number
  readonly ofCheckpoints: number
  /** When the first and the last checkpoint were signed, UTC milliseconds. */
  readonly firstAt?: number | undefined
  readonly lastAt?: number | undefined
  /** Things that are wrong. */
  readonly count: number
  /** The first of them, and where; undefined where everything matches. */
  readonly problem?: string | undefined
}

export interface Verified {
  /**
   * One at a time of a plane in a process: it costs as much as reading all of its ledger. Fault('conflict')
   * while another one is under way, until what this answers is called.
   */
  begin(plane: PlaneId): () => void
  /**
   * In place of what was found before, by whichever process; it stays over a start. Where the store does
   * not take it, this process goes on telling it, and puts it there when it is asked for the next time.
   */
  keep(plane: PlaneId, found: Verification): Promise<void>
  /** Undefined where nobody has looked yet. While the store is away: as this process knew it last. */
  find(plane: PlaneId): Promise<Verification | undefined>
}

/** Shared by the processes of a store. docs/ledger-verifying.md says why it is no evidence. */
export const createVerified = ({
  store,
  log,
}: {
  store: Pick<Store, 'plane'>
  log: Log
}): Verified => {
  const underWay = new Set<PlaneId>()
  const known = new Map<PlaneId, Verification | undefined>()
  const unkept = new Set<PlaneId>()

  const put = async (plane: PlaneId): Promise<void> => {
    await store.plane(plane).verifications.put(JSON.stringify(known.get(plane)))
    unkept.delete(plane)
  }
  const orAsKnown = async (plane: PlaneId, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      log.warn('ledger.verification_unkept', { plane, problem: asFault(error).detail })
    }
  }

  return {
    begin(plane) {
      if (underWay.has(plane))
        throw new Fault('conflict', {
          detail: `The ledger of ${plane} is being verified already; ask again when that has ended.`,
        })
      underWay.add(plane)
      return () => underWay.delete(plane)
    },
    async keep(plane, found) {
      known.set(plane, found)
      unkept.add(plane)
      await orAsKnown(plane, () => put(plane))
    },
    async find(plane) {
      await orAsKnown(plane, async () => {
        if (unkept.has(plane)) return put(plane)
        const found = await store.plane(plane).verifications.find()
        known.set(plane, found === undefined ? undefined : (JSON.parse(found) as Verification))
      })
      return known.get(plane)
    },
  }
}
