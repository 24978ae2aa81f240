import type { RuleBecause } from '#domain/decision.ts'
import type { ClientId } from '#domain/name.ts'
import type { CallerView, Decision, Question, Recorder, Verdict, Who } from './policy.ts'

/**
 * What would come of a call. `hidden`: the caller meets no such capability. `depends`: it is refused
 * for what depends on arguments that are not known.
 */
export type Outcome = 'permitted' | 'denied' | 'hidden' | 'held' | 'depends'

export interface Trial {
  readonly outcome: Outcome
  readonly decision: Decision
  /** How each grant that selects the capability stands, by name. */
  readonly grants: ReadonlyMap<string, Verdict | 'ended'>
  /** How each rule over it stands, by name. */
  readonly rules: ReadonlyMap<string, RuleTold>
}
export interface RuleTold {
  readonly verdict: Verdict | 'not about it'
  readonly because: RuleBecause | undefined
}

/** Whoever a trial is made for: without scopes its token has what its grants imply, and it is fresh. */
export const triedBy = (about: {
  readonly client: ClientId
  readonly user?: string | undefined
  readonly scopes?: readonly string[] | undefined
}): Who => ({
  client: about.client,
  user: about.user,
  scopes: about.scopes && new Set(about.scopes),
  issuedAt: undefined,
  run: () => '',
})

/** Asks the evaluator of the gateway, and hears everything that it looks at. */
export const tryOut = (view: CallerView, question: Question, now: number): Trial => {
  const grants = new Map<string, Verdict | 'ended'>()
  const rules = new Map<string, RuleTold>()
  const recorder: Recorder = {
    grant: (name, verdict) => void grants.set(name, verdict),
    rule(name, verdict, because) {
      // Over several templates of one URI it is asked for each: what denies is what counts.
      if (rules.get(name)?.because === undefined) rules.set(name, { verdict, because })
    },
  }
  const decision = view.decide(question, now, recorder)
  const heard = { decision, grants, rules }
  return { ...heard, outcome: outcomeOf(heard) }
}

/** The first by name that denies whatever arguments there may be. */
export const denyingRule = ({ rules }: Pick<Trial, 'rules'>) => {
  for (const [rule, { verdict, because }] of rules)
    if (because !== undefined && verdict !== 'open') return { rule, verdict, because }
  return undefined
}

const outcomeOf = ({ decision, grants, rules }: Omit<Trial, 'outcome'>): Outcome => {
  if (decision.permitted) return 'permitted'
  const { refusal } = decision
  if (refusal.reason === 'unknown') return 'hidden'
  if (refusal.reason === 'held') return 'held'
  if (denyingRule({ rules })) return 'denied'
  // A rule that is in the way and does not surely deny is open.
  if (refusal.reason === 'rule') return 'depends'
  return refusal.reason === 'condition' && [...grants.values()].includes('open')
    ? 'depends'
    : 'denied'
}
