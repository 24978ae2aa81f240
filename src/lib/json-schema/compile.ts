import { allOf, anyOf, conditional, not, oneOf, reference } from './applicators.ts'
import { contains, itemCount, items, uniqueItems } from './items.ts'
import { type Compiling, isObject, type Keyword, shortened, type Written } from './keyword.ts'
import { dependents, memberCount, memberNames, members, required } from './members.ts'
import { compilePattern, type Pattern } from './pattern.ts'
import { escaped, findResources } from './resources.ts'
import type { Check, Subschema } from './run.ts'
import { length, multiple, oneOfValues, pattern, range, type } from './scalars.ts'
import { unevaluated } from './unevaluated.ts'

/** The cheap ones first: where one fails, the others are not asked. */
const keywords: readonly Keyword[] = [
  ...[type, oneOfValues, range, multiple, length, pattern],
  ...[required, memberCount, itemCount],
  ...[members, items, memberNames, dependents, uniqueItems, contains],
  ...[reference, allOf, anyOf, oneOf, not, conditional],
]

/** Of all patterns of a schema together: what compiling them may cost. */
const MOST_PROGRAM = 20_000

/** Of what is not checked, so many are told. */
const MOST_UNCHECKED = 20

export interface Compiled {
  readonly subschema: Subschema
  readonly unchecked: readonly string[]
}

/** What one compilation has found so far. */
interface State {
  readonly unchecked: string[]
  problem: string | undefined
  /** What is left of the room for patterns. */
  program: number
}

/** A subschema that waits for its checks. */
interface Waiting {
  readonly written: Written
  readonly at: string
  readonly checks: Check[]
  /** For what of it is not checked. */
  readonly doubts: Check[]
}

/** `isOld`: read as draft 7 and those before it, where `$ref` hides what stands beside it. */
export function compile(root: unknown, isOld: boolean): Compiled | { readonly problem: string } {
  const resources = findResources(isObject(root) ? root : {}, isOld)
  const known = new Map<Written, Subschema>()
  const waiting: Waiting[] = []
  const state: State = { unchecked: [], problem: undefined, program: MOST_PROGRAM }

  // Each is compiled once, however often it is referred to, and none inside another.
  const subschemaOf = (written: unknown, at: string): Subschema => {
    if (written === true) return ALWAYS
    if (written === false) return NEVER
    if (!isObject(written)) {
      note(state, `${at} is no schema`)
      return PERHAPS
    }
    const before = known.get(written)
    if (before) return before
    const one = { written, at, checks: [], doubts: [] }
    known.set(written, one)
    waiting.push(one)
    return one
  }

  const subschema = subschemaOf(root, '#')
  let current = waiting[0]
  const compiling: Compiling = {
    subschema(written, keyword, key) {
      const inner = key === undefined ? keyword : `${keyword}/${escaped(String(key))}`
      return subschemaOf(written, `${current?.at}/${inner}`)
    },
    reference(ref) {
      const target = current && resources.resolve(ref, current.written)
      if (target !== undefined) return subschemaOf(target.written, target.at)
      state.problem ??= unresolved(current?.at ?? '', ref)
      return NEVER
    },
    isOneTarget: resources.isOneTarget,
    pattern: (source) => patternOf(source, state, compiling),
    unchecked(what) {
      note(state, `${current?.at}: ${what}`)
      current?.doubts.push(perhaps)
    },
  }
  while (state.problem === undefined) {
    current = waiting.pop()
    if (current === undefined) break
    current.checks.push(...checksOf(current, compiling, isOld))
  }
  const { problem, unchecked } = state
  return problem === undefined ? { subschema, unchecked } : { problem }
}

function checksOf(
  { written, doubts }: Waiting,
  compiling: Compiling,
  isOld: boolean,
): readonly Check[] {
  if (isOld && typeof written.$ref === 'string') {
    const only = reference({ $ref: written.$ref }, compiling)
    return only ? [only] : []
  }
  const checks: Check[] = []
  for (const keyword of keywords) {
    const check = keyword(written, compiling)
    if (check !== undefined) checks.push(check)
  }
  checks.push(...doubts)
  return unevaluated(written, compiling, checks)
}

function patternOf(source: string, state: State, compiling: Compiling): Pattern | undefined {
  const compiled = compilePattern(source, state.program)
  if (!('because' in compiled)) {
    state.program -= compiled.weight
    return compiled
  }
  compiling.unchecked(`the pattern ${source} ${compiled.because}`)
  return undefined
}

function note({ unchecked }: State, what: string): void {
  if (unchecked.length < MOST_UNCHECKED) unchecked.push(shortened(what))
  else unchecked[MOST_UNCHECKED] = 'and more'
}

const unresolved = (at: string, ref: string): string =>
  `${shortened(at)}: $ref leads to ${shortened(ref)}, which is no part of this schema; references are not fetched`

const ALWAYS: Subschema = { checks: [] }

const NEVER: Subschema = { checks: [(_value, run) => run.fail('is not allowed')] }

/** Of what is not checked: it may hold. */
const perhaps: Check = (_value, run) => {
  run.unsure = true
  return true
}

const PERHAPS: Subschema = { checks: [perhaps] }
