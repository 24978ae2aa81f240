import type { Clock } from '#lib/clock.ts'

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Moves both times on and runs what has fallen due, in its order. */
  advance(ms: number): void
  /** Sets the machine's time, forwards or backwards; durations go on undisturbed. */
  set(nowMs: number): void
}

export const createTestClock = (startMs = Date.UTC(2026, 10, 20, 12)): TestClock => {
  let now = startMs
  let elapsed = 0
  let timers: { dueMs: number; task: () => void }[] = []
  return {
    now: () => now,
    elapsed: () => elapsed,
    after(delayMs, task) {
      const timer = { dueMs: elapsed + delayMs, task }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    advance(ms) {
      const end = elapsed + ms
      for (;;) {
        const [next] = timers.filter(({ dueMs }) => dueMs <= end).sort((a, b) => a.dueMs - b.dueMs)
        if (next === undefined) break
        timers = timers.filter((timer) => timer !== next)
        now += Math.max(0, next.dueMs - elapsed)
        elapsed = Math.max(elapsed, next.dueMs)
        next.task()
      }
      now += end - elapsed
      elapsed = end
    },
    set(nowMs) {
      now = nowMs
    },
  }
}
