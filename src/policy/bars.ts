import type { Refusal } from '#domain/decision.ts'
import type { Recorder } from './policy.ts'
import { lackOf } from './requirement.ts'
import { askRules, type Ruled, unruled } from './rule.ts'
import type { Judged, Use } from './use.ts'

/** What stands against a call that grants permit: rules, and what its token lacks. */

/** The rules over the capability, and those over whatever else makes the same URI. */
export const askAllRules = (
  caller: Judged,
  use: Use,
  beside: readonly Use[],
  recorder?: Recorder,
): Ruled => {
  const own = askRulesOf(caller, use, recorder)
  if (beside.length === 0) return own
  const all = [own, ...beside.map((one) => askRulesOf(caller, one, recorder))]
  return {
    denial: all.find(({ denial }) => denial)?.denial,
    challenges: all.flatMap(({ challenges }) => challenges),
  }
}

const askRulesOf = (
  { consumer }: Judged,
  { served, capability, now, ask }: Use,
  recorder: Recorder | undefined,
): Ruled => {
  const rules = served.rulesOf(capability)
  return rules.length === 0 ? unruled : askRules(rules, { consumer, now, ask }, recorder)
}

const station = 'permit'
const fallback = undefined

/**
 * A challenge is for a caller that can meet it: which can obtain every scope that is asked for, and
 * whose token lacks one. To whoever has them already it would be the same answer for ever.
 */
export const barredByRules = (
  { denial, challenges }: Ruled,
  { who, scopes }: Judged,
  { capability, now }: Use,
): Refusal | undefined => {
  if (denial) return { reason: 'rule', station, ...denial, fallback }
  const held = who.scopes
  const lacks = (scope: string) => held !== undefined && !held.has(scope)
  // Who has signed in so strongly, acts for nobody, or has no token at all cannot do better.
  const signsIn = (acr: readonly string[]) =>
    who.issuedAt !== undefined && who.user !== undefined && !acr.includes(who.acr ?? '')
  const unmet = challenges.find(({ scopes: asked, acr }) =>
    acr.length > 0 ? !signsIn(acr) : !asked.some(lacks) || !isWithin(asked, scopes(now)),
  )
  if (unmet) {
    const denial = { rule: unmet.rule, because: 'not fulfilled', error: undefined } as const
    return { reason: 'rule', station, ...denial, fallback }
  }
  const stronger = challenges.find(({ acr }) => acr.length > 0)
  if (stronger) return { reason: 'token', station, acr: stronger.acr, rule: stronger.rule }
  const needed = [
    ...(capability.classification?.scopes ?? none),
    ...challenges.flatMap((one) => one.scopes),
  ]
  if (!needed.some(lacks)) return undefined
  const rules = challenges.map(({ rule }) => rule)
  // All at once, so that one new token is enough.
  return { reason: 'scope', station, scopes: [...new Set(needed)], rules, fallback }
}

const none: readonly string[] = []

const isWithin = (some: readonly string[], all: ReadonlySet<string>): boolean =>
  some.every((one) => all.has(one))

/** What the item asks of the token itself. */
export const barredByToken = ({ who }: Judged, { served, now }: Use): Refusal | undefined => {
  const lack = lackOf(served.required, who, now)
  return lack && { reason: 'token', station, ...lack }
}
