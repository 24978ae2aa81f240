import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { Caller } from './exchange.ts'
import { callerKey } from './exchange.ts'

/**
 * What reaches a server and uses no capability of it, so that no quota counts it: `logging/setLevel`,
 * `skills/list`, `tasks/list` (docs/ledger.md). So many a second of one caller at one server, in each
 * process; a runaway agent drains nothing by them.
 */
export interface Pace {
  /** Counts one more. Throws Fault flood where there have been too many in this second. */
  keep(plane: PlaneId, server: string, caller: Caller): void
}

export const createPace = (parts: { perSecond: number; now(): number }): Pace => {
  let second = 0
  const counts = new Map<string, number>()
  return {
    keep(plane, server, { view }) {
      const current = Math.floor(parts.now() / 1000)
      if (second !== current) counts.clear()
      second = current
      const key = `${plane} ${server} ${callerKey(view)}`
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      if (count > parts.perSecond)
        throw new Fault('flood', { detail: `${parts.perSecond} a second beside calls` })
    },
  }
}
