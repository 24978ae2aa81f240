import type { Clock } from '#lib/clock.ts'
import type { Log, LogFields } from '#lib/log.ts'

/** What a child says that belongs to no call: its error output, and output that nobody can hear. */
export interface Noise {
  errorLine(line: string): void
  /** Output that was dropped; true where it has become too much of it to go on reading. */
  dropped(bytes: number, isBroken: boolean): boolean
}

/** Lines of a second that are logged; of the others only the count is. */
const LOGGED_LINES = 50
const LINE_CHARACTERS = 2000

/** So much within ten seconds, and none of it for anybody, is a child gone wrong. */
const FLOOD_BYTES = 64 * 1024 * 1024
const FLOOD_LINES = 100_000
const FLOOD_MS = 10_000

export function createNoise(options: {
  clock: Clock
  log: Log
  about: LogFields
  /** Takes out the secret that was lent. */
  redact: (text: string) => string
}): Noise {
  const { clock, log, about, redact } = options
  let second = { startedAt: clock.elapsed(), lines: 0 }
  let flood = { startedAt: clock.elapsed(), bytes: 0, lines: 0 }

  function mayLog(): boolean {
    const now = clock.elapsed()
    if (now - second.startedAt >= 1000) {
      const left = second.lines - LOGGED_LINES
      if (left > 0) log.warn('upstream.quieted', { ...about, lines: left })
      second = { startedAt: now, lines: 0 }
    }
    return ++second.lines <= LOGGED_LINES
  }

  return {
    errorLine(line) {
      if (!mayLog()) return
      // First the secret, then the length: a cut may not leave half of it.
      log.info('upstream.said', { ...about, line: redact(line).slice(0, LINE_CHARACTERS) })
    },
    dropped(bytes, isBroken) {
      if (isBroken && mayLog()) log.warn('upstream.broken', { ...about, bytes })
      const now = clock.elapsed()
      if (now - flood.startedAt >= FLOOD_MS) flood = { startedAt: now, bytes: 0, lines: 0 }
      flood.bytes += bytes
      flood.lines++
      return flood.bytes > FLOOD_BYTES || flood.lines > FLOOD_LINES
    },
  }
}
