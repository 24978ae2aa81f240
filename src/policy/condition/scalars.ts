import { isExact } from '#lib/json-number.ts'
import { bounds } from './bounds.ts'
import type { Expr } from './parse.ts'
import { Refused } from './problem.ts'
import type { Scalar } from './tree.ts'

type Constant = Extract<Expr['exprKind'], { case: 'constExpr' }>['value']

/** A literal, where it is exactly what is written. `at` is its place in the source. */
export const readScalar = ({ constantKind }: Constant, source: string, at: number): Scalar => {
  switch (constantKind.case) {
    case 'nullValue':
      return null
    case 'boolValue':
      return constantKind.value
    case 'stringValue':
      return textOf(constantKind.value, at)
    case 'int64Value':
      return intOf(constantKind.value, at)
    case 'doubleValue':
      return doubleOf(constantKind.value, source, at)
    case 'uint64Value':
      throw new Refused('a number without a sign is not needed here; leave the u out', at)
    case 'bytesValue':
      throw new Refused('bytes are not needed here; leave the b before the quotes out', at)
    default:
      throw new Refused('it is not understood', at)
  }
}

const textOf = (text: string, at: number): string => {
  if (text.length > bounds.textLength)
    throw new Refused(`a text has at most ${bounds.textLength} characters`, at)
  return text
}

/** JSON numbers are doubles: next to a larger int, two arguments that differ would be the same. */
const intOf = (value: bigint, at: number): bigint => {
  if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)
    throw new Refused(
      `a number of JSON tells integers exactly up to ${Number.MAX_SAFE_INTEGER}; let larger ones be texts`,
      at,
    )
  return value
}

const spelling = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/

const doubleOf = (value: number, source: string, at: number): number => {
  const written = spelling.exec(source.slice(at))?.[0]
  if (!Number.isFinite(value) || (written !== undefined && !isExact(written, false)))
    throw new Refused('a number of JSON does not hold this one exactly; write fewer digits', at)
  return value
}
