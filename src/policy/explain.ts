import type { PlanePolicy } from '#change/change.ts'
import { because, tellDenial } from '#domain/because.ts'
import type { ArgumentProblem } from '#domain/decision.ts'
import { type ClientId, splitClientId } from '#domain/name.ts'
import type { PlaneSnapshot } from './compile.ts'
import type { Explanation, Question, QuotaRule } from './policy.ts'
import { inTheWayOf, remedyOf } from './remedy.ts'
import { errorIn } from './rule.ts'
import { denyingRule, type RuleTold, type Trial, triedBy, tryOut } from './trial.ts'

/** A call as it is tried: by whom, of what, when; whatever is not said is as it is. */
export interface Tried extends Question {
  readonly client: ClientId
  readonly user?: string | undefined
  readonly claims?: Parameters<PlaneSnapshot['caller']>[1]
  /** Of its token; without them it has what its grants imply. */
  readonly scopes?: readonly string[] | undefined
  readonly now: number
}

/** Asks the evaluator of the gateway and says which grants and rules were considered and what would change the answer. */
export const explain = (
  { policy, snapshot }: { policy: PlanePolicy; snapshot: PlaneSnapshot },
  tried: Tried,
): Explanation => {
  const view = snapshot.caller(triedBy(tried), tried.claims)
  if (!view) return unknownCaller(policy, tried.client)
  const trial = tryOut(view, tried, tried.now)
  const { decision, outcome } = trial
  return {
    decision: outcome === 'hidden' ? 'denied' : outcome,
    because: tellWhy(trial),
    considered: view.grants.map((grant) => ({ grant, verdict: tellGrant(policy, grant, trial) })),
    rules: [...trial.rules].map(([rule, told]) => ({ rule, verdict: tellRule(told) })),
    quotas: decision.permitted ? decision.quotas.map(tellQuota) : [],
    fallback:
      !decision.permitted && 'fallback' in decision.refusal ? decision.refusal.fallback : undefined,
    wouldChange: remedyOf(policy, tried, trial),
    inTheWay: inTheWayOf(policy, trial),
  }
}

export const tellWhy = (trial: Trial): string => {
  const { decision, outcome } = trial
  if (decision.permitted) return `grant ${decision.permission.grant}`
  if (outcome === 'depends') return 'it depends on the arguments'
  const { refusal } = decision
  // Whoever asks has given the arguments, or may read them: where in them something stands is told.
  if (refusal.reason === 'arguments')
    return `arguments do not fit the definition: ${refusal.problems.map(tellPlace).join(', ')}`
  if (refusal.reason !== 'condition') return because(refusal)
  // Whatever arguments would fulfil a condition, a rule may deny all the same.
  const denying = denyingRule(trial)
  return denying
    ? tellDenial(denying.rule, { because: denying.because, error: errorIn(denying.verdict) })
    : because(refusal)
}

const tellPlace = ({ at, message }: ArgumentProblem): string =>
  at === '' ? message : `${at} ${message}`

const tellGrant = (policy: PlanePolicy, name: string, { grants, decision }: Trial): string => {
  const { when, until } = policy.grants.get(name) ?? {}
  const verdict = grants.get(name)
  if (verdict === undefined) return 'does not select it'
  if (verdict === 'ended') return `ended ${until}`
  if (verdict === 'untrue') return `its condition is not true: ${when}`
  if (verdict === 'open') return `depends on the arguments: ${when}`
  if (verdict !== 'holds') return `its condition fails: ${verdict.error}: ${when}`
  if (!decision.permitted || decision.permission.grant === name) return 'permits it'
  // Its own quota bounds nobody who has another grant that permits the same.
  return decision.own ? `permits it when ${decision.own.name} is used up` : 'permits it as well'
}

const tellRule = ({ verdict, because }: RuleTold): string => {
  if (verdict === 'not about it') return 'is not about this call'
  if (verdict === 'open') return 'depends on the arguments'
  if (typeof verdict === 'object') return `denies it, since its condition fails: ${verdict.error}`
  return because === undefined ? 'is fulfilled' : `denies it: ${because}`
}

const tellQuota = (quota: QuotaRule): string => {
  const parts = (['second', 'minute', 'day'] as const)
    .filter((window) => quota[window] !== undefined)
    .map((window) => `${quota[window]} per ${window}`)
  return `${quota.name}: ${parts.join(', ')}`
}

const unknownCaller = (policy: PlanePolicy, client: ClientId): Explanation => {
  const parts = splitClientId(client)
  const agent = parts && policy.agents.get(parts.agent)
  const why = agent
    ? `agent ${agent.name} does not act for ${parts.consumer}`
    : `no agent ${parts?.agent ?? client}`
  return {
    decision: 'denied',
    because: why,
    considered: [],
    rules: [],
    quotas: [],
    fallback: undefined,
    wouldChange: undefined,
    inTheWay: undefined,
  }
}
