import { type Condition, compileCondition } from './condition/condition.ts'

/** Compiled once for every grant and rule that says the same; a plane has few different ones. */
const known = new Map<string, Condition>()
const mostKnown = 10_000

/**
 * A condition as it stands in a document. One that cannot be read is of another version, which took
 * it: it errs, and so permits nothing and denies.
 */
export const conditionOf = (source: string): Condition => {
  let condition = known.get(source)
  if (!condition) {
    const made = compileCondition(source)
    condition = 'problem' in made ? erring(source, made.problem) : made
    if (known.size >= mostKnown) known.clear()
    known.set(source, condition)
  }
  return condition
}

const erring = (source: string, error: string): Condition => ({
  source,
  speaksOf: new Set(),
  holds: () => ({ error }),
})

/** Whether it is about what is called with what, and not only about who calls, and when. */
export const isAboutCall = ({ speaksOf }: Condition): boolean =>
  speaksOf.has('args') || speaksOf.has('uri')
