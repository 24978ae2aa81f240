import type { Clock } from '#lib/clock.ts'

/**
 * One timer, for the nearest of the instants that are asked for. `ring` is called once when that has
 * come; what comes later has to be asked for again then.
 */
export type Wake = (instant: number) => void

/**
 * A timer runs by a clock that is never set, an instant is of one that may be: so often is looked
 * whether it was. And no timer of Node.js waits for longer than 2³¹ ms.
 */
const longestMs = 60_000

export const createWake = ({
  clock,
  now,
  ring,
}: {
  clock: Pick<Clock, 'after'>
  /** UTC milliseconds, never backwards. */
  now(): number
  ring(): void
}): Wake => {
  let nearest = Number.POSITIVE_INFINITY
  let cancel = (): void => {}

  const set = (): void => {
    cancel = clock.after(Math.min(Math.max(nearest - now(), 0), longestMs), look)
  }
  const look = (): void => {
    if (now() < nearest) set()
    else {
      nearest = Number.POSITIVE_INFINITY
      ring()
    }
  }
  return (instant) => {
    if (instant >= nearest) return
    cancel()
    nearest = instant
    set()
  }
}
