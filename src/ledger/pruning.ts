import { durationMs } from '#domain/fields.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import type { LedgerFile, Store } from '#store/store.ts'
import type { Ledger } from './ledger.ts'
import { begins, hasBegun } from './record.ts'
import { isHeld, type Keeping } from './retain.ts'

/** Bodies that go in one transaction: other entries of the plane wait for one at most. */
const bodiesAtOnce = 2000
const readAtOnce = 1000
/** Entries stay for ten years where the plane says nothing else. */
const defaultRetain = '3650d'

/**
 * Takes away the bodies of entries whose time is over, by whole UTC months and always from the first on:
 * their hashes stay, and with them every proof. An entry says so before; what derives from the ledger is
 * made anew of the entries that are left. A call that is held, one without an outcome, and what no
 * checkpoint covers stop it where they stand.
 */
export const createPruning = ({
  store,
  ledger,
  clock,
  log,
}: {
  store: Store
  ledger: Ledger
  clock: Clock
  log: Log
}) => {
  /** Up to where the index of a plane's calls was made anew, by this process. */
  const cleared = new Map<PlaneId, number>()

  /** One bounded step; resolves with whether there is more to do now. */
  return async (plane: PlaneId, keeping: Keeping): Promise<boolean> => {
    const { ledger: file, calls } = store.plane(plane)
    const { to: before, done } = await file.pruning()
    if (done < before) {
      if (cleared.get(plane) !== before) await calls.clear()
      cleared.set(plane, before)
      await file.dropBodies(bodiesAtOnce)
      return true
    }
    const retain = keeping.retain?.entries ?? defaultRetain
    const to = await lastDue(file, before, keeping, clock.now() - durationMs(retain))
    if (to <= before) return false
    const bodies = to - before
    if ((await findSaid(file, to)) === undefined)
      await ledger.plane(plane).append({
        ...{ v: 1, type: 'ledger.pruned', at: clock.now(), plane },
        ...{ bodies, from: before + 1, payloads: 0, retain, to },
      })
    const said = await findSaid(file, to)
    if (said === undefined) return false
    await file.prune({ to, said })
    log.info('ledger.pruned', { plane, bodies, retain })
    return true
  }
}

/** The last of the entries that may go now. */
const lastDue = async (
  file: LedgerFile,
  before: number,
  keeping: Keeping,
  limit: number,
): Promise<number> => {
  const { checkpoint } = await file.tree.standing()
  const old = (await file.seek(monthOf(limit))) - 1
  const to = Math.min(old, checkpoint?.size ?? 0)
  if (to <= before) return before
  const open = await file.listOpen()
  const free = Math.min(to, ...open.map((position) => position - 1))
  const held = await firstHeld(file, before + 1, free, keeping)
  return held === undefined ? free : held - 1
}

const monthOf = (at: number): number => {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}

const firstHeld = async (
  file: LedgerFile,
  from: number,
  to: number,
  keeping: Keeping,
): Promise<number | undefined> => {
  if (keeping.hold === undefined) return undefined
  for (let next = from; next <= to; ) {
    const found = await file.read(next, readAtOnce, { types: begins, before: to + 1 })
    const held = found.filter(hasBegun).find(({ entry }) => isHeld(entry, keeping))
    if (held !== undefined) return held.position
    const last = found.at(-1)
    if (last === undefined || found.length < readAtOnce) return undefined
    next = last.position + 1
  }
  return undefined
}

/** The entry that says so already, after a crash that came in between. */
const findSaid = async (file: LedgerFile, to: number): Promise<number | undefined> => {
  const newest = await file.readBack(undefined, 20, { types: ['ledger.pruned'] })
  return newest.find(
    ({ entry }) => entry.type === 'ledger.pruned' && entry.bodies !== undefined && entry.to === to,
  )?.position
}
