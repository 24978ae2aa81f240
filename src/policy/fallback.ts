import { expandTemplate } from '#mcp/template.ts'
import type { Decision, Question, Refused } from './policy.ts'
import type { Shelf } from './shelf.ts'

/**
 * Names, in a refusal that another capability may spare its caller, the redacted variant of what was
 * refused: the first, by name, that this caller may call now with the same arguments.
 */
export const withFallback = (
  refused: Refused,
  question: Question,
  shelf: Shelf | undefined,
  decide: (question: Question) => Decision,
): Refused => {
  const { refusal, capability, args } = refused
  if (!('fallback' in refusal) || !shelf || !capability || args === undefined) return refused
  for (const variant of shelf.variantsOf(capability)) {
    const name = variant.kind === 'template' ? expandTemplate(variant.name, args) : variant.name
    if (name === undefined) continue
    const decision = decide({ ...question, name })
    if (decision.permitted && decision.capability === variant)
      return { ...refused, refusal: { ...refusal, fallback: name } }
  }
  return refused
}
