import type { IncomingHttpHeaders } from 'node:http'
import { fieldValue } from '../field-value.ts'

/** A POST that came whole, and nothing behind it. */
export interface PlainRequest {
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

/** Half of what node:http takes of a head. */
const HEAD_BYTES = 16_384
const MOST_FIELDS = 64
const HEAD_END = Buffer.from('\r\n\r\n')
const BEGINNING = Buffer.from('POST /')
const LINE_END = ' HTTP/1.1'
/** `POST `, of which the target begins behind. */
const TARGET_AT = 5

/** RFC 3986 §3.3 and §3.4: what an honest client writes of a path and a query. */
const TARGET = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]*$/
/** RFC 9110 §5.1: a token. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Anything but visible ASCII, spaces, tabs and whole ends of lines. */
const BAD = /[^\t\x20-\x7e\r\n]|\r(?!\n)|(?<!\r)\n/
/** As it is written when it is written in one way alone. */
const LENGTH = /^(?:0|[1-9]\d{0,8})$/

/**
 * Reads these bytes as one request if they are wholly one plain POST of HTTP/1.1 (RFC 9112), whose
 * meaning no two readers could disagree about: CRLF ends each line, no field stands twice or goes on
 * in a next line, one Host, one Content-Length, no other framing, nothing asked of the connection but
 * to be kept, and the body ends where the bytes end. Undefined for everything else, be it good HTTP, bad,
 * or not all of it yet: then these bytes are for node:http to judge, and nothing was decided here.
 */
export function readPlainRequest(bytes: Buffer): PlainRequest | undefined {
  const { length } = BEGINNING
  if (bytes.length < length || BEGINNING.compare(bytes, 0, length) !== 0) return undefined
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd < 0 || headEnd > HEAD_BYTES) return undefined
  const text = bytes.toString('latin1', 0, headEnd)
  if (BAD.test(text)) return undefined
  const lineEnd = endOf(text, 0)
  if (!text.startsWith(LINE_END, lineEnd - LINE_END.length)) return undefined
  const target = text.slice(TARGET_AT, lineEnd - LINE_END.length)
  if (!TARGET.test(target)) return undefined
  const rawHeaders: string[] = []
  const headers = readFields(text, lineEnd + 2, rawHeaders)
  if (headers === undefined) return undefined
  const bodyAt = headEnd + HEAD_END.length
  return isPlain(headers, bytes.length - bodyAt)
    ? { target, headers, rawHeaders, body: bytes.subarray(bodyAt) }
    : undefined
}

const endOf = (text: string, start: number): number => {
  const end = text.indexOf('\r\n', start)
  return end < 0 ? text.length : end
}

const readFields = (
  text: string,
  start: number,
  raw: string[],
): IncomingHttpHeaders | undefined => {
  const headers: IncomingHttpHeaders = {}
  let at = start
  while (at < text.length) {
    const end = endOf(text, at)
    const colon = text.indexOf(':', at)
    if (colon < 0 || colon > end) return undefined
    const sent = text.slice(at, colon)
    const name = nameOf(sent)
    // What stands twice is joined by one reader and dropped by another.
    if (name === undefined || Object.hasOwn(headers, name)) return undefined
    const value = fieldValue(text, colon + 1, end)
    headers[name] = value
    if (raw.push(sent, value) > 2 * MOST_FIELDS) return undefined
    at = end + 2
  }
  return headers
}

/** Names that were seen, in lower case: clients write few of them, and always alike. */
const known = new Map<string, string>()
const MOST_KNOWN = 500

/** In lower case; undefined where it is no name, or one of which node:http makes something of its own. */
const nameOf = (sent: string): string | undefined => {
  const before = known.get(sent)
  if (before !== undefined) return before
  // A line that begins with a space, an obsolete continuation, has no name either.
  if (!NAME.test(sent)) return undefined
  const name = sent.toLowerCase()
  if (REFUSED.has(name)) return undefined
  if (known.size < MOST_KNOWN) known.set(sent, name)
  return name
}

/** Other framing, another protocol, words about the connection, and what is no plain field to node:http. */
const REFUSED = new Set([
  ...['transfer-encoding', 'te', 'trailer', 'expect', 'upgrade', 'proxy-connection'],
  ...['http2-settings', 'set-cookie', '__proto__'],
])

const isPlain = (headers: IncomingHttpHeaders, bodyBytes: number): boolean => {
  const { host, connection, 'content-length': length } = headers
  return (
    host !== undefined &&
    length !== undefined &&
    LENGTH.test(length) &&
    Number(length) === bodyBytes &&
    (connection === undefined || connection.toLowerCase() === 'keep-alive')
  )
}
