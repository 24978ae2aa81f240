import { parse as parseCel } from '@bufbuild/cel'
import { bounds } from './bounds.ts'
import { Refused } from './problem.ts'
import { unseen } from './unseen.ts'

export type Parsed = ReturnType<typeof parseCel>
export type Expr = Parsed['expr']

/** Throws Refused: what is too large, or not what it looks like, is never handed to the parser. */
export const parse = (source: string): Parsed => {
  refuseSize(source)
  refuseUnseen(source)
  refuseNesting(source)
  try {
    // The parser ends a comment with a line, and would not take one that ends with the text.
    return parseCel(`${source}\n`)
  } catch (error) {
    throw refusalOf(error, source)
  }
}

const refuseSize = (source: string): void => {
  if (source.trim() === '') throw new Refused('a condition is missing; true holds always')
  if (source.length > bounds.sourceBytes || Buffer.byteLength(source) > bounds.sourceBytes)
    throw new Refused(`a condition has at most ${bounds.sourceBytes} bytes`)
}

const refuseUnseen = (source: string): void => {
  const found = unseen.exec(source)
  if (!found) return
  const code = (found[0].codePointAt(0) ?? 0).toString(16).padStart(4, '0')
  const written = code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code}`
  throw new Refused(
    `U+${code.toUpperCase()} is a character that nobody sees; in a text write ${written}`,
    found.index,
  )
}

/** The parser descends by them, and would meet the end of the stack where nobody can say when. */
const refuseNesting = (source: string): void => {
  let quote = ''
  let depth = 0
  for (const { 0: token, index } of source.matchAll(/\\.|"""|'''|["'([{}\])]/gs)) {
    if (token.startsWith('\\')) continue
    if (/["']/.test(token)) quote = quote === '' ? token : quote === token ? '' : quote
    else if (quote === '') depth += '([{'.includes(token) ? 1 : -1
    if (depth > bounds.brackets) throw tooDeep(index)
  }
}

const tooDeep = (at?: number): Refused =>
  new Refused(`at most ${bounds.brackets} brackets may stand inside each other`, at)

/** What people write who know another language; looked for where the parser stopped. */
const slips: readonly (readonly [pattern: RegExp, fix: string])[] = [
  [/^===/, 'write == to compare'],
  [/^=(?!=)/, 'write == to compare'],
  [/^<>/, 'write != for "is not"'],
  [/^and\b/i, 'write && for "and"'],
  [/^or\b/i, 'write || for "or"'],
  [/^&(?!&)/, 'write && for "and"'],
  [/^\|(?!\|)/, 'write || for "or"'],
  [/^[“”‘’„]/, 'texts stand in straight quotes'],
  [/^[)\]}]/, 'this bracket closes nothing'],
  [/^[([{]/, 'is this bracket closed?'],
  [/^["']/, 'is this text closed?'],
  [/^\?/, 'write condition ? one : other'],
  [/^in\s*\(/, 'a list stands in [ ]'],
]

const refusalOf = (error: unknown, source: string): Refused => {
  if (error instanceof RangeError) return tooDeep()
  const at = offsetOf(error)
  if (at === undefined) return new Refused('it is not understood')
  const rest = source.slice(at)
  if (rest.trim() === '') return new Refused('it ends too early', source.trimEnd().length)
  if (/\bnot\s+$/.test(source.slice(0, at))) return new Refused('write ! for "not"', at)
  if (error instanceof Error && error.message.includes('reserved'))
    return new Refused('this is a reserved word; of a field write args["in"]', at)
  const slip = slips.find(([pattern]) => pattern.test(rest))
  const fix = slip?.[1] ?? 'is something missing behind it, or not closed?'
  return new Refused(`it is not understood from here on; ${fix}`, at)
}

/** The parser's own errors carry it; their classes are not exported. */
const offsetOf = (error: unknown): number | undefined => {
  const { location } = error as { location?: { start?: { offset?: unknown } } }
  const offset = location?.start?.offset
  return typeof offset === 'number' ? offset : undefined
}
