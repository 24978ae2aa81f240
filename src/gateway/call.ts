import { because } from '#domain/because.ts'
import type { Capability } from '#domain/capability.ts'
import type { Refusal } from '#domain/decision.ts'
import type { Intent, Outcome, Refused } from '#domain/entry.ts'
import { type Loan, nameOfLoan } from '#domain/loan.ts'
import { type CallId, callId } from '#domain/name.ts'
import { subjectOf } from '#domain/subject.ts'
import type { PlaneLedger } from '#ledger/ledger.ts'
import type { CallerView, Permitted } from '#policy/policy.ts'
import type { BegunCall, CallCounts } from '#telemetry/calls.ts'
import type { CallAsk, Caller, Exchange } from './exchange.ts'
import type { Answer } from './forward.ts'
import { sayCapability } from './indexed.ts'
import { argumentsOf, argumentsToRecord, nameToRecord } from './record-arguments.ts'
import { createResultKeeper, type ResultKeeper } from './record-result.ts'
import type { Recording } from './recording.ts'
import type { Target } from './target.ts'
import { traceOf } from './trace.ts'

/** A call whose intent is durable. */
export interface Call {
  readonly id: CallId
  readonly startedMs: number
  /** Which flow it belongs to. */
  readonly run: string
  /** Undefined where its result is not recorded. */
  readonly result: ResultKeeper | undefined
  readonly masked: readonly string[]
  readonly counted: BegunCall
}

type RecordingOf = (capability: Capability) => Recording

interface Named {
  readonly exchange: Exchange
  readonly caller: Caller
  readonly ask: CallAsk
  readonly target: Target
  readonly now: number
}

interface Intending {
  readonly decision: Permitted
  readonly loan: Loan | undefined
  /** Of an `input_required` result, the one that it answers; 0 where it answers none. */
  readonly round: number
}

const operation = (
  { exchange, caller: { view, token }, ask, target, now }: Named,
  recordingOf: RecordingOf,
  decided?: Capability,
) => {
  const { said, personal } = sayCapability({ view, ask, target }, decided)
  const named = {
    agent: view.agent,
    consumer: view.consumer,
    client: view.client,
    ...(view.user !== undefined && { user: view.user }),
    ...(token.apiKey !== undefined && { apiKey: token.apiKey }),
    method: ask.method,
    server: target.server.slice(0, 256),
    kind: target.kind,
    name: nameOf(view, target, recordingOf).slice(0, 2048),
    run: view.who.run(now),
    ...traceOf(exchange, ask),
    ...said,
  }
  return { named, personal }
}

/** What is no URI is named as it is; of a URI its template may have to do. */
const nameOf = (view: CallerView, target: Target, recordingOf: RecordingOf): string =>
  target.kind === 'resource' || target.kind === 'template'
    ? nameToRecord(target.name, view.called(target), recordingOf)
    : target.name

const refuserOf = (refusal: Refusal): Pick<Refused, 'rule' | 'quota'> => {
  switch (refusal.reason) {
    case 'rule':
      return { rule: refusal.rule }
    case 'scope':
      return refusal.rules.length === 0 ? {} : { rule: refusal.rules.join(' ') }
    case 'limited':
      return { quota: refusal.quota }
    default:
      return {}
  }
}

