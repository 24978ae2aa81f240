import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'

const everyMs = 60_000

/** Refused token requests as one line a minute, plane and error: a stranger's flood must not become a flood of our log. */
export function createTally({ clock, log }: { clock: Clock; log: Log }) {
  const counts = new Map<string, { plane: PlaneId; error: string; count: number }>()
  let cancel: (() => void) | undefined

  function write(): void {
    cancel = undefined
    for (const line of counts.values()) log.warn('token requests refused', line)
    counts.clear()
  }

  return {
    count(plane: PlaneId, error: string): void {
      const key = `${plane} ${error}`
      const line = counts.get(key) ?? { plane, error, count: 0 }
      line.count++
      counts.set(key, line)
      cancel ??= clock.after(everyMs, write)
    },
    close(): void {
      cancel?.()
      write()
    },
  }
}
