import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { type JsonDocument, readJson } from '#lib/json.ts'
import { CLIENT_CAPABILITIES_KEY } from '#mcp/envelope.ts'
import { errorBytes, INVALID_PARAMS, isObject } from '#mcp/messages.ts'
import type { Behalf, Exchange, Outbound, Sink, Upstream } from '#upstream/upstream.ts'
import type { PlaneMailboxes } from '../mailboxes.ts'
import { AGAIN, type LegacyCall, startCall } from './call.ts'
import { askableOf } from './capabilities.ts'
import { discoverOf } from './discover.ts'
import { createElsewhere, type Retry } from './elsewhere.ts'
import { legOf } from './leg.ts'
import { createListen } from './listen.ts'
import { createParked, type ParkedLimits } from './parked.ts'
import { responsesIn } from './round.ts'
import { createLegacySessions, type SessionLimits } from './sessions.ts'

export type ToLegacyLimits = ParkedLimits & SessionLimits

/** A legacy server as a modern caller speaks to it. */
export interface ToLegacy {
  readonly upstream: Upstream
  /** Calls that wait for their callers, and sessions at the server. */
  readonly open: { readonly parked: number; readonly sessions: number }
  /** Ends what waits, and the sessions at the server. */
  close(): Promise<void>
}

const PARKED = 'parked '
const limitsOfJson = { depth: 256, nodes: 5_000_000, inexactNumbers: 'keep' } as const

/**
 * Messages of the modern era (2026-07-28) carried to a server of 2025-11-25 or earlier, and back: see
 * docs/bridging.md. What a server asks in the middle of a call becomes a round, and the call waits.
 */
export const createToLegacy = (parts: {
  upstream: Upstream
  version: string
  clock: Clock
  nextId: () => string
  limits: ToLegacyLimits
  mailboxes: (plane: PlaneId) => PlaneMailboxes
}): ToLegacy => {
  const { upstream, clock, nextId, limits } = parts
  const about = { name: 'bailiwick', version: parts.version }
  const sessions = upstream.shared
    ? undefined
    : createLegacySessions({ upstream, about, clock, limits })
  const listen = sessions && createListen({ upstream, sessions, clock })
  const parked = createParked<LegacyCall>(limits, clock)
  const calls = new Set<LegacyCall>()
  /** Those that wait or have waited: this process hears of them from others. */
  const held = new Map<string, () => void>()
  let lastId = 0

  const begin = (outbound: Outbound, behalf: Behalf, doc: JsonDocument, sink: Sink): Exchange => {
    const key = nextId()
    const { call, exchange } = startCall({
      ...{ upstream, sessions, clock, outbound, behalf, doc },
      id: ++lastId,
      askable: sessions ? askableOf(capabilitiesIn(doc)) : askableOf(undefined),
      leg: legOf(outbound.id ?? 'null', outbound.method, doc, sink),
      park(one) {
        if (!parked.add(key, one)) return undefined
        if (!held.has(key)) held.set(key, elsewhere.hold(key))
        return `${PARKED}${key}`
      },
      over(one) {
        parked.drop(key)
        held.get(key)?.()
        held.delete(key)
        calls.delete(one)
      },
    })
    calls.add(call)
    return exchange
  }
  /** Answers a round of a call that this process has. */
  const goOn = (key: string, { caller, id, method, doc }: Retry, sink: Sink): Exchange => {
    const leg = legOf(id, method, doc, sink)
    const call = parked.take(key, caller)
    return call ? call.answer(leg, responsesIn(doc)) : soon(() => leg.finish(gone(id)))
  }
  const elsewhere = createElsewhere({
    mailboxes: parts.mailboxes(upstream.plane),
    clock,
    nextId,
    goOn,
  })
  const redeem = (key: string, retry: Retry, outbound: Outbound, sink: Sink): Exchange => {
    if (held.has(key)) return goOn(key, retry, sink)
    const leg = legOf(retry.id, retry.method, retry.doc, sink)
    return elsewhere.send(key, retry, outbound, sink, () => leg.finish(gone(retry.id)))
  }

  const send: Upstream['send'] = (outbound, sink) => {
    const { behalf } = outbound
    if (!behalf || outbound.httpMethod !== 'POST') throw new Error('nobody speaks modern like this')
    const doc = readJson(outbound.body, limitsOfJson)
    if (outbound.method === 'subscriptions/listen' && listen)
      return listen(outbound, behalf, doc, sink)
    const state = stateIn(doc)
    if (state === undefined || state === AGAIN) return begin(outbound, behalf, doc, sink)
    const { id = 'null', method } = outbound
    if (!state.startsWith(PARKED)) return soon(() => legOf(id, method, doc, sink).finish(gone(id)))
    const retry = { caller: behalf.caller, id, method, doc }
    return redeem(state.slice(PARKED.length), retry, outbound, sink)
  }

  return {
    get open() {
      return { parked: parked.size, sessions: sessions?.size ?? 0 }
    },
    upstream: {
      plane: upstream.plane,
      server: upstream.server,
      shared: upstream.shared,
      ready: upstream.ready,
      get eras() {
        return upstream.eras
      },
      get health() {
        return upstream.health
      },
      get greeting() {
        const discover = discoverOf(upstream.greeting.initialize as never)
        return { ...upstream.greeting, ...(discover ? { discover } : {}) }
      },
      send,
      quit(state, caller) {
        if (state.startsWith(PARKED))
          parked.take(state.slice(PARKED.length), caller)?.end('its caller does not answer')
      },
      discover: upstream.discover,
      onListChanged: upstream.onListChanged,
      close: upstream.close,
    },
    async close() {
      parked.close()
      for (const call of [...calls]) call.end('the gateway stops')
      await sessions?.close()
    },
  }
}

const paramsIn = (doc: JsonDocument) =>
  isObject(doc.value) && isObject(doc.value.params) ? doc.value.params : {}

const capabilitiesIn = (doc: JsonDocument) => {
  const { _meta } = paramsIn(doc)
  return isObject(_meta) ? _meta[CLIENT_CAPABILITIES_KEY] : undefined
}

const stateIn = (doc: JsonDocument): string | undefined => {
  const { requestState } = paramsIn(doc)
  return typeof requestState === 'string' ? requestState : undefined
}

/** Nothing is heard before `send` has returned. */
const soon = (task: () => void): Exchange => {
  queueMicrotask(task)
  return { cancel() {}, resume() {} }
}

const gone = (id: string): Buffer =>
  errorBytes(
    JSON.parse(id),
    INVALID_PARAMS,
    'Nothing waits for this answer any more: it was answered, or its time is over. Call again.',
  )
