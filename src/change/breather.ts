import { setImmediate } from 'node:timers/promises'
import type { Clock } from '#lib/clock.ts'

const MOST_MS = 8

/**
 * For long work on the thread that serves calls: to be awaited at each step of it. Lets others go
 * first whenever it has run for some milliseconds.
 */
export function createBreather(clock: Clock): () => Promise<void> {
  let since = clock.elapsed()
  return async () => {
    if (clock.elapsed() - since < MOST_MS) return
    await setImmediate()
    since = clock.elapsed()
  }
}
