import type { Entry, Intent, Outcome, StrangersCount } from '#domain/entry.ts'
import type { PlaneId } from '#domain/name.ts'
import { subjectOf } from '#domain/subject.ts'
import { type Clock, type Random, systemRandom } from '#lib/clock.ts'
import { asFault, Fault } from '#lib/fault.ts'
import type { LedgerFile } from '#store/store.ts'
import { bodyOf } from './body.ts'
import { createCoalescer } from './coalesce.ts'
import { createStrangerCount } from './count-strangers.ts'
import { createGaps } from './gap.ts'
import type { PayloadSealer, PlaneLedger } from './ledger.ts'
import { createPayloads, type Sealed } from './payload.ts'
import { createRepair } from './repair.ts'
import { movesTo } from './second.ts'

export interface OpenPlaneLedger extends PlaneLedger {
  /** Resolves with the number of orphans once the ledger is open for this process. */
  open(): Promise<number>
  /** Writes what is still being counted and `ledger.close`; nothing is accepted after that. */
  close(version: string): Promise<void>
}

export type OnCount = (
  plane: PlaneId,
  type: StrangersCount['type'] | 'turned away',
  reason: string,
) => void

export const createPlaneLedger = ({
  plane,
  file,
  clock,
  sealer,
  entriesPerSecond,
  refused,
  recover,
  random = systemRandom,
  onWrite = () => {},
  onCount = () => {},
  closed = false,
}: {
  plane: PlaneId
  file: LedgerFile
  clock: Clock
  sealer: PayloadSealer
  /** Asked at every look, so that a changed budget is in force at once. */
  entriesPerSecond: () => number | undefined
  /** Why nothing may be written: see `LedgerIntegrity`. */
  refused: () => string | undefined
  /** Closes what a crash left open; runs before the first entry of this process. */
  recover: () => Promise<number>
  random?: Random
  /** Told of every entry before it is durable. */
  onWrite?: () => void
  /** Told of each that is counted and has no entry of its own: see `PlaneLedger`. */
  onCount?: OnCount
  closed?: boolean
}): OpenPlaneLedger => {
  const budget = createBudget(clock, entriesPerSecond)
  const payloads = createPayloads({ plane, sealer, random })
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
        throw asFault(error).code === 'unrecordable' ? error : unopened(plane, error)
      },
    )
    return opening
  }

  /** Not async: the hot path has one promise an entry. What is no entry is thrown at once. */
  const write = (
    entry: Entry,
    call: string,
    payload?: Uint8Array,
    isSpent = false,
  ): Promise<void> => {
    if (closed) throw new Fault('unrecordable', { detail: `${plane}: the ledger is closed` })
    const problem = refused()
    if (problem !== undefined) throw refusedLedger(plane, problem)
    const row = { type: entry.type, at: entry.at, call, body: bodyOf(entry), ...keyOf(entry) }
    if (!isSpent) budget.spend()
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
  const gaps = createGaps({
    plane,
    clock,
    isOpen: () => refused() === undefined && !file.failing,
    write: (entry) => write(entry, ''),
  })
  /** What could not be recorded belongs to a gap, and so do the calls that were refused for it. */
  const noting = async (written: () => Promise<void>, calls: number): Promise<void> => {
    try {
      await written()
    } catch (error) {
      note(asFault(error), calls)
      throw error
    }
  }
  const note = ({ code, detail = code }: Fault, calls: number): void => {
    // An entry that is too large is no gap: others can be written.
    const isGap = file.failing || refused() !== undefined
    if (code === 'unrecordable' && isGap && !closed) gaps.missed(detail, calls)
  }

  return {
    plane,
    open,
    room(now) {
      if (refused() !== undefined) return 'refused'
      return file.failing ? 'failing' : hasRoom(now) ? 'open' : 'over budget'
    },
    async intend(plain, argumentsJson, keep = 'whole', personal = undefined) {
      const { at, call } = plain
      const about = { subject: subjectOf(plain), at, call, side: 'arguments', keep } as const
      // Before anything is waited for: whoever asks for room meanwhile sees that it is taken.
      budget.spend()
      const hashing = personal ? payloads.withHashes(plain, personal) : plain
      const intent = hashing instanceof Promise ? await hashing : hashing
      const sealing = argumentsJson && payloads.seal(about, argumentsJson)
      const sealed = sealing instanceof Promise ? await sealing : sealing
      try {
        return await write(withArguments(intent, sealed), call, sealed?.payload, true)
      } catch (error) {
        const fault = asFault(error)
        if (fault.code === 'unrecordable') repair.intentInDoubt(intent)
        note(fault, 1)
        throw error
      }
    },
    async conclude(outcome, result) {
      const { call } = outcome
      try {
        const about = result && ({ ...result, call, side: 'result', keep: 'whole' } as const)
        const sealed = about && (await payloads.seal(about, about.bytes))
        return await write(withResult(outcome, sealed, about?.bytes.length), call, sealed?.payload)
      } catch (error) {
        const fault = asFault(error)
        if (fault.code === 'unrecordable') repair.outcomeInDoubt(outcome)
        note(fault, 0)
        throw error
      }
    },
    refuse: (refusal, personal) =>
      noting(async () => {
        await refusals.refuse(personal ? await payloads.withHashes(refusal, personal) : refusal)
      }, 1),
    count(type, reason, now) {
      onCount(plane, type, reason)
      strangers.add(type, reason, now)
    },
    turnAway() {
      onCount(plane, 'turned away', '')
      gaps.missed(refused() ?? 'entries cannot be written', 1)
    },
    append: (entry) => noting(async () => write(entry, 'call' in entry ? entry.call : ''), 0),
    async close(version) {
      await Promise.all([refusals.flush(), strangers.flush(), repair.flush(), gaps.close()])
      const last = write(
        { type: 'ledger.close', v: 1, at: clock.now(), plane, version, orphans: 0 },
        '',
      )
      closed = true
      await last
    },
  }
}

const withArguments = (intent: Intent, sealed: Sealed | undefined): Intent =>
  sealed ? { ...intent, argumentsCommit: sealed.commit, argumentsSealed: sealed.sealed } : intent

const withResult = (outcome: Outcome, sealed: Sealed | undefined, resultRecorded = 0): Outcome =>
  sealed
    ? { ...outcome, resultCommit: sealed.commit, resultRecorded, resultSealed: sealed.sealed }
    : outcome

/** A revision, an erasure and a key are entered by whichever process comes first, and once. */
const keyOf = (entry: Entry): { key?: string } => {
  if (entry.type === 'policy.changed') return { key: `revision:${entry.revision}` }
  if (entry.type === 'ledger.key') return { key: `ledger key:${entry.publicKey}` }
  if (entry.type === 'ledger.erased') return { key: `erased:${entry.revision}:${entry.subject}` }
  return {}
}

export const refusedLedger = (plane: PlaneId, problem: string): Fault =>
  new Fault('unrecordable', {
    detail: `${plane}: the ledger is refused: ${problem}`,
    fix: 'docs/ledger.md, "When a ledger is refused"',
  })

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
