import { Fault } from '#lib/fault.ts'
import { type Found, UNKNOWN } from './found.ts'
import { OWN } from './http-sessions.ts'
import { answerLocally, failSoon } from './locally.ts'
import { createNextId } from './multiplex.ts'
import { createOwnLines, type OwnLine, type OwnLines } from './own-lines.ts'
import { isPerConnection } from './per-connection.ts'
import { createSseLine } from './sse-line.ts'
import { openSseSession, type SsePlace, type SseSession } from './sse-session.ts'
import type { Exchange, Outbound, Sink } from './upstream.ts'

/**
 * A server of MCP 2024-11-05 over HTTP+SSE: one session that the gateway asks its own questions in,
 * and one for each caller, so that no answer can cross from one to another even where the server errs.
 */
export interface Sse {
  /** Opens the gateway's own session where it is not open. Undefined: there is no such server at the URL. */
  probe(): Promise<Found | undefined>
  send(message: Outbound, sink: Sink): Exchange
  /** Requests that have no answer yet. */
  readonly underWay: number
  /** Closes all sessions. */
  clear(): Promise<void>
}

export function createSse(options: {
  place: Omit<SsePlace, 'nextId'>
  onListChanged: () => void
  /** The gateway's own session was lost, after so long; `what` is in words. */
  onLost: (what: string, livedMs: number) => void
  /** Why no session is opened now; undefined where one may be. */
  refusal: () => string | undefined
}): Sse {
  const { onListChanged, onLost, refusal } = options
  const place: SsePlace = { ...options.place, nextId: createNextId() }
  const { wire, ground } = place
  const { clock, limits } = ground
  let own: SseSession | undefined
  const lines: OwnLines<OwnLine> = createOwnLines({
    open: () =>
      createSseLine({
        open: openFor,
        clock,
        say: wire.say,
        most: limits.waiting,
        over: lines.forget,
      }),
    clock,
    most: limits.streams,
    idleMs: limits.streamIdleMs,
    makesWay: true,
  })

  async function openFor(onOver: () => void): Promise<SseSession> {
    // What lists have changed the gateway's own session tells, once for all callers.
    const session = await openSseSession(place, { onListChanged() {}, onOver })
    if (session !== undefined) return session
    const detail = wire.say('has no stream of events any more')
    throw new Fault('upstream_broken', { detail })
  }

  async function probe(): Promise<Found | undefined> {
    own ??= await openOwn()
    if (own === undefined) return undefined
    const { result: initialize, revision: legacy } = own
    return { ...UNKNOWN, isSse: true, eras: { modern: false, legacy }, initialize }
  }

  async function openOwn(): Promise<SseSession | undefined> {
    const openedAt = clock.elapsed()
    const onOver = (what: string) => {
      if (own === undefined || own !== session) return
      own = undefined
      onLost(what, clock.elapsed() - openedAt)
    }
    const session: SseSession | undefined = await openSseSession(place, { onListChanged, onOver })
    return session
  }

  function send(message: Outbound, sink: Sink): Exchange {
    if (message.id === undefined || isPerConnection(message.method)) {
      return answerLocally(message, sink)
    }
    const why = refusal()
    if (why !== undefined) return failSoon(sink, 'upstream_unreachable', why)
    if (message.session === OWN) {
      return own?.send(message, sink) ?? unopened(sink, 'has no session of ours')
    }
    if (message.caller === undefined) return unopened(sink, 'was called by nobody')
    const line = lines.of(message.caller)
    if (line !== undefined) return line.send(message, sink)
    return unopened(sink, `has ${limits.streams} streams of callers open, and all are in use`)
  }

  const unopened = (sink: Sink, what: string) =>
    failSoon(sink, 'upstream_unreachable', wire.say(what))

  return {
    probe,
    send,
    get underWay() {
      return lines.underWay + (own?.underWay ?? 0)
    },
    async clear() {
      const before = own
      own = undefined
      before?.close()
      await lines.clear()
    },
  }
}
