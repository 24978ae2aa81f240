import { fieldValue } from '../field-value.ts'
import type { EgressHeaders } from './egress.ts'

/** Where a body ends: there is none, after so many bytes, by its chunks, or with the connection. */
export type Framing = 'none' | 'chunked' | 'to the end' | number

export interface ResponseHead {
  readonly status: number
  readonly headers: EgressHeaders
  readonly framing: Framing
  /** How long the connection may be kept for another request; 0 where it may not. */
  readonly keepMs: number
}

/** What came is not HTTP/1.1 as it is to be written; nothing that follows can be trusted to be a message. */
export class NotHttpError extends Error {
  readonly code = 'NOT_HTTP'
  constructor(what: string) {
    super(what)
    this.name = 'NotHttpError'
  }
}

/**
 * A status line and its header fields (RFC 9112 §4, §5), without the empty line behind them, one char
 * a byte. Read as a sender must write it and not as a receiver may put up with it: two readers of one
 * connection that disagree about where a message ends are how answers reach the wrong caller. Throws
 * NotHttpError.
 */
export function readResponseHead(text: string, method: string): ResponseHead {
  const lineEnd = endOf(text, 0)
  const line = STATUS_LINE.exec(text.slice(0, lineEnd))
  if (line === null) throw new NotHttpError('the status line')
  const status = Number(line[2])
  const headers = readFields(text, lineEnd + 2)
  const isNewer = line[1] === '1'
  const framing = framingOf(headers, { status, method, isNewer })
  const closes = !isNewer || framing === 'to the end' || saysClose(headers.connection)
  return { status, headers, framing, keepMs: closes ? 0 : keepMsOf(headers['keep-alive']) }
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
/** RFC 9110 §5.1: a token. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** What no line may hold (RFC 9110 §5.5): controls, and half of a line's end. */
const BAD = /[^\t\x20-\x7e\x80-\xff]/

const endOf = (text: string, start: number): number => {
  const end = text.indexOf('\r\n', start)
  return end < 0 ? text.length : end
}

function readFields(text: string, start: number): EgressHeaders {
  // Without a prototype, so that no name of a field means something else.
  const headers: Record<string, string | string[]> = Object.create(null)
  let at = start
  while (at < text.length) {
    const end = endOf(text, at)
    const colon = text.indexOf(':', at)
    if (colon < 0 || colon > end) throw new NotHttpError('a line without a colon')
    const name = text.slice(at, colon)
    const value = fieldValue(text, colon + 1, end)
    // A line that begins with a space, an obsolete continuation, has no name either.
    if (!NAME.test(name) || BAD.test(value)) throw new NotHttpError('a header field')
    add(headers, name.toLowerCase(), value)
    at = end + 2
  }
  return headers
}

const add = (headers: Record<string, string | string[]>, name: string, value: string): void => {
  const known = headers[name]
  if (known === undefined) headers[name] = value
  else if (typeof known === 'string') headers[name] = [known, value]
  else known.push(value)
}

/** RFC 9112 §6.3, and whatever leaves a doubt about it is refused. */
function framingOf(
  { 'transfer-encoding': coding, 'content-length': length }: EgressHeaders,
  { status, method, isNewer }: { status: number; method: string; isNewer: boolean },
): Framing {
  if (coding !== undefined) {
    const isChunked = typeof coding === 'string' && coding.toLowerCase() === 'chunked'
    if (!isChunked || length !== undefined || !isNewer) throw new NotHttpError('Transfer-Encoding')
  }
  if (length !== undefined && (typeof length !== 'string' || !/^\d{1,15}$/.test(length))) {
    throw new NotHttpError('Content-Length')
  }
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 'none'
  if (coding !== undefined) return 'chunked'
  return length === undefined ? 'to the end' : Number(length)
}

const saysClose = (connection: string | string[] | undefined): boolean =>
  connection !== undefined &&
  String(connection)
    .split(',')
    .some((one) => one.trim().toLowerCase() === 'close')

/** Where the server says nothing of it: shorter than what common servers keep a connection for. */
const USUAL_KEEP_MS = 4000
/** So much sooner than the server said, or a request and its closing could cross. */
const EARLIER_MS = 1000
const LONGEST_KEEP_MS = 600_000

const keepMsOf = (hint: string | string[] | undefined): number => {
  const seconds = hint === undefined ? undefined : /\btimeout=(\d{1,6})\b/i.exec(String(hint))?.[1]
  if (seconds === undefined) return USUAL_KEEP_MS
  return Math.min(LONGEST_KEEP_MS, Math.max(0, Number(seconds) * 1000 - EARLIER_MS))
}
