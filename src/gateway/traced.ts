import { createHash } from 'node:crypto'
import type { Refusal } from '#domain/decision.ts'
import { asFault } from '#lib/fault.ts'
import type { CallCounts } from '#telemetry/calls.ts'
import type { CallTrace, Traces } from '#telemetry/traces.ts'
import type { Asked } from './asked.ts'
import type { CallAsk, Caller, Exchange } from './exchange.ts'
import type { Answer } from './forward.ts'
import type { Steps } from './steps.ts'
import type { Target } from './target.ts'
import { type Passed, parentOf } from './trace.ts'

/** Calls as spans for a collector: the steps are those of `steps.ts`, and what passes them is told. */
export interface Tracing {
  /** Undefined where what the caller wrote of its trace goes on as it is. */
  passed(asked: Asked): Passed | undefined
  readonly dropsBaggage: boolean
  /** The steps themselves where nothing is exported. */
  over(steps: Steps): Steps
}

/** What the gateway is told with. */
export interface GatewayTelemetry {
  readonly counts: CallCounts
  /** Undefined where no spans are exported. */
  readonly traces: Traces | undefined
  /** Whether what callers send as baggage (W3C) stays here. */
  readonly dropsBaggage: boolean
}

export const createTracing = (parts: Omit<GatewayTelemetry, 'counts'>): Tracing => {
  const { traces, dropsBaggage } = parts
  if (!traces) return { passed: () => undefined, dropsBaggage, over: (steps) => steps }
  const open = new WeakMap<CallAsk, { trace: CallTrace; tracestate: string | undefined }>()
  const of = ({ ask }: Pick<Asked, 'ask'>): CallTrace | undefined => open.get(ask)?.trace

  const begin = (exchange: Exchange, caller: Caller, ask: CallAsk): void => {
    const parent = parentOf(exchange, ask)
    const attributes = askedAs(exchange, caller, ask)
    const trace = traces.begin({ name: ask.method, parent, attributes })
    if (!trace) return
    trace.passed('authenticate')
    open.set(ask, { trace, tracestate: parent?.tracestate })
  }
  /** A fault ends the call wherever it is thrown. */
  const within = async <T>(asked: Asked, work: T | Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (thrown) {
      of(asked)?.end(asFault(thrown).code)
      throw thrown
    }
  }

  return {
    passed(asked) {
      const known = open.get(asked.ask)
      return known && { traceparent: known.trace.leg(), tracestate: known.tracestate }
    },
    dropsBaggage,
    over: (step) => ({
      ...step,
      resolve(exchange, caller, ask) {
        begin(exchange, caller, ask)
        return step.resolve(exchange, caller, ask)
      },
      unnamed(ask, reply) {
        of({ ask })?.end('-32602')
        return step.unnamed(ask, reply)
      },
      look: (asked) => (of(asked) ? within(asked, step.look(asked)) : step.look(asked)),
      permit(asked) {
        const decision = step.permit(asked)
        const trace = of(asked)
        if (!decision.permitted || !trace) return decision
        trace.tell(...namedAs(asked.ask, asked.target))
        trace.passed('permit', { 'bailiwick.grant': decision.permission.grant })
        return decision
      },
      uncarried(asked, decision) {
        const refusal = step.uncarried(asked, decision)
        if (refusal) of(asked)?.end(String(refusal.code))
        return refusal
      },
      lend(asked, decision) {
        const lent = step.lend(asked, decision)
        if (lent.permitted) of(asked)?.passed('credential')
        return lent
      },
      async limit(asked, decision) {
        const room = await within(asked, step.limit(asked, decision))
        if (room.permitted) of(asked)?.passed('limit')
        return room
      },
      async refuse(asked, refusal, reply) {
        const trace = of(asked)
        if (trace) tellRefusal(trace, asked, refusal)
        await within(asked, step.refuse(asked, refusal, reply))
        trace?.end(refusal.reason)
      },
      async intend(asked, decision, lent) {
        const call = await within(asked, step.intend(asked, decision, lent))
        const trace = of(asked)
        trace?.tell({ 'bailiwick.call': call.id, 'bailiwick.run': call.run })
        trace?.passed('record', { 'bailiwick.entry': 'intent' })
        return call
      },
      async forward(course, reply) {
        const answer = await within(course.round.asked, step.forward(course, reply))
        const trace = of(course.round.asked)
        trace?.passed('forward')
        trace?.answered(answeredAs(answer), errorOf(answer))
        return answer
      },
      detach(course, ...about) {
        step.detach(course, ...about)
        of(course.round.asked)?.end()
      },
      async confirm(asked, call, answer, reply) {
        const isDurable = await step.confirm(asked, call, answer, reply)
        concluded(of(asked), answer, isDurable)
        return isDurable
      },
      async conclude(asked, call, answer, reply) {
        await within(asked, step.conclude(asked, call, answer, reply))
        concluded(of(asked), answer, true)
      },
    }),
  }
}

const concluded = (trace: CallTrace | undefined, answer: Answer, isDurable: boolean): void => {
  if (isDurable) trace?.passed('record', { 'bailiwick.entry': 'outcome' })
  trace?.tell(answeredAs(answer))
  trace?.end(isDurable ? errorOf(answer) : 'unconfirmed')
}

/** By the semantic conventions of MCP; of what is chosen by whoever calls, only what is a call's own. */
const askedAs = (exchange: Exchange, { view }: Caller, ask: CallAsk) => ({
  'bailiwick.plane': exchange.plane,
  'gen_ai.agent.name': view.agent,
  'bailiwick.consumer': view.consumer,
  'network.protocol.name': 'http',
  ...(ask.era === 'rest'
    ? { 'http.request.method': ask.method }
    : {
        'mcp.method.name': ask.method,
        'mcp.protocol.version': ask.revision,
        'jsonrpc.request.id': String(ask.id).slice(0, 128),
        'mcp.session.id': ask.session && digest(ask.session.id),
      }),
})

/** A session's id is of use together with a token; nobody who reads traces needs it. */
const digest = (id: string): string => createHash('sha256').update(id).digest('hex').slice(0, 16)

/** Once it is permitted its name is one of the documents, and no text of a stranger. */
const namedAs = (ask: CallAsk, { server, kind, name }: Target) => {
  const isUri = kind === 'resource' || kind === 'template'
  const attributes = {
    'bailiwick.server': server,
    ...(kind === 'tool' && { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name }),
    ...(kind === 'prompt' && { 'gen_ai.prompt.name': name }),
    ...(kind === 'operation' && { 'bailiwick.operation': name }),
  }
  return [attributes, isUri ? ask.method : `${ask.method} ${name}`] as const
}

const tellRefusal = (trace: CallTrace, asked: Asked, { reason, station }: Refusal): void => {
  if (reason !== 'unknown') trace.tell(...namedAs(asked.ask, asked.target))
  trace.passed(station, { 'bailiwick.reason': reason })
}

const answeredAs = ({ status, code }: Answer) => ({
  'bailiwick.outcome': status,
  ...(status === 'protocol error' && { 'rpc.response.status_code': code }),
})

const errorOf = ({ status, code }: Answer): string | undefined => {
  if (status === 'complete' || status === 'input required') return undefined
  if (status === 'tool error') return 'tool_error'
  return code === '' ? status.replaceAll(' ', '_') : code
}
