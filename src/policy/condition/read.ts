import { shown } from '#change/wording.ts'
import { type FactName, factNames } from '#domain/facts.ts'
import { didYouMean } from '#lib/nearest.ts'
import { bounds } from './bounds.ts'
import { readCall } from './calls.ts'
import { type Expr, type Parsed, parse } from './parse.ts'
import { type Problem, Refused } from './problem.ts'
import { readScalar } from './scalars.ts'
import { type Loop, type Tree, writtenText } from './tree.ts'

/** A condition that keeps every bound and calls nothing but what it may. */
export interface Reading {
  readonly tree: Tree
  /** The same for the library, with what the parser made of `has` and the loops. */
  readonly expr: Expr
  readonly speaksOf: ReadonlySet<FactName>
}

export const readCondition = (source: string): Reading | Problem => {
  try {
    const parsed = parse(source)
    return { expr: parsed.expr, ...createReader(source, parsed).read() }
  } catch (error) {
    if (error instanceof Refused) return error.problem
    throw error
  }
}

type Comprehension = Extract<Expr['exprKind'], { case: 'comprehensionExpr' }>['value']

/** Where an expression stands: how deep, and inside which loop, if in one. */
interface Place {
  readonly depth: number
  readonly variable: string | undefined
}

const createReader = (source: string, { expr, sourceInfo }: Parsed) => {
  // The parser always gives it.
  const { macroCalls, positions } = sourceInfo as NonNullable<Parsed['sourceInfo']>
  const speaksOf = new Set<FactName>()
  let nodes = 0
  let loops = 0

  const macroOf = ({ id }: Expr): Expr | undefined => macroCalls[String(id)]

  /** The parser gives the place of a dot before a name, or of a blank before an operator; `.5` begins with one. */
  const positionOf = (one: Expr): number => {
    // Of `has(args.line)` it is that of what it asks about.
    const asked = one.exprKind.case === 'selectExpr' ? argsOf(macroOf(one))[0] : undefined
    const at = positions[String((asked ?? one).id)] ?? 0
    const [before] = /\s*(?:\.(?!\d))?\s*/.exec(source.slice(at, at + 64)) as RegExpExecArray
    return at + before.length
  }

  const walk = (one: Expr | undefined, { depth, variable }: Place): Tree => {
    if (one === undefined) throw new Refused('it is not understood')
    const at = positionOf(one)
    if (++nodes > bounds.nodes)
      throw new Refused(`a condition has at most ${bounds.nodes} names, literals and operators`, at)
    if (depth > bounds.depth)
      throw new Refused(`at most ${bounds.depth} expressions may stand inside each other`, at)
    return read(one, at, { depth: depth + 1, variable })
  }

  const read = (one: Expr, at: number, inside: Place): Tree => {
    const { exprKind } = one
    switch (exprKind.case) {
      case 'constExpr':
        return { is: 'scalar', at, value: readScalar(exprKind.value, source, at) }
      case 'identExpr':
        return readName(exprKind.value.name, at, inside)
      case 'selectExpr': {
        const { operand, field, testOnly } = exprKind.value
        const of = walk(operand, inside)
        return { is: testOnly ? 'has' : 'field', at, of, field }
      }
      case 'callExpr': {
        const { target, args } = exprKind.value
        const name = exprKind.value.function
        if (name === '_[_]') return readIndex(args, at, inside)
        return readCall({ name, at, target, args }, (arg) => walk(arg, inside))
      }
      case 'listExpr':
        return readList(exprKind.value.elements, at, inside)
      case 'structExpr':
        return readMap(exprKind.value, at, inside)
      case 'comprehensionExpr':
        return readLoop(exprKind.value, macroOf(one), at, inside)
      default:
        throw new Refused('it is not understood', at)
    }
  }

  const readName = (name: string, at: number, { variable }: Place): Tree => {
    const fact = factNames.find((one) => one === name)
    if (fact) speaksOf.add(fact)
    else if (name !== variable) throw unknownName(name, at, variable)
    return { is: 'name', at, name }
  }

  const unknownName = (name: string, at: number, variable: string | undefined): Refused => {
    const names = variable === undefined ? factNames : [...factNames, variable]
    const fix =
      source[at - 1] === '-'
        ? '; a field with a hyphen is written args["a-b"]'
        : didYouMean(name, names) || `; an argument is written args.${shown(name)}`
    return new Refused(`there is no name ${shown(name)}${fix}`, at)
  }

  const readIndex = ([operand, key]: readonly Expr[], at: number, inside: Place): Tree => {
    const of = walk(operand, inside)
    const index = walk(key, inside)
    const field = writtenText(index)
    return field === undefined
      ? { is: 'index', at, of, index }
      : { is: 'field', at: index.at, of, field }
  }

  const readList = (elements: readonly Expr[], at: number, inside: Place): Tree => {
    refuseMany(elements.length, at)
    return { is: 'list', at, elements: elements.map((element) => walk(element, inside)) }
  }

  const readMap = (
    { messageName, entries }: Extract<Expr['exprKind'], { case: 'structExpr' }>['value'],
    at: number,
    inside: Place,
  ): Tree => {
    if (messageName !== '') throw new Refused(`there is no type ${shown(messageName)} to make`, at)
    refuseMany(entries.length, at)
    const read = entries.map(({ keyKind, value }) => {
      // Only the fields of messages have another kind of key.
      const written = walk(keyKind.value as Expr, inside)
      const key = writtenText(written)
      if (key === undefined) throw new Refused('a key of a map is a text in quotes', written.at)
      return { key, value: walk(value, inside) }
    })
    const keys = new Set(read.map(({ key }) => key))
    if (keys.size < read.length) throw new Refused('a key stands twice in this map', at)
    return { is: 'map', at, entries: read }
  }

  /** The parser has expanded it; what a person wrote are its range, its variable and one or two bodies. */
  const readLoop = (
    { iterVar: variable, iterRange, loopStep }: Comprehension,
    written: Expr | undefined,
    at: number,
    inside: Place,
  ): Tree => {
    if (inside.variable !== undefined)
      throw new Refused('a loop inside a loop is refused: its work would grow with the square', at)
    if (++loops > bounds.loops)
      throw new Refused(`a condition has at most ${bounds.loops} loops`, at)
    if (factNames.some((name) => name === variable))
      throw new Refused(`${variable} is a name of the call; give the variable another one`, at)
    const loop = loopOf(written)
    const over = walk(iterRange, inside)
    const body = bodiesOf(loop, loopStep)
    const within = { ...inside, variable }
    return {
      is: 'loop',
      at,
      loop,
      over,
      variable,
      test: body.test && walk(body.test, within),
      step: body.step && walk(body.step, within),
    }
  }

  return {
    read: () => ({ tree: walk(expr, { depth: 0, variable: undefined }), speaksOf }),
  }
}

