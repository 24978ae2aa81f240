import type { FactName } from '#domain/facts.ts'
import { problemOfCall, typeOfCall } from './check-call.ts'
import { problemOfIn, problemOfSides } from './check-in.ts'
import { type Found, lacking, noFields, requireBool } from './found.ts'
import type { Scope } from './scope.ts'
import { type Tree, writtenText } from './tree.ts'
import { anything, can, closed, json, kindOf, listOf, of, oneOf, type Type } from './types.ts'
import { kindsText, treeText } from './words.ts'

/** What an expression can be; and whether it is true, or false, in every call that is valid. */
interface Answer {
  readonly type: Type
  readonly always?: boolean
}

interface Context {
  readonly scope: Scope
  /** Of the loop around. */
  readonly variable?: { readonly name: string; readonly type: Type }
  readonly found: Found[]
}

type TreeOf<Is extends Tree['is']> = Extract<Tree, { is: Is }>

/** Everything that is wrong with a condition for one capability. */
export const infer = (tree: Tree, scope: Scope): readonly Found[] => {
  const found: Found[] = []
  requireBool(tree, answer(tree, { scope, found }).type, found, 'a condition is')
  return found
}

const answer = (tree: Tree, context: Context): Answer => {
  switch (tree.is) {
    case 'scalar':
      return {
        type: of(kindOf(tree.value)),
        ...(typeof tree.value === 'boolean' && { always: tree.value }),
      }
    case 'name':
      return { type: typeOfName(tree, context) }
    case 'field':
      return { type: typeOfField(tree, context) }
    case 'has':
      return asks(tree, tree.of, typeOf(tree.of, context), tree.field, context)
    case 'index':
      return { type: typeOfElement(tree, context) }
    case 'list':
      return { type: listOf(oneOf(tree.elements.map((element) => typeOf(element, context)))) }
    case 'map':
      return {
        type: closed(
          Object.fromEntries(tree.entries.map(({ key, value }) => [key, typeOf(value, context)])),
        ),
      }
    case 'loop':
      return { type: typeOfLoop(tree, context) }
    case 'call':
      return answerCall(tree, context)
  }
}

const typeOf = (tree: Tree, context: Context): Type => answer(tree, context).type

const typeOfName = ({ name, at }: TreeOf<'name'>, { scope, variable, found }: Context): Type => {
  if (variable?.name === name) return variable.type
  if (name === 'uri' && !scope.hasUri) found.push({ at, isUri: true })
  // No other name is read (`read.ts`).
  return scope.names[name as FactName]
}

const typeOfField = (tree: TreeOf<'field'>, context: Context): Type => {
  const { at, field } = tree
  const owner = typeOf(tree.of, context)
  if (!can(owner, 'map')) {
    context.found.push({ at, says: noFields(tree.of, owner) })
    return anything
  }
  if (!owner.members) return json
  const type = owner.members.typeOf(field)
  if (!type) context.found.push(lacking(tree, tree.of, owner.members, field, false))
  return type ?? anything
}

/** `has(args.line)`, or `"line" in args`, which says the same. */
const asks = (
  tree: Tree,
  ownerTree: Tree,
  owner: Type,
  field: string,
  { found }: Context,
): Answer => {
  const type = of('bool')
  if (!can(owner, 'map')) {
    found.push({ at: tree.at, says: noFields(ownerTree, owner) })
    return { type }
  }
  if (!owner.members) return { type }
  if (!owner.members.typeOf(field)) {
    found.push(lacking(tree, ownerTree, owner.members, field, true))
    return { type, always: false }
  }
  return owner.members.isRequired(field) ? { type, always: true } : { type }
}

const typeOfElement = (tree: TreeOf<'index'>, context: Context): Type => {
  const owner = typeOf(tree.of, context)
  const key = typeOf(tree.index, context)
  const wanted = [
    ...(can(owner, 'list') ? (['int', 'double'] as const) : []),
    ...(can(owner, 'map') ? (['string'] as const) : []),
  ]
  if (!can(key, ...wanted)) {
    const fix = wanted.length === 0 ? 'has no elements' : `has none by ${kindsText(key)}`
    context.found.push({
      at: tree.at,
      says: `${treeText(tree.of)} is ${kindsText(owner)} and ${fix}`,
    })
    return anything
  }
  return oneOf([
    ...(can(owner, 'list') ? [owner.element?.() ?? json] : []),
    ...(can(owner, 'map') ? [anyMember(owner)] : []),
  ])
}

/** Past this many it is not looked what they have in common. */
const mostMembers = 256

