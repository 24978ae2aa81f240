import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * `/healthz`: the process answers. `/readyz`: it takes calls now; 503 while it starts, drains or
 * cannot record. Strangers may ask, so the reasons stay in `bailiwick status`.
 */
export const createHealth = ({
  ready,
}: {
  ready: () => { ready: boolean }
}): ((request: IncomingMessage, response: ServerResponse, path: string) => boolean) => {
  return (request, response, path) => {
    if (path !== '/healthz' && path !== '/readyz') return false
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD', 'content-length': 0 }).end()
      return true
    }
    const up = path === '/healthz' || ready().ready
    const body = JSON.stringify({ status: up ? 'ok' : 'not ready' })
    response.writeHead(up ? 200 : 503, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    })
    response.end(request.method === 'HEAD' ? undefined : body)
    return true
  }
}
