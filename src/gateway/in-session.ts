import { type Bridges, holdsSessions } from '#bridge/bridge.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import { errorBytes, type RequestMessage, resultBytes } from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { CallerView } from '#policy/policy.ts'
import type { Outbound, Upstream, Upstreams } from '#upstream/upstream.ts'
import type { Asking } from './asking.ts'
import type { Recorder } from './call.ts'
import { unheard } from './cancellation.ts'
import type { Carry } from './carry.ts'
import { unaskable } from './course.ts'
import { deliver } from './deliver.ts'
import type { Detached } from './detached.ts'
import type { Caller, Exchange, Session } from './exchange.ts'
import type { Tell } from './inbound.ts'
import type { Lend } from './lend.ts'
import type { ListChanges } from './list-changes.ts'
import type { ListingOf } from './listing.ts'
import type { Looks } from './look.ts'
import type { Notices } from './notices.ts'
import { bareOutbound, type Timeouts } from './outbound.ts'
import { followSubscriptions } from './plane-subscriptions.ts'
import type { Questions } from './questions.ts'
import type { Reach } from './reach.ts'
import type { Reply } from './reply.ts'
import type { SessionNotes } from './session-notes.ts'
import type { Standing } from './standing.ts'
import { relayStream, type Told, tellSession } from './stream.ts'
import { asAtServer, asToldOf } from './task-told.ts'
import type { Tasks } from './tasks.ts'
import { cancelledBy, type Underway } from './underway.ts'
import type { Visits } from './visits.ts'

