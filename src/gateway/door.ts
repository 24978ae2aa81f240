import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'

/** Counts the exchanges under way: bounded, and closed at a stop. */
export interface Door {
  /** Throws Fault draining or flood; the answer must be called once when the exchange has ended. */
  enter(): () => void
  /** Lets nobody in any more; resolves when all are out or after `drainMs`. */
  close(drainMs: number): Promise<void>
  readonly inside: number
}

export const createDoor = (most: number, clock: Clock): Door => {
  let inside = 0
  let closed = false
  let onEmpty: (() => void) | undefined
  const leave = () => {
    inside--
    if (inside === 0) onEmpty?.()
  }
  return {
    get inside() {
      return inside
    },
    enter() {
      if (closed) throw new Fault('draining')
      if (inside >= most) throw new Fault('flood', { detail: `${most} exchanges are under way` })
      inside++
      let left = false
      return () => {
        if (!left) leave()
        left = true
      }
    },
    close(drainMs) {
      closed = true
      return new Promise((resolve) => {
        const stop = clock.after(drainMs, resolve)
        onEmpty = () => {
          stop()
          resolve()
        }
        if (inside === 0) onEmpty()
      })
    },
  }
}

/** Decision time: the clock's, but never backwards, so that no window is opened twice. */
export const steady = (clock: Clock): (() => number) => {
  let latest = 0
  return () => {
    latest = Math.max(latest, clock.now())
    return latest
  }
}
