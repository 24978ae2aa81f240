import type { Capability } from '#domain/capability.ts'
import type { Refusal } from '#domain/decision.ts'
import type { FaultCode } from '#lib/fault.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Log } from '#lib/log.ts'
import { isObject } from '#mcp/messages.ts'
import type { CallerView, Permitted } from '#policy/policy.ts'
import type { ArgumentProblem } from '#rest/argument.ts'
import type { Apis } from '#upstream/apis.ts'
import { type ApiLent, buildFor, callApi } from './api-call.ts'
import type { Asked, Sending } from './asked.ts'
import type { Answer } from './forward.ts'
import { inNameOf, type Lend, spokenOf } from './lend.ts'
import type { Timeouts } from './outbound.ts'
import { redactionOf } from './redaction-of.ts'
import type { Reply } from './reply.ts'
import { type Target, upstreamName } from './target.ts'
import { traceHeaders } from './trace.ts'
import type { Tracing } from './traced.ts'

/** Keeps what is on its way standing on what permits it; `tell` hears why it ended. */
export type Hold = (
  cancel: (reason: string, code?: FaultCode) => void,
  tell?: (why: string) => void,
) => void

/** The steps of a call that are others where it is an API that is called, whoever calls it. */
export const createOperations = (parts: {
  origin: string
  limits: Timeouts
  log: Log
  apis: Pick<Apis, 'find'>
  loan: Lend
  tracing: Pick<Tracing, 'passed'>
}) => ({
  /** An operation's request is built whole before anything is counted: what cannot be written is refused. */
  lend({ exchange, caller, ask, target }: Asked, decision: Permitted): ApiLent | Refused {
    const api = parts.apis.find(exchange.plane, target.server)
    const operation = upstreamName(target, decision)
    const isOther = ask.era === 'rest' && ask.matched !== operation
    if (!api || isOther)
      return refused({ reason: 'unknown', station: 'permit', because: 'no such capability' })
    const { capability } = decision
    const base = baseOf(caller.view, target, capability)
    const args = isObject(target.args) ? (target.args as JsonObject) : {}
    const built = base && buildFor(api, operation, base.definition, args)
    if (!built) return refused({ reason: 'held', station: 'permit', because: 'definition changed' })
    if ('problem' in built) return refused(argumentsRefusal(built.problem))
    const loan = parts.loan(exchange.plane, target.server)
    return loan === 'missing'
      ? refused({ reason: 'credential', station: 'credential', server: target.server })
      : { permitted: true, api, built, loan }
  },

  /** A REST caller that goes away cancels, as one of the modern era does. */
  forward(
    asked: Asked,
    { decision, call }: Sending,
    lent: ApiLent,
    reply: Reply,
    stand: Hold,
  ): Promise<Answer> {
    const { exchange, caller, ask, target } = asked
    const passed = parts.tracing.passed(asked)
    const spoken = spokenOf(call, decision, upstreamName(target, decision))
    return callApi({
      ask,
      lent: { ...lent, loan: inNameOf(lent.loan, caller, spoken) },
      headers: passed ? traceHeaders(passed) : [],
      redaction: redactionOf(decision.capability),
      address: `${parts.origin}/rest/${exchange.plane}/${target.server}`,
      timeouts: parts.limits,
      log: parts.log,
      onSent(cancel) {
        if (ask.era !== 'legacy') reply.onGone(() => cancel('the caller closed its connection'))
        stand(cancel)
      },
    })
  },
})

type Refused = { readonly permitted: false; readonly refusal: Refusal }
const refused = (refusal: Refusal): Refused => ({ permitted: false, refusal })

/** What a variant is derived from is called by its name as well; what is none is its own. */
const baseOf = (
  view: CallerView,
  target: Target,
  capability: Capability,
): Capability | undefined => {
  const base = capability.classification?.variantOf
  return base === undefined ? capability : view.called(target).find(({ name }) => name === base)
}

export const argumentsRefusal = ({ where, message }: ArgumentProblem): Refusal => ({
  reason: 'arguments',
  station: 'permit',
  problems: [{ at: where, message }],
})
