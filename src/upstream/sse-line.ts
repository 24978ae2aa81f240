import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import { failCodeOf } from './fail-code.ts'
import type { OwnLine } from './own-lines.ts'
import { createParking } from './parked.ts'
import type { SseSession } from './sse-session.ts'

/** One caller's session over HTTP+SSE; what comes while it is being opened waits for it. */
export function createSseLine(options: {
  /** Rejects with the Fault that kept it from opening; `onOver` hears of its end. */
  open: (onOver: () => void) => Promise<SseSession>
  clock: Clock
  say: (what: string) => string
  /** Requests that may wait. */
  most: number
  /** It cannot be used any more. */
  over: (line: OwnLine) => void
}): OwnLine {
  const { open, over } = options
  const parking = createParking(options)
  let session: SseSession | undefined
  let isClosed = false
  const line: OwnLine = {
    get underWay() {
      return parking.size + (session?.underWay ?? 0)
    },
    send(message, sink) {
      return session === undefined ? parking.add(message, sink) : session.send(message, sink)
    },
    async close() {
      isClosed = true
      parking.fail('upstream_unreachable', options.say('was left'))
      session?.close()
    },
  }

  open(() => over(line)).then(
    (opened) => {
      if (isClosed) return opened.close()
      session = opened
      parking.release(opened.send)
    },
    (thrown: unknown) => {
      const fault = asFault(thrown)
      parking.fail(failCodeOf(fault), fault.detail ?? options.say('opened no session'))
      over(line)
    },
  )
  return line
}