/** Entries of one call, in the ledger of its plane: refused, or intended and concluded. */
export const createRecorder = (parts: {
  ledger(plane: Exchange['plane']): PlaneLedger
  /** What is recorded of calls of a capability, by the documents that stand now. */
  recording(plane: Exchange['plane'], capability: Capability): Recording
  counts: CallCounts
  nextId(): string
  elapsed(): number
}) => {
  const taken = async (
    { plane }: Pick<Outcome, 'plane'>,
    what: 'intent' | 'outcome' | 'refusal',
    written: Promise<void>,
  ): Promise<void> => {
    try {
      await written
    } catch (cause) {
      parts.counts.unrecorded(plane, what)
      throw cause
    }
  }
  const newCall = (): CallId => callId(`cal_${parts.nextId()}`)

  return {
    /** One entry (or its part of a count), durable before the answer goes. */
    async refuse(about: Named & { refusal: Refusal }): Promise<CallId> {
      const call = newCall()
      const { named, personal } = operation(about, (one) =>
        parts.recording(about.exchange.plane, one),
      )
      const entry: Refused = {
        v: 1,
        type: 'call.refused',
        at: about.now,
        plane: about.exchange.plane,
        call,
        ...named,
        ...refuserOf(about.refusal),
        station: about.refusal.station,
        reason: about.refusal.reason,
        because: because(about.refusal),
        revision: about.caller.view.revision,
        argumentBytes: argumentsOf(about.ask).length,
      }
      await taken(entry, 'refusal', parts.ledger(entry.plane).refuse(entry, personal))
      parts.counts.refused(entry)
      return call
    },

    /**
     * Durable when it resolves; no effect on any server before. Where it rejects, the quotas stay
     * spent: whether the entry came to stand is not known, and no window may hold more than it may.
     */
    async intend(about: Named & Intending): Promise<Call> {
      const { exchange, caller, ask, decision, loan, now } = about
      const { capability } = decision
      const recordingOf: RecordingOf = (one) => parts.recording(exchange.plane, one)
      const recording = recordingOf(capability)
      const { level, data, masked } = recording
      const subject = subjectOf(caller.view)
      const { named, personal } = operation(about, recordingOf, capability)
      const call = {
        id: newCall(),
        run: named.run,
        startedMs: parts.elapsed(),
        result:
          level === 'all' ? createResultKeeper({ subject, at: now, ask, recording }) : undefined,
        masked,
      }
      const args = argumentsOf(ask)
      const intent: Intent = {
        v: 1,
        type: 'call.intent',
        at: now,
        plane: exchange.plane,
        call: call.id,
        ...named,
        definition: capability.fingerprint,
        grant: decision.permission.grant,
        quotas: decision.quotas.map((one) => one.name),
        credential: loan ? nameOfLoan(loan) : '',
        era: ask.era,
        revision: caller.view.revision,
        ...(about.round > 0 && { round: about.round }),
        ...(typeof about.target.task === 'object' && { task: about.target.task.call }),
        argumentBytes: args.length,
        ...(level !== 'arguments' && { record: level }),
        ...(data.length > 0 && { data }),
        ...(masked.length > 0 && level !== 'none' && { masked }),
      }
      const recorded = argumentsToRecord(ask, args, recording)
      const keep = level === 'digest' ? 'digest' : 'whole'
      const written = parts.ledger(exchange.plane).intend(intent, recorded, keep, personal)
      await taken(intent, 'intent', written)
      return { ...call, counted: parts.counts.begun(intent) }
    },

    /** The outcome, durable when it resolves. */
    async conclude(about: {
      exchange: Exchange
      call: Call
      answer: Pick<Answer, 'status' | 'code' | 'final'>
      now: number
    }): Promise<void> {
      const { answer, call } = about
      const { result: keeper } = call
      const result = keeper?.conclude(answer)
      const ms = parts.elapsed() - call.startedMs
      const outcome: Outcome = {
        v: 1,
        type: 'call.outcome',
        at: about.now,
        plane: about.exchange.plane,
        call: call.id,
        status: answer.status,
        code: answer.code,
        ms: Math.max(0, Math.round(ms)),
        resultBytes: answer.final?.length ?? 0,
        ...(keeper && keeper.eventBytes > 0 && { eventBytes: keeper.eventBytes }),
        ...(result && call.masked.length > 0 && { masked: call.masked }),
      }
      const written = parts.ledger(about.exchange.plane).conclude(outcome, result)
      await taken(outcome, 'outcome', written).catch((cause) => {
        call.counted.ended(undefined)
        throw cause
      })
      call.counted.ended({ status: outcome.status, code: outcome.code, ms })
    },
  }
}

export type Recorder = ReturnType<typeof createRecorder>
