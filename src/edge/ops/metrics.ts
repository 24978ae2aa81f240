import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Fault } from '#lib/fault.ts'
import { bearerToken } from '#lib/http.ts'

/**
 * `/metrics`, for whoever scrapes. At the origin's own listener it needs a token, of which the
 * operator's configuration holds the SHA-256; on a loopback listener of its own none. Where neither is
 * configured there is no such address: see docs/decisions/metrics.md.
 */
export const createMetricsEdge = (about: {
  /** SHA-256 of each token that reads, hex; undefined where whoever connects may. */
  tokens: readonly string[] | undefined
  contentType: string
  text(): Promise<string>
}) => {
  const known = about.tokens?.map((hex) => Buffer.from(hex, 'hex'))
  const mayRead = (request: IncomingMessage): boolean => {
    if (known === undefined) return true
    const token = bearerToken(request.headers.authorization)
    if (token === undefined) return false
    const shown = createHash('sha256').update(token).digest()
    return known.filter((one) => timingSafeEqual(one, shown)).length > 0
  }

  return async (
    request: IncomingMessage,
    response: ServerResponse,
    segments: readonly string[],
  ): Promise<void> => {
    if (segments.length > 0) throw new Fault('not_found')
    if (!mayRead(request)) {
      const headers = { 'www-authenticate': 'Bearer realm="metrics"', 'content-length': 0 }
      return void response.writeHead(401, headers).end()
    }
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return void response.writeHead(405, { allow: 'GET, HEAD', 'content-length': 0 }).end()
    const body = Buffer.from(await about.text())
    response.writeHead(200, {
      'content-type': about.contentType,
      'content-length': body.length,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}
