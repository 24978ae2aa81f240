import { because } from '#domain/because.ts'
import type { Capability } from '#domain/capability.ts'
import type { Refusal } from '#domain/decision.ts'
import type { Intent, Outcome, Refused } from '#domain/entry.ts'
import type { Loan } from '#domain/loan.ts'
import { type CallId, callId } from '#domain/name.ts'
import type { PlaneLedger } from '#ledger/ledger.ts'
import { spanOf } from '#lib/json.ts'
import { takesArguments } from '#mcp/methods.ts'
import type { Permitted } from '#policy/policy.ts'
import type { CallAsk, Caller, Exchange } from './exchange.ts'
import type { Answer } from './forward.ts'
import { sayArguments } from './indexed.ts'
import type { Target } from './target.ts'

/** A call whose intent is durable. */
export interface Call {
  readonly id: CallId
  readonly startedMs: number
}

/** The arguments as they came; of a method that takes none by that name, all that was asked. */
const argumentsOf = (ask: CallAsk): Uint8Array => {
  if (ask.era === 'rest') return Buffer.from(ask.args ? JSON.stringify(ask.args) : '')
  const member = takesArguments(ask.method) ? ['arguments'] : []
  const span = spanOf(ask.doc, 'params', ...member)
  return span ? ask.doc.bytes.subarray(span.start, span.end) : new Uint8Array()
}

const operation = (caller: Caller, ask: CallAsk, target: Target, decided?: Capability) => ({
  agent: caller.view.agent,
  consumer: caller.view.consumer,
  client: caller.view.client,
  ...(caller.view.user !== undefined && { user: caller.view.user }),
  method: ask.method,
  server: target.server.slice(0, 256),
  kind: target.kind,
  name: target.name.slice(0, 2048),
  ...sayArguments({ view: caller.view, ask, target }, decided),
})

/** Entries of one call, in the ledger of its plane: refused, or intended and concluded. */
export const createRecorder = (parts: {
  ledger(plane: Exchange['plane']): PlaneLedger
  nextId(): string
  elapsed(): number
}) => {
  const newCall = (): CallId => callId(`cal_${parts.nextId()}`)

  return {
    /** One entry (or its part of a count), durable before the answer goes. */
    async refuse(about: {
      exchange: Exchange
      caller: Caller
      ask: CallAsk
      target: Target
      refusal: Refusal
      now: number
    }): Promise<CallId> {
      const call = newCall()
      const entry: Refused = {
        v: 1,
        type: 'call.refused',
        at: about.now,
        plane: about.exchange.plane,
        call,
        ...operation(about.caller, about.ask, about.target),
        station: about.refusal.station,
        reason: about.refusal.reason,
        because: because(about.refusal),
        revision: about.caller.view.revision,
        argumentBytes: argumentsOf(about.ask).length,
      }
      await parts.ledger(about.exchange.plane).refuse(entry)
      return call
    },

    /**
     * Durable when it resolves; no effect on any server before. Where it rejects, the quotas stay
     * spent: whether the entry came to stand is not known, and no window may hold more than it may.
     */
    async intend(about: {
      exchange: Exchange
      caller: Caller
      ask: CallAsk
      target: Target
      decision: Permitted
      loan: Loan | undefined
      now: number
    }): Promise<Call> {
      const { exchange, caller, ask, decision, loan, now } = about
      const call: Call = { id: newCall(), startedMs: parts.elapsed() }
      const args = argumentsOf(ask)
      const intent: Intent = {
        v: 1,
        type: 'call.intent',
        at: now,
        plane: exchange.plane,
        call: call.id,
        ...operation(caller, ask, about.target, decision.capability),
        definition: decision.capability.fingerprint,
        grant: decision.permission.grant,
        quotas: decision.quotas.map((one) => one.name),
        credential: loan ? `${loan.credential}#${loan.version}` : '',
        era: ask.era,
        revision: caller.view.revision,
        argumentBytes: args.length,
      }
      await parts.ledger(exchange.plane).intend(intent, args)
      return call
    },

    /** The outcome, durable when it resolves. */
    async conclude(about: {
      exchange: Exchange
      call: Call
      answer: Pick<Answer, 'status' | 'code' | 'final'>
      now: number
    }): Promise<void> {
      const { answer } = about
      const outcome: Outcome = {
        v: 1,
        type: 'call.outcome',
        at: about.now,
        plane: about.exchange.plane,
        call: about.call.id,
        status: answer.status,
        code: answer.code,
        ms: Math.max(0, Math.round(parts.elapsed() - about.call.startedMs)),
        resultBytes: answer.final?.length ?? 0,
      }
      await parts.ledger(about.exchange.plane).conclude(outcome)
    },
  }
}

export type Recorder = ReturnType<typeof createRecorder>
