import type { QuotaWindow } from '#domain/decision.ts'
import { dayOf } from '#domain/time.ts'

/** A bound as the evaluator hands it over (`QuotaRule` of policy): whose count, and how many. */
export interface Bound {
  readonly name: string
  readonly key: string
  readonly second: number | undefined
  readonly minute: number | undefined
  readonly day: number | undefined
  readonly timeZone: string
}

export interface Spent {
  readonly quota: string
  readonly window: QuotaWindow
  readonly most: number
  readonly retryAfterMs: number
}

export interface Windows {
  /**
   * Takes one from every window of every bound, or from none: undefined means taken, otherwise which
   * window had no room left and how long until it has. Exact; synchronous where one process counts
   * in memory. Rejects with Fault('uncounted') where it cannot be told: then nothing may be called.
   */
  spend(bounds: readonly Bound[], now: number): Spent | undefined | Promise<Spent | undefined>
}

/** Windows of one process, in its memory. */
export interface OwnWindows extends Windows {
  spend(bounds: readonly Bound[], now: number): Spent | undefined
  /** Counts an intent that stands in the ledger, at a start; bounds as they were named then. */
  count(key: string, timeZone: string, at: number): void
  /** What has been counted, by key. */
  counts(): { key: string; windows: Record<QuotaWindow, { start: number; used: number }> }[]
}

interface Counter {
  timeZone: string
  second: Window
  minute: Window
  day: Window
}
interface Window {
  start: number
  end: number
  used: number
}

/**
 * Fixed windows: second and minute by the UTC clock, the day by the plane's time zone. A clock that
 * is set back does not open a window again: time here never goes backwards.
 */
export const createWindows = (): OwnWindows => {
  const counters = new Map<string, Counter>()
  let latest = 0

  const counterOf = (key: string, timeZone: string, now: number): Counter => {
    let counter = counters.get(key)
    if (!counter || counter.timeZone !== timeZone) {
      counter = { timeZone, second: empty(), minute: empty(), day: empty() }
      counters.set(key, counter)
    }
    if (now >= counter.second.end) counter.second = utcWindow(now, 1000)
    if (now >= counter.minute.end) counter.minute = utcWindow(now, 60_000)
    if (now >= counter.day.end) counter.day = { ...dayOf(now, timeZone), used: 0 }
    return counter
  }

  const fullWindow = (bound: Bound, counter: Counter, now: number): Spent | undefined => {
    // The longest wait is told, so that a retry after it can pass.
    for (const window of ['day', 'minute', 'second'] as const) {
      const most = bound[window]
      const { used, end } = counter[window]
      if (most !== undefined && used >= most)
        return { quota: bound.name, window, most, retryAfterMs: end - now }
    }
    return undefined
  }

  return {
    spend(bounds, asked) {
      const now = Math.max(asked, latest)
      latest = now
      let longest: Spent | undefined
      for (const bound of bounds) {
        const full = fullWindow(bound, counterOf(bound.key, bound.timeZone, now), now)
        if (full && full.retryAfterMs > (longest?.retryAfterMs ?? -1)) longest = full
      }
      if (longest) return longest
      for (const bound of bounds) add(counterOf(bound.key, bound.timeZone, now), 1)
      return undefined
    },
    count(key, timeZone, at) {
      // Entries may stand a little out of order: an older one still counts in the windows it lies in.
      const counter = counterOf(key, timeZone, at)
      for (const window of [counter.second, counter.minute, counter.day])
        if (at >= window.start && at < window.end) window.used++
      latest = Math.max(latest, at)
    },
    counts: () =>
      [...counters].map(([key, { second, minute, day }]) => ({
        key,
        windows: { second, minute, day },
      })),
  }
}

const empty = (): Window => ({ start: 0, end: 0, used: 0 })

const utcWindow = (now: number, lengthMs: number): Window => {
  const start = Math.floor(now / lengthMs) * lengthMs
  return { start, end: start + lengthMs, used: 0 }
}

const add = (counter: Counter, by: number): void => {
  counter.second.used += by
  counter.minute.used += by
  counter.day.used += by
}
