import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestListener,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { createIssuerEdge, type IssuerEdge } from '#edge/issuer/issuer.ts'
import { createConsoleBack } from '#edge/manager/console-back.ts'
import type { Identity } from '#identity/identity.ts'
import { silentLog } from '#lib/log.ts'
import { createWorld } from '../identity/world.ts'

/** The issuer's edge over a real port, which its origin names. Taken down when the test file ends. */
export async function startIssuer({
  host = '127.0.0.1',
  ...about
}: {
  startAt?: number | 'now'
  /** Of the origin: a name that means this machine, or its address. */
  host?: string
} = {}) {
  let edge: IssuerEdge | undefined
  let back: ReturnType<typeof createConsoleBack> | undefined
  let identity: Identity
  const listener: RequestListener = async (request, response) => {
    if (request.url?.startsWith('/m/back')) return back?.(request, response)
    if (await edge?.(request, response)) return
    response.writeHead(404).end('{"error":"nothing"}')
  }
  // As the gateway's own listener does it: nothing says 100 before the head has been judged.
  const server = createServer(listener).on('checkContinue', listener)
  // Whoever hangs up here is the issuer, not a timeout of Node's.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const origin = `http://${host}:${port}`
  const world = await createWorld({ origin, ...about })
  const serve = (one: Identity): void => {
    identity = one
    edge = createIssuerEdge(one, false)
    back = createConsoleBack({ ...world, console: one.console, log: silentLog })
  }
  serve(world.identity)
  after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await identity.close()
  })
  /** What a new process knows: the rows, and nothing that was in memory. */
  const restart = async () => {
    serve(await world.start())
  }
  return { ...world, port, restart, current: () => identity, tokenUrl: `${origin}/oauth/ops/token` }
}
export type Issuer = Awaited<ReturnType<typeof startIssuer>>

export const basic = (client: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(client)}:${encodeURIComponent(secret)}`).toString('base64')}`

/** Parameters in order, repeated where they are given twice. */
export type Form = readonly (readonly [string, string])[]

/** A token request as fetch makes it; `json` is what came back. */
export async function ask(
  url: string,
  form: Form | Record<string, string>,
  headers: Record<string, string> = {},
) {
  const pairs = Array.isArray(form) ? form : Object.entries(form)
  const body = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value]))
  const response = await fetch(url, { method: 'POST', body, headers })
  const json = (await response.json()) as Record<string, unknown>
  return { status: response.status, headers: response.headers, json }
}

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** A request that fetch would not make. */
export const send = (
  port: number,
  about: { method: string; path: string; headers?: string[]; body?: string },
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { method, path, headers = [], body } = about
    const request = httpRequest(
      { port, host: '127.0.0.1', method, path, headers: ['Host', 'elsewhere.example', ...headers] },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        )
        response.on('error', reject)
      },
    )
    request.on('error', reject)
    request.end(body)
  })