const anyMember = ({ members }: Type): Type => {
  if (!members || members.names.length > mostMembers) return anything
  return oneOf(members.names.map((name) => members.typeOf(name) as Type))
}

const typeOfLoop = (tree: TreeOf<'loop'>, context: Context): Type => {
  const over = typeOf(tree.over, context)
  if (!can(over, 'list', 'map'))
    context.found.push({
      at: tree.at,
      says: `${tree.loop} looks at the elements of a list, and ${treeText(tree.over)} is ${kindsText(over)}`,
    })
  const element = elementOf(over)
  const within = { ...context, variable: { name: tree.variable, type: element } }
  if (tree.test) requireBool(tree.test, typeOf(tree.test, within), context.found, 'a test is')
  const step = tree.step && typeOf(tree.step, within)
  if (tree.loop === 'map') return listOf(step ?? anything)
  return tree.loop === 'filter' ? listOf(element) : of('bool')
}

/** A loop over a map goes through its keys. */
const elementOf = (over: Type): Type => {
  const isMap = can(over, 'map')
  if (!can(over, 'list')) return isMap ? of('string') : anything
  return isMap ? anything : (over.element?.() ?? json)
}

/** The parser gives each operator as many as it takes. */
type Both<T> = readonly [T, T]

const answerCall = (tree: TreeOf<'call'>, context: Context): Answer => {
  switch (tree.name) {
    case '_&&_':
      return answerJoined(tree, context, false)
    case '_||_':
      return answerJoined(tree, context, true)
    case '_?_:_':
      return answerChoice(tree, context)
    case '@in':
      return answerIn(tree, context)
    case '!_':
      return answerNot(tree, context)
  }
  const types: readonly Type[] = tree.args.map((arg) => typeOf(arg, context))
  const isEquality = tree.name === '_==_' || tree.name === '_!=_'
  const says = isEquality
    ? problemOfSides(tree.args as Both<Tree>, types as Both<Type>)
    : problemOfCall(tree, types)
  if (says !== undefined) context.found.push({ at: tree.at, says })
  return { type: isEquality ? of('bool') : typeOfCall(tree, types) }
}

/**
 * One part that is always false decides an `&&`, whatever the others are and even if they err
 * (cel-spec, langdef.md, Logical Operators): so `has(args.line) && args.line == "3"` is right for a
 * capability without that argument.
 */
const answerJoined = (tree: TreeOf<'call'>, context: Context, decides: boolean): Answer => {
  const parts = tree.args.map((arg) => {
    const found: Found[] = []
    const { type, always } = answer(arg, { ...context, found })
    requireBool(arg, type, found, decides ? '|| joins what is' : '&& joins what is')
    return { always, found }
  })
  const deciding = parts.filter(({ always }) => always === decides)
  const told = deciding.length > 0 ? deciding : parts
  context.found.push(...told.flatMap(({ found }) => found))
  if (deciding.length > 0) return { type: of('bool'), always: decides }
  return parts.every(({ always }) => always === !decides)
    ? { type: of('bool'), always: !decides }
    : { type: of('bool') }
}

const answerNot = ({ args }: TreeOf<'call'>, context: Context): Answer => {
  const [arg] = args as readonly [Tree]
  const { type, always } = answer(arg, context)
  requireBool(arg, type, context.found, '! turns around what is')
  return { type: of('bool'), ...(always !== undefined && { always: !always }) }
}

const answerChoice = ({ args }: TreeOf<'call'>, context: Context): Answer => {
  const [test, one, other] = args as readonly [Tree, Tree, Tree]
  const { type, always } = answer(test, context)
  requireBool(test, type, context.found, 'what ? asks is')
  if (always !== undefined) return answer(always ? one : other, context)
  return { type: oneOf([typeOf(one, context), typeOf(other, context)]) }
}

const answerIn = (tree: TreeOf<'call'>, context: Context): Answer => {
  const [value, range] = tree.args as Both<Tree>
  const key = writtenText(value)
  const type = typeOf(value, context)
  const within = typeOf(range, context)
  if (key !== undefined && can(within, 'map') && within.kinds.length === 1)
    return asks(value, range, within, key, context)
  const says = problemOfIn(value, type, range, within)
  if (says !== undefined) context.found.push({ at: tree.at, says })
  if (range.is === 'list')
    for (const element of range.elements) {
      const problem = problemOfSides([value, element], [type, typeOf(element, context)])
      if (problem !== undefined) context.found.push({ at: element.at, says: problem })
    }
  return { type: of('bool') }
}
