import { holdsSessions } from '#bridge/bridge.ts'
import type { Log } from '#lib/log.ts'
import { errorBytes, resultBytes } from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import { declaresTasks, undeclared } from '#mcp/tasks.ts'
import type { Outbound } from '#upstream/upstream.ts'
import type { Asked, Lent, Sending } from './asked.ts'
import type { Beside } from './asking.ts'
import { besideOf } from './cancellation.ts'
import type { Carry } from './carry.ts'
import { type Course, unaskable } from './course.ts'
import { deliver } from './deliver.ts'
import { type Ask, callerKey } from './exchange.ts'
import { type Answer, type Forwarding, forward } from './forward.ts'
import { inNameOf, spokenOf } from './lend.ts'
import { mirroredBy } from './mirrored.ts'
import type { Hold } from './operations.ts'
import { outboundOf, type Timeouts } from './outbound.ts'
import { redactFor } from './redacting.ts'
import type { Reply } from './reply.ts'
import { isOfCall, isVariant, needsPermission, renamedAs, tellCancelled } from './sending.ts'
import type { Standing } from './standing.ts'
import { upstreamName } from './target.ts'
import type { TaskCalls } from './task-call.ts'
import type { Tracing } from './traced.ts'

/** The way of a call to its MCP server: as it goes out, what is said beside it, and what comes back. */
export interface AtServer extends Beside {
  sent(asked: Asked, sending: Sending, lent: Lent): Sent
  forward(course: Course, lent: Lent, reply: Reply, stand: Hold): Promise<Answer>
}

export const createAtServer = (parts: {
  limits: Timeouts
  log: Log
  standing: Standing
  carry: Carry
  tasks: TaskCalls
  tracing: Tracing
}): AtServer => {
  const { standing, log, tasks } = parts

  /** As it goes out, and under which id where that is not the caller's own. */
  const sent: AtServer['sent'] = (asked, sending, lent) => {
    const { exchange, caller, target } = asked
    const { upstream, loan, ask } = lent
    const { call, decision } = sending
    // What comes of a variant must not be had from a session of the caller's in another way.
    const isOurs = exchange.server === undefined || isVariant(decision.capability)
    const shares = isOurs && ask.era === 'legacy' && holdsSessions(upstream)
    const sentId = shares ? call.id : undefined
    const ownSession = shares ? callerKey(caller.view) : undefined
    const timeouts = timeoutsOf(ask, parts.limits)
    const renamed = renamedAs(target, decision)
    const { capability } = decision
    const passed = parts.tracing.passed(asked)
    const { dropsBaggage } = parts.tracing
    const isAsCame = renamed === undefined && !passed && !dropsBaggage
    const doc = isAsCame ? ask.doc : undefined
    const begins = tasks.mayBegin({ ...asked, ask }, decision)
    // Where no task may be begun its server must not be told that one could be.
    const declares =
      ask.method === 'tools/call' && ask.era === 'modern' && declaresTasks(ask.params)
    const edits = declares && !begins ? undeclared(ask.doc, ask.params) : undefined
    const carried =
      upstream.bridgedTo === 'modern'
        ? parts.carry.call(exchange, caller, ask, { capability, doc })
        : undefined
    return {
      sentId,
      begins,
      outbound: outboundOf({
        exchange,
        ask,
        renamed,
        carried,
        passed,
        dropsBaggage,
        edits,
        mirrored: ask.isUnfolded ? mirroredBy(capability) : undefined,
        loan: inNameOf(loan, caller, spokenOf(call, decision, upstreamName(target, decision))),
        timeouts,
        sentId,
        ownSession,
        behalf: {
          caller: callerKey(caller.view),
          era: ask.era,
          loan: inNameOf(loan, caller),
          outlive: (end) => standing.add({ caller, reason: needsPermission(asked), end }),
        },
        caller: callerKey(caller.view),
      }),
    }
  }

  const say: Beside['say'] = ({ asked, sending }, bytes) => {
    const { lent } = sending
    if (!('upstream' in lent)) return Promise.resolve(202)
    // The call's own token was sent already, and is good once.
    const loan = inNameOf(lent.loan, asked.caller)
    const { outbound } = sent(asked, sending, lent)
    return deliver(lent.upstream, besideOf({ ...outbound, loan }, bytes))
  }

  /** What its server asks of a caller: put to it where it can be asked, and else refused at the server. */
  const asked =
    (course: Course, told: Told): Forwarding['asked'] =>
    (bytes, doc, message, event) => {
      const { questions } = course
      const refuse = ({ code, text }: typeof unaskable): true => {
        void say(course.round, errorBytes(message.id, code, text))
        return true
      }
      if (message.method === 'ping') {
        void say(course.round, resultBytes(message.id, {}))
        return true
      }
      const { ask } = course.round.asked
      const isAsk =
        ask.era !== 'rest' && findMethod('server', ask.revision, message.method)?.kind === 'ask'
      const question = isAsk && questions ? told(bytes, doc, message) : undefined
      if (!questions || !question) return refuse(unaskable)
      const why = questions.put(message.id)
      if (why === 'twice') return true
      return why ? refuse(why) : questions.reply.relay(question, event)
    }

  return {
    sent,
    say,
    asks: ({ asked: { exchange }, sending: { lent, decision } }) =>
      exchange.server !== undefined &&
      'upstream' in lent &&
      isAskedItself(lent) &&
      !isVariant(decision.capability),

    forward(course, lent, reply, stand) {
      const { asked: first, sending } = course.round
      const { questions } = course
      const { upstream, ask } = lent
      const about = { ...first, ask }
      const { begins, outbound, sentId } = sent(first, sending, lent)
      const onSent: Forwarding['onSent'] = (cancel) => {
        const tell = (why: string) => tellCancelled(first, lent, outbound, why)
        stand(cancel, tell)
        questions?.onRefused(() => {
          cancel(refusedLater)
          tell(refusedLater)
        })
      }
      const began = { upstream, sent: outbound, loan: inNameOf(lent.loan, first.caller) }
      const begun = begins ? { ...began, reason: needsPermission(first) } : undefined
      const told: Told = (...one) => tasks.told(about, ...one)
      return forward({
        ...{ ask, upstream, outbound, sentId, log, told, onSent },
        reply: questions?.reply ?? reply,
        redact: redactFor(first.target, ask, sending.decision.capability),
        passes: first.exchange.server === undefined ? isOfCall : undefined,
        types: begins ? ['task'] : [],
        ...(isAskedItself(lent) && { asked: asked(course, told) }),
        ...(questions && { withdrawn: questions.withdraw }),
      }).then(async (answer) => {
        const last = answer.detached ? undefined : await course.last()
        return last ? tasks.seal(about, last.sending.call.id, answer, begun) : answer
      })
    },
  }
}

type Told = NonNullable<Forwarding['told']>

interface Sent {
  /** The id that it goes out under, where that is not the caller's own. */
  readonly sentId: string | undefined
  /** Whether its server may begin a task. */
  readonly begins: boolean
  readonly outbound: Outbound
}

const refusedLater = 'what its server asked may not be answered'

/** A legacy server, which asks by requests of its own: neither a child that callers share, nor across a bridge. */
const isAskedItself = ({ ask, upstream }: Lent): boolean =>
  ask.era === 'legacy' && holdsSessions(upstream)

/** The result of a task is waited for as long as the whole call may take (2025-11-25, basic/utilities/tasks). */
const timeoutsOf = ({ method }: Ask, limits: Timeouts): Timeouts =>
  method === 'tasks/result' ? { ...limits, firstAnswerTimeoutMs: limits.callTimeoutMs } : limits
