import { type Keyword, readList, readText } from './keyword.ts'
import {
  certainty,
  holds,
  MOST_PROBLEMS,
  type Run,
  type SchemaProblem,
  type Subschema,
} from './run.ts'
import { nothingSeen, type Seen, see } from './seen.ts'

/** `$ref`, and those whose target may depend on the way to it, followed where there is but one. */
export const reference: Keyword = (written, compiling) => {
  const targets = ['$ref', '$dynamicRef', '$recursiveRef'].flatMap((keyword) => {
    const ref = readText(written, keyword, compiling)
    if (ref === undefined) return []
    if (keyword === '$ref' || compiling.isOneTarget(ref)) return [compiling.reference(ref)]
    compiling.unchecked(`${keyword} leads to different places`)
    return []
  })
  if (targets.length === 0) return undefined
  return (value, run, seen) =>
    targets.reduce((isValid, target) => holds(target, value, run, seen) && isValid, true)
}

export const allOf: Keyword = (written, compiling) => {
  const subschemas = readList(written, 'allOf', compiling)?.map((one, at) =>
    compiling.subschema(one, 'allOf', at),
  )
  if (subschemas === undefined) return undefined
  return (value, run, seen) => {
    let isValid = true
    for (const subschema of subschemas) {
      isValid = holds(subschema, value, run, seen) && isValid
      if (!isValid && run.problems === undefined) break
    }
    return isValid
  }
}

export const anyOf: Keyword = (written, compiling) => {
  const subschemas = readList(written, 'anyOf', compiling)?.map((one, at) =>
    compiling.subschema(one, 'anyOf', at),
  )
  if (subschemas === undefined) return undefined
  return (value, run, seen) => {
    let isValid = false
    for (const subschema of subschemas) {
      if (possibly(subschema, value, run, seen) !== 'no') isValid = true
      // What the others have seen is wanted as well.
      if (isValid && seen === undefined) return true
    }
    return isValid || failAll(subschemas, value, run)
  }
}

export const oneOf: Keyword = (written, compiling) => {
  const subschemas = readList(written, 'oneOf', compiling)?.map((one, at) =>
    compiling.subschema(one, 'oneOf', at),
  )
  if (subschemas === undefined) return undefined
  return (value, run, seen) => {
    let sure = 0
    let possible = 0
    for (const subschema of subschemas) {
      const answer = possibly(subschema, value, run, seen)
      if (answer === 'yes') sure++
      if (answer !== 'no') possible++
    }
    if (possible === 0) return failAll(subschemas, value, run)
    return sure <= 1 || run.fail(`must match one of ${subschemas.length} forms, matches ${sure}`)
  }
}

export const not: Keyword = (written, compiling) => {
  if (written.not === undefined) return undefined
  const subschema = compiling.subschema(written.not, 'not')
  return (value, run) => {
    const answer = certainty(subschema, value, run)
    if (answer === 'maybe') run.unsure = true
    return answer !== 'yes' || run.fail('must not have the form that not describes')
  }
}

export const conditional: Keyword = (written, compiling) => {
  if (written.if === undefined) return undefined
  const condition = compiling.subschema(written.if, 'if')
  // With true in the place of the one that is not there.
  const consequence = compiling.subschema(written.then ?? true, 'then')
  const alternative = compiling.subschema(written.else ?? true, 'else')
  return (value, run, seen) => {
    const answer = possibly(condition, value, run, seen)
    if (answer === 'yes') return holds(consequence, value, run, seen)
    if (answer === 'no') return holds(alternative, value, run, seen)
    const both = [consequence, alternative]
    return both.some((one) => possibly(one, value, run, seen) !== 'no') || failAll(both, value, run)
  }
}

/** What it has seen counts where it holds; that it may not is remembered. */
function possibly(
  subschema: Subschema,
  value: unknown,
  run: Run,
  seen: Seen | undefined,
): 'yes' | 'maybe' | 'no' {
  const own = seen && nothingSeen()
  const answer = certainty(subschema, value, run, own)
  if (answer === 'maybe') run.unsure = true
  if (seen && own && answer !== 'no') {
    run.spend(3 * (own.members.size + own.single.size))
    see(seen, own)
  }
  return answer
}

/** None of several forms: what is wrong with the one that it is nearest to. */
function failAll(subschemas: readonly Subschema[], value: unknown, run: Run): false {
  if (run.problems === undefined) return false
  if (subschemas.length === 0) return run.fail('is not allowed')
  const { problems } = run
  let nearest: SchemaProblem[] = []
  for (const subschema of subschemas) {
    run.problems = []
    holds(subschema, value, run)
    if (isNearer(run.problems, nearest)) nearest = run.problems
  }
  run.problems = problems
  if (subschemas.length > 1) run.fail(`matches none of ${subschemas.length} forms; the nearest:`)
  problems.push(...nearest.slice(0, MOST_PROBLEMS - problems.length))
  return false
}

/** What fails deeper inside has come further; then, what fails in fewer places. */
function isNearer(problems: readonly SchemaProblem[], than: readonly SchemaProblem[]): boolean {
  if (than.length === 0) return true
  const [a, b] = [depthOf(problems), depthOf(than)]
  return a === b ? problems.length < than.length : a > b
}

const depthOf = (problems: readonly SchemaProblem[]): number =>
  Math.max(...problems.map(({ at }) => at.split('/').length))
