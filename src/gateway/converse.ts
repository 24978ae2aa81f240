import { type Bridges, holdsSessions, spokenRevisions } from '#bridge/bridge.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import { isLogLevel } from '#mcp/envelope.ts'
import {
  errorBytes,
  INVALID_PARAMS,
  isObject,
  METHOD_NOT_FOUND,
  resultBytes,
} from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import type { Apis } from '#upstream/apis.ts'
import type { Outbound, Upstream, Upstreams } from '#upstream/upstream.ts'
import type { Recorder } from './call.ts'
import type { Carry } from './carry.ts'
import { answerDiscover, answerInitialize, relayInitialize } from './conversation.ts'
import type { Detached } from './detached.ts'
import type { Ask, Caller, Exchange, Session } from './exchange.ts'
import { type Forwarding, finalOf, forward } from './forward.ts'
import type { Tell } from './inbound.ts'
import { inNameOf, type Lend } from './lend.ts'
import { answerList } from './lists.ts'
import { outboundOf, passedHeaders, type Timeouts } from './outbound.ts'
import type { Questions } from './questions.ts'
import { eraBytes } from './refusal.ts'
import type { Reply } from './reply.ts'
import type { SessionNotes } from './session-notes.ts'
import type { Sessions } from './sessions.ts'
import { needsServer, type Stand, type Standing, unpermitted } from './standing.ts'
import { relayStream } from './stream.ts'
import { permit, subscription } from './target.ts'
import type { Underway } from './underway.ts'
import type { Visits } from './visits.ts'

/**
 * What is no call: the conversation, lists, notices, streams. It is for a caller that may discover
 * something of the server; to everybody else the server is not there, whether or not it exists.
 */
