import type { Expr } from './parse.ts'
import { weightOf } from './weight.ts'

type ExprKind = Expr['exprKind']
type Loop = Extract<ExprKind, { case: 'comprehensionExpr' }>['value']

/**
 * What is evaluated in the place of what was parsed; the same but for three things. `has(a.b)`
 * becomes `"b" in a`, since the library takes a member that is null for missing. What a loop runs
 * over is paid for before it runs. What `filter` and `map` gather grows in place: the library would
 * hold it as lists inside lists, as deep as there are elements.
 */
export const lower = (expr: Expr): Expr => {
  const { exprKind } = expr
  switch (exprKind.case) {
    case 'selectExpr': {
      const { operand, field, testOnly } = exprKind.value
      const of = lowerPart(operand)
      if (testOnly && of) return call(expr, '@in', [text(expr, field), of])
      return { ...expr, exprKind: { ...exprKind, value: { ...exprKind.value, operand: of } } }
    }
    case 'callExpr': {
      const { target, args } = exprKind.value
      const name = isGathering(exprKind) ? '@append' : exprKind.value.function
      return call(expr, name, args.map(lower), lowerPart(target))
    }
    case 'listExpr': {
      const elements = exprKind.value.elements.map(lower)
      return { ...expr, exprKind: { ...exprKind, value: { ...exprKind.value, elements } } }
    }
    case 'structExpr': {
      const entries = exprKind.value.entries.map((entry) => ({
        ...entry,
        value: lowerPart(entry.value),
      }))
      return { ...expr, exprKind: { ...exprKind, value: { ...exprKind.value, entries } } }
    }
    case 'comprehensionExpr':
      return { ...expr, exprKind: { ...exprKind, value: lowerLoop(exprKind.value) } }
    default:
      return expr
  }
}

const lowerPart = (expr: Expr | undefined): Expr | undefined => expr && lower(expr)

const lowerLoop = (loop: Loop): Loop => {
  const range = lowerPart(loop.iterRange)
  const each = weightOf(loop.loopStep) + weightOf(loop.loopCondition)
  return {
    ...loop,
    iterRange: range && call(range, '@range', [range, int(range, each)]),
    loopStep: lowerPart(loop.loopStep),
    loopCondition: lowerPart(loop.loopCondition),
    result: lowerPart(loop.result),
  }
}

/** `@result + [element]`, which only the parser writes: no name of a person's begins with `@`. */
const isGathering = ({ value }: Extract<ExprKind, { case: 'callExpr' }>): boolean => {
  if (value.function !== '_+_') return false
  const [list, more] = value.args as [Expr, Expr]
  return (
    list.exprKind.case === 'identExpr' &&
    list.exprKind.value.name === '@result' &&
    more.exprKind.case === 'listExpr'
  )
}

const call = (at: Expr, name: string, args: Expr[], target?: Expr | undefined): Expr => ({
  ...at,
  exprKind: {
    case: 'callExpr',
    value: { $typeName: 'cel.expr.Expr.Call', function: name, args, ...(target && { target }) },
  },
})

const scalar = (
  at: Expr,
  constantKind: Extract<ExprKind, { case: 'constExpr' }>['value']['constantKind'],
): Expr => ({
  ...at,
  exprKind: { case: 'constExpr', value: { $typeName: 'cel.expr.Constant', constantKind } },
})

const text = (at: Expr, value: string): Expr => scalar(at, { case: 'stringValue', value })

const int = (at: Expr, value: number): Expr =>
  scalar(at, { case: 'int64Value', value: BigInt(value) })
