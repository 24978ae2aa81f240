import { didYouMean } from '#lib/nearest.ts'
import {
  type Compiling,
  isNames,
  isObject,
  type Keyword,
  quoted,
  readCount,
  readMap,
  readNames,
  type Written,
} from './keyword.ts'
import type { Pattern } from './pattern.ts'
import { certainty, failInside, holds, holdsInside, type Run, type Subschema } from './run.ts'
import type { Seen } from './seen.ts'

/** A longer name was not mistyped, and among more of them nothing is guessed: guessing costs time. */
const MOST_MISTYPED = 40
const MOST_MEANT = 200

export const required: Keyword = (written, compiling) => {
  const names = readNames(written, 'required', compiling)
  if (names === undefined || names.length === 0) return undefined
  return (value, run) => !isObject(value) || hasAll(value, names, run, 'is required')
}

function hasAll(value: Written, names: readonly string[], run: Run, message: string): boolean {
  let isValid = true
  for (const name of names) {
    run.spend(1)
    if (Object.hasOwn(value, name)) continue
    isValid = failInside(run, name, () => message)
    if (run.problems === undefined) break
  }
  return isValid
}

/** `properties`, `patternProperties` and `additionalProperties`: the last is about what the others leave. */
export const members: Keyword = (written, compiling) => {
  const named = namedOf(written, compiling)
  const { patterned, isWhole } = patternedOf(written, compiling)
  const rest = restOf(written, compiling, named)
  if (named.size === 0 && patterned.length === 0 && rest === undefined) return undefined

  const member = (value: unknown, name: string, run: Run, seen: Seen | undefined): boolean => {
    const own = named.get(name)
    let isKnown = own !== undefined
    let isValid = own === undefined || holdsInside(own, value, name, run)
    for (const [pattern, subschema] of patterned) {
      if (!pattern.test(name, run)) continue
      isKnown = true
      isValid = holdsInside(subschema, value, name, run) && isValid
    }
    // A pattern that cannot be checked may well be about this one.
    if (!isKnown && !isWhole) isKnown = run.unsure = true
    if (!isKnown && rest !== undefined) isValid = rest(value, name, run)
    if (isKnown || rest !== undefined) seen?.members.add(name)
    return isValid
  }

  return (value, run, seen) => {
    if (!isObject(value)) return true
    let isValid = true
    for (const name of Object.keys(value)) {
      run.spend(seen ? 4 : 1)
      if (member(value[name], name, run, seen)) continue
      isValid = false
      if (run.problems === undefined) break
    }
    return isValid
  }
}

type Named = ReadonlyMap<string, Subschema>
type Rest = (value: unknown, name: string, run: Run) => boolean

function namedOf(written: Written, compiling: Compiling): Named {
  const map = readMap(written, 'properties', compiling) ?? {}
  return new Map(
    Object.keys(map).map((name) => [name, compiling.subschema(map[name], 'properties', name)]),
  )
}

function patternedOf(written: Written, compiling: Compiling) {
  const patterned: [Pattern, Subschema][] = []
  let isWhole = true
  for (const [source, subschema] of Object.entries(
    readMap(written, 'patternProperties', compiling) ?? {},
  )) {
    const pattern = compiling.pattern(source)
    if (pattern === undefined) isWhole = false
    else patterned.push([pattern, compiling.subschema(subschema, 'patternProperties', source)])
  }
  return { patterned, isWhole }
}

function restOf(written: Written, compiling: Compiling, named: Named): Rest | undefined {
  const { additionalProperties } = written
  if (additionalProperties === undefined) return undefined
  if (additionalProperties === false) {
    return (_, name, run) => failInside(run, name, () => notAProperty(name, named))
  }
  const subschema = compiling.subschema(additionalProperties, 'additionalProperties')
  return (value, name, run) => holdsInside(subschema, value, name, run)
}

export function notAProperty(name: string, known: Named | ReadonlySet<string>): string {
  const isGuessed = name.length <= MOST_MISTYPED && known.size <= MOST_MEANT
  return `is not a property${isGuessed ? didYouMean(name, known.keys()) : ''}`
}

export const memberCount: Keyword = (written, compiling) => {
  const least = readCount(written, 'minProperties', compiling) ?? 0
  const most = readCount(written, 'maxProperties', compiling) ?? Number.POSITIVE_INFINITY
  if (least === 0 && most === Number.POSITIVE_INFINITY) return undefined
  return (value, run) => {
    if (!isObject(value)) return true
    const count = Object.keys(value).length
    run.spend(1 + (count >>> 3))
    if (count < least) return run.fail(`must have at least ${least} properties`)
    return count <= most || run.fail(`must have at most ${most} properties`)
  }
}

export const memberNames: Keyword = (written, compiling) => {
  if (written.propertyNames === undefined) return undefined
  const subschema = compiling.subschema(written.propertyNames, 'propertyNames')
  return (value, run) => {
    if (!isObject(value)) return true
    for (const name of Object.keys(value)) {
      const answer = certainty(subschema, name, run)
      if (answer === 'maybe') run.unsure = true
      if (answer !== 'no') continue
      return failInside(run, name, () => 'has a name that is not allowed here')
    }
    return true
  }
}

/** `dependentRequired`, `dependentSchemas`, and both of them as `dependencies` until draft 7. */
export const dependents: Keyword = (written, compiling) => {
  const needed: [string, readonly string[]][] = []
  const subschemas: [string, Subschema][] = []
  for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies'] as const) {
    for (const [name, dependent] of Object.entries(readMap(written, keyword, compiling) ?? {})) {
      if (keyword !== 'dependentSchemas' && isNames(dependent)) needed.push([name, dependent])
      else subschemas.push([name, compiling.subschema(dependent, keyword, name)])
    }
  }
  if (needed.length === 0 && subschemas.length === 0) return undefined
  return (value, run, seen) => {
    if (!isObject(value)) return true
    run.spend(needed.length + subschemas.length)
    const isThere = ([name]: readonly [string, unknown]) => Object.hasOwn(value, name)
    const isWhole = needed
      .filter(isThere)
      .every(([name, names]) => hasAll(value, names, run, `is required beside ${quoted(name)}`))
    return subschemas
      .filter(isThere)
      .reduce((isValid, [, one]) => holds(one, value, run, seen) && isValid, isWhole)
  }
}
