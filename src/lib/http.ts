/** Request headers by lower-case name, as node:http gives them once checkHeaders has passed them. */
export type HeaderFields = Readonly<Record<string, string | readonly string[] | undefined>>

/** What follows the authority in a URL, taken apart. */
export interface Target {
  readonly ok: true
  /** As it was sent, without the query. */
  readonly path: string
  /** The path between its slashes, percent-decoded; `/a/` has two, the second of them empty. */
  readonly segments: readonly string[]
  /** As it was sent, without the question mark; empty where there is none. */
  readonly query: string
}

export interface BadTarget {
  readonly ok: false
  readonly problem:
    | 'too-long'
    | 'not-a-path'
    | 'fragment'
    | 'characters'
    | 'encoding'
    | 'empty-segment'
    | 'dot-segment'
    | 'encoded-separator'
}

/** Longer than any address of ours with a page's cursor in it. */
export const TARGET_LIMIT = 4096

/** RFC 3986 §3.3 and §3.4: pchar, slash and question mark. */
const TARGET_CHARACTERS = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]*$/
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/
/** Slash, backslash, nought and the other control characters, escaped. */
const ESCAPED_SEPARATOR = /%(?:2f|5c|[01][0-9a-f]|7f)/i
const ESCAPED_OTHER = /%(?:5c|[01][0-9a-f]|7f)/i

/**
 * Takes a request target apart and refuses every spelling that another reader could take for
 * another path (node:http passes them all): absolute form, `//`, dot segments however they are
 * spelled, escaped separators and control characters, a fragment, anything but ASCII. Nothing is
 * normalised: what is routed is what was sent. Escapes in the query are only checked for their form.
 * `slashesBelow` begins the paths in which an escaped slash is part of a name: it stays in its segment.
 */
export function checkTarget(url: string, slashesBelow?: string): Target | BadTarget {
  if (url.length > TARGET_LIMIT) return bad('too-long')
  if (!url.startsWith('/')) return bad('not-a-path')
  if (url.includes('#')) return bad('fragment')
  if (!TARGET_CHARACTERS.test(url)) return bad('characters')
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const query = mark < 0 ? '' : url.slice(mark + 1)
  const segments = path.slice(1).split('/')
  const separator =
    slashesBelow !== undefined && path.startsWith(slashesBelow) ? ESCAPED_OTHER : ESCAPED_SEPARATOR
  const problem = url.includes('%') ? decodeSegments(path, query, segments, separator) : undefined
  return problem ?? badSegment(segments) ?? { ok: true, path, segments, query }
}

function decodeSegments(
  path: string,
  query: string,
  segments: string[],
  separator: RegExp,
): BadTarget | undefined {
  if (BAD_ESCAPE.test(path) || BAD_ESCAPE.test(query)) return bad('encoding')
  if (separator.test(path)) return bad('encoded-separator')
  try {
    for (const [i, segment] of segments.entries()) segments[i] = decodeURIComponent(segment)
  } catch {
    return bad('encoding')
  }
  return undefined
}

function badSegment(segments: readonly string[]): BadTarget | undefined {
  const last = segments.length - 1
  for (const [i, segment] of segments.entries()) {
    if (segment === '' && i < last) return bad('empty-segment')
    if (segment === '.' || segment === '..') return bad('dot-segment')
  }
  return undefined
}

function bad(problem: BadTarget['problem']): BadTarget {
  return { ok: false, problem }
}

/** Headers that decide something and have one value; every `mcp-…` header is one more. */
const SINGLE_HEADERS = [
  'host',
  'authorization',
  'proxy-authorization',
  'dpop',
  'cookie',
  'origin',
  'expect',
  'upgrade',
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'last-event-id',
  'client-cert',
  'client-cert-chain',
  'mcp-protocol-version',
  'mcp-session-id',
  'mcp-method',
  'mcp-name',
] as const

interface Single {
  readonly name: string
  readonly bit: number
}

const LONGEST_SINGLE = 20

/** By length and without holes: most headers are told apart by their length and first letter. */
const singlesByLength: readonly (readonly Single[])[] = Array.from(
  { length: LONGEST_SINGLE + 1 },
  (_, length) =>
    SINGLE_HEADERS.map((name, i) => ({ name, bit: 1 << i })).filter(
      ({ name }) => name.length === length,
    ),
)