export const createConverse = (parts: {
  version: string
  limits: Timeouts
  log: Log
  upstreams: Upstreams
  bridges: Bridges
  apis: Pick<Apis, 'find'>
  sessions: Sessions
  detached: Detached
  underway: Underway
  visits: Visits
  standing: Standing
  carry: Carry
  questions: Questions
  notes: SessionNotes
  record: Recorder
  loan: Lend
  now(): number
}) => {
  const { sessions, visits, standing, log } = parts

  /** Whether it is an API whose operations are offered as tools. */
  const offersTools = ({ plane }: Exchange, item: string): boolean =>
    parts.apis.find(plane, item)?.offersTools === true

  /** Undefined at the plane's own endpoint and at an API's: for both the gateway speaks itself. */
  const upstreamOf = (exchange: Exchange, caller: Caller): Upstream | undefined => {
    if (exchange.server === undefined) return undefined
    const upstream = parts.upstreams.find(exchange.plane, exchange.server)
    const isThere = upstream !== undefined || offersTools(exchange, exchange.server)
    if (!isThere || !caller.view.sees(exchange.server, parts.now())) throw new Fault('not_found')
    return upstream
  }

  /** Where something goes on to a server: while it or its caller is suspended nothing does. */
  const unsuspended = (exchange: Exchange, caller: Caller): void => {
    if (caller.view.suspension(exchange.server)) throw new Fault('suspended')
  }

  /** As a session of the legacy era has it before it. */
  const legacyOf = (exchange: Exchange, caller: Caller): Upstream | undefined => {
    const found = upstreamOf(exchange, caller)
    return found && (parts.bridges.spoken(found, 'legacy') ?? found)
  }

  const loanOf = ({ plane, server }: Exchange, caller: Caller) => {
    const loan = server === undefined ? undefined : parts.loan(plane, server)
    if (loan === 'missing') throw new Fault('no_credential')
    return inNameOf(loan, caller)
  }

  const outbound = (exchange: Exchange, caller: Caller, ask: Ask): Outbound =>
    outboundOf({ exchange, ask, loan: loanOf(exchange, caller), timeouts: parts.limits })

  /** A message or a request of a session that is no request of ours: no id, no body but the caller's. */
  const bare = (
    exchange: Exchange,
    caller: Caller,
    session: Session,
    httpMethod: Outbound['httpMethod'],
    body: Uint8Array,
  ): Outbound => ({
    httpMethod,
    era: 'legacy',
    body,
    id: undefined,
    method: '',
    headers: passedHeaders(exchange, session.upstreamId),
    loan: loanOf(exchange, caller),
    timeoutMs: parts.limits.firstAnswerTimeoutMs,
    endMs: httpMethod === 'GET' ? Number.POSITIVE_INFINITY : parts.limits.callTimeoutMs,
  })

  const initialize = async (
    exchange: Exchange,
    caller: Caller,
    ask: Ask,
    upstream: Upstream | undefined,
    reply: Reply,
  ) => {
    const about = { exchange, caller, ask, sessions, version: parts.version }
    if (!upstream || !holdsSessions(upstream)) {
      const { bytes, sessionId } = answerInitialize({ ...about, upstream })
      return reply.finish(bytes, sessionId ? { headers: { 'mcp-session-id': sessionId } } : {})
    }
    unsuspended(exchange, caller)
    const answer = await forward({
      ask,
      upstream,
      outbound: outbound(exchange, caller, ask),
      reply: unstreamed(reply),
      log,
    })
    const { bytes, session } = relayInitialize({ ...about, upstream, answer })
    if (session) visits.seen(exchange, caller, session)
    return reply.finish(bytes, session ? { headers: { 'mcp-session-id': session.id } } : {})
  }

  /** Passed to the server and back as it comes; an answer that failed becomes an error here. */
  const pass = async (
    exchange: Exchange,
    caller: Caller,
    ask: Ask,
    upstream: Upstream,
    reply: Reply,
    reason: Stand['reason'] = needsServer(upstream.server),
  ) => {
    unsuspended(exchange, caller)
    let over = () => {}
    const onSent: Forwarding['onSent'] = (cancel) => {
      over = standing.add({ caller, reason, end: (code) => cancel(`${code} by the gateway`, code) })
    }
    const out = outbound(exchange, caller, ask)
    const answer = await forward({ ask, upstream, outbound: out, reply, log, onSent }).finally(() =>
      over(),
    )
    return reply.finish(finalOf(ask.id, answer), { event: answer.event })
  }

  /** The modern era says a level with each request; the session's is kept for them (2026-07-28, basic §_meta). */
  const keepLevel = async ({ plane }: Exchange, ask: Ask, upstream: Upstream, reply: Reply) => {
    const { level } = ask.params
    if (!ask.session || !hasLogging(upstream)) return unknownMethod(ask, reply)
    if (!isLogLevel(level))
      return reply.finish(errorBytes(ask.id, INVALID_PARAMS, 'level is not one of the protocol'))
    await parts.notes.setLogLevel(plane, ask.session, level)
    reply.finish(resultBytes(ask.id, {}))
  }

  const converse = (exchange: Exchange, caller: Caller, ask: Ask, reply: Reply) => {
    const found = upstreamOf(exchange, caller)
    const upstream = found && parts.bridges.spoken(found, ask.era)
    if (found && !upstream)
      return reply.finish(eraBytes(ask, spokenRevisions(found, parts.bridges)), { status: 400 })
    switch (ask.method) {
      case 'initialize':
        return initialize(exchange, caller, ask, upstream, reply)
      case 'server/discover':
        return reply.finish(answerDiscover(ask, upstream, parts.version))
      case 'ping':
        return reply.finish(resultBytes(ask.id, {}))
    }
    // logging/setLevel: a level belongs to a session, which callers of a shared child have not.
    if (!upstream || upstream.shared) return unknownMethod(ask, reply)
    return upstream.bridgedTo === 'modern'
      ? keepLevel(exchange, ask, upstream, reply)
      : pass(exchange, caller, ask, upstream, reply)
  }

  const subscribe = (exchange: Exchange, caller: Caller, ask: Ask, reply: Reply) => {
    const found = upstreamOf(exchange, caller)
    const upstream = found && parts.bridges.spoken(found, ask.era)
    if (!upstream || upstream.shared) return unknownMethod(ask, reply)
    const uris = subscribedUris(ask)
    const { view } = caller
    const hidden = uris.find(
      (uri) => !permit(view, subscription(upstream.server, uri), parts.now()).permitted,
    )
    if (hidden === undefined)
      return pass(exchange, caller, ask, upstream, reply, needsResources(upstream.server, uris))
    return reply.finish(errorBytes(ask.id, INVALID_PARAMS, 'Resource not found', { uri: hidden }))
  }

  const list = (exchange: Exchange, caller: Caller, ask: Ask, reply: Reply) => {
    const method = findMethod('client', ask.revision, ask.method)
    if (method?.kind !== 'list') return unknownMethod(ask, reply)
    const isApi = (item: string) => offersTools(exchange, item)
    const spoken = (server: string) => {
      if (isApi(server)) return true
      const upstream = parts.upstreams.find(exchange.plane, server)
      return upstream !== undefined && parts.bridges.spoken(upstream, ask.era) !== undefined
    }
    reply.finish(answerList({ exchange, caller, ask, method, now: parts.now(), spoken, isApi }))
  }

  const deliver = (upstream: Upstream, out: Outbound): Promise<number> =>
    new Promise((resolve) => {
      let status = 202
      upstream.send(out, {
        head(head) {
          status = head.status
        },
        message: () => true,
        end: () => resolve(status),
        fail: (code) => resolve(new Fault(code).row.status),
      })
    })

  return {
    isCall: (ask: Ask): boolean => findMethod('client', ask.revision, ask.method)?.kind === 'call',

    /** Any request but a call. */
    answer(exchange: Exchange, caller: Caller, ask: Ask, reply: Reply): void | Promise<void> {
      switch (findMethod('client', ask.revision, ask.method)?.kind) {
        case 'list':
          return list(exchange, caller, ask, reply)
        case 'session':
          return converse(exchange, caller, ask, reply)
        case 'listen':
          return subscribe(exchange, caller, ask, reply)
        default:
          return unknownMethod(ask, reply)
      }
    },

    /** Notices, and answers to what the server asked: to the server that the session is with. */
    async tell(exchange: Exchange, caller: Caller, tell: Tell, reply: Reply): Promise<void> {
      const upstream = legacyOf(exchange, caller)
      const { message, session } = tell
      if (upstream && holdsSessions(upstream) && session) {
        unsuspended(exchange, caller)
        const status = await deliver(
          upstream,
          bare(exchange, caller, session, 'POST', tell.doc.bytes),
        )
        return reply.finish(undefined, { status: status < 300 ? 202 : status })
      }
      const { plane } = exchange
      if (session && message.kind !== 'notification')
        await parts.questions.hear(plane, session, tell)
      const isCancellation =
        message.kind === 'notification' && message.method === 'notifications/cancelled'
      if (session && isCancellation)
        await parts.underway.cancel(plane, session, message.params?.requestId)
      return reply.finish(undefined, { status: 202 })
    },

    /** The session's own stream, where its server can have one; 405 says that there is none. */
    async listen(exchange: Exchange, caller: Caller): Promise<void> {
      const upstream = legacyOf(exchange, caller)
      if (!upstream || upstream.shared) throw new Fault('method_not_allowed')
      const session = visits.find(exchange, caller)
      unsuspended(exchange, caller)
      const asked = bare(exchange, caller, session, 'GET', new Uint8Array())
      const carried =
        upstream.bridgedTo === 'modern' && parts.carry.stream(exchange, caller, session)
      const out = carried ? { ...asked, carried } : asked
      const mayRead = (uri: string) => parts.carry.mayRead(exchange, caller, uri)
      await relayStream({ ...parts, exchange, caller, session, upstream, outbound: out, mayRead })
    },

    /** Ends a session, at its server too where that has one. */
    async end(exchange: Exchange, caller: Caller, reply: Reply): Promise<void> {
      const upstream = legacyOf(exchange, caller)
      const session = visits.find(exchange, caller)
      const ended = visits.end(session)
      if (!upstream || !holdsSessions(upstream) || !session.upstreamId) {
        await ended
        return reply.finish(undefined, { status: 204 })
      }
      const deletion = bare(exchange, caller, session, 'DELETE', new Uint8Array())
      const [status] = await Promise.all([deliver(upstream, deletion), ended])
      reply.finish(undefined, { status })
    },
  }
}

