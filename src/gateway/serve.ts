import type { Refusal } from '#domain/decision.ts'
import { asFault, Fault } from '#lib/fault.ts'
import { answerFault, answerFaultToRest } from './answer.ts'
import type { Asked } from './asked.ts'
import { createAsking, type Next } from './asking.ts'
import { createAtServer } from './at-server.ts'
import { createAuthenticate } from './authenticate.ts'
import { createRecorder } from './call.ts'
import { createCarry } from './carry.ts'
import { createConverse } from './converse.ts'
import type { Round } from './course.ts'
import { createDetached } from './detached.ts'
import { createDoor, steady } from './door.ts'
import { createElsewhere } from './elsewhere.ts'
import { type Ask, type CallAsk, type Caller, type Exchange, header } from './exchange.ts'
import { createFail } from './fail.ts'
import { type Answer, askedBeside } from './forward.ts'
import type { Gateway, GatewayParts } from './gateway.ts'
import { createInSession } from './in-session.ts'
import { checkMediaTypes, createInbound, type Single } from './inbound.ts'
import { createListChanges } from './list-changes.ts'
import { createListing } from './listing.ts'
import { tellList } from './lists.ts'
import { createPace } from './pace.ts'
import { createQuestions } from './questions.ts'
import { createReach } from './reach.ts'
import { readBody } from './read.ts'
import { recordingOf } from './recording.ts'
import { faultBytes } from './refusal.ts'
import { createBatchReply, createReply, type Reply } from './reply.ts'
import { createRequestStates } from './request-state.ts'
import { checkEncoding, readRest } from './rest-ask.ts'
import { createRestReply } from './rest-reply.ts'
import { createRounds, type Open } from './rounds.ts'
import { createRuns } from './runs.ts'
import { createServerNotices } from './server-notices.ts'
import { createSessions } from './sessions.ts'
import { createStanding } from './standing.ts'
import { createStepUps } from './step-ups.ts'
import { createSteps } from './steps.ts'
import { createStrangers } from './strangers.ts'
import { createSubscribing } from './subscribing.ts'
import { createTaskCalls } from './task-call.ts'
import { createTaskEnds } from './task-ends.ts'
import { createTasks } from './tasks.ts'
import { createTracing } from './traced.ts'
import { createUnderway } from './underway.ts'
import { createVisits } from './visits.ts'

/** Whoever makes a round of a call, and what it says. */
interface Turn {
  readonly caller: Caller
  readonly ask: CallAsk
  /** From 1. */
  readonly round: number
}
/** A round that ended with what its server asks. */
interface Ended {
  readonly answer: Answer
  readonly open: Open
  readonly reply: Reply
  readonly round: number
}

/** A second, of one caller at one server. */
const mostBesideCalls = 20

