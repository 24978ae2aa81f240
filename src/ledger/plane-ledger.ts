import type { Entry } from '#domain/entry.ts'
import type { CallId, PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault, Fault } from '#lib/fault.ts'
import type { LedgerFile } from '#store/store.ts'
import { bodyOf } from './body.ts'
import { createCoalescer } from './coalesce.ts'
import { createStrangerCount } from './count-strangers.ts'
import type { PayloadSealer, PlaneLedger } from './ledger.ts'
import { createRepair } from './repair.ts'
import { movesTo } from './second.ts'

export interface OpenPlaneLedger extends PlaneLedger {
  /** Resolves with the number of orphans once the ledger is open for this process. */
  open(): Promise<number>
  /** Writes what is still being counted and `ledger.close`; nothing is accepted after that. */
  close(version: string): Promise<void>
}

/** What binds an encrypted payload to its place; opening takes the same. */
export const payloadContext = (plane: PlaneId, call: CallId): string => `${plane}/${call}`

export const createPlaneLedger = ({
  plane,
  file,
  clock,
  sealer,
  entriesPerSecond,
  recover,
  onWrite = () => {},
  closed = false,
}: {
  plane: PlaneId
  file: LedgerFile
  clock: Clock
  sealer: PayloadSealer
  /** Asked at every look, so that a changed budget is in force at once. */
  entriesPerSecond: () => number | undefined
  /** Closes what a crash left open; runs before the first entry of this process. */
  recover: () => Promise<number>
  /** Told of every entry before it is durable. */
  onWrite?: () => void
  closed?: boolean
}): OpenPlaneLedger => {
  const budget = createBudget(clock, entriesPerSecond)
  let opened = false
  let opening: Promise<number> | undefined

  const open = (): Promise<number> => {
    opening ??= recover().then(
      (orphans) => {
        opened = true
        return orphans
      },
      (error: unknown) => {
        // Tried again by whoever comes next.
        opening = undefined
        throw unopened(plane, error)
      },
    )
    return opening
  }

  /** Not async: the hot path has one promise an entry. What is no entry is thrown at once. */
  const write = (entry: Entry, call: string, payload?: Uint8Array): Promise<void> => {
    if (closed) throw new Fault('unrecordable', { detail: `${plane}: the ledger is closed` })
    const row = { type: entry.type, at: entry.at, call, body: bodyOf(entry), ...keyOf(entry) }
    budget.spend()
    onWrite()
    const whole = payload === undefined ? row : { ...row, payload }
    return opened ? file.append(whole) : open().then(() => file.append(whole))
  }

  const hasRoom = (now: number): boolean => budget.left(now)
  const repair = createRepair({ file, clock, write: (outcome) => write(outcome, outcome.call) })
  const refusals = createCoalescer({
    plane,
    clock,
    hasRoom,
    write: (entry) => write(entry, entry.type === 'call.refused' ? entry.call : ''),
  })
  const strangers = createStrangerCount({ plane, clock, write: (entry) => write(entry, '') })

  return {
    plane,
    open,
    room: (now) => (file.failing ? 'failing' : hasRoom(now) ? 'open' : 'over budget'),
    async intend(intent, argumentsJson) {
      const payload = sealer.seal(argumentsJson, payloadContext(plane, intent.call))
      try {
        return await write(intent, intent.call, payload)
      } catch (error) {
        if (asFault(error).code === 'unrecordable') repair.intentInDoubt(intent)
        throw error
      }
    },
    async conclude(outcome) {
      try {
        return await write(outcome, outcome.call)
      } catch (error) {
        if (asFault(error).code === 'unrecordable') repair.outcomeInDoubt(outcome)
        throw error
      }
    },
    refuse: refusals.refuse,
    unauthenticated: strangers.add,
    append: async (entry) => write(entry, 'call' in entry ? entry.call : ''),
    async close(version) {
      await Promise.all([refusals.flush(), strangers.flush(), repair.flush()])
      const last = write(
        { type: 'ledger.close', v: 1, at: clock.now(), plane, version, orphans: 0 },
        '',
      )
      closed = true
      await last
    },
  }
}

/** A revision is entered by whichever process comes first, and once. */
const keyOf = (entry: Entry): { key?: string } =>
  entry.type === 'policy.changed' ? { key: `revision:${entry.revision}` } : {}

const unopened = (plane: PlaneId, cause: unknown): Fault =>
  new Fault('unrecordable', { detail: `${plane}: the ledger cannot be opened`, cause })

/** Entries of the running UTC second against the plane's budget. */
const createBudget = (clock: Clock, entriesPerSecond: () => number | undefined) => {
  let second = 0
  let spent = 0
  const turnTo = (now: number): void => {
    const current = Math.floor(now / 1000)
    if (!movesTo(current, second)) return
    second = current
    spent = 0
  }
  return {
    spend(): void {
      turnTo(clock.now())
      spent++
    },
    left(now: number): boolean {
      turnTo(now)
      return spent < (entriesPerSecond() ?? Number.POSITIVE_INFINITY)
    },
  }
}
