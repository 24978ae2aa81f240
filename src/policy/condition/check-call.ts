import { timeFix } from './check-equal.ts'
import { type Kind, type Overload, symbolOf } from './functions.ts'
import type { Tree } from './tree.ts'
import { anything, can, listOf, of, oneOf, type Type } from './types.ts'
import { kindsText, listText, treeText } from './words.ts'

type Call = Extract<Tree, { is: 'call' }>

/** Those that take as many as are given. */
const counted = ({ callable }: Call, types: readonly Type[]): readonly Overload[] =>
  callable.overloads.filter(({ takes }) => takes.length === types.length)

const fitting = (call: Call, types: readonly Type[]): readonly Overload[] =>
  counted(call, types).filter(({ takes }) =>
    types.every((type, index) => can(type, takes[index] as Kind)),
  )

/** What a call gives, of those overloads that its arguments may fit. */
export const typeOfCall = (call: Call, types: readonly Type[]): Type => {
  const gives = [...new Set(fitting(call, types).map((overload) => overload.gives))]
  if (gives.length === 0) return anything
  const elements = types.flatMap(({ element }) => (element ? [element] : []))
  return gives.length === 1 && gives[0] === 'list' && elements.length === types.length
    ? listOf(oneOf(elements.map((element) => element())))
    : { kinds: gives }
}

/** Why no overload takes these, and what would be taken. */
export const problemOfCall = (call: Call, types: readonly Type[]): string | undefined => {
  if (fitting(call, types).length > 0) return undefined
  return (
    problemOfMethod(call, types) ?? problemOfNumbers(call, types) ?? problemOfOperator(call, types)
  )
}

const problemOfMethod = (call: Call, types: readonly Type[]): string | undefined => {
  if (call.callable.form === 'operator') return undefined
  const wantedAt = (index: number) => [
    ...new Set(counted(call, types).map(({ takes }) => takes[index] as Kind)),
  ]
  const index = types.findIndex((one, at) => !can(one, ...wantedAt(at)))
  const [arg, type, wanted] = [call.args[index], types[index], wantedAt(index)]
  // No function takes one of its arguments only beside another.
  if (!arg || !type) return undefined
  const isText = wanted.length === 1 && wanted[0] === 'string'
  const fix = isText && can(type, 'int', 'double', 'bool') ? `; write string(${treeText(arg)})` : ''
  return `${call.name} takes ${kindsText({ kinds: wanted })}, and ${treeText(arg)} is ${kindsText(type)}${fix}`
}

const isNumber = (type: Type): boolean => type.kinds.every((kind) => isNumeric(kind))
const isNumeric = (kind: Kind): boolean => kind === 'int' || kind === 'double'

/**
 * Every number that comes in JSON is a double, and CEL does not mix them with ints in arithmetic:
 * a literal without a point is an int.
 */
const problemOfNumbers = ({ name, args }: Call, types: readonly Type[]): string | undefined => {
  if (!types.every((type) => can(type, 'int', 'double'))) return undefined
  const operator = symbolOf(name)
  if (operator === '%') {
    const double = args[types.findIndex((type) => !can(type, 'int'))] as Tree
    return `% is for ints, and a number of JSON is a double; write int(${treeText(double)})`
  }
  const int = args[types.findIndex((type) => !can(type, 'double'))] as Tree
  const fix = int.is === 'scalar' ? `${String(int.value)}.0` : `double(${treeText(int)})`
  return `${operator} takes two ints or two doubles, and a number of JSON is a double; write ${fix}`
}

const problemOfOperator = ({ name, args }: Call, types: readonly Type[]): string => {
  const operator = symbolOf(name)
  const told = types.map((type, index) => `${treeText(args[index] as Tree)} is ${kindsText(type)}`)
  return `${operator} has no meaning here: ${listText(told)}${fixOf(operator, args, types)}`
}

const fixOf = (operator: string, args: readonly Tree[], types: readonly Type[]): string => {
  const number = args[types.findIndex(isNumber)]
  const time = types.find((type) => can(type, 'timestamp', 'duration'))
  if (time) return number ? timeFix(of('duration')) : timeFix(time)
  const isJoining = operator === '+' && number && types.some((type) => can(type, 'string'))
  if (!isJoining) return ''
  return number.is === 'scalar'
    ? `; write "${String(number.value)}"`
    : `; write string(${treeText(number)})`
}
