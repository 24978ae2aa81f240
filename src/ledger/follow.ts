import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Stepped } from '#store/call-index/call-index.ts'
import type { FollowerRows, LedgerFile, StoredEntry } from '#store/store.ts'

/**
 * What reads on in a plane's ledger, with a cursor of its own that outlives this process: the index of
 * calls, and whatever else has to hear of every entry. `step` takes some of the entries behind its
 * cursor, in order, and moves the cursor when they are taken, in one transaction with what it writes
 * where it can. After a crash in between it takes them again: at least once, never not at all. It
 * resolves with undefined where another process follows; of several one does at a time.
 */
export interface Follower {
  readonly name: string
  step(): Promise<Stepped | undefined>
}

export interface FollowerStatus {
  readonly name: string
  /** `elsewhere`: another process follows. */
  readonly state: 'following' | 'elsewhere' | 'failing'
  /** The last position that it has taken, as far as this process knows. */
  readonly cursor: number
  /** Entries that it has not taken yet. */
  readonly behind: number
  /** Why it fails; empty where it does not. */
  readonly problem: string
}

export interface Following {
  /** Something was appended: it is looked for soon, together with what comes until then. */
  wake(): void
  status(): FollowerStatus
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>
}

/** So long after an append, so that a step takes many entries. */
const wakeMs = 100
/** What other processes append is found as often. */
const pollMs = 1000
const firstBackoffMs = 200
const longestBackoffMs = 30_000

/** Follows until it is closed; what fails is tried again, at longer and longer intervals, and told. */
export const follow = (
  follower: Follower,
  { plane, clock, log }: { plane: string; clock: Clock; log: Log },
): Following => {
  const { name } = follower
  let status: FollowerStatus = { name, state: 'following', cursor: 0, behind: 0, problem: '' }
  let failures = 0
  let closed = false
  let dueMs = Number.POSITIVE_INFINITY
  let cancel = () => {}
  let underWay: Promise<void> | undefined

  const arm = (delayMs: number): void => {
    const due = clock.elapsed() + delayMs
    if (closed || underWay !== undefined || due >= dueMs) return
    cancel()
    dueMs = due
    cancel = clock.after(delayMs, begin)
  }
  const begin = (): void => {
    dueMs = Number.POSITIVE_INFINITY
    underWay = takeAll().then((delayMs) => {
      underWay = undefined
      arm(delayMs)
    })
  }

  /** Resolves with how long to wait. */
  const takeAll = async (): Promise<number> => {
    try {
      for (;;) {
        const stepped = await follower.step()
        succeed(stepped)
        if (closed || stepped === undefined || stepped.cursor >= stepped.size) return pollMs
      }
    } catch (error) {
      return fail(problemOf(error))
    }
  }
  const succeed = (stepped: Stepped | undefined): void => {
    if (failures > 0) log.info('ledger.follower.recovered', { plane, follower: name })
    failures = 0
    const { cursor } = stepped ?? status
    const behind = stepped ? Math.max(0, stepped.size - cursor) : 0
    status = { name, state: stepped ? 'following' : 'elsewhere', cursor, behind, problem: '' }
  }
  const fail = (problem: string): number => {
    if (failures === 0) log.error('ledger.follower.failing', { plane, follower: name, problem })
    status = { ...status, state: 'failing', problem }
    return Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(failures++, 16))
  }

  arm(wakeMs)
  return {
    wake: () => {
      if (failures === 0) arm(wakeMs)
    },
    status: () => status,
    async close() {
      closed = true
      cancel()
      await underWay
    },
  }
}

const problemOf = (error: unknown): string => {
  const { detail, cause } = asFault(error)
  return detail ?? (cause instanceof Error ? cause.message : 'unknown')
}

/** A lease outlives many steps; each takes it anew. */
const leaseMs = 5000

/** A follower that keeps its cursor among the store's, and is handed entries: each at least once, in order. */
export const createFollower = ({
  name,
  file,
  rows,
  most,
  take,
}: {
  name: string
  file: LedgerFile
  rows: FollowerRows
  /** Entries at a time. */
  most: number
  /** What it rejects for is handed over again. */
  take: (entries: readonly StoredEntry[]) => Promise<void>
}): Follower => ({
  name,
  async step() {
    const from = await rows.take(name, leaseMs)
    if (from === undefined) return undefined
    const size = await file.size()
    const entries = from < size ? await file.read(from + 1, most) : []
    const last = entries.at(-1)
    if (last === undefined) return { cursor: from, size }
    await take(entries)
    const isOurs = await rows.move(name, from, last.position)
    return isOurs ? { cursor: last.position, size } : undefined
  },
})
