import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Store } from '#store/store.ts'
import { type Follower, type Following, follow } from './follow.ts'
import type { Ledger, LedgerIntegrity, PayloadSealer } from './ledger.ts'
import {
  createPlaneLedger,
  type OnCount,
  type OpenPlaneLedger,
  refusedLedger,
} from './plane-ledger.ts'
import { concludeOrphans, recover } from './recover.ts'

/** How long the calls of a process that died stay open after it was found dead. */
const orphansEveryMs = 5000

export const createLedger = ({
  store,
  clock,
  seal,
  log,
  version,
  budget,
  integrity,
  followers = followersOf(store),
  onCount,
}: {
  store: Store
  clock: Clock
  /** The sealer of what is recorded in a plane. */
  seal: (plane: PlaneId) => PayloadSealer
  log: Log
  /** Of this program, for `ledger.open` and `ledger.close`. */
  version: string
  /** Entries per second that a plane may write; undefined where nothing bounds it. */
  budget: (plane: PlaneId) => number | undefined
  integrity: LedgerIntegrity
  /** Who follows a plane's ledger where this process serves. */
  followers?: (plane: PlaneId) => readonly Follower[]
  onCount?: OnCount
}): Ledger => {
  const followed = new Map<PlaneId, readonly Following[]>()
  let serves = false
  const planes = new Map<PlaneId, OpenPlaneLedger>()
  let closed = false
  let cancel = () => {}
  let adopting: Promise<void> = Promise.resolve()

  const isAlone = async (): Promise<boolean> => {
    const { self } = store.members
    return (await store.members.list()).every(({ id, alive }) => id === self || !alive)
  }
  const make = (plane: PlaneId): OpenPlaneLedger => {
    const file = store.plane(plane).ledger
    return createPlaneLedger({
      plane,
      file,
      clock,
      sealer: seal(plane),
      entriesPerSecond: () => budget(plane),
      refused: () => integrity.problem(plane),
      closed,
      ...(onCount && { onCount }),
      onWrite() {
        for (const one of followed.get(plane) ?? []) one.wake()
      },
      async recover() {
        const problem = await integrity.check(plane)
        if (problem !== undefined) throw refusedLedger(plane, problem)
        const orphans = await recover({ plane, file, clock, version, isAlone })
        if (orphans > 0) log.warn('ledger.orphans', { plane, orphans })
        return orphans
      },
    })
  }

  const plane = (id: PlaneId): OpenPlaneLedger => {
    const known = planes.get(id)
    if (known !== undefined) return known
    const made = make(id)
    planes.set(id, made)
    if (serves) followPlane(id)
    return made
  }
  const followPlane = (id: PlaneId): void => {
    if (closed || followed.has(id)) return
    const about = { plane: id, clock, log }
    followed.set(
      id,
      followers(id).map((one) => follow(one, about)),
    )
  }

  /** Calls of other processes that have died meanwhile, in every plane of the store. */
  const adopt = async (): Promise<void> => {
    for (const id of await store.planes.list()) {
      const file = store.plane(id).ledger
      const isLeft = closed || integrity.problem(id) !== undefined
      const orphans = isLeft ? 0 : await concludeOrphans({ plane: id, file, clock })
      if (orphans > 0) log.warn('ledger.orphans', { plane: id, orphans })
    }
  }
  const watch = (): void => {
    if (closed) return
    cancel = clock.after(orphansEveryMs, () => {
      // What could not be read or written now is looked for again.
      adopting = adopt().catch(() => {})
      void adopting.then(watch)
    })
  }

  return {
    plane,
    async open() {
      const ids = await store.planes.list()
      const problems = await Promise.all(ids.map((id) => integrity.check(id)))
      const right = ids.filter((_, at) => problems[at] === undefined)
      await Promise.all(right.map((id) => plane(id).open()))
      serves = true
      for (const id of planes.keys()) followPlane(id)
      watch()
    },
    followers: (id) => (followed.get(id) ?? []).map((one) => one.status()),
    async close() {
      if (closed) return
      closed = true
      cancel()
      await adopting
      const right = [...planes].filter(([id]) => integrity.problem(id) === undefined)
      await Promise.all(right.map(([, one]) => closePlane(one, version, log)))
      await Promise.all([...followed.values()].flat().map((one) => one.close()))
    },
  }
}

/** Entries at a time: what is done with them is a transaction of some milliseconds. */
export const indexedAtOnce = 2000

const followersOf =
  (store: Store) =>
  (plane: PlaneId): Follower[] => [
    { name: 'call index', step: () => store.plane(plane).calls.step(indexedAtOnce) },
  ]

/** A ledger that cannot be written any more does not keep the process from ending. */
const closePlane = async (ledger: OpenPlaneLedger, version: string, log: Log): Promise<void> => {
  try {
    await ledger.close(version)
  } catch (error) {
    log.error('ledger.unclosed', { plane: ledger.plane, problem: asFault(error).detail })
  }
}
