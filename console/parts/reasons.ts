import type { Key, Words } from '../words/words.ts'

/**
 * What the evaluator says in one of its few fixed forms, in the reader's language; what is named in it
 * (a grant, a day, a condition) stays as it is, and what has no fixed form is told as it came.
 */
const forms: readonly (readonly [RegExp, Key])[] = [
  [/^no grant$/, 'explain.because.noGrant'],
  [/^grant ended$/, 'explain.because.ended'],
  [/^grant (?<name>[a-z0-9-]+)$/, 'explain.because.grant'],
  [/^unclassified$/, 'explain.because.unclassified'],
  [/^it depends on the arguments$/, 'explain.because.depends'],
  [/^denied by a rule you may not see$/, 'explain.because.hidden'],
  [/^denies it$/, 'explain.verdict.denies'],
  [/^denies it: (?<why>.*)$/s, 'explain.verdict.deniesBecause'],
  [/^is fulfilled$/, 'explain.verdict.fulfilled'],
  [/^is not about this call$/, 'explain.verdict.notAbout'],
  [/^depends on the arguments$/, 'explain.verdict.depends'],
  [/^depends on the arguments: (?<when>.*)$/s, 'explain.verdict.dependsOn'],
  [/^does not select it$/, 'explain.verdict.other'],
  [/^ended (?<until>.*)$/s, 'explain.verdict.ended'],
  [/^its condition is not true: (?<when>.*)$/s, 'explain.verdict.untrue'],
  [/^permits it$/, 'explain.verdict.permits'],
  [/^permits it as well$/, 'explain.verdict.permitsToo'],
]

export const sayReason = ({ say }: Words, text: string): string => {
  for (const [form, key] of forms) {
    const found = form.exec(text)
    if (found) return say(key, found.groups)
  }
  return text
}

/** In the place of a rule's name, for whoever may not read rules (`domain/because.ts`). */
export const hiddenRule = 'a rule you may not see'

/** What decided it first, what has nothing to do with it last. */
export const nearestFirst = <T extends { readonly verdict: string }>(
  considered: readonly T[],
): readonly T[] => considered.toSorted((a, b) => distance(a.verdict) - distance(b.verdict))

const distance = (verdict: string): number => {
  if (verdict === 'does not select it' || verdict === 'is not about this call') return 2
  return /^(permits|denies)/.test(verdict) ? 0 : 1
}
