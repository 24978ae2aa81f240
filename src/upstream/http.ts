import { type PlaneId, planeId } from '#domain/name.ts'
import { asFault, Fault } from '#lib/fault.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Answer, asObject, createAsk } from './ask.ts'
import { backoffMs } from './backoff.ts'
import { type Connection, drain, type Ground } from './connection.ts'
import { type Asker, type Found, greetingOf, revisionsOf, UNKNOWN } from './found.ts'
import { modernHeaders, modernParams } from './greet.ts'
import { createHealth } from './health.ts'
import type { FailCode } from './http-exchange.ts'
import { headerIn } from './http-headers.ts'
import { leaveSession } from './http-leave.ts'
import { openSession, probeHttp } from './http-probe.ts'
import { createOwnSessions, OWN, sendInSession } from './http-sessions.ts'
import { createHttpWire, type HttpServer } from './http-wire.ts'
import { createLists, listAll } from './list.ts'
import { createRemembered } from './remembered.ts'
import { createSse } from './sse.ts'
import { codeOf, troubleOf } from './trouble.ts'
import type { Discovered, Exchange, Outbound, Sink } from './upstream.ts'

/** A stream that has been open for so long did not fail at its start. */
const STEADY_MS = 60_000

/**
 * Opens the connection to a server at a URL, over streamable HTTP or the HTTP+SSE of 2024-11-05, and
 * begins to ask what it is.
 */
