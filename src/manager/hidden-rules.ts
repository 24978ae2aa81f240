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

export const hideRulesOfCall = <R extends Pick<CallRecord, 'because' | 'rules'>>(record: R): R => ({
  ...record,
  because: withoutRules(record.because),
  rules: record.rules.map(() => hiddenRule),
})

export const hideRulesOfEntry = (entry: Entry): Entry => {
  if (!('because' in entry)) return entry
  const because = withoutRules(entry.because)
  return entry.rule === undefined ? { ...entry, because } : { ...entry, because, rule: hiddenRule }
}