export const createGateway = (parts: GatewayParts): Gateway => {
  const { limits, clock, log, ledger } = parts
  const now = steady(clock)
  const door = createDoor(limits.concurrentExchanges, clock)
  const sessions = createSessions(parts.keyring, parts.ended)
  const { stands } = parts.identity
  const standing = createStanding({ snapshot: parts.snapshot, stands, now, clock })
  const elsewhere = createElsewhere(parts.mailboxes)
  const underway = createUnderway(elsewhere)
  const { loan } = parts
  const visits = createVisits({
    upstreams: parts.upstreams,
    sessions,
    standing,
    loan,
    timeoutMs: limits.firstAnswerTimeoutMs,
  })
  const record = createRecorder({
    ledger: ledger.plane,
    recording: (plane, capability) =>
      recordingOf(capability, {
        plane: parts.planeDocument(plane),
        item: parts.item(plane, capability.server),
      }),
    counts: parts.telemetry.counts,
    nextId: parts.nextId,
    elapsed: clock.elapsed,
  })
  const onLost = (cause: unknown) =>
    log.error('outcome not recorded', { code: asFault(cause).code })
  const { callTimeoutMs: timeoutMs } = limits
  const detached = createDetached({
    ...{ clock, record, standing, underway, elsewhere, timeoutMs, onLost },
  })
  const carry = createCarry({ ...parts, now })
  const runs = createRuns(parts.nextId)
  const strangers = createStrangers(limits.unauthenticatedPerSecond)
  const authenticate = createAuthenticate({ ...parts, runs, strangers })
  const read = createInbound({ visits, limits })
  const notices = createServerNotices({
    ...parts,
    changed: parts.looks.notice,
  })
  const changes = createListChanges({ snapshot: parts.snapshot, now, clock, notices })
  // Which servers are met at the plane's endpoint hangs on what they are found to speak.
  parts.upstreams.onOpen((upstream) => {
    const follow = () => changes.follow([upstream.plane])
    void upstream.ready.then(follow)
    upstream.onListChanged(follow)
  })
  const listing = createListing({ ...parts, now })
  const questions = createQuestions({ ...parts, elsewhere, standing, underway, timeoutMs })
  const rounds = createRounds({ ...parts, questions })
  const tasks = createTasks({ rows: parts.taskRows, keyring: parts.keyring, now })
  const taskCalls = createTaskCalls({ ...parts, tasks, ends: createTaskEnds(standing) })
  const fail = createFail(parts)
  const stepUps = createStepUps(10_000)
  const states = createRequestStates({ ...parts, timeoutMs: limits.roundTimeoutMs, now })
  const tracing = createTracing(parts.telemetry)
  const atServer = createAtServer({ ...parts, standing, carry, tasks: taskCalls, tracing })
  const asking = createAsking({ elsewhere, beside: atServer })
  const untraced = createSteps({
    ...parts,
    tracing,
    listing,
    stepUps,
    states,
    tasks: taskCalls,
    atServer,
    record,
    underway,
    carry,
    standing,
    loan,
    now,
  })
  const step = tracing.over(untraced)
  const subscribing = createSubscribing({ step, record, log, now })
  const reach = createReach({ ...parts, loan, now })
  const held = { reach, listing, tasks, changes, visits, standing, carry, record, loan, now }
  const pace = createPace({ perSecond: mostBesideCalls, now })
  const converse = createConverse({ ...parts, ...held, pace, taskCalls, subscribing, sessions })
  const inSession = createInSession({ ...parts, ...held, questions, asking, detached, underway })

  // The steps of one call, and of each round of one that asks its caller something. Each uses only
  // what the lines above it returned, so the order here is the order of trust: nothing is looked up
  // before the caller is known (`serve`, below), and nothing reaches a server before the intent is in
  // the ledger.
  const begin = async (
    exchange: Exchange,
    caller: Caller,
    ask: CallAsk,
    reply: Reply,
  ): Promise<Round | undefined> => {
    const refuse = async (of: Asked, why: Refusal): Promise<undefined> => {
      await step.refuse(of, why, reply)
      return undefined
    }
    const target = await step.resolve(exchange, caller, ask)
    if (!target) return step.unnamed(ask, reply)
    // What its server told of it may be old by now: then it is asked again, if the caller may call it.
    const { asked, unseen } = await step.look({ exchange, caller, ask, target, at: now() })
    if (unseen) return refuse(asked, unseen)
    const decision = step.permit(asked)
    if (!decision.permitted) return refuse(asked, decision.refusal)
    const uncarried = step.uncarried(asked, decision)
    if (uncarried) return step.uncarriable(uncarried, reply)
    const lent = step.lend(asked, decision)
    if (!lent.permitted) return refuse(asked, lent.refusal)
    const room = await step.limit(asked, decision)
    if (!room.permitted) return refuse(asked, room.refusal)
    const intent = await step.intend(asked, room, lent)
    return { asked, sending: { decision: room, lent, call: intent } }
  }

  const call = async (
    exchange: Exchange,
    caller: Caller,
    ask: CallAsk,
    reply: Reply,
  ): Promise<void> => {
    await answerRound(exchange, { caller, ask, round: 1 }, reply)
  }

  /** One round, and those that follow from it; false where it was refused before it began. */
  const answerRound = async (
    exchange: Exchange,
    { caller, ask, round }: Turn,
    reply: Reply,
  ): Promise<boolean> => {
    const first = await begin(exchange, caller, ask, reply)
    if (!first) return false
    const course = asking.begin(first, reply, again)
    const answer = await step.forward(course, reply).catch(async (thrown) => {
      await course.last()
      throw thrown
    })
    if (answer.detached && ask.session) {
      step.detach(course, ask.session, detached, reply)
      return true
    }
    const last = await course.last()
    const open = last && rounds.asked(ask, step.asTold(last.asked, answer))
    if (open) await goOn(last, { answer, open, reply, round })
    else if (last) await step.conclude(last.asked, last.sending.call, answer, reply)
    return true
  }

  /** Asks the caller what its server wants to know, and answers that with the next round. */
  const goOn = async (last: Round, { answer, open, reply, round }: Ended): Promise<void> => {
    const { asked, sending } = last
    let goesOn = false
    try {
      // The round is over, and its outcome durable, before its caller is asked anything.
      if (!(await step.confirm(asked, sending.call, answer, reply))) return
      const reason = step.reason(asked)
      const next = await rounds.next(asked, open, { reply, call: sending.call.id, round, reason })
      goesOn = next !== undefined && (await answerRound(asked.exchange, next, reply))
    } finally {
      if (!goesOn) step.quit(last, open)
    }
  }

  /** The next round of a call whose server asks by itself, before the answer reaches that (`course.ts`). */
  const again: Next = async ({ asked, sending }, number, reply) => {
    const { exchange, ask } = asked
    if (ask.era === 'rest') return undefined
    try {
      if (!(await step.confirm(asked, sending.call, askedBeside, reply))) return undefined
      const view = parts.snapshot(exchange.plane).caller(asked.caller.view.who)
      if (!view) throw new Fault('revoked')
      return await begin(exchange, { ...asked.caller, view }, { ...ask, round: number }, reply)
    } catch (thrown) {
      fail(exchange, thrown, (_response, { code }) => reply.finish(faultBytes(ask.id, code)))
      return undefined
    }
  }

  const answer = (
    exchange: Exchange,
    caller: Caller,
    ask: Ask,
    reply: Reply,
  ): void | Promise<void> =>
    converse.isCall(exchange, caller, ask)
      ? call(exchange, caller, step.unfold(exchange, caller, ask), reply)
      : converse.answer(exchange, caller, ask, reply)

  const single = (
    exchange: Exchange,
    caller: Caller,
    message: Single,
    reply: Reply,
  ): void | Promise<void> => {
    if (message.kind === 'ask') return answer(exchange, caller, message, reply)
    if (message.kind === 'tell') return inSession.tell(exchange, caller, message, reply)
    return reply.finish(message.bytes, { status: message.status })
  }

  const post = async (exchange: Exchange, caller: Caller): Promise<void> => {
    checkMediaTypes(exchange)
    const body = await readBody(exchange, {
      limitBytes: limits.bodyBytes,
      timeoutMs: limits.bodyTimeoutMs,
      clock,
    })
    const message = read(exchange, caller, body)
    if (message.kind === 'batch') return batch(exchange, caller, message.members)
    return single(exchange, caller, message, createReply(exchange.response))
  }

  const rest = async (exchange: Exchange, caller: Caller): Promise<void> => {
    checkEncoding(exchange)
    const body = await readBody(exchange, {
      limitBytes: limits.bodyBytes,
      timeoutMs: limits.bodyTimeoutMs,
      clock,
    })
    const api = parts.apis.find(exchange.plane, exchange.server ?? '')
    const bounds = { depth: limits.jsonDepth, nodes: limits.jsonNodes }
    const ask = readRest({ exchange, api, body, limits: bounds })
    return call(exchange, caller, ask, createRestReply(exchange.response))
  }

  /** A batch of 2025-03-26 is so many calls, each with its own six steps, side by side. */
  const batch = async (
    exchange: Exchange,
    caller: Caller,
    members: readonly Single[],
  ): Promise<void> => {
    const reply = createBatchReply(exchange.response, members.length)
    const each = members.map(async (message) => {
      try {
        await single(exchange, caller, message, reply)
      } catch (thrown) {
        reply.finish(
          faultBytes(message.kind === 'ask' ? message.id : undefined, asFault(thrown).code),
        )
      }
    })
    await Promise.all(each)
  }

  const identify = async (
    exchange: Exchange,
    hasStrangers: boolean,
  ): Promise<Caller | undefined> => {
    if (!hasStrangers || header(exchange, 'authorization') !== undefined) {
      const caller = await authenticate(exchange, now())
      admit(exchange)
      return caller
    }
    if (!strangers.hear(now())) throw new Fault('flood', { detail: 'strangers' })
    checkCurrent()
    return undefined
  }

  const checkCurrent = (): void => {
    if (!parts.isCurrent()) throw new Fault('store_unreachable')
  }

  const admit = (exchange: Exchange): void => {
    checkCurrent()
    const plane = ledger.plane(exchange.plane)
    const room = plane.room(clock.now())
    if (room === 'failing' || room === 'refused') {
      plane.turnAway()
      throw new Fault('unrecordable')
    }
    if (room === 'over budget')
      throw new Fault('flood', { detail: 'the plane has spent its budget of entries' })
  }

  const route = (exchange: Exchange, caller: Caller): Promise<void> => {
    const { method } = exchange.request
    if (method === 'GET') return inSession.listen(exchange, caller)
    if (method === 'DELETE') return inSession.end(exchange, caller, createReply(exchange.response))
    return post(exchange, caller)
  }

  /** Nothing of a request is looked at before its caller is known. */
  const serving =
    (answer: typeof route, answerAs: typeof answerFault) =>
    async (exchange: Exchange): Promise<void> => {
      let leave: (() => void) | undefined
      try {
        leave = door.enter()
        if (parts.telemetry.dropsBaggage) delete exchange.request.headers.baggage
        const known = authenticate(exchange, now())
        const caller = known instanceof Promise ? await known : known
        // Nobody is left who could be answered, or whose leaving could be noticed.
        if (exchange.response.closed) return
        admit(exchange)
        await answer(exchange, caller)
      } catch (thrown) {
        fail(exchange, thrown, answerAs)
      } finally {
        leave?.()
      }
    }

  return {
    inside: () => door.inside,
    listed: (at, view, era, kind) => tellList(listing(at, view, era), kind, era),
    serve: serving(route, answerFault),
    serveRest: serving(rest, answerFaultToRest),
    async admit(exchange, about) {
      const leave = door.enter()
      try {
        return { caller: await identify(exchange, about.strangers), leave }
      } catch (thrown) {
        leave()
        throw thrown
      }
    },
    follow(planes) {
      standing.follow(planes)
      changes.follow(planes)
    },
    drain(drainMs) {
      const closed = door.close(drainMs)
      changes.close()
      questions.close()
      return closed
    },
  }
}
