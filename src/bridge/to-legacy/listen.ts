import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import type { JsonDocument, JsonObject } from '#lib/json.ts'
import { isObject, type NotificationMessage } from '#mcp/messages.ts'
import { failCodeOf } from '#upstream/fail-code.ts'
import type { Behalf, Exchange, Outbound, Sink, Upstream } from '#upstream/upstream.ts'
import { askableOf } from './capabilities.ts'
import { openSessionStream, type SessionStream } from './session-stream.ts'
import { headersOf, type LegacySession, type LegacySessions } from './sessions.ts'
import { acknowledged, isWished, type Wish, wishOf } from './wish.ts'

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'

/** What all who listen in one session share. */
interface Shared {
  readonly stream: SessionStream
  /** How many of them want to hear of a resource. */
  readonly subscribers: Map<string, number>
}

/**
 * `subscriptions/listen` of modern callers at a legacy server (MCP 2026-07-28,
 * basic/patterns/subscriptions): the stream of a session, `resources/subscribe` for the first who wants
 * to hear of a resource and `resources/unsubscribe` for the last, and of what comes to each what it
 * asked for, under the id of its own request.
 */
export const createListen = (parts: {
  upstream: Upstream
  sessions: LegacySessions
  clock: Clock
}): ((outbound: Outbound, behalf: Behalf, doc: JsonDocument, sink: Sink) => Exchange) => {
  const { upstream, sessions, clock } = parts
  const shared = new Map<LegacySession, Shared>()

  const sharedBy = (session: LegacySession, timeoutMs: number): Shared => {
    const known = shared.get(session)
    if (known) return known
    const closed = () => void shared.delete(session)
    const stream = openSessionStream({ upstream, session, clock, timeoutMs, closed })
    const made = { stream, subscribers: new Map<string, number>() }
    shared.set(session, made)
    return made
  }
  const tell = async (session: LegacySession, what: string, uri: string): Promise<boolean> => {
    const { loan, timeoutMs } = session.for
    const about = { era: 'legacy', headers: headersOf(session), loan, timeoutMs } as const
    const question = { ...about, method: `resources/${what}`, params: { uri } }
    return sessions.ask(question).then(
      ({ result }) => result !== undefined,
      () => false,
    )
  }
  const subscribe = async (
    session: LegacySession,
    { subscribers }: Shared,
    uri: string,
  ): Promise<boolean> => {
    const before = subscribers.get(uri) ?? 0
    subscribers.set(uri, before + 1)
    if (before > 0 || (await tell(session, 'subscribe', uri))) return true
    unsubscribe(session, { subscribers }, uri, false)
    return false
  }
  const unsubscribe = (
    session: LegacySession,
    { subscribers }: Pick<Shared, 'subscribers'>,
    uri: string,
    isKnown = true,
  ): void => {
    const left = (subscribers.get(uri) ?? 1) - 1
    if (left > 0) subscribers.set(uri, left)
    else subscribers.delete(uri)
    if (left <= 0 && isKnown) void tell(session, 'unsubscribe', uri)
  }

  return (outbound, behalf, doc, sink) => {
    const id = JSON.parse(outbound.id ?? 'null') as string | number
    const { timeoutMs } = outbound
    let isOver = false
    let leave = () => {}

    const send = (message: JsonObject): void => {
      sink.message(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })))
    }
    const stamped = ({ method, params = {} }: NotificationMessage) => {
      const meta = isObject(params._meta) ? params._meta : {}
      send({ method, params: { ...params, _meta: { ...meta, [SUBSCRIPTION]: id } } })
    }
    /** Graceful: the result says that nothing more comes, and that one may listen anew. */
    const finish = (): void => {
      if (isOver) return
      isOver = true
      leave()
      send({ id, result: { resultType: 'complete', _meta: { [SUBSCRIPTION]: id } } })
      sink.end()
    }
    const honour = async (session: LegacySession, all: Shared): Promise<Wish> => {
      const wish = wishOf(filterIn(doc), session.capabilities)
      if (!(await all.stream.opened)) return { lists: [], uris: [] }
      const told = await Promise.all(wish.uris.map((uri) => subscribe(session, all, uri)))
      return { ...wish, uris: wish.uris.filter((_, at) => told[at]) }
    }
    const start = async (): Promise<void> => {
      const { caller, loan } = behalf
      const askable = askableOf(undefined)
      const session = await sessions.enter({ caller, loan, askable, timeoutMs })
      if (isOver) return sessions.leave(session)
      const all = sharedBy(session, timeoutMs)
      let wish: Wish = { lists: [], uris: [] }
      let isAcknowledged = false
      const remove = all.stream.add({
        notice(message) {
          if (isWished(wish, message.method, message.params)) stamped(message)
        },
        end: () => {
          if (isAcknowledged && wish.lists.length + wish.uris.length > 0) finish()
        },
      })
      leave = () => {
        for (const uri of wish.uris) unsubscribe(session, all, uri)
        remove()
        sessions.leave(session)
      }
      const honoured = await honour(session, all)
      wish = honoured
      if (isOver) {
        for (const uri of honoured.uris) unsubscribe(session, all, uri)
        return
      }
      isAcknowledged = true
      sink.head({ status: 200, kind: 'events', sessionId: undefined, headers: [] })
      const method = 'notifications/subscriptions/acknowledged'
      stamped({ kind: 'notification', method, params: { notifications: acknowledged(wish) } })
    }
    start().catch((thrown: unknown) => {
      const { detail } = asFault(thrown)
      if (!isOver) sink.fail(failCodeOf(thrown), detail ?? 'no session was opened', thrown)
      isOver = true
    })

    return {
      cancel() {
        if (isOver) return
        isOver = true
        leave()
      },
      resume() {},
    }
  }
}

const filterIn = (doc: JsonDocument) => {
  const params = isObject(doc.value) ? doc.value.params : undefined
  return isObject(params) ? params.notifications : undefined
}
