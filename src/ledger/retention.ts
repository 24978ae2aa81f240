import { hash } from 'node:crypto'
import { durationMs } from '#domain/fields.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Store, StoredEntry } from '#store/store.ts'
import type { Ledger } from './ledger.ts'
import { findOutcomes } from './outcomes.ts'
import { createPruning } from './pruning.ts'
import { hasBegun, type StoredBegun } from './record.ts'
import {
  isHeld,
  type Keeping,
  type KeptAs,
  keepingOf,
  retentionOf,
  retentionsOf,
} from './retain.ts'
import { createThinning } from './tree/thinning.ts'

export interface Retention {
  /** One bounded step in each plane; resolves with whether there is more to do now. */
  step(): Promise<boolean>
  close(): Promise<void>
}

/** Calls that are looked at in a step: other entries of the plane wait for one such deletion at most. */
const stepCalls = 500
const betweenStepsMs = 20
const everyMs = 10 * 60_000
/** After a start: one that is started often lets go as well. */
const firstMs = 1000

/** How far a plane was let go of, for each time that something is kept, under one set of rules. */
interface State {
  readonly rules: string
  readonly positions: Readonly<Record<string, number>>
}

/**
 * Lets go of what is recorded of calls that are older than their plane keeps it, in small steps. The
 * entries stay, and so does everything that is proven by them; bodies go much later (`pruning.ts`). Of several processes the one that has
 * been there longest does it; where another does it as well, nothing is lost by that.
 */
export const createRetention = ({
  store,
  ledger,
  clock,
  log,
  planes,
}: {
  store: Store
  ledger: Ledger
  clock: Clock
  log: Log
  /** What each plane's document says now. */
  planes: () => readonly { readonly plane: PlaneId; readonly document: KeptAs }[]
}): Retention => {
  let cancel = () => {}
  let running: Promise<void> = Promise.resolve()
  let closed = false
  const prune = createPruning({ store, ledger, clock, log })
  const thin = createThinning({ store, clock })

  const isOurs = async (): Promise<boolean> => {
    const { self } = store.members
    const members = await store.members.list()
    return members.find(({ alive, id }) => alive || id === self)?.id === self
  }

  const step = async (): Promise<boolean> => {
    if (!(await isOurs())) return false
    let hasMore = false
    for (const { plane, document } of planes())
      if (!closed && (await stepIn(plane, keepingOf(document)))) hasMore = true
    return hasMore
  }

  const stepIn = async (plane: PlaneId, keeping: Keeping): Promise<boolean> => {
    const all = retentionsOf(keeping)
    await thin(plane)
    const hasBodies = await prune(plane, keeping)
    if (all.length === 0) return hasBodies
    let state = await readState(plane, keeping)
    let hasMore = hasBodies
    for (const retain of all) {
      const from = state.positions[retain] ?? 1
      const next = await letGo(plane, keeping, retain, from)
      if (next.position === from) continue
      hasMore ||= next.isFull
      state = { ...state, positions: { ...state.positions, [retain]: next.position } }
      await store.plane(plane).retention.put(JSON.stringify(state))
    }
    return hasMore
  }

  /** Under other rules everything is looked at anew: what a hold kept is kept by it no longer. */
  const readState = async (plane: PlaneId, { retain, hold }: Keeping): Promise<State> => {
    const rules = hash('sha256', JSON.stringify([retain, hold]), 'hex')
    const found = await store.plane(plane).retention.find()
    const state = found === undefined ? undefined : (JSON.parse(found) as State)
    return state?.rules === rules ? state : { rules, positions: {} }
  }

  /** The entry comes before the deed: nothing goes without one. */
  const letGo = async (plane: PlaneId, keeping: Keeping, retain: string, from: number) => {
    const file = store.plane(plane).ledger
    const limit = clock.now() - durationMs(retain)
    const found = await file.read(from, stepCalls, { types: ['call.intent'] })
    const young = found.findIndex(({ entry }) => entry.at > limit)
    const old = young < 0 ? found : found.slice(0, young)
    const due = old.filter(hasBegun).filter((one) => isDue(one, keeping, retain))
    const outcomes = await findOutcomes(file, due)
    const places = [...due, ...outcomes.values()].map(({ position }) => position)
    const positions = places.length === 0 ? [] : await file.listPayloads(places)
    if (positions.length > 0) {
      await ledger.plane(plane).append(entryOf(plane, clock.now(), positions, retain))
      await file.dropPayloads(positions)
      log.info('ledger.pruned', { plane, payloads: positions.length, retain })
    }
    const position = afterLast(old, from)
    return { position, isFull: old.length === stepCalls }
  }

  const arm = (inMs: number): void => {
    if (closed) return
    cancel = clock.after(inMs, () => {
      running = step().then(
        (hasMore) => arm(hasMore ? betweenStepsMs : everyMs),
        (thrown: unknown) => {
          log.warn('ledger.unpruned', { problem: asFault(thrown).detail })
          arm(everyMs)
        },
      )
    })
  }
  arm(firstMs)

  return {
    step,
    async close() {
      closed = true
      cancel()
      await running
    },
  }
}

const isDue = ({ entry }: StoredBegun, keeping: Keeping, retain: string): boolean =>
  entry.type === 'call.intent' && retentionOf(entry, keeping) === retain && !isHeld(entry, keeping)

const entryOf = (plane: PlaneId, at: number, positions: readonly number[], retain: string) =>
  ({
    v: 1,
    type: 'ledger.pruned',
    at,
    plane,
    from: Math.min(...positions),
    to: Math.max(...positions),
    payloads: positions.length,
    retain,
  }) as const

const afterLast = (stored: readonly StoredEntry[], from: number): number => {
  const last = stored.at(-1)
  return last === undefined ? from : last.position + 1
}
