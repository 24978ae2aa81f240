export interface Flood {
  /** 0 where one more attempt by `name` is let in at `nowMs`, else how long to wait, milliseconds. */
  attempt(name: string, nowMs: number): number
}

/**
 * GCRA by name: so many attempts at once, then one per interval. It keeps a number for each name it
 * was ever asked about, so the caller asks for names that exist only.
 */
export function createFlood({ atOnce, intervalMs }: { atOnce: number; intervalMs: number }): Flood {
  /** When the name's queue of attempts, one per interval, will be empty. */
  const emptyAt = new Map<string, number>()
  return {
    attempt(name, nowMs) {
      const from = Math.max(emptyAt.get(name) ?? 0, nowMs)
      const waitMs = from - nowMs - (atOnce - 1) * intervalMs
      if (waitMs > 0) return Math.ceil(waitMs)
      emptyAt.set(name, from + intervalMs)
      return 0
    },
  }
}
