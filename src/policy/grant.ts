import type { GrantDocument, QuotaDocument } from '#domain/documents.ts'
import { endOf } from '#domain/time.ts'
import type { Condition } from './condition/condition.ts'
import { conditionOf, isAboutCall } from './conditions.ts'
import type { QuotaRule } from './policy.ts'
import { compileSelectors, itemsOf, type Matches } from './select.ts'

/** A bound, before it is known whose count it is. */
export type QuotaBound = Omit<QuotaRule, 'key'>

export interface CompiledGrant {
  readonly name: string
  /** UTC milliseconds; infinite where it has no end. */
  readonly endsAt: number
  /** Items it can reach at all; undefined where it may reach any. */
  readonly items: ReadonlySet<string> | undefined
  readonly selects: Matches
  readonly when: Condition | undefined
  /** Its condition is about arguments: it hides nothing, and may still permit nothing. */
  readonly isAboutCall: boolean
  readonly quota: QuotaBound | undefined
}

/** Grants end on a few days, and what instant a day's end is takes longer to find than all else of a grant. */
const ends = new Map<string, number>()
const mostEnds = 10_000

// Stryker disable all: without it, or with less in it, the same ends are found, and take longer.
const endIn = (timeZone: string, until: string): number => {
  const key = `${timeZone} ${until}`
  let end = ends.get(key)
  if (end === undefined) {
    end = endOf(until, timeZone)
    if (ends.size >= mostEnds) ends.clear()
    ends.set(key, end)
  }
  return end
}
// Stryker restore all

/** What is granted to a group is compiled once for all its agents. */
const compiled = new WeakMap<GrantDocument, { timeZone: string; grant: CompiledGrant }>()

export const compileGrant = (document: GrantDocument, timeZone: string): CompiledGrant => {
  const known = compiled.get(document)
  if (known?.timeZone === timeZone) return known.grant
  const grant = compile(document, timeZone)
  compiled.set(document, { timeZone, grant })
  return grant
}

const compile = (document: GrantDocument, timeZone: string): CompiledGrant => {
  const { name, until, allow, quota } = document
  const when = document.when === undefined ? undefined : conditionOf(document.when)
  return {
    name,
    endsAt: until === undefined ? Number.POSITIVE_INFINITY : endIn(timeZone, until),
    items: itemsOf(allow),
    selects: compileSelectors(allow),
    when,
    isAboutCall: when !== undefined && isAboutCall(when),
    quota: quota && boundOf(`grant/${name}`, quota, timeZone),
  }
}

export interface CompiledQuota extends QuotaBound {
  readonly items: ReadonlySet<string> | undefined
  readonly selects: Matches
}

export const compileQuota = (quota: QuotaDocument, timeZone: string): CompiledQuota => ({
  ...boundOf(quota.name, quota.allow, timeZone),
  items: itemsOf(quota.over),
  selects: compileSelectors(quota.over),
})

const boundOf = (
  name: string,
  { second, minute, day }: QuotaDocument['allow'],
  timeZone: string,
): QuotaBound => ({ name, second, minute, day, timeZone })
