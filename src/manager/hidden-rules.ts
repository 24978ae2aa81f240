import type { Explanation } from '#policy/policy.ts'

/** What stands in the place of a rule for whoever may not read rules: that there is one is not hidden. */
export const hiddenRule = 'a rule you may not see'

/** An explanation without the names of rules and what they say. */
export const withoutRules = <E extends Explanation>(explanation: E): E => ({
  ...explanation,
  because: withoutRuleNames(explanation.because),
  rules: explanation.rules.map(({ verdict }) => ({
    rule: hiddenRule,
    verdict: verdict.startsWith('denies it') ? 'denies it' : verdict,
  })),
  // What would change the answer of a rule is the rule itself.
  wouldChange: isOfRule(explanation) ? undefined : explanation.wouldChange,
})

const isOfRule = ({ because }: Explanation): boolean => named.test(because)

/** As `domain/because.ts` writes them: nothing else there is called so. */
const named = /\brules? [a-z][a-z0-9-]{0,23}(?:, [a-z][a-z0-9-]{0,23})*\b/

export const withoutRuleNames = (because: string): string => because.replace(named, hiddenRule)
