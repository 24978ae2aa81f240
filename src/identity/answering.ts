import type { IncomingMessage, ServerResponse } from 'node:http'

/** How the issuers answer programs: JSON, and nothing that a browser's page could read. */

/** How long metadata may be cached. */
const cachedForS = 300
const tokenRequestLimitBytes = 16 * 1024

/** Refuses what needs no body, no client and no library to be refused. */
export function refuseHead(request: IncomingMessage, response: ServerResponse): boolean {
  const refuse = (status: number, description: string, headers: Record<string, string> = {}) => {
    const error = { error: 'invalid_request', error_description: description }
    sendJson(response, status, error, { Connection: 'close', ...headers })
    return true
  }
  if (request.method !== 'POST') return refuse(405, 'the method must be POST', { Allow: 'POST' })
  // Node keeps the first of two and says nothing, so whoever reads the other sees another client.
  if (onlyOnce.some((name) => isRepeated(request, name))) {
    return refuse(400, 'a header is repeated')
  }
  // Agents are no browsers: a page that got hold of a secret gets no answer that it could read.
  if (request.headers.origin !== undefined) return refuse(403, 'browsers are not served here')
  if (Number(request.headers['content-length'] ?? 0) > tokenRequestLimitBytes) {
    return refuse(413, 'the body is too large')
  }
  return false
}

const onlyOnce = ['authorization', 'content-type', 'dpop']

function isRepeated({ rawHeaders }: IncomingMessage, name: string): boolean {
  return rawHeaders.filter((raw, i) => i % 2 === 0 && raw.toLowerCase() === name).length > 1
}

export function serve(
  request: IncomingMessage,
  response: ServerResponse,
  body: object,
  forS = cachedForS,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const error = { error: 'invalid_request', error_description: 'the method must be GET' }
    sendJson(response, 405, error, { Allow: 'GET, HEAD', Connection: 'close' })
    return
  }
  sendJson(response, 200, body, { 'Cache-Control': `public, max-age=${forS}` })
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string>,
): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  })
  // Node leaves the body out of an answer to HEAD by itself.
  response.end(text)
}
