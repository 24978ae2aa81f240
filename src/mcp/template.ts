/** One piece of a URI template: text, or a variable between pieces of text. */
type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly reserved: boolean }

/** A template of RFC 6570 that this module understands, taken apart. */
export interface UriTemplate {
  readonly parts: readonly Part[]
}

/** Longer than any honest template or URI. */
const LENGTH_LIMIT = 2048

/** RFC 3986: what a URI is made of. */
const URI_TEXT = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/?#[\]%]*$/
/** RFC 3986 §3.3, pchar: within one segment of a path. */
const SEGMENT = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+$/
/** The same, with the slash: what `{+name}` may stand for. */
const SEGMENTS = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})+$/
/** RFC 6570 §2.3, without escapes. */
const NAME = /^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*$/

/**
 * Takes a template apart. Understood are `{name}` and `{+name}` (RFC 6570 §3.2.2, §3.2.3), each
 * name once, and text between any two; undefined for everything else, which then matches nothing.
 */
export function parseTemplate(template: string): UriTemplate | undefined {
  if (template.length > LENGTH_LIMIT) return undefined
  const parts: Part[] = []
  let at = 0
  while (at < template.length) {
    const open = template.indexOf('{', at)
    const text = template.slice(at, open < 0 ? template.length : open)
    if (!URI_TEXT.test(text)) return undefined
    if (text !== '') parts.push({ kind: 'text', text })
    if (open < 0) break
    const close = template.indexOf('}', open)
    const variable = close < 0 ? undefined : readVariable(template.slice(open + 1, close))
    if (variable === undefined || parts.at(-1)?.kind === 'variable') return undefined
    parts.push(variable)
    at = close + 1
  }
  const names = parts.flatMap((part) => (part.kind === 'variable' ? [part.name] : []))
  return new Set(names).size === names.length ? { parts } : undefined
}

function readVariable(expression: string): Part | undefined {
  const reserved = expression.startsWith('+')
  const name = reserved ? expression.slice(1) : expression
  return NAME.test(name) ? { kind: 'variable', name, reserved } : undefined
}

/**
 * The variables of a URI that a template makes, percent-decoded, or undefined. A variable ends where
 * the text behind it first occurs, the last one where that text ends the URI; there is no second
 * try, so the time is that of reading both. Never empty. Nothing that a server could take for another
 * path passes: no dot segment, escaped slash, backslash or control character, empty segment, `?` or
 * `#` inside a variable. What a looser reader would match besides stays unmatched.
 */
export function matchTemplate(
  template: UriTemplate | string,
  uri: string,
): ReadonlyMap<string, string> | undefined {
  const parsed = typeof template === 'string' ? parseTemplate(template) : template
  if (parsed === undefined || uri.length > LENGTH_LIMIT) return undefined
  const { parts } = parsed
  const values = new Map<string, string>()
  let at = 0
  for (const [i, part] of parts.entries()) {
    if (part.kind === 'text') {
      if (!uri.startsWith(part.text, at)) return undefined
      at += part.text.length
      continue
    }
    const end = endOfVariable(parts, i, uri, at)
    const value = end < 0 ? undefined : readValue(uri.slice(at, end), part.reserved)
    if (value === undefined) return undefined
    values.set(part.name, value)
    at = end
  }
  return at === uri.length ? values : undefined
}

function endOfVariable(parts: readonly Part[], i: number, uri: string, at: number): number {
  const next = parts[i + 1]
  if (next?.kind !== 'text') return uri.length
  const isLast = i + 2 === parts.length
  if (!isLast) return uri.indexOf(next.text, at + 1)
  return uri.endsWith(next.text) ? uri.length - next.text.length : -1
}

function readValue(text: string, reserved: boolean): string | undefined {
  if (!(reserved ? SEGMENTS : SEGMENT).test(text)) return undefined
  if (/%(?:2f|5c|[01][0-9a-f]|7f)/i.test(text)) return undefined
  const value = decode(text)
  const isPath = value?.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  return isPath === true ? value : undefined
}

/** Undefined where the escapes are not UTF-8. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/**
 * The URI that a template makes of these values, as `matchTemplate` reads it back (RFC 6570 §3.2.2,
 * §3.2.3); undefined where a value is missing, or is one that it would not read back.
 */
export function expandTemplate(
  template: string,
  values: Readonly<Record<string, unknown>>,
): string | undefined {
  const parsed = parseTemplate(template)
  if (parsed === undefined) return undefined
  let uri = ''
  for (const part of parsed.parts) {
    const value = part.kind === 'text' ? part.text : values[part.name]
    if (typeof value !== 'string') return undefined
    uri += part.kind === 'text' ? value : encode(value, part.reserved)
  }
  const back = matchTemplate(parsed, uri)
  return back && [...back].every(([name, value]) => values[name] === value) ? uri : undefined
}

function encode(value: string, reserved: boolean): string {
  const escaped = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  return reserved ? value.split('/').map(escaped).join('/') : escaped(value)
}

/** The names of a template's variables, in the order of the text; undefined where it cannot be matched. */
export function variablesOf(template: string): readonly string[] | undefined {
  return parseTemplate(template)?.parts.flatMap((part) =>
    part.kind === 'variable' ? [part.name] : [],
  )
}
