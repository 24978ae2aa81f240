import { readJson } from '#lib/json.ts'
import { findMethod } from '#mcp/methods.ts'
import { MODERN_REVISIONS } from '#mcp/revisions.ts'
import { UNKNOWN_SPEAKER } from '#mcp/speaker.ts'
import type { Carried } from '#upstream/carried.ts'
import type { Exchange, Outbound, Sink, Upstream } from '#upstream/upstream.ts'
import { taken, unknown } from './answered.ts'
import { answerLimits, createAnswerSink } from './exchange.ts'
import { legacyGreeting } from './greeting.ts'
import { listen } from './listen.ts'
import { asModern, modernHeaders, modernRequest } from './request.ts'
import { subscribe } from './subscribe.ts'

/**
 * A server of the modern era as legacy callers speak to it: it takes their messages and tells what a
 * legacy server would have said (docs/bridging.md). It keeps nothing of theirs: what a session said
 * comes with each message, as `Outbound.carried`.
 */
export const toModern = (server: Upstream): Upstream => {
  let lastId = 0

  const carry = (message: Outbound, sink: Sink): Exchange => {
    const id = ++lastId
    const carried = message.carried ?? ofNobody
    const doc = carried.doc ?? readJson(message.body, answerLimits)
    const { params } = doc.value as { params?: unknown }
    const about = {
      method: message.method,
      revision: carried.revision,
      callerId: message.id ?? 'null',
      sentId: String(id),
      isWrapped: carried.tool?.isWrapped === true,
      errorsOf: server.eras.modern ? 'modern' : 'legacy',
    } as const
    let inner: Exchange | undefined
    inner = server.send(
      {
        ...asModern(message),
        body: modernRequest(doc, { ...carried, id }),
        id: String(id),
        headers: modernHeaders(message.headers, {
          method: message.method,
          params,
          mirrored: carried.tool?.mirrored ?? [],
        }),
      },
      createAnswerSink(about, sink, () => inner),
    )
    return inner
  }

  const send = (message: Outbound, sink: Sink): Exchange => {
    const { httpMethod, method, id } = message
    if (httpMethod === 'GET') return listen(server, message, sink)
    // Notices: what is cancelled was so by the end of its stream, and of the rest the era has none.
    if (httpMethod === 'DELETE' || id === undefined) return taken(sink)
    if (method === 'resources/subscribe' || method === 'resources/unsubscribe')
      return subscribe(server, message, sink)
    return findMethod('client', MODERN_REVISIONS[0], method)
      ? carry(message, sink)
      : unknown(message, sink)
  }

  return {
    plane: server.plane,
    server: server.server,
    shared: server.shared,
    bridgedTo: 'modern',
    ready: server.ready,
    eras: { modern: false, legacy: '2025-11-25' },
    get health() {
      return server.health
    },
    get greeting() {
      return legacyGreeting(server.greeting)
    },
    send,
    discover: server.discover,
    onListChanged: server.onListChanged,
    ...(server.quit && { quit: server.quit }),
    close: server.close,
  }
}

const ofNobody: Carried = {
  doc: undefined,
  revision: '2025-11-25',
  speaker: UNKNOWN_SPEAKER,
  logLevel: undefined,
  tool: undefined,
  answers: undefined,
  subscriptions: undefined,
}
