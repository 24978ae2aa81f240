import { decodeQueryComponent, encodeComponent, encodeJoined } from './component.ts'

/** Texts by name, each as often as it stands. */
export type Pairs = ReadonlyMap<string, readonly string[]>

/**
 * Takes a query, or a form that is written like one, apart. Every piece is a name, an equals sign and
 * a value, and says something: `a`, `&&` and `=1` are refused, for readers differ in what they make of them.
 */
export function readPairs(
  query: string,
  problemOf: (text: string) => string | undefined,
): { readonly pairs: Pairs } | { readonly problem: string } {
  const pairs = new Map<string, string[]>()
  if (query === '') return { pairs }
  for (const piece of query.split('&')) {
    const equals = piece.indexOf('=')
    if (equals <= 0) return { problem: 'a piece of it is not a name, = and a value' }
    const name = decodeQueryComponent(piece.slice(0, equals))
    const value = decodeQueryComponent(piece.slice(equals + 1))
    if (name === undefined || value === undefined)
      return { problem: 'an escape in it is not UTF-8' }
    const wrong = problemOf(name) ?? problemOf(value)
    if (wrong !== undefined) return { problem: wrong }
    const texts = pairs.get(name)
    if (texts) texts.push(value)
    else pairs.set(name, [value])
  }
  return { pairs }
}

/** One piece of a query or a form; `isJoined` keeps the commas of a list as they are. */
export function writePair(name: string, text: string, isJoined: boolean): string {
  const value = isJoined ? encodeJoined(text) : encodeComponent(text)
  return `${encodeComponent(name)}=${value}`
}
