import { halfCharacter } from './lines.ts'
import { type Shaped, shapeProblem } from './shapes.ts'

/** Of one entry, as UTF-8. */
export const bodyLimitBytes = 16 * 1024

/**
 * Reads the body of an entry: JSON in its one spelling (RFC 8785), flat, of a known shape. The
 * problem otherwise. Of strings, integers and lists of strings, JSON.stringify writes exactly the
 * canonical form where the keys stand in order, and so writing it again shows every other spelling.
 */
export const readBody = (
  body: string,
): { readonly entry: Shaped } | { readonly problem: string } => {
  if (body.length * 3 > bodyLimitBytes && Buffer.byteLength(body) > bodyLimitBytes)
    return { problem: `larger than ${bodyLimitBytes} bytes` }
  const value = parsed(body)
  if (value === undefined) return { problem: 'not JSON' }
  const problem = shapeProblem(value)
  if (problem !== undefined) return { problem }
  if (!isCanonical(value as object, body)) return { problem: 'not in canonical form (RFC 8785)' }
  return { entry: value as Shaped }
}

const isCanonical = (value: object, body: string): boolean => {
  let before = ''
  for (const name in value) {
    if (name <= before) return false
    before = name
  }
  return JSON.stringify(value) === body && !halfCharacter.test(body)
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