/**
 * The name of a header that must stand once and stands twice, in any case, or undefined. `rawHeaders`
 * is node:http's: names and values in turn, as they were sent. (Of two, node:http keeps the first or
 * joins both, and another reader may keep the last.)
 */
export function checkHeaders(rawHeaders: readonly string[]): string | undefined {
  let seen = 0
  const others: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const sent = rawHeaders[i] as string
    const single = singleOf(sent)
    if (single !== undefined) {
      if ((seen & single.bit) !== 0) return single.name
      seen |= single.bit
    } else if (isOwn(sent)) {
      const name = sent.toLowerCase()
      if (others.includes(name)) return name
      others.push(name)
    }
  }
  return undefined
}

function singleOf(sent: string): Single | undefined {
  if (sent.length > LONGEST_SINGLE) return undefined
  const first = lowerUnit(sent)
  for (const single of singlesByLength[sent.length] as readonly Single[]) {
    if (single.name.charCodeAt(0) === first && sent.toLowerCase() === single.name) return single
  }
  return undefined
}

/** Whether a field name starts with `mcp-`. */
function isOwn(sent: string): boolean {
  return lowerUnit(sent) === LETTER_M && sent.slice(0, 4).toLowerCase() === 'mcp-'
}

const LETTER_M = 0x6d

/** The first character of a field name, in lower case if it is a letter (RFC 9110 §5.1). */
function lowerUnit(sent: string): number {
  return sent.charCodeAt(0) | 0x20
}

/** `allowed` holds lower-case `host` or `host:port`, as a client writes it (RFC 9110 §7.2). */
export function isAllowedHost(host: string | undefined, allowed: ReadonlySet<string>): boolean {
  return host !== undefined && (allowed.has(host) || allowed.has(host.toLowerCase()))
}

/**
 * `allowed` holds serialised origins (RFC 6454 §6.2), lower-case. A request without Origin does not
 * come from a page and passes; `null` passes only where it is named.
 */
export function isAllowedOrigin(origin: string | undefined, allowed: ReadonlySet<string>): boolean {
  return origin === undefined || allowed.has(origin) || allowed.has(origin.toLowerCase())
}

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?$/i

/** `application/json`, in UTF-8 if it says in what (RFC 8259 §8.1, §11). Other parameters are refused. */
export function isJsonContentType(contentType: string | undefined): boolean {
  return contentType === 'application/json' || JSON_TYPE.test(contentType ?? '')
}

/** The Accept header of every POST (MCP transports §Sending Messages): both forms of an answer. */
export function acceptsJsonAndEvents(accept: string | undefined): boolean {
  return (
    accept === 'application/json, text/event-stream' ||
    (acceptsType(accept, 'application', 'json') && acceptsType(accept, 'text', 'event-stream'))
  )
}

/** The Accept header of a GET that opens a stream (MCP 2025-11-25, transports §Listening). */
export function acceptsEvents(accept: string | undefined): boolean {
  return accept === 'text/event-stream' || acceptsType(accept, 'text', 'event-stream')
}

/** RFC 9110 §12.5.1: whether a range of the list takes the type; `q=0` takes nothing. */
function acceptsType(accept: string | undefined, type: string, subtype: string): boolean {
  const ranges = [`${type}/${subtype}`, `${type}/*`, '*/*']
  for (const element of (accept ?? '').toLowerCase().split(',')) {
    const [range = '', ...parameters] = element.split(';').map((part) => part.trim())
    const isNone = parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))
    if (ranges.includes(range) && !isNone) return true
  }
  return false
}

const DPOP = /^dpop +([A-Za-z0-9\-._~+/]+=*)$/i

/** An access token and how it was sent: as it is, or to be proven (RFC 9449 §7.1). */
export interface SentToken {
  readonly scheme: 'bearer' | 'dpop'
  readonly token: string
}

/** The one token of a header in either scheme, or undefined for anything else. */
export function accessToken(authorization: string): SentToken | undefined {
  const bearer = bearerToken(authorization)
  if (bearer !== undefined) return { scheme: 'bearer', token: bearer }
  const [, token] = DPOP.exec(authorization) ?? []
  return token === undefined ? undefined : { scheme: 'dpop', token }
}

const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/** The one token68 after the scheme (RFC 6750 §2.1, RFC 9110 §11.2), or undefined for anything else. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? '')?.[1]
}
