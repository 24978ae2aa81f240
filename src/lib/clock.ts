import { randomBytes } from 'node:crypto'

/** The one source of time. Tests hand in their own and move it; nothing else asks the system. */
export interface Clock {
  /** UTC milliseconds since 1970, an integer. May step backwards when the machine's clock is set. */
  now(): number
  /** Milliseconds that only ever grow, fractional; for durations. */
  elapsed(): number
  /** Calls `task` once after `delayMs`; the answer cancels it. Never keeps the process alive. */
  after(delayMs: number, task: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Random bytes as an argument, so that a test can repeat itself. */
export type Random = (byteCount: number) => Buffer

export const systemRandom: Random = (byteCount) => randomBytes(byteCount)
