import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Store } from '#store/store.ts'
import type { Ledger, PayloadSealer } from './ledger.ts'
import { createPlaneLedger, type OpenPlaneLedger } from './plane-ledger.ts'
import { recover } from './recover.ts'

export const createLedger = ({
  store,
  clock,
  seal,
  log,
  version,
  budget,
}: {
  store: Store
  clock: Clock
  /** The sealer of a plane's recorded arguments. */
  seal: (plane: PlaneId) => PayloadSealer
  log: Log
  /** Of this program, for `ledger.open` and `ledger.close`. */
  version: string
  /** Entries per second that a plane may write; undefined where nothing bounds it. */
  budget: (plane: PlaneId) => number | undefined
}): Ledger => {
  const planes = new Map<PlaneId, OpenPlaneLedger>()
  let closed = false

  const make = (plane: PlaneId): OpenPlaneLedger => {
    const file = store.plane(plane).ledger
    return createPlaneLedger({
      plane,
      file,
      clock,
      sealer: seal(plane),
      entriesPerSecond: () => budget(plane),
      closed,
      async recover() {
        const orphans = await recover({ plane, file, clock, version })
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
    return made
  }

  return {
    plane,
    async open() {
      const ids = await store.planes.list()
      await Promise.all(ids.map((id) => plane(id).open()))
    },
    async close() {
      if (closed) return
      closed = true
      await Promise.all([...planes.values()].map((one) => closePlane(one, version, log)))
    },
  }
}

/** A ledger that cannot be written any more does not keep the process from ending. */
const closePlane = async (ledger: OpenPlaneLedger, version: string, log: Log): Promise<void> => {
  try {
    await ledger.close(version)
  } catch (error) {
    log.error('ledger.unclosed', { plane: ledger.plane, problem: asFault(error).detail })
  }
}
