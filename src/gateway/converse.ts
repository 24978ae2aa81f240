import { type Bridges, holdsSessions, spokenRevisions } from '#bridge/bridge.ts'
import type { PlaneDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Edit } from '#lib/json.ts'
import { editObject } from '#lib/json-members.ts'
import type { Log } from '#lib/log.ts'
import { resultBytes } from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import type { CallerView } from '#policy/policy.ts'
import type { Outbound, Upstream, Upstreams } from '#upstream/upstream.ts'
import {
  answerDiscover,
  answerInitialize,
  apiGreeting,
  relayInitialize,
  type Spoken,
} from './conversation.ts'
import { type Ask, type Caller, callerKey, type Exchange } from './exchange.ts'
import { type Answer, type Forwarding, finalOf, forward } from './forward.ts'
import { inNameOf, type Lend } from './lend.ts'
import type { ListChanges } from './list-changes.ts'
import { createListen, listenable } from './listen.ts'
import type { ListingOf } from './listing.ts'
import { answerList, serversFor } from './lists.ts'
import { outboundOf, type Timeouts } from './outbound.ts'
import type { Pace } from './pace.ts'
import { greetAtPlane } from './plane-greeting.ts'
import { asLevel, keepLevel, levelAtPlane, noLevel } from './plane-level.ts'
import type { Reach } from './reach.ts'
import { eraBytes } from './refusal.ts'
import type { Reply } from './reply.ts'
import type { SessionNotes } from './session-notes.ts'
import type { Sessions } from './sessions.ts'
import { readableSkills } from './skills.ts'
import { needsServer, type Standing } from './standing.ts'
import type { Subscribing } from './subscribing.ts'
import { asksForTask, lacksTasks, type TaskCalls, undeclaredTasks } from './task-call.ts'
import { tasksOf } from './task-told.ts'
import type { Tasks } from './tasks.ts'
import type { GatewayTelemetry } from './traced.ts'
import { unknownMethod } from './unknown-method.ts'
import type { Visits } from './visits.ts'

/**
 * What is no call: the conversation, lists, notices, streams. It is for a caller that may discover
 * something of the server; to everybody else the server is not there, whether or not it exists.
 */
