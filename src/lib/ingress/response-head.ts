import { STATUS_CODES } from 'node:http'
import type { ResponseHeaders } from './exchange.ts'

/** How the end of a body is told (RFC 9112 §6): by its length, by its chunks, or there is none. */
export type Framing = number | 'chunked' | 'none'

/** RFC 9110 §5.1 and §5.5, as node:http holds whoever writes a head to it. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const BAD = /[^\t\x20-\x7e\x80-\xff]/

/**
 * A status line and its fields, one char a byte, without what `headEnd` says. Throws a TypeError for what
 * would be no field, or one field and another behind it.
 */
export function headBeginning(status: number, headers: ResponseHeaders): string {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || OURS.has(name.toLowerCase())) continue
    const text = String(value)
    if (!NAME.test(name) || BAD.test(text)) throw new TypeError(`not a header field: ${name}`)
    head += `${name}: ${text}\r\n`
  }
  return head
}

const OURS = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'date'])

/** What is said in one place alone: the time, how the body ends, and what becomes of the connection. */
export function headEnd(about: {
  readonly framing: Framing
  /** IMF-fixdate (RFC 9110 §5.6.7). */
  readonly date: string
  /** How long the connection is kept, seconds; 0 where this answer is the last one. */
  readonly keepSeconds: number
}): string {
  const { framing, date, keepSeconds } = about
  const connection =
    keepSeconds === 0 ? 'close' : `keep-alive\r\nKeep-Alive: timeout=${keepSeconds}`
  const said = `Date: ${date}\r\nConnection: ${connection}\r\n`
  if (framing === 'none') return `${said}\r\n`
  return framing === 'chunked'
    ? `${said}Transfer-Encoding: chunked\r\n\r\n`
    : `${said}Content-Length: ${framing}\r\n\r\n`
}
