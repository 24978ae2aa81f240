import { createHmac } from 'node:crypto'

export interface Flood {
  /** 0 where one more attempt by `name` is let in at `nowMs`, else how long to wait, milliseconds. */
  attempt(name: string, nowMs: number): number
}

const slots = 4096

/**
 * GCRA over a table of fixed size: so many attempts at once, then one per interval. Names fall into
 * slots by a keyed hash, whether they exist or not; so the table cannot be filled, no answer tells
 * which names exist, and nobody can choose a name that shares a slot with somebody else's.
 */
export function createFlood({
  atOnce,
  intervalMs,
  key,
}: {
  atOnce: number
  intervalMs: number
  key: Buffer
}): Flood {
  /** When the slot's queue of attempts, one per interval, will be empty. */
  const emptyAt = new Float64Array(slots)
  return {
    attempt(name, nowMs) {
      const slot = createHmac('sha256', key).update(name).digest().readUInt16BE() % slots
      const from = Math.max(emptyAt[slot] ?? 0, nowMs)
      const waitMs = from + intervalMs - (nowMs + atOnce * intervalMs)
      if (waitMs > 0) return Math.ceil(waitMs)
      emptyAt[slot] = from + intervalMs
      return 0
    },
  }
}
