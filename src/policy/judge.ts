import type { Refusal, UnknownBecause } from '#domain/decision.ts'
import type { Suspension } from '#domain/suspension.ts'
import { checkArguments } from './arguments.ts'
import { askAllRules, barredByRules, barredByToken } from './bars.ts'
import type { Reach } from './core.ts'
import type { CompiledGrant } from './grant.ts'
import { findGrants, firstPermitting, nextPermitting } from './granting.ts'
import type { Decision, Permitted, QuotaRule, Recorder, Refused } from './policy.ts'
import type { Served } from './served.ts'
import type { Judged, Use } from './use.ts'

const station = 'permit'

/**
 * The evaluator of one use of one capability: grants, then what became of the capability, then its
 * arguments, then what grants and rules say of them, then the token. `beside` are the same use by other
 * templates that make the same URI: what is over one of those is over this too, so that none of them
 * leads around a rule, a quota or a suspension of another.
 */
export const judge = (
  caller: Judged,
  use: Use,
  beside: readonly Use[],
  recorder: Recorder | undefined,
): Decision => {
  const { served, capability, args } = use
  const refuse = (refusal: Refusal): Refused => ({ permitted: false, refusal, capability, args })
  const unknown = (because: UnknownBecause) => refuse({ reason: 'unknown', station, because })

  const reach = caller.core.reach(served, capability)
  const { candidates, because } = findGrants(reach.grants, use, recorder)
  // Whoever wants to know why is told of the rules too, whatever else refuses.
  if (recorder) askAllRules(caller, use, beside, recorder)
  if (candidates.length === 0) return unknown(because)
  if (capability.state === 'absent') return unknown('no such capability')
  if (!isOffered(served)) return unknown('not published')
  const suspension = reach.suspension ?? suspensionBeside(caller, beside)
  if (suspension) return refuse({ reason: 'suspended', station, suspension, owner: served.owner })
  if (capability.state === 'held')
    return refuse({ reason: 'held', station, because: 'definition changed' })
  const problems = checkArguments(capability, use.given)
  if (problems) return refuse({ reason: 'arguments', station, problems })
  const grant = firstPermitting(candidates, use)
  if ('failed' in grant)
    return refuse({ reason: 'condition', station, ...grant, fallback: undefined })
  const barred =
    barredByRules(askAllRules(caller, use, beside), caller, use) ?? barredByToken(caller, use)
  if (barred) return refuse(barred)
  return permittedBy(grant, { caller, use, beside, reach })
}

interface Judging {
  readonly caller: Judged
  readonly use: Use
  readonly beside: readonly Use[]
  readonly reach: Reach
}

/** What a grant permits; where its own quota counts, so may the next one that permits the same. */
const permittedBy = (grant: CompiledGrant, judging: Judging): Permitted => {
  const { caller, use, beside, reach } = judging
  const own = caller.core.quotaOf(grant)
  const isLast = !own || grant === reach.grants.at(-1)
  return {
    permitted: true,
    capability: use.capability,
    args: use.args,
    permission: { grant: grant.name },
    quotas: quotasOf(caller, reach.quotas, beside, own),
    own,
    otherwise: isLast
      ? undefined
      : () => {
          const next = nextPermitting(reach.grants, grant, use)
          return next && permittedBy(next, judging)
        },
  }
}

/** Agents meet what is published, and what is deprecated. */
export const isOffered = ({ lifeCycle }: Served): boolean =>
  lifeCycle === 'published' || lifeCycle === 'deprecated'

const suspensionBeside = ({ core }: Judged, beside: readonly Use[]): Suspension | undefined => {
  for (const { served, capability } of beside) {
    const { suspension } = core.reach(served, capability)
    if (suspension) return suspension
  }
  return undefined
}

/** Those that count the capability, and the one of the grant that permits. */
const quotasOf = (
  { core }: Judged,
  quotas: readonly QuotaRule[],
  beside: readonly Use[],
  own: QuotaRule | undefined,
): readonly QuotaRule[] => {
  if (!own && beside.length === 0) return quotas
  const all = [
    ...quotas,
    ...beside.flatMap(({ served, capability }) => core.reach(served, capability).quotas),
    ...(own ? [own] : []),
  ]
  return [...new Map(all.map((one) => [one.key, one])).values()]
}
