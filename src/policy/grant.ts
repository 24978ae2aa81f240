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

export const compileGrant = (grant: GrantDocument, timeZone: string): CompiledGrant => ({
  name: grant.name,
  endsAt: grant.until === undefined ? Number.POSITIVE_INFINITY : endOf(grant.until, timeZone),
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