export const createConverse = (parts: {
  version: string
  reach: Reach
  limits: Timeouts
  log: Log
  upstreams: Upstreams
  bridges: Pick<Bridges, 'spoken'>
  sessions: Sessions
  visits: Visits
  standing: Standing
  changes: ListChanges
  listing: ListingOf
  pace: Pace
  tasks: Tasks
  taskCalls: TaskCalls
  subscribing: Subscribing
  clock: Pick<Clock, 'after'>
  notes: SessionNotes
  loan: Lend
  telemetry: Pick<GatewayTelemetry, 'dropsBaggage'>
  planeDocument(plane: PlaneId): PlaneDocument | undefined
  nextId(): string
  now(): number
}) => {
  const { sessions, visits, standing, listing, log } = parts

  const { upstreamOf, unsuspended, loanOf } = parts.reach

  const outbound = (
    exchange: Exchange,
    caller: Caller,
    ask: Ask,
    edits: readonly Edit[] = [],
  ): Outbound =>
    outboundOf({
      exchange,
      ask,
      edits,
      loan: loanOf(exchange, caller),
      timeouts: parts.limits,
      dropsBaggage: parts.telemetry.dropsBaggage,
      behalf: {
        caller: callerKey(caller.view),
        era: ask.era,
        loan: loanOf(exchange, caller),
        // The caller of this watches over it.
        outlive: () => () => {},
      },
      caller: callerKey(caller.view),
    })

  const spokenAs = (
    exchange: Exchange,
    caller: Caller,
    ask: Ask,
    upstream: Upstream | undefined,
  ): Spoken => {
    if (upstream) return { upstream }
    const { version } = parts
    if (exchange.server !== undefined) return { greeting: apiGreeting, version }
    const { endpoint = {} } = parts.planeDocument(exchange.plane) ?? {}
    const greeting = greetAtPlane({
      listing: listing(exchange, caller.view, ask.era),
      upstream: (server) => parts.upstreams.find(exchange.plane, server),
      subscribes: (upstream) => listenable(parts.bridges, upstream) !== undefined,
      instructs: endpoint.instructions !== false,
    })
    return { greeting, version }
  }

  const initialize = async (
    exchange: Exchange,
    caller: Caller,
    ask: Ask,
    upstream: Upstream | undefined,
    reply: Reply,
  ) => {
    const about = { exchange, caller, ask, sessions }
    if (!upstream || !holdsSessions(upstream)) {
      const spoken = spokenAs(exchange, caller, ask, upstream)
      const { bytes, sessionId } = answerInitialize({ ...about, spoken })
      return reply.finish(bytes, sessionId ? { headers: { 'mcp-session-id': sessionId } } : {})
    }
    unsuspended(exchange, caller)
    const answer = await forward({
      ask,
      upstream,
      outbound: outbound(exchange, caller, ask, withoutTasks(ask)),
      reply: unstreamed(reply),
      log,
    })
    const { bytes, session } = relayInitialize({ ...about, upstream, answer })
    if (session) visits.seen(exchange, caller, session)
    return reply.finish(bytes, session ? { headers: { 'mcp-session-id': session.id } } : {})
  }

  /** Asks the server on the caller's behalf, for as long as that may reach it. */
  const askServer = (
    exchange: Exchange,
    caller: Caller,
    ask: Ask,
    upstream: Upstream,
    reply: Reply,
  ): Promise<Answer> => {
    unsuspended(exchange, caller)
    parts.pace.keep(exchange.plane, upstream.server, caller)
    const reason = needsServer(upstream.server)
    let over = () => {}
    const onSent: Forwarding['onSent'] = (cancel) => {
      over = standing.add({ caller, reason, end: (code) => cancel(`${code} by the gateway`, code) })
    }
    const out = outbound(exchange, caller, ask)
    const answer = forward({ ask, upstream, outbound: out, reply, log, onSent })
    return answer.finally(() => over())
  }

  /** Passed to the server and back as it comes; an answer that failed becomes an error here. */
  const pass = async (
    exchange: Exchange,
    caller: Caller,
    ask: Ask,
    upstream: Upstream,
    reply: Reply,
  ) => {
    const answer = await askServer(exchange, caller, ask, upstream, reply)
    return reply.finish(finalOf(ask.id, answer), { event: answer.event })
  }

  /** The server's own list, without what this caller may not read. */
  const skills = async (
    exchange: Exchange,
    caller: Caller,
    ask: Ask,
    upstream: Upstream,
    reply: Reply,
  ) => {
    const answer = await askServer(exchange, caller, ask, upstream, unstreamed(reply))
    const final = finalOf(ask.id, answer)
    return reply.finish(final && readableSkills(caller.view, upstream.server, final, parts.now()))
  }

  /** The server's own list, of what is this caller's and may still be asked for by it. */
  const listTasks = async (exchange: Exchange, caller: Caller, ask: Ask, reply: Reply) => {
    const found = upstreamOf(exchange, caller)
    const upstream = found && parts.bridges.spoken(found, ask.era)
    if (!upstream || !parts.taskCalls.carries(exchange, ask.era)) return unknownMethod(ask, reply)
    const answer = await askServer(exchange, caller, ask, upstream, unstreamed(reply))
    const final = finalOf(ask.id, answer)
    const whose = { exchange, caller, era: ask.era }
    return reply.finish(final && (await tasksOf(parts.tasks, whose, final, parts.now())))
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
        return reply.finish(answerDiscover(ask, spokenAs(exchange, caller, ask, upstream)))
      case 'ping':
        return reply.finish(resultBytes(ask.id, {}))
      case 'skills/list':
        return upstream ? skills(exchange, caller, ask, upstream, reply) : unknownMethod(ask, reply)
    }
    if (exchange.server === undefined && ask.method === 'logging/setLevel')
      return levelAtPlane(parts, {
        exchange,
        caller,
        ask,
        reply,
        servers: serversFor(listing(exchange, caller.view, ask.era)),
      })
    // logging/setLevel: a level belongs to a session, which callers of a shared child have not.
    if (!upstream || upstream.shared) return unknownMethod(ask, reply)
    if (upstream.bridgedTo === 'modern')
      return keepLevel(parts.notes, exchange, ask, upstream, reply)
    const level = asLevel(ask)
    return level ? pass(exchange, caller, level, upstream, reply) : noLevel(ask, reply)
  }

  const listen = createListen({
    ...parts,
    outbound(exchange, caller, ask, server) {
      const loan = parts.loan(exchange.plane, server)
      if (loan === 'missing') return undefined
      const timeouts = { ...parts.limits, callTimeoutMs: Number.POSITIVE_INFINITY }
      const lent = inNameOf(loan, caller)
      const behalf = {
        ...{ caller: callerKey(caller.view), era: ask.era, loan: lent },
        outlive: () => () => {},
      }
      return outboundOf({ exchange, ask, loan: lent, timeouts, caller: behalf.caller, behalf })
    },
  })

  const subscribe = (exchange: Exchange, caller: Caller, ask: Ask, reply: Reply) => {
    // Whoever may discover nothing of the server is told that it is not there.
    upstreamOf(exchange, caller)
    unsuspended(exchange, caller)
    const listingFor = (view: CallerView) => listing(exchange, view, ask.era)
    return listen({ exchange, caller, ask, reply, listing: listingFor })
  }

  const list = (exchange: Exchange, caller: Caller, ask: Ask, reply: Reply) => {
    const method = findMethod('client', ask.revision, ask.method)
    if (method?.kind !== 'list') return unknownMethod(ask, reply)
    reply.finish(answerList(listing(exchange, caller.view, ask.era), ask, method))
  }

  return {
    /** A method of tasks is one where its server's tasks are carried, and unknown everywhere else. */
    isCall(exchange: Exchange, caller: Caller, ask: Ask): boolean {
      if (findMethod('client', ask.revision, ask.method)?.kind === 'call') return true
      if (!asksForTask(ask)) return false
      // Whoever may discover nothing of the server is told that it is not there.
      upstreamOf(exchange, caller)
      return parts.taskCalls.carries(exchange, ask.era) && !lacksTasks(ask)
    },

    /** Any request but a call. */
    answer(exchange: Exchange, caller: Caller, ask: Ask, reply: Reply): void | Promise<void> {
      switch (findMethod('client', ask.revision, ask.method)?.kind) {
        case 'list':
          return list(exchange, caller, ask, reply)
        case 'session':
          return converse(exchange, caller, ask, reply)
        case 'listen':
          return subscribe(exchange, caller, ask, reply)
        case 'task':
          if (!asksForTask(ask)) return listTasks(exchange, caller, ask, reply)
          return parts.taskCalls.carries(exchange, ask.era)
            ? undeclaredTasks(ask, reply)
            : unknownMethod(ask, reply)
        default:
          return unknownMethod(ask, reply)
      }
    },
  }
}

/** A task of the caller's own, which its server would ask for beside any call, is not carried. */
const withoutTasks = ({ doc }: Ask): Edit[] =>
  editObject(doc, ['params', 'capabilities'], { drop: (name) => name === 'tasks' })

/** `initialize` is answered as a whole: what the server streams beside it belongs to no session yet. */
const unstreamed = (reply: Reply): Reply => ({ ...reply, openEvents() {}, relay: () => true })
