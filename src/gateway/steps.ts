import { type Bridges, holdsSessions, spokenRevisions } from '#bridge/bridge.ts'
import type { AskedFor } from '#bridge/to-modern/asked.ts'
import type { Refusal } from '#domain/decision.ts'
import type { PlaneId } from '#domain/name.ts'
import { resourceMetadataUrl } from '#identity/challenge.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import { errorBytes, INVALID_PARAMS, type ProtocolRefusal } from '#mcp/messages.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { Decision, Permitted } from '#policy/policy.ts'
import type { Windows } from '#quota/windows.ts'
import type { Apis } from '#upstream/apis.ts'
import type { Upstream, Upstreams } from '#upstream/upstream.ts'
import type { ApiLent } from './api-call.ts'
import type { Asked, Lent, NotedLent, OwnLent, Refused, Sending } from './asked.ts'
import type { AtServer } from './at-server.ts'
import type { Call, Recorder } from './call.ts'
import type { Carry } from './carry.ts'
import { challengeText } from './challenge-text.ts'
import type { Course, Round } from './course.ts'
import type { Detached } from './detached.ts'
import {
  type Ask,
  type CallAsk,
  type Caller,
  callerKey,
  type Exchange,
  type Session,
} from './exchange.ts'
import { type Answer, finalOf, unsent } from './forward.ts'
import type { Lend } from './lend.ts'
import { listenable } from './listen.ts'
import type { ListingOf } from './listing.ts'
import { createLook, type Looks } from './look.ts'
import { argumentsRefusal, createOperations, type Hold } from './operations.ts'
import type { Timeouts } from './outbound.ts'
import { unfold } from './own-tools.ts'
import { wrapMessage } from './plane-answer.ts'
import { isSubscription, keepSubscription } from './plane-subscriptions.ts'
import { faultBytes, refusalBytes } from './refusal.ts'
import { createRefusedAs } from './refused-as.ts'
import type { Reply } from './reply.ts'
import { notOurState, type RequestStates } from './request-state.ts'
import { finishRest, finishRestFault } from './rest-reply.ts'
import { createSealedRounds, roundOf } from './sealed-rounds.ts'
import { answerSearch } from './search.ts'
import { idOf, isVariant, needsPermission, statusOf, tellCancelled } from './sending.ts'
import type { SessionNotes } from './session-notes.ts'
import type { Standing, Unpermitted } from './standing.ts'
import type { StepUps } from './step-ups.ts'
import { take } from './take.ts'
import { permit, resolveTarget, restTarget, type Target } from './target.ts'
import { asksForTask, type TaskCalls } from './task-call.ts'
import type { Tracing } from './traced.ts'
import { uncarriedOf } from './uncarried.ts'
import type { Cancel, Underway } from './underway.ts'

