// Components of a target: a segment of a path, a name or a value in a query. What is decoded here is
// decoded once and strictly; what is encoded has nothing left in it that any reader gives a meaning to.

/** RFC 3986 §2.3: all but the unreserved characters, the five included that encodeURIComponent spares. */
export const encodeComponent = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** A list of texts that have no comma, with commas between them (RFC 6570 §3.2.2, §3.2.8). */
export const encodeJoined = (text: string): string => encodeComponent(text).replaceAll('%2C', ',')

/** Undefined where an escape is cut short, or what the escapes spell is not UTF-8. */
export const decodeComponent = (text: string): string | undefined => {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** As forms write a query (WHATWG URL §5.1): a plus is a space, and a plus is written `%2B`. */
export const decodeQueryComponent = (text: string): string | undefined =>
  decodeComponent(text.replaceAll('+', ' '))

/**
 * Why a text may not be a segment of a path, undefined where it may. Refused is whatever a reader who
 * decodes once more, folds compatibility forms (`．．`, `／`) or cuts off `;…` would take for another
 * path: that reader may be the API itself, behind a proxy.
 */
export const segmentProblem = (text: string): string | undefined => {
  if (ORDINARY.test(text)) return undefined
  const problem = plainProblem(text)
  if (problem !== undefined || ASCII.test(text)) return problem
  return plainProblem(text.normalize('NFKC'))
}

/** Most segments are of these alone, and then they are fine. */
const ORDINARY = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/
const ASCII = /^[\x20-\x7e]*$/

const plainProblem = (text: string): string | undefined => {
  if (text === '') return 'it is empty'
  if (text === '.' || text === '..') return 'it is a dot segment'
  if (/[/\\]/.test(text)) return 'it has a slash or a backslash in it'
  if (text.includes(';')) return 'it has a semicolon in it'
  if (/%[0-9A-Fa-f]{2}/.test(text)) return 'it is encoded twice'
  return queryProblem(text)
}

/** Why a text may not be a name or a value in a query. */
export const queryProblem = (text: string): string | undefined => {
  if (ASCII.test(text)) return undefined
  if (/\p{Cc}/u.test(text)) return 'it has a control character in it'
  return text.isWellFormed() ? undefined : 'it has half a character in it'
}

/** Why a text may not be the value of a header: visible ASCII with spaces inside it can be one (RFC 9110 §5.5). */
export const headerProblem = (text: string): string | undefined =>
  /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) ? undefined : 'it is not visible ASCII'

/** Why a text may not be a name or a value in the body of a form, where lines are written as well. */
export const formProblem = (text: string): string | undefined =>
  queryProblem(text.replace(/[\t\n\r]/g, ' '))