/** −32601; with 404 in the modern era (2026-07-28, transports §Error Handling). */
const unknownMethod = (ask: Ask, reply: Reply): void =>
  reply.finish(errorBytes(ask.id, METHOD_NOT_FOUND, 'Method not found'), {
    status: ask.era === 'modern' ? 404 : 200,
  })

/** A subscription stands on the server, and on each resource that it is told of. */
const needsResources =
  (server: string, uris: readonly string[]): Stand['reason'] =>
  (view, now) => {
    for (const uri of uris) {
      const code = unpermitted(permit(view, subscription(server, uri), now))
      if (code) return code
    }
    return needsServer(server)(view, now)
  }

const hasLogging = ({ greeting }: Upstream): boolean => {
  const capabilities = greeting.initialize?.capabilities
  return isObject(capabilities) && isObject(capabilities.logging)
}

const subscribedUris = (ask: Ask): string[] => {
  const { notifications } = ask.params as { notifications?: { resourceSubscriptions?: unknown } }
  const uris = notifications?.resourceSubscriptions
  return Array.isArray(uris) ? uris.map(String) : []
}

/** `initialize` is answered as a whole: what the server streams beside it belongs to no session yet. */
const unstreamed = (reply: Reply): Reply => ({ ...reply, openEvents() {}, relay: () => true })
