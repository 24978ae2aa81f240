import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import { createIds } from '#lib/id.ts'
import type { Log } from '#lib/log.ts'
import { createRoom } from '#lib/room.ts'
import type { Store, TreeStanding } from '#store/store.ts'
import type { KeySealer, LedgerIntegrity, PlaneLedger } from '../ledger.ts'
import { createLedgerKeys } from './keys.ts'
import { createPlaneTree, type PlaneTree } from './plane-tree.ts'
import type { PublishedPlace } from './published.ts'
import { createPublisher } from './publisher.ts'
import { createRotation } from './rotation.ts'

/** Keeps the trees of all planes: brings them after the entries, signs them, publishes what was signed. */
export interface Keeper {
  /** For whoever appends: see `createLedger`. */
  readonly integrity: LedgerIntegrity
  plane(id: PlaneId): Pick<PlaneTree, 'rollKey' | 'accept' | 'signing' | 'keep'>
  /** Of a plane that nothing has been asked of yet the ledger is checked first. */
  status(id: PlaneId): Promise<TreeStatus>
  /** Looks after all planes once a second from here on. */
  start(): void
  /** One round: everything that is due, of every plane. Resolves when it is done. */
  round(): Promise<void>
  /** Closes the ledger, so that its last entries are covered, signs what is there and publishes it. */
  close(closeLedger: () => Promise<void>): Promise<void>
}

export interface TreeStatus {
  /** Entries in the tree. */
  readonly size: number
  /** The newest; undefined where nothing has been signed. */
  readonly checkpoint: { readonly size: number; readonly at: number } | undefined
  /** Why the ledger is refused; undefined where nothing speaks against it. */
  readonly problem: string | undefined
  /** Why the newest checkpoint could not be published; undefined where it could. */
  readonly unpublished: string | undefined
}

const everyMs = 1000
/** Planes that are looked after at once: between what they write there is room for entries. */
const planesAtOnce = 4

export const createKeeper = ({
  store,
  places,
  sealer,
  append,
  clock,
  random,
  log,
}: {
  store: Store
  /** Where checkpoints are published. */
  places: readonly PublishedPlace[]
  /** Of a plane's signing keys; its own key is made or opened first. */
  sealer: (plane: PlaneId) => Promise<KeySealer>
  append: PlaneLedger['append']
  clock: Clock
  random: (bytes: number) => Buffer
  log: Log
}): Keeper => {
  const publisher = createPublisher({ places, clock, log })
  const planes = new Map<PlaneId, PlaneTree>()
  const busy = new Map<PlaneId, Promise<void>>()
  const failing = new Set<PlaneId>()
  /** Planes that this process writes to. */
  const used = new Set<PlaneId>()
  const installation = createInstallationId(store, createIds({ clock, random }))
  const inRoom = createRoom(planesAtOnce, Number.POSITIVE_INFINITY)
  let closed = false
  let cancel = () => {}
  let underWay: Promise<void> = Promise.resolve()

  const make = (plane: PlaneId): PlaneTree => {
    const { ledger: file, ledgerKeys: rows } = store.plane(plane)
    const keys = createLedgerKeys({ plane, rows, sealer: () => sealer(plane) })
    const rotation = createRotation({ plane, file, keys, clock, append })
    const about = { plane, file, keys, rotation, publisher, append, installation, clock, log }
    return createPlaneTree(about)
  }
  const plane = (id: PlaneId): PlaneTree => {
    const known = planes.get(id)
    if (known !== undefined) return known
    const made = make(id)
    planes.set(id, made)
    return made
  }

  /** One plane that fails keeps none of the others waiting. */
  const look = (tree: PlaneTree, about?: { isLast: boolean }): Promise<void> => {
    const work = inRoom(() => tree.keep(about)).then(
      () => {
        if (failing.delete(tree.plane)) log.info('ledger.kept', { plane: tree.plane })
      },
      (error: unknown) => {
        const { detail, message } = asFault(error)
        if (!failing.has(tree.plane))
          log.error('ledger.unkept', { plane: tree.plane, problem: detail ?? message })
        failing.add(tree.plane)
      },
    )
    const one = work.finally(() => busy.delete(tree.plane))
    busy.set(tree.plane, one)
    return one
  }

  let asked: Promise<TreeStanding[]> | undefined
  const round = async (): Promise<void> => {
    asked ??= store.planes.trees().finally(() => {
      asked = undefined
    })
    const due = (await asked).filter((one) => !busy.has(one.plane) && plane(one.plane).isDue(one))
    for (const one of due) used.add(one.plane)
    await Promise.all(due.map((one) => look(plane(one.plane))))
  }
  const arm = (): void => {
    if (closed) return
    cancel = clock.after(everyMs, () => {
      // While the store is away the next round is as good as this one; and none waits for a slow plane.
      underWay = round().catch(() => {})
      arm()
    })
  }

  return {
    integrity: {
      check(id) {
        used.add(id)
        return plane(id).check()
      },
      problem: (id) => plane(id).problem,
    },
    plane,
    async status(id) {
      if (plane(id).standing === undefined) await plane(id).check()
      const { problem, standing } = plane(id)
      const { size = 0, checkpoint } = standing ?? {}
      return {
        size,
        checkpoint: checkpoint && { size: checkpoint.size, at: checkpoint.at },
        problem,
        unpublished: publisher.problem(id),
      }
    },
    start: arm,
    round,
    async close(closeLedger) {
      closed = true
      cancel()
      await underWay
      await Promise.all(busy.values())
      // Keys and their entries first, while entries can be written.
      await Promise.all([...used].map((id) => look(plane(id))))
      try {
        await closeLedger()
        await Promise.all([...used].map((id) => look(plane(id), { isLast: true })))
      } finally {
        // What was signed before the ledger failed or was refused goes out no less.
        await publisher.settled()
      }
    },
  }
}

/** Drawn once for a store: two installations are never taken for one, whatever their planes are called. */
const createInstallationId = (store: Store, nextId: () => string): (() => Promise<string>) => {
  let known: Promise<string> | undefined
  const find = async (): Promise<string> => {
    const stands = await store.values.find('installation.id')
    return Buffer.from(
      stands ?? (await store.values.putFirst('installation.id', Buffer.from(nextId()))),
    ).toString()
  }
  return () => {
    known ??= find().catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
}
