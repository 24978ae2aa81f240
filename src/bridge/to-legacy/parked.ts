import type { Clock } from '#lib/clock.ts'

/** A call whose server waits for what its caller answers. */
export interface Waiting {
  readonly caller: string
  /** Nobody answered in time, or there is no place for it any more. */
  end(reason: string): void
}

export interface ParkedLimits {
  /** Longest wait for a caller's answer to one round, milliseconds. */
  readonly roundTimeoutMs: number
  /** That may wait, altogether and of one caller. */
  readonly parkedCalls: number
  readonly parkedCallsPerCaller: number
}

/** Calls that wait for their callers, by an id that only these have: bounded, each with an end. */
export interface Parked<W extends Waiting> {
  /** False where its caller has as many waiting as it may, or all together: it is not kept. */
  add(id: string, call: W): boolean
  /** Once, and for its own caller: it waits no longer. */
  take(id: string, caller: string): W | undefined
  drop(id: string): void
  readonly size: number
  close(): void
}

export const createParked = <W extends Waiting>(
  limits: ParkedLimits,
  clock: Pick<Clock, 'after'>,
): Parked<W> => {
  const waiting = new Map<string, { call: W; stop(): void }>()
  const perCaller = new Map<string, number>()

  const count = (caller: string, change: 1 | -1): void => {
    const now = (perCaller.get(caller) ?? 0) + change
    if (now > 0) perCaller.set(caller, now)
    else perCaller.delete(caller)
  }
  const remove = (id: string): W | undefined => {
    const found = waiting.get(id)
    if (!found) return undefined
    found.stop()
    waiting.delete(id)
    count(found.call.caller, -1)
    return found.call
  }

  return {
    add(id, call) {
      const its = perCaller.get(call.caller) ?? 0
      if (waiting.size >= limits.parkedCalls || its >= limits.parkedCallsPerCaller) return false
      const stop = clock.after(limits.roundTimeoutMs, () =>
        remove(id)?.end('its caller did not answer in time'),
      )
      waiting.set(id, { call, stop })
      count(call.caller, 1)
      return true
    },
    take: (id, caller) => (waiting.get(id)?.call.caller === caller ? remove(id) : undefined),
    drop: (id) => void remove(id),
    get size() {
      return waiting.size
    },
    close() {
      for (const id of [...waiting.keys()]) remove(id)?.end('the gateway stops')
    },
  }
}
