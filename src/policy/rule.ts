import type { RuleBecause } from '#domain/decision.ts'
import type { RuleDocument } from '#domain/documents.ts'
import type { Condition } from './condition/condition.ts'
import { conditionOf } from './conditions.ts'
import { compileHours, type Hours } from './hours.ts'
import type { Recorder, Verdict } from './policy.ts'
import { compileSelectors, itemsOf, type Matches } from './select.ts'

export interface CompiledRule {
  readonly name: string
  /** Items it can be over at all; undefined where it may be over any. */
  readonly items: ReadonlySet<string> | undefined
  readonly selects: Matches
  /** It is about the calls of which this is true alone. */
  readonly when: Condition | undefined
  readonly demand: Demand
}

type Demand =
  | { readonly kind: 'deny' }
  | ({ readonly kind: 'require'; readonly of: Condition } & Asked)
  | { readonly kind: 'within'; readonly hours: Hours }
  | { readonly kind: 'consumers'; readonly names: ReadonlySet<string> }

/** What a caller that does not fulfil it is told to ask for; nothing where it is denied. */
interface Asked {
  readonly scopes: readonly string[]
  /** How its user may sign in. */
  readonly acr: readonly string[]
}

export const compileRule = (rule: RuleDocument, timeZone: string): CompiledRule => ({
  name: rule.name,
  items: itemsOf(rule.over),
  selects: compileSelectors(rule.over),
  when: rule.when === undefined ? undefined : conditionOf(rule.when),
  demand: demandOf(rule, timeZone),
})

/** What says nothing that is known here denies. */
const demandOf = (rule: RuleDocument, timeZone: string): Demand => {
  const { require, within, consumers, otherwise } = rule
  if (require !== undefined) {
    return { kind: 'require', of: conditionOf(require), ...askedOf(otherwise) }
  }
  if (within) return { kind: 'within', hours: compileHours(within, timeZone) }
  if (consumers) return { kind: 'consumers', names: new Set(consumers) }
  return { kind: 'deny' }
}

const askedOf = (otherwise: RuleDocument['otherwise']): Asked => {
  if (typeof otherwise !== 'object') return { scopes: [], acr: [] }
  const { challenge } = otherwise
  return 'scope' in challenge
    ? { scopes: [challenge.scope].flat(), acr: [] }
    : { scopes: [], acr: [challenge.acr].flat() }
}

export interface Denial {
  readonly rule: string
  readonly because: RuleBecause
  readonly error: string | undefined
}

/** What rules ask of a call. */
export interface Ruled {
  /** The first, by name, that denies it whatever scopes its token had. */
  readonly denial: Denial | undefined
  /** Those that another token may fulfil. */
  readonly challenges: readonly ({ readonly rule: string } & Asked)[]
}

/** A call, as rules look at it. */
export interface Ruling {
  readonly consumer: string
  readonly now: number
  ask(condition: Condition): Verdict
}

export const unruled: Ruled = { denial: undefined, challenges: [] }

/** The rules over a capability, in order of name. Each is asked: what one denies, no other permits. */
export const askRules = (
  rules: readonly CompiledRule[],
  ruling: Ruling,
  recorder: Recorder | undefined,
): Ruled => {
  if (rules.length === 0) return unruled
  let denial: Denial | undefined
  let open: Denial | undefined
  const challenges: Ruled['challenges'][number][] = []
  for (const rule of rules) {
    const { verdict, because } = askRule(rule, ruling)
    recorder?.rule(rule.name, verdict, because)
    if (because === undefined) continue
    const { demand, name } = rule
    if (verdict === 'untrue' && demand.kind === 'require' && asksFor(demand))
      challenges.push({ rule: name, scopes: demand.scopes, acr: demand.acr })
    // What is denied for certain is told before what may be.
    else if (verdict === 'open') open ??= { rule: name, because, error: undefined }
    else denial ??= { rule: name, because, error: errorIn(verdict) }
    if (denial && !recorder) break
  }
  return { denial: denial ?? open, challenges }
}

const asksFor = ({ scopes, acr }: Asked): boolean => scopes.length + acr.length > 0

export const errorIn = (verdict: Answer['verdict']): string | undefined =>
  typeof verdict === 'object' ? verdict.error : undefined

interface Answer {
  readonly verdict: Verdict | 'not about it'
  /** Why it denies; undefined where it does not. */
  readonly because: RuleBecause | undefined
}

const askRule = ({ when, demand }: CompiledRule, ruling: Ruling): Answer => {
  const about = when ? ruling.ask(when) : 'holds'
  if (about === 'untrue') return { verdict: 'not about it', because: undefined }
  if (about === 'holds') return askDemand(demand, ruling)
  return { verdict: about, because: 'its condition fails' }
}

const askDemand = (demand: Demand, { ask, consumer, now }: Ruling): Answer => {
  switch (demand.kind) {
    case 'deny':
      return { verdict: 'untrue', because: 'nobody may' }
    case 'within':
      return said(demand.hours(now), 'outside its hours')
    case 'consumers':
      return said(demand.names.has(consumer), 'not for this consumer')
    case 'require': {
      const verdict = ask(demand.of)
      if (verdict === 'holds') return { verdict, because: undefined }
      return { verdict, because: verdict === 'untrue' ? 'not fulfilled' : 'its condition fails' }
    }
  }
}

const said = (isSo: boolean, because: RuleBecause): Answer =>
  isSo ? { verdict: 'holds', because: undefined } : { verdict: 'untrue', because }
