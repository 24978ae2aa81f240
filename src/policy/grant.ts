import type { GrantDocument, QuotaDocument } from '#domain/documents.ts'
import { endOf } from '#domain/time.ts'
import type { QuotaRule } from './policy.ts'
import { compileSelectors, type Matches, serversOf } from './select.ts'

export interface CompiledGrant {
  readonly name: string
  /** UTC milliseconds; infinite where it has no end. */
  readonly endsAt: number
  /** Servers it can reach at all; undefined where it may reach any. */
  readonly servers: ReadonlySet<string> | undefined
  readonly selects: Matches
}

/** Grants end on a few days, and what instant a day's end is takes longer to find than all else of a grant. */
const ends = new Map<string, number>()
const mostEnds = 10_000

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

export const compileGrant = (grant: GrantDocument, timeZone: string): CompiledGrant => ({
  name: grant.name,
  endsAt: grant.until === undefined ? Number.POSITIVE_INFINITY : endIn(timeZone, grant.until),
  servers: serversOf(grant.allow),
  selects: compileSelectors(grant.allow),
})

export interface CompiledQuota extends Omit<QuotaRule, 'key'> {
  readonly servers: ReadonlySet<string> | undefined
  readonly selects: Matches
}

export const compileQuota = (quota: QuotaDocument, timeZone: string): CompiledQuota => ({
  name: quota.name,
  second: quota.allow.second,
  minute: quota.allow.minute,
  day: quota.allow.day,
  timeZone,
  servers: serversOf(quota.over),
  selects: compileSelectors(quota.over),
})
