import type { CountAsk, QuotaAsk, QuotaCounters, QuotaTaken } from '#domain/counting.ts'
import type { QuotaWindow } from '#domain/decision.ts'
import { dayOf } from '#domain/time.ts'
import type { Bound, Spent, Windows } from './windows.ts'

interface Waiter {
  resolve(spent: Spent | undefined): void
  reject(reason: unknown): void
}

/** Calls that ask for the same: one question for all of them. */
interface Group {
  readonly bounds: readonly Bound[]
  readonly ends: readonly Ends[]
  readonly counts: readonly CountAsk[]
  readonly now: number
  readonly waiters: Waiter[]
}
type Ends = Readonly<Record<QuotaWindow, number>>

/** The longest wait is told, so that a retry after it can pass. */
const longestFirst = ['day', 'minute', 'second'] as const

/**
 * Windows whose counts several processes share. One question is under way at a time, and whatever
 * arrives meanwhile goes into the next: a round trip serves many calls, and the counts are exact,
 * since every call is counted before it passes. Windows begin by each process's clock, and never go
 * back: a process whose clock is behind counts in the window that another has opened.
 */
export const createSharedWindows = (counters: QuotaCounters): Windows => {
  const zones = new Map<string, { start: number; end: number }>()
  let waiting = new Map<string, Group>()
  let isAsking = false

  const dayIn = (timeZone: string, now: number) => {
    const known = zones.get(timeZone)
    if (known && now >= known.start && now < known.end) return known
    const day = dayOf(now, timeZone)
    zones.set(timeZone, day)
    return day
  }

  const windowsOf = (bound: Bound, now: number): { count: CountAsk; ends: Ends } => {
    const day = dayIn(bound.timeZone, now)
    const second = Math.floor(now / 1000) * 1000
    const minute = Math.floor(now / 60_000) * 60_000
    return {
      count: {
        key: bound.key,
        windows: {
          second: { start: second, most: bound.second },
          minute: { start: minute, most: bound.minute },
          day: { start: day.start, most: bound.day },
        },
      },
      ends: { second: second + 1000, minute: minute + 60_000, day: day.end },
    }
  }

  const groupOf = (bounds: readonly Bound[], now: number): Group => {
    const windows = bounds.map((bound) => windowsOf(bound, now))
    const counts = windows.map(({ count }) => count)
    const key = JSON.stringify(counts)
    let group = waiting.get(key)
    if (!group) {
      group = { bounds, counts, ends: windows.map(({ ends }) => ends), now, waiters: [] }
      waiting.set(key, group)
    }
    return group
  }

  const ask = async (): Promise<void> => {
    isAsking = true
    // At the end of this turn, so that what it brings shares one question.
    await new Promise(setImmediate)
    while (waiting.size > 0) {
      const groups = [...waiting.values()]
      waiting = new Map()
      const asks = groups.map(
        ({ waiters, counts }): QuotaAsk => ({ calls: waiters.length, counts }),
      )
      try {
        const taken = await counters.take(asks)
        for (const [index, group] of groups.entries()) settle(group, taken[index])
      } catch (thrown) {
        for (const { reject } of groups.flatMap(({ waiters }) => waiters)) reject(thrown)
      }
    }
    isAsking = false
  }

  return {
    spend(bounds, now) {
      if (bounds.length === 0) return undefined
      return new Promise((resolve, reject) => {
        groupOf(bounds, now).waiters.push({ resolve, reject })
        if (!isAsking) void ask()
      })
    },
  }
}

const settle = (group: Group, taken: QuotaTaken | undefined): void => {
  const { waiters } = group
  if (!taken) {
    for (const { reject } of waiters) reject(new Error('a question about quotas without an answer'))
    return
  }
  const spent = waiters.length > taken.granted ? spentOf(group, taken) : undefined
  for (const [index, { resolve }] of waiters.entries())
    resolve(index < taken.granted ? undefined : spent)
}

/** Which window has no room left, and how long until it has: of all, the one with the longest wait. */
const spentOf = ({ bounds, ends, now }: Group, taken: QuotaTaken): Spent => {
  let longest: Spent | undefined
  for (const [index, bound] of bounds.entries()) {
    const window = longestFirst.find(
      (one) => (taken.used[index]?.[one] ?? 0) >= (bound[one] ?? Number.POSITIVE_INFINITY),
    )
    if (!window) continue
    const retryAfterMs = Math.max(1, (ends[index]?.[window] ?? now) - now)
    if (retryAfterMs <= (longest?.retryAfterMs ?? 0)) continue
    longest = { quota: bound.name, window, most: bound[window] ?? 0, retryAfterMs }
  }
  if (!longest) throw new Error('refused by a quota of which no window is full')
  return longest
}