/** The steps that `serve.ts` puts in order, each over what the steps before it returned. */
export const createSteps = (parts: {
  origin: string
  limits: Timeouts
  log: Log
  record: Recorder
  windows: Windows
  upstreams: Upstreams
  bridges: Pick<Bridges, 'spoken' | 'inRounds'>
  apis: Pick<Apis, 'find'>
  underway: Underway
  standing: Standing
  carry: Carry
  loan: Lend
  looks: Looks
  stepUps: StepUps
  tracing: Tracing
  listing: ListingOf
  states: RequestStates
  tasks: TaskCalls
  atServer: AtServer
  notes: Pick<SessionNotes, 'subscribe' | 'unsubscribe'>
  snapshot(plane: PlaneId): PlaneSnapshot
  now(): number
}) => {
  const { record, standing, log, tasks } = parts
  const operations = createOperations(parts)
  const rounds = createSealedRounds(parts.states)
  const refusedAs = createRefusedAs(parts)

  /** Whether its server can tell of its resources to one caller. */
  const isListenable = ({ exchange, target }: Asked): boolean => {
    const found = parts.upstreams.find(exchange.plane, target.server)
    return found !== undefined && listenable(parts.bridges, found) !== undefined
  }

  const confirm = async (
    { exchange, ask }: Asked,
    call: Call,
    answer: Answer,
    reply: Reply,
  ): Promise<boolean> => {
    try {
      await record.conclude({ exchange, call, answer, now: parts.now() })
      return true
    } catch {
      log.error('outcome not recorded, result withheld', { call: call.id })
      if (ask.era === 'rest')
        finishRestFault(reply, 'unconfirmed', { origin: parts.origin, call: call.id })
      else
        reply.finish(faultBytes(ask.id, 'unconfirmed', call.id), {
          status: 503,
          headers: { 'retry-after': '1' },
        })
      return false
    }
  }

  return {
    /** Undefined where it is not named as its method demands. */
    resolve(
      exchange: Exchange,
      caller: Caller,
      ask: CallAsk,
    ): Target | undefined | Promise<Target | undefined> {
      if (ask.era === 'rest') return restTarget(exchange, ask)
      if (asksForTask(ask)) return tasks.target({ exchange, caller, ask })
      return resolveTarget({ exchange, ask, ...parts.listing(exchange, caller.view, ask.era) })
    },

    /** What a call is of, where it came by way of `call_tool`. */
    unfold: (exchange: Exchange, { view }: Caller, ask: Ask): Ask =>
      parts.listing(exchange, view, ask.era).searches ? unfold(ask) : ask,

    unnamed(ask: CallAsk, reply: Reply): undefined {
      reply.finish(errorBytes(idOf(ask), INVALID_PARAMS, 'params must name what the call is about'))
    },

    /** What the protocol itself refuses in a call that is permitted; undefined where nothing does. */
    uncarried(asked: Asked, decision: Permitted): Uncarried | undefined {
      const { exchange, ask } = asked
      if (ask.era === 'rest') return undefined
      const isForeign = rounds.isForeign(asked, ask)
      if (isForeign) return { ...notOurState, bytes: refusalBytes(ask.id, notOurState) }
      const refusal = uncarriedOf(exchange, ask, decision, {
        mayBeginTask: tasks.mayBegin({ ...asked, ask }, decision),
        tellsUpdates: () => isListenable(asked),
      })
      return refusal && { ...refusal, bytes: refusalBytes(ask.id, refusal) }
    },

    uncarriable({ bytes, status }: Uncarried, reply: Reply): undefined {
      reply.finish(bytes, { status })
    },

    look: createLook(parts),

    permit({ caller, ask, target, at }: Asked): Decision {
      const decision = permit(caller.view, target, at)
      if (decision.permitted || decision.refusal.reason !== 'arguments') return decision
      const problem = ask.era === 'rest' ? ask.problem : undefined
      return problem ? { ...decision, refusal: argumentsRefusal(problem) } : decision
    },

    /** Which server, in the caller's era, with which secret and version; nothing is opened yet. */
    lend(asked: Asked, decision: Permitted): Lent | ApiLent | OwnLent | NotedLent | Refused {
      const { exchange, ask, target } = asked
      if (target.own && ask.era !== 'rest') return { permitted: true, own: ask, loan: undefined }
      if (target.kind === 'operation' || ask.era === 'rest') return operations.lend(asked, decision)
      if (exchange.server === undefined && isSubscription(ask))
        return { permitted: true, noted: ask, loan: undefined }
      const found = parts.upstreams.find(exchange.plane, target.server)
      const spoken = found && parts.bridges.spoken(found, ask.era)
      if (!spoken)
        return refused({
          reason: 'era',
          station: 'forward',
          speaks: found ? spokenRevisions(found, parts.bridges) : [],
          asked: ask.revision,
        })
      const upstream = asksInRounds(asked, ask, decision, spoken)
        ? parts.bridges.inRounds(spoken)
        : spoken
      if (upstream.bridgedTo === 'modern' && ask.session) parts.carry.check(ask.session)
      const loan = parts.loan(exchange.plane, target.server)
      return loan === 'missing'
        ? refused({ reason: 'credential', station: 'credential', server: target.server })
        : { permitted: true, upstream, loan, ...rounds.atServer(asked, ask) }
    },

    /**
     * Every window at once, or none: the last thing that can refuse, so that a refused call spends
     * nothing. Answers what it goes by: where a grant's own quota is used up, that is the next grant.
     */
    async limit({ at }: Asked, decision: Permitted): Promise<Permitted | Refused> {
      const taken = await take(parts.windows, decision, at)
      return 'decision' in taken
        ? taken.decision
        : refused({ reason: 'limited', station: 'limit', ...taken.spent })
    },

    /** One entry, then the answer. */
    async refuse(asked: Asked, refusal: Refusal, reply: Reply): Promise<void> {
      const { exchange } = asked
      const call = await record.refuse({ ...asked, now: asked.at, refusal })
      const { status, body, challenge, headers } = refusedAs(asked, refusal, call)
      const metadata = resourceMetadataUrl(parts.origin, exchange.resource)
      const demand = challenge && { 'www-authenticate': challengeText(metadata, challenge) }
      reply.finish(body, { status, headers: { ...headers, ...demand } })
    },

    /** Durable; no effect before this line. */
    intend: (asked: Asked, decision: Permitted, lent: Sending['lent']): Promise<Call> =>
      record.intend({ ...asked, now: asked.at, decision, loan: lent.loan, round: roundOf(lent) }),

    /** The final message comes on a resumed stream: until then the outcome is open. */
    detach(course: Course, session: Session, detached: Detached, reply: Reply): void {
      const { asked, sending } = course.round
      const { exchange, caller } = asked
      const { call, lent } = sending
      if (!('upstream' in lent))
        throw new Fault('internal', { detail: 'it has no stream to resume' })
      // Of many that wait so long, nothing is held.
      call.result?.forget()
      const reason = needsPermission(asked)
      const { outbound } = parts.atServer.sent(asked, sending, lent)
      const tell = (why: string) => tellCancelled(asked, lent, outbound, why)
      course.questions?.detach()
      detached.keep(session, lent.ask.id, { exchange, caller, course, reason, tell })
      reply.finish(undefined)
    },

    /**
     * Opens the secret, calls, relays events as they come; the final message stays in hand. Ends in
     * between when what permitted it is no longer in force, and does not begin where that is so already.
     */
    async forward(course: Course, reply: Reply): Promise<Answer> {
      const { asked, sending } = course.round
      const { exchange, caller, ask } = asked
      const { lent } = sending
      const reason = needsPermission(asked)
      const moved = standing.check({ caller, reason })
      if (moved) return unsent(moved)
      if ('own' in lent)
        return answerSearch(lent.own, parts.listing(asked.exchange, caller.view, lent.own.era))
      if ('noted' in lent)
        return keepSubscription(parts.notes, exchange, lent.noted, asked.target.written)
      const over: (() => void)[] = []
      const stand: Hold = (cancel, tell = () => {}) => {
        const end = (code: Unpermitted) => {
          cancel(`${code} by the gateway`, code)
          tell(code)
        }
        over.push(standing.add({ caller, reason, end }))
        const quit: Cancel = (why, isTold) => {
          cancel(why)
          if (!isTold) tell(why)
        }
        if (ask.session) over.push(parts.underway.add(exchange.plane, ask.session, ask.id, quit))
      }
      const heard = sending.call.result?.listen(reply) ?? reply
      const answer =
        'api' in lent
          ? operations.forward(asked, sending, lent, heard, stand)
          : parts.atServer.forward(course, lent, heard, stand)
      return answer
        .then((one) => rounds.seal(asked, lent, one))
        .finally(() => {
          for (const one of over) one()
        })
    },

    /** A server that waits for what is not going to be answered is told. */
    quit({ asked, sending: { lent } }: Round, { requestState }: AskedFor): void {
      if (!('upstream' in lent) || requestState === undefined) return
      lent.upstream.quit?.(JSON.parse(requestState), callerKey(asked.caller.view))
    },

    /** Why it may not go on. */
    reason: needsPermission,

    /** With the URIs of the endpoint, where what a server says is put to its caller in another way. */
    asTold({ exchange, target }: Asked, answer: Answer): Answer {
      return exchange.server === undefined && answer.final && answer.status === 'input required'
        ? { ...answer, final: wrapMessage(target.server, answer.final) }
        : answer
    },

    /** False where the outcome cannot be durable: then its caller is told that alone. */
    confirm,

    /** The final message waits until the outcome is durable; where it cannot be, the result is withheld. */
    async conclude(asked: Asked, call: Call, answer: Answer, reply: Reply): Promise<void> {
      if (!(await confirm(asked, call, answer, reply))) return
      const { exchange, ask, target } = asked
      if (ask.era === 'rest')
        return finishRest(reply, answer, { origin: parts.origin, call: call.id })
      const final = finalOf(ask.id, answer, call.id)
      const isServers = target.kind !== 'operation' && !target.own
      const isWrapped = final && exchange.server === undefined && isServers
      const bytes = isWrapped ? wrapMessage(target.server, final) : final
      reply.finish(bytes, { status: statusOf(answer), event: answer.event })
    },
  }
}

/** A legacy server may ask a legacy caller whose session is the gateway's, but in rounds alone. */
const asksInRounds = (
  { exchange }: Asked,
  { era, session }: Ask,
  { capability }: Permitted,
  upstream: Upstream,
): boolean =>
  exchange.server === undefined &&
  era === 'legacy' &&
  holdsSessions(upstream) &&
  Object.keys(session?.speaker?.capabilities ?? {}).length > 0 &&
  !isVariant(capability)

type Uncarried = ProtocolRefusal & { readonly bytes: Buffer }

export type Steps = ReturnType<typeof createSteps>

const refused = (refusal: Refusal): Refused => ({ permitted: false, refusal })
