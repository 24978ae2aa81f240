import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

/** A reverse proxy that gives every caller one bearer token and is otherwise not there. */
export type Front = {
  /** Where it listens, as `http://127.0.0.1:PORT`. */
  readonly origin: string
  /** Sends everything to that origin from now on; without a token nothing is added. */
  aimAt(target: string, token?: string): void
  stop(): Promise<void>
}

/**
 * The conformance suite sends no token, so this adds it. Method, path, Host, Origin, every other
 * header, the body, status, events as they come and aborts in both directions pass as they are:
 * what the suite finds behind it is the target's doing.
 */
export async function startFront(): Promise<Front> {
  let target: URL | undefined
  let authorization: string | undefined

  const listener = createServer((inbound, response) => {
    if (!target) return void response.writeHead(503).end()
    forward(inbound, response, target, authorization)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')

  return {
    origin: `http://127.0.0.1:${address.port}`,
    aimAt(origin, token) {
      target = new URL(origin)
      authorization = token === undefined ? undefined : `Bearer ${token}`
    },
    async stop() {
      listener.close()
      listener.closeAllConnections()
      await once(listener, 'close')
    },
  }
}

function forward(
  inbound: IncomingMessage,
  response: ServerResponse,
  { hostname, port }: URL,
  authorization: string | undefined,
): void {
  const outbound = request({
    hostname,
    port,
    method: inbound.method,
    path: inbound.url,
    headers: withAuthorization(inbound.rawHeaders, authorization),
    setHost: false,
    agent: false,
  })
  outbound.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders)
    response.flushHeaders() // A stream begins before its first event.
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  outbound.on('error', () => response.destroy())
  response.on('close', () => outbound.destroy())
  inbound.pipe(outbound)
}

/** Node's flat list of names and values: order, spelling and repetitions stay. */
function withAuthorization(rawHeaders: string[], authorization: string | undefined): string[] {
  if (authorization === undefined) return rawHeaders
  const kept: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    if (name.toLowerCase() !== 'authorization') kept.push(name, value)
  }
  return [...kept, 'Authorization', authorization]
}