const refuseMany = (count: number, at: number): void => {
  if (count > bounds.elements)
    throw new Refused(`a list that is written out has at most ${bounds.elements} elements`, at)
}

const loopOf = (written: Expr | undefined): Loop => {
  const name = written?.exprKind.case === 'callExpr' ? written.exprKind.value.function : ''
  switch (name) {
    case 'exists':
    case 'all':
    case 'filter':
    case 'map':
      return name
    case 'exists_one':
    case 'existsOne':
      return 'exists_one'
    default:
      throw new Refused('it is not understood')
  }
}

const argsOf = (one: Expr | undefined): readonly Expr[] =>
  one?.exprKind.case === 'callExpr' ? one.exprKind.value.args : []

const bodiesOf = (
  loop: Loop,
  loopStep: Expr | undefined,
): { test?: Expr | undefined; step?: Expr | undefined } => {
  const [first, second] = argsOf(loopStep)
  switch (loop) {
    case 'exists':
    case 'all':
      return { test: second }
    case 'filter':
    case 'exists_one':
      return { test: first }
    case 'map': {
      // map(x, step) appends; map(x, test, step) appends where the test holds.
      const isTested = argsOf(loopStep).length === 3
      const appended = isTested ? argsOf(second)[1] : second
      const [step] = appended?.exprKind.case === 'listExpr' ? appended.exprKind.value.elements : []
      return isTested ? { test: first, step } : { step }
    }
  }
}
