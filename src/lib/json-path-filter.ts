import { jsonpath } from 'json-p3'
import type { JsonObject, JsonValue } from './json.ts'

/** A filter of RFC 9535 §2.3.5 of which each part costs the same whatever it is asked about. */
export interface Filter {
  /** Its parts. */
  readonly cost: number
  holds(value: JsonValue, root: JsonValue): boolean
}

type Test = (value: JsonValue, root: JsonValue) => boolean
/** Undefined where there is nothing (§2.3.5.2.2). */
type Place = (value: JsonValue, root: JsonValue) => JsonValue | undefined
type Expression = InstanceType<typeof expressions.FilterExpression>

const { expressions, selectors } = jsonpath
const { BooleanLiteral, FilterQuery, FunctionExtension, InfixExpression, LogicalExpression } =
  expressions
const { NullLiteral, NumberLiteral, PrefixExpression, RootQuery, StringLiteral } = expressions

class Refused extends Error {}

export function compileFilter(written: Expression): Filter | { readonly problem: string } {
  let cost = 0
  const test = (expression: Expression): Test => {
    cost++
    if (expression instanceof LogicalExpression) return test(expression.expression)
    if (expression instanceof PrefixExpression) {
      const inner = test(expression.right)
      return (value, root) => !inner(value, root)
    }
    if (expression instanceof InfixExpression) {
      const { left, operator, right } = expression
      if (operator === '&&' || operator === '||') {
        return operator === '&&' ? both(test(left), test(right)) : either(test(left), test(right))
      }
      return comparison(left, operator, right)
    }
    const place = placeOf(expression)
    return (value, root) => place(value, root) !== undefined
  }
  try {
    const holds = test(written)
    return { cost, holds }
  } catch (thrown) {
    if (thrown instanceof Refused) return { problem: thrown.message }
    throw thrown
  }
}

const both =
  (left: Test, right: Test): Test =>
  (value, root) =>
    left(value, root) && right(value, root)

const either =
  (left: Test, right: Test): Test =>
  (value, root) =>
    left(value, root) || right(value, root)

function comparison(left: Expression, operator: string, right: Expression): Test {
  const [a, b] = [literalOf(left), literalOf(right)]
  if (a === undefined && b === undefined) {
    throw new Refused('compares two places; compare a place with a text, a number, true or false')
  }
  const [leftOf, rightOf] = [a?.place ?? placeOf(left), b?.place ?? placeOf(right)]
  const compare = COMPARISONS.get(operator)
  if (compare === undefined) throw new Refused(`compares by ${operator}, which is not known`)
  return (value, root) => compare(leftOf(value, root), rightOf(value, root))
}

type Compared = JsonValue | undefined

/** One side is always a literal, so values of two kinds, and none beside one, are simply not equal. */
const COMPARISONS = new Map<string, (a: Compared, b: Compared) => boolean>([
  ['==', (a, b) => a === b],
  ['!=', (a, b) => a !== b],
  ['<', isBefore],
  ['>', (a, b) => isBefore(b, a)],
  ['<=', (a, b) => a === b || isBefore(a, b)],
  ['>=', (a, b) => a === b || isBefore(b, a)],
])

function isBefore(a: Compared, b: Compared): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b
  return typeof a === 'string' && typeof b === 'string' && isTextBefore(a, b)
}

/** By Unicode scalar values (§2.3.5.2.2). One of the two is part of a path, so it is short. */
function isTextBefore(a: string, b: string): boolean {
  let at = 0
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++
  if (at === a.length || at === b.length) return a.length < b.length
  const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)]
  // Halves of a pair come after everything that is none.
  return isHalf(x) === isHalf(y) ? x < y : isHalf(y)
}

const isHalf = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

function literalOf(expression: Expression): { readonly place: Place } | undefined {
  if (expression instanceof NullLiteral) return { place: () => null }
  if (expression instanceof BooleanLiteral || expression instanceof StringLiteral) {
    const { value } = expression
    return { place: () => value }
  }
  if (!(expression instanceof NumberLiteral)) return undefined
  const { value } = expression
  if (!Number.isFinite(value)) throw new Refused('compares with a number that no double holds')
  return { place: () => value }
}

function placeOf(expression: Expression): Place {
  if (expression instanceof FunctionExtension) {
    throw new Refused(`calls ${expression.name}(); functions are not taken`)
  }
  if (!(expression instanceof FilterQuery) || !expression.path.singularQuery()) {
    throw new Refused(
      'has a filter that looks further than one place; write names and indices in it',
    )
  }
  const steps = expression.path.segments.map(({ selectors: [selector] }) => stepOf(selector))
  const isFromRoot = expression instanceof RootQuery
  return (value, root) => {
    let place: JsonValue | undefined = isFromRoot ? root : value
    for (const step of steps) {
      if (place === undefined) return undefined
      place = step(place)
    }
    return place
  }
}

function stepOf(selector: unknown): (value: JsonValue) => JsonValue | undefined {
  if (selector instanceof selectors.NameSelector) {
    const { name } = selector
    return (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? memberOf(value as JsonObject, name)
        : undefined
  }
  if (selector instanceof selectors.IndexSelector) {
    const { index } = selector
    return (value) => (Array.isArray(value) ? value.at(index) : undefined)
  }
  throw new Refused('has a filter that looks further than one place; write names and indices in it')
}

function memberOf(value: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined
}
