import type { Expr } from './parse.ts'

/**
 * Steps that an expression takes each time it is evaluated, by how it is written: what a loop
 * multiplies. What grows with the values beside it is paid for by the operations themselves.
 */
export const weightOf = (expr: Expr | undefined): number => {
  if (!expr) return 0
  const { exprKind } = expr
  switch (exprKind.case) {
    case 'identExpr':
      return exprKind.value.name === 'now' ? making : plain
    case 'selectExpr':
      return plain + weightOf(exprKind.value.operand)
    case 'callExpr': {
      const { args, target } = exprKind.value
      const own = heavy.get(exprKind.value.function) ?? plain
      // A part of a time in a zone is asked of Intl.
      const zone =
        target && exprKind.value.function.startsWith('get') && args.length > 0 ? making : 0
      return own + zone + weightOf(target) + sumOf(args)
    }
    case 'listExpr':
      return plain + sumOf(exprKind.value.elements)
    case 'structExpr':
      return plain + sumOf(exprKind.value.entries.map(({ value }) => value))
    default:
      return plain
  }
}

const plain = 3
/** Of a time or a duration, out of a text. */
const making = 160

const heavy: ReadonlyMap<string, number> = new Map([
  ['timestamp', making],
  ['duration', making],
  ['double', 80],
  ['int', 10],
])

const sumOf = (exprs: readonly (Expr | undefined)[]): number =>
  exprs.reduce((sum, expr) => sum + weightOf(expr), 0)
