import { shown } from '#change/wording.ts'
import { didYouMean } from '#lib/nearest.ts'
import type { Kind } from './functions.ts'
import type { Scalar, Tree } from './tree.ts'
import { can, type Type } from './types.ts'
import { kindsText, orText, scalarText, treeText } from './words.ts'

/** One side of a comparison. `name` is what messages call it, where it is not its own text. */
export interface Side {
  readonly tree: Tree
  readonly type: Type
  readonly name?: string
}

const numbers: readonly Kind[] = ['int', 'double']

/** Why the two are never equal: then a condition that asks is not what was meant. */
export const problemOfEqual = (a: Side, b: Side): string | undefined => {
  const [named, other] = isLiteral(a) ? [b, a] : [a, b]
  return mayMeet(a.type, b.type) ? problemOfValue(named, other) : neverEqual(named, other)
}

const isLiteral = ({ tree }: Side): boolean => tree.is === 'scalar'

const nameOf = ({ tree, name }: Side): string => name ?? treeText(tree)

const mayMeet = (a: Type, b: Type): boolean =>
  can(a, ...b.kinds) || (can(a, ...numbers) && can(b, ...numbers))

const neverEqual = (named: Side, other: Side): string => {
  const what = isLiteral(other)
    ? nameOf(other)
    : `${nameOf(other)}, which is ${kindsText(other.type)}`
  return `${nameOf(named)} is ${kindsText(named.type)} and never equal to ${what}${fixOf(named.type, other)}`
}

/** How the literal would be written to be of that type. */
const fixOf = (type: Type, { tree }: Side): string => {
  if (tree.is !== 'scalar' || tree.value === null) return ''
  const { value } = tree
  if (typeof value !== 'string') return can(type, 'string') ? `; write "${value}"` : ''
  const isBare =
    (can(type, ...numbers) && /^-?\d+(\.\d+)?$/.test(value)) ||
    (can(type, 'bool') && /^(true|false)$/.test(value))
  return isBare ? `; write ${value} without quotes` : timeFix(type)
}

/** For a text that stands where a time is meant. */
export const timeFix = (type: Type): string => {
  if (can(type, 'timestamp')) return '; write timestamp("2027-06-30T18:00:00Z")'
  return can(type, 'duration') ? '; write duration("36h")' : ''
}

/** A literal that is none of the values that what a name stands for can have. */
const problemOfValue = (named: Side, { tree }: Side): string | undefined => {
  const { values } = named.type
  if (!values || tree.is !== 'scalar') return undefined
  const { value } = tree
  if (values.some((one) => isEqual(one, value))) return undefined
  const texts = values.slice(0, 5000).map((one) => (isWord(one) ? shown(one) : scalarText(one)))
  const hint = typeof value === 'string' ? didYouMean(value, texts) : ''
  return `${nameOf(named)} is never ${scalarText(value)}: it is ${orText(texts)}${hint}`
}

const isWord = (value: Scalar): value is string =>
  typeof value === 'string' && /^[\w.-]+$/.test(value)

const isEqual = (a: Scalar, b: Scalar): boolean =>
  isNumber(a) && isNumber(b) ? a <= b && a >= b : a === b

const isNumber = (value: Scalar): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint'
