export interface Flood {
  /** 0 where one more attempt by `name` is let in at `nowMs`, else how long to wait, milliseconds. */
  attempt(name: string, nowMs: number): number
}

/**
 * GCRA by name: so many attempts at once, then one per interval. It remembers at most `names` names:
 * those that have nothing to wait for are forgotten first, then those that came first.
 */
export function createFlood({
  atOnce,
  intervalMs,
  names = 10_000,
}: {
  atOnce: number
  intervalMs: number
  names?: number
}): Flood {
  /** When the name's queue of attempts, one per interval, will be empty. */
  const emptyAt = new Map<string, number>()

  const makeRoom = (nowMs: number): void => {
    if (emptyAt.size < names) return
    for (const [name, at] of emptyAt) if (at <= nowMs) emptyAt.delete(name)
    const [first] = emptyAt.keys()
    if (emptyAt.size >= names && first !== undefined) emptyAt.delete(first)
  }

  return {
    attempt(name, nowMs) {
      const from = Math.max(emptyAt.get(name) ?? 0, nowMs)
      const waitMs = from - nowMs - (atOnce - 1) * intervalMs
      if (waitMs > 0) return Math.ceil(waitMs)
      if (!emptyAt.has(name)) makeRoom(nowMs)
      emptyAt.set(name, from + intervalMs)
      return 0
    },
  }
}