/** What is said in a legacy session beside requests, until it ends. */
export const createInSession = (parts: {
  version: string
  reach: Reach
  limits: Timeouts
  log: Log
  upstreams: Upstreams
  bridges: Pick<Bridges, 'spoken'>
  detached: Detached
  underway: Underway
  visits: Visits
  standing: Standing
  changes: ListChanges
  looks: Pick<Looks, 'notice'>
  listing: ListingOf
  tasks: Tasks
  clock: Pick<Clock, 'after'>
  carry: Carry
  questions: Questions
  asking: Asking
  notes: SessionNotes
  record: Recorder
  loan: Lend
  snapshot(plane: PlaneId): PlaneSnapshot
  nextId(): string
  now(): number
}) => {
  const { visits, listing, asking } = parts
  const { legacyOf, unsuspended, loanOf } = parts.reach

  const bare = (
    exchange: Exchange,
    caller: Caller,
    session: Session,
    httpMethod: Outbound['httpMethod'],
    body: Uint8Array,
  ): Outbound => {
    const loan = loanOf(exchange, caller)
    return bareOutbound({ exchange, session, httpMethod, body, loan, timeouts: parts.limits })
  }

  /** Undefined where the server itself holds no session of this caller's. */
  const holding = (exchange: Exchange, caller: Caller): Upstream | undefined => {
    const upstream = legacyOf(exchange, caller)
    return upstream && holdsSessions(upstream) ? upstream : undefined
  }

  /** To the call that it was asked in, where the gateway asked it or relayed it. */
  const hear = async (exchange: Exchange, caller: Caller, tell: Tell): Promise<number> => {
    const { message, session, doc } = tell
    const { plane } = exchange
    if (!session || message.kind === 'notification' || message.id === undefined) return 202
    if (!holding(exchange, caller)) {
      await parts.questions.hear(plane, session, tell)
      return 202
    }
    unsuspended(exchange, caller)
    const whose = { exchange, caller, era: 'legacy' } as const
    const bytes = await asAtServer(parts.tasks, whose, doc, message)
    return asking.hear(plane, session, message.id, bytes)
  }

  const notify = async (exchange: Exchange, caller: Caller, tell: Tell): Promise<number> => {
    const { message, session, doc } = tell
    const { plane } = exchange
    const cancelled = cancelledBy(message)
    const upstream = holding(exchange, caller)
    if (!session) return 202
    if (!upstream) {
      await parts.underway.cancel(plane, session, cancelled)
      return 202
    }
    unsuspended(exchange, caller)
    // A notice that overtakes its request tells the server nothing: then it is told again.
    const isTold = parts.underway.has(session, cancelled)
    const status = await deliver(upstream, bare(exchange, caller, session, 'POST', doc.bytes))
    // The server has been told; whether it stands open anywhere is found out beside the answer.
    parts.underway.cancel(plane, session, cancelled, isTold).catch(() => {})
    return status
  }

  /** A ping is answered here, and what is asked is asked in a call alone (SEP-2260). */
  const isAsked = async (
    exchange: Exchange,
    session: Session,
    message: RequestMessage,
    say: (body: Uint8Array) => void,
  ): Promise<boolean> => {
    const { id, method } = message
    const isAsk = findMethod('server', session.revision, method)?.kind === 'ask'
    if (isAsk && (await asking.adopt(exchange.plane, session, id))) return true
    if (method === 'ping') say(resultBytes(id, {}))
    else say(errorBytes(id, unaskable.code, isAsk ? outsideOfCall : unaskable.text))
    return false
  }

  return {
    /** Notices, and answers to what the server asked: to the server that the session is with. */
    async tell(exchange: Exchange, caller: Caller, tell: Tell, reply: Reply): Promise<void> {
      const status = await (tell.message.kind === 'notification' ? notify : hear)(
        exchange,
        caller,
        tell,
      )
      return reply.finish(undefined, { status: status < 300 ? 202 : status })
    },

    /** The session's own stream: what its server tells, where that can have one, and how lists change. */
    async listen(exchange: Exchange, caller: Caller): Promise<void> {
      const found = legacyOf(exchange, caller)
      const upstream = found?.shared ? undefined : found
      const session = visits.find(exchange, caller)
      unsuspended(exchange, caller)
      const about = {
        ...parts,
        exchange,
        caller,
        session,
        listing: (view: CallerView) => listing(exchange, view, 'legacy'),
      }
      const also = (notices: Notices) =>
        followSubscriptions(parts, { exchange, caller, session, notices })
      if (!upstream)
        return await tellSession(exchange.server === undefined ? { ...about, also } : about)
      const asked = bare(exchange, caller, session, 'GET', new Uint8Array())
      const carried =
        upstream.bridgedTo === 'modern' && parts.carry.stream(exchange, caller, session)
      const mine = { exchange, caller, era: 'legacy' } as const
      const told: Told = (...message) => asToldOf(parts, mine, ...message)
      const say = (body: Uint8Array) => {
        const post = bare(exchange, caller, session, 'POST', body)
        upstream.send({ ...post, headers: [...ofPosts, ...inSession(session)] }, unheard)
      }
      await relayStream({
        ...about,
        ...{ upstream, told },
        outbound: carried ? { ...asked, carried } : asked,
        mayRead: (uri) => parts.carry.mayRead(exchange, caller, uri),
        isAsked: (message) => isAsked(exchange, session, message, say),
      })
    },

    /** Ends a session, at its server too where that has one. */
    async end(exchange: Exchange, caller: Caller, reply: Reply): Promise<void> {
      const upstream = holding(exchange, caller)
      const session = visits.find(exchange, caller)
      const ended = visits.end(session)
      if (!upstream || !session.upstreamId) {
        await ended
        return reply.finish(undefined, { status: 204 })
      }
      const deletion = bare(exchange, caller, session, 'DELETE', new Uint8Array())
      const [status] = await Promise.all([deliver(upstream, deletion), ended])
      reply.finish(undefined, { status })
    },
  }
}

const outsideOfCall =
  'Nothing is asked outside of a call, nor on the stream of a session while several are on their way'

/** What is said while a stream is read has not the headers of that. */
const ofPosts = [
  ...['content-type', 'application/json'],
  ...['accept', 'application/json, text/event-stream'],
]
const inSession = ({ upstreamId, revision }: Session): string[] => [
  ...(upstreamId === '' ? [] : ['mcp-session-id', upstreamId]),
  ...['mcp-protocol-version', revision],
]