export function openHttp(document: HttpServer, ground: Ground): Connection {
  const { clock, random, log, limits } = ground
  const plane: PlaneId = planeId(document.plane)
  const about = { plane, server: document.name }
  const wire = createHttpWire(document, ground, noticed)
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const health = createHealth(clock, ({ state, detail }) =>
    log[state === 'down' ? 'warn' : 'info'](`upstream.${state}`, { ...about, detail }),
  )
  const asker: Asker = {
    ask: createAsk(sendHttp, wire.say),
    about: ground.about,
    loan: () => ground.loanFor(plane, document.name),
    timeoutMs: limits.askTimeoutMs,
    say: wire.say,
  }
  const sessions = createOwnSessions({
    open: async () => (await openSession(asker)).session,
    leave: (session) => (isClosed ? Promise.resolve() : leaveSession(wire, session, asker.loan())),
    most: limits.sessions,
  })
  const sse = createSse({
    place: { url: new URL(document.upstream.url), wire, ground, about, loan: asker.loan },
    onListChanged: tell,
    onLost: lost,
    refusal: () => (health.current.state === 'down' ? health.current.detail : undefined),
  })
  const ask = createAsk(send, wire.say, createRemembered())
  const lists = createLists()
  let found = UNKNOWN
  let isClosed = false
  let probing: Promise<void> | undefined
  let failures = 0
  /** Of the stream of our own session, in a row. */
  let losses = 0
  let lastProbeAt = Number.NEGATIVE_INFINITY
  let cancelNext = () => {}
  const ready = probe()

  function send(message: Outbound, sink: Sink): Exchange {
    return found.isSse ? sse.send(message, sink) : sendHttp(message, sink)
  }

  function sendHttp(message: Outbound, sink: Sink): Exchange {
    const key = message.era === 'legacy' ? message.session : undefined
    if (key === undefined || headerIn(message.headers, 'mcp-session-id') !== undefined) {
      return wire.send(message, sink)
    }
    return sendInSession(wire, sessions, key, message, sink)
  }

  /** Traffic met a fault that a probe would meet as well: look at once, but not for each of a flood. */
  function noticed(code: FailCode): void {
    if (health.current.state !== 'up' || probing !== undefined || isClosed) return
    if (code !== 'upstream_unreachable' && code !== 'upstream_refused') return
    if (clock.elapsed() - lastProbeAt >= limits.retry.firstMs) void probe()
  }

  /** A stream that was cut is opened once more at once; one that never lasts is a server that is down. */
  function lost(what: string, livedMs: number): void {
    if (isClosed) return
    losses = livedMs >= STEADY_MS ? 1 : losses + 1
    if (losses === 1) {
      void probe()
      return
    }
    const detail = wire.say(`does not keep its stream open: it ${what}`)
    health.set('down', detail, troubleOf(new Fault('upstream_broken', { detail })))
    cancelNext()
    cancelNext = clock.after(backoffMs(losses - 1, limits.retry, random), () => void probe())
  }

  /** One at a time. Never rejects: what came of it stands in `health`. */
  function probe(): Promise<void> {
    cancelNext()
    probing ??= probeOnce().finally(() => {
      probing = undefined
      if (!isClosed) cancelNext = clock.after(nextProbeMs(), () => void probe())
    })
    return probing
  }

  async function probeOnce(): Promise<void> {
    lastProbeAt = clock.elapsed()
    const before = health.current.state
    try {
      const next = await probeHttp(asker, sse.probe)
      if (isClosed) return
      adopt(next)
      failures = 0
      health.set('up', wire.say(`speaks ${revisionsOf(next)}`))
      if (before === 'down') tell()
    } catch (thrown) {
      const fault = asFault(thrown)
      failures++
      const what = fault.detail ?? wire.say('could not be asked')
      if (!isClosed) health.set('down', what, troubleOf(fault))
      if (fault.code === 'internal')
        log.error('upstream.probe', { ...about, cause: String(thrown) })
    }
  }

  function nextProbeMs(): number {
    const recheckMs = limits.eraRecheckMs
    if (failures > 0) return backoffMs(failures, limits.retry, random)
    return backoffMs(1, { firstMs: recheckMs, mostMs: recheckMs }, random)
  }

  /** A session is only kept where our own questions need it: a modern server holds none for us. */
  function adopt(next: Found): void {
    found = next
    if (!next.isSse) void sse.clear()
    if (next.session === undefined) return
    if (next.eras.modern) void leaveSession(wire, next.session, asker.loan())
    else sessions.keep(OWN, next.session)
  }

  async function discover(): Promise<Discovered[]> {
    await ready
    const { discover: modern, initialize: legacy } = found
    const capabilities = asObject((modern ?? legacy)?.capabilities)
    if (capabilities === undefined) {
      const { trouble, detail } = health.current
      throw new Fault(codeOf(trouble), { detail })
    }
    const about = { capabilities, say: wire.say, lists, limits: limits.list }
    return listAll(modern ? askModern : askLegacy, about)
  }

  function askModern(method: string, params: JsonObject): Promise<Answer> {
    return ask({
      era: 'modern',
      method,
      params: modernParams(ground.about, params),
      headers: modernHeaders(method),
      loan: asker.loan(),
      timeoutMs: limits.askTimeoutMs,
      remembered: JSON.stringify(['modern', method, params.cursor]),
    })
  }

  function askLegacy(method: string, params: JsonObject): Promise<Answer> {
    return ask({
      era: 'legacy',
      method,
      params,
      headers: [],
      loan: asker.loan(),
      timeoutMs: limits.askTimeoutMs,
      session: OWN,
      remembered: JSON.stringify(['legacy', method, params.cursor]),
    })
  }

  const clear = () => Promise.all([sessions.clear(), sse.clear()])

  async function close(): Promise<void> {
    if (isClosed) return
    if (health.current.state === 'up') await clear()
    isClosed = true
    cancelNext()
    await wire.close()
  }

  return {
    plane,
    server: document.name,
    get shared() {
      return found.isSse === true
    },
    ready,
    get eras() {
      return found.eras
    },
    get health() {
      return health.current
    },
    get greeting() {
      return greetingOf(found)
    },
    send,
    discover,
    onListChanged(listener) {
      listeners.add(listener)
    },
    refresh() {
      // What was opened with the old secret may be bound to it.
      void clear().then(() => probe())
    },
    async retire(drainMs) {
      await drain(clock, () => (found.isSse ? sse : wire).underWay === 0, drainMs)
      await close()
    },
    close,
  }
}
