/**
 * What is said to a connection that node:http gives up on, before it is closed.
 *
 * A browser connects ahead of need. Where it never asked anything it is owed no answer, and would take
 * one for the answer to what it asks first; one that took too long hears 408, which it may repeat
 * (RFC 9110 §15.5.9).
 */
export const partingOf = (code: string | undefined, bytesRead: number): string | undefined => {
  if (bytesRead === 0) return undefined
  const status = code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request'
  return `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`
}
