import { hiddenRule, withoutRules } from '#domain/because.ts'
import type { Entry } from '#domain/entry.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import type { Explanation } from '#policy/policy.ts'

/** An explanation for whoever may not read rules: that there are some and how they stand, not which and what they say. */
export const hideRules = <E extends Explanation>(explanation: E): E => ({
  ...explanation,
  because: withoutRules(explanation.because),
  rules: explanation.rules.map(({ verdict }) => ({
    rule: hiddenRule,
    verdict: verdict.startsWith('denies it') ? 'denies it' : verdict,
  })),
  inTheWay: explanation.inTheWay?.kind === 'Rule' ? undefined : explanation.inTheWay,
})

export const hideRulesOfCall = <R extends Pick<CallRecord, 'because'>>(record: R): R => ({
  ...record,
  because: withoutRules(record.because),
})

export const hideRulesOfEntry = (entry: Entry): Entry =>
  'because' in entry ? { ...entry, because: withoutRules(entry.because) } : entry
