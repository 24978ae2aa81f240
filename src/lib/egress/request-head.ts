import type { EgressRequest } from './egress.ts'

/**
 * The head of a request as it goes over the wire (RFC 9112 §3), one char a byte. Undefined where a
 * name, a value or the path is none: nothing is escaped and nothing is left out, since what was meant
 * cannot be known. Where the connection ends and how long the body is, is said here and by nobody else.
 */
export function requestHead(
  { method, path, headers, body }: EgressRequest,
  host: string,
): string | undefined {
  if (!PATH.test(path)) return undefined
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const value = headers[at + 1] ?? ''
    if (!NAME.test(name) || BAD.test(value) || OURS.has(name.toLowerCase())) return undefined
    head += `${name}: ${value}\r\n`
  }
  const length = body?.length ?? (HAS_BODY.has(method) ? 0 : undefined)
  return length === undefined ? `${head}\r\n` : `${head}content-length: ${length}\r\n\r\n`
}

const PATH = /^\/[\x21-\x7e\x80-\xff]*$/
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const BAD = /[^\t\x20-\x7e\x80-\xff]/
const OURS = new Set([
  ...['host', 'connection', 'keep-alive', 'upgrade', 'te', 'trailer', 'expect'],
  ...['content-length', 'transfer-encoding'],
])
/** RFC 9110 §8.6: with these a length is expected, also where it is 0. */
const HAS_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])
