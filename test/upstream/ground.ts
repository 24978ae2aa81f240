import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import type { ServerDocument } from '#domain/documents.ts'
import type { Loan } from '#domain/loan.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import { type Clock, systemClock } from '#lib/clock.ts'
import { createLog } from '#lib/log.ts'
import type { UpstreamLimits } from '#upstream/connection.ts'
import type { Outbound, Runner, Sink, Upstream, Upstreams } from '#upstream/upstream.ts'
import { createUpstreams } from '#upstream/upstreams.ts'

export const ops: PlaneId = planeId('ops')

export const serverAt = (
  name: string,
  upstream: ServerDocument['upstream'],
  credential?: ServerDocument['credential'],
): ServerDocument => ({
  apiVersion: 'bailiwick/v1',
  kind: 'Server',
  plane: ops,
  name,
  owner: 'tests',
  upstream,
  ...(credential && { credential }),
})

export const runner = (name: string, args: readonly string[], more?: Partial<Runner>): Runner => ({
  name,
  command: process.execPath,
  arguments: args,
  environment: {},
  ...more,
})

export interface Opened {
  readonly upstreams: Upstreams
  /** Lines of the log so far. */
  readonly lines: string[]
  find(name: string): Upstream
}

/** Upstreams that are closed when the test is over. */
export async function open(
  documents: readonly ServerDocument[],
  options: {
    runners?: readonly Runner[]
    clock?: Clock
    limits?: Partial<UpstreamLimits>
    loanFor?: (plane: PlaneId, server: string) => Loan | undefined
    hidden?: readonly string[]
  } = {},
): Promise<Opened> {
  const lines: string[] = []
  const { runners = [], clock = systemClock, limits = {}, loanFor, hidden } = options
  const upstreams = createUpstreams({
    runners: new Map(runners.map((one) => [one.name, one])),
    clock,
    // No chance in a test: waits are three quarters of the whole.
    random: (count) => Buffer.alloc(count, Buffer.from([0x80, 0, 0, 0])),
    log: createLog(
      (line) => void lines.push(line),
      () => 0,
    ),
    limits: { graceMs: 500, drainMs: 200, ...limits },
    ...(loanFor && { loanFor }),
    ...(hidden && { hidden }),
  })
  after(() => upstreams.close())
  await upstreams.follow(ops, documents)
  const find = (name: string): Upstream => {
    const found = upstreams.find(ops, name)
    if (found === undefined) throw new Error(`no upstream ${name}`)
    return found
  }
  await Promise.all(documents.map(({ name }) => find(name).ready))
  return { upstreams, lines, find }
}

export const loanOf = (secret: string | Buffer, version = 1): Loan => ({
  credential: 'key',
  version,
  open: () => Buffer.from(secret),
})

/** One message for `send`, its spans left for the upstream to find. */
export function outbound(
  era: 'modern' | 'legacy',
  message: { id?: unknown; method: string; params?: Record<string, unknown> },
  more: Partial<Outbound> = {},
): Outbound {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const params =
    era === 'legacy'
      ? (message.params ?? {})
      : {
          ...message.params,
          _meta: { ...meta, ...(message.params?._meta as Record<string, unknown> | undefined) },
        }
  const { name } = message.params ?? {}
  const headers =
    era === 'legacy' ? [] : ['mcp-protocol-version', '2026-07-28', 'mcp-method', message.method]
  if (era === 'modern' && typeof name === 'string') headers.push('mcp-name', name)
  return {
    httpMethod: 'POST',
    era,
    body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message, params })),
    id: message.id === undefined ? undefined : JSON.stringify(message.id),
    method: message.method,
    headers,
    loan: undefined,
    timeoutMs: 20_000,
    endMs: 30_000,
    ...more,
  }
}

export const callOf = (
  name: string,
  args: Record<string, unknown> = {},
  more: Partial<Outbound> & { era?: 'modern' | 'legacy'; callId?: unknown; meta?: object } = {},
): Outbound => {
  const { era = 'modern', callId = 1, meta, ...rest } = more
  const params = { name, arguments: args, ...(meta && { _meta: meta }) }
  return outbound(era, { id: callId, method: 'tools/call', params }, rest)
}

/** A sink that remembers, in the order of the contract, and complains where that is broken. */
export class Heard implements Sink {
  heads: Parameters<Sink['head']>[0][] = []
  readonly texts: string[] = []
  readonly events: Parameters<Sink['message']>[1][] = []
  failure: { code: string; detail: string; cause: unknown } | undefined
  isOver = false
  /** False asks to wait. */
  ready = true
  readonly over: Promise<this>
  #settle: (self: this) => void = () => {}
  #waiting: { count: number; resolve: () => void }[] = []

  constructor() {
    this.over = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get messages(): Record<string, unknown>[] {
    return this.texts.map((text) => JSON.parse(text) as Record<string, unknown>)
  }

  get last(): Record<string, unknown> {
    return this.messages.at(-1) ?? {}
  }

  /** Resolves when so many messages have come. */
  has(count: number): Promise<void> {
    if (this.texts.length >= count) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ count, resolve }))
  }

  head(head: Parameters<Sink['head']>[0]): void {
    if (this.heads.length > 0 || this.isOver) throw new Error('a second head')
    this.heads.push(head)
  }

  message(...[bytes, event]: Parameters<Sink['message']>): boolean {
    if (this.heads.length === 0 || this.isOver) throw new Error('a message out of order')
    this.texts.push(Buffer.from(bytes).toString('utf8'))
    this.events.push(event)
    for (const { count, resolve } of this.#waiting) if (this.texts.length >= count) resolve()
    return this.ready
  }

  end(): void {
    this.#finish()
  }

  fail(code: string, detail: string, cause?: unknown): void {
    this.failure = { code, detail, cause }
    this.#finish()
  }

  #finish(): void {
    if (this.isOver) throw new Error('ended twice')
    this.isOver = true
    this.#settle(this)
  }
}

/** Sends and waits for the end. */
export function exchange(upstream: Upstream, message: Outbound): Promise<Heard> {
  const heard = new Heard()
  upstream.send(message, heard)
  return heard.over
}

/** A server of the test's own on a free port of loopback, closed when the test is over. */
export async function listen(handler: RequestListener): Promise<{ origin: string; url: string }> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, url: `${origin}/mcp` }
}

export interface Received {
  readonly message: Record<string, unknown> & {
    id?: unknown
    method?: string
    params?: Record<string, unknown>
  }
  readonly method: string
  readonly headers: readonly string[]
}

/**
 * A modern server on node:http that is well-behaved when the gateway asks what it is, and gives every
 * other request to the test.
 */
export async function modernServer(
  answer: (
    received: Received,
    response: Parameters<RequestListener>[1],
    request: Parameters<RequestListener>[0],
  ) => void,
): Promise<{ origin: string; url: string; received: Received[] }> {
  const received: Received[] = []
  const listening = await listen(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const one: Received = {
      message: text === '' ? {} : (JSON.parse(text) as Received['message']),
      method: request.method ?? '',
      headers: request.rawHeaders,
    }
    received.push(one)
    const { id, method } = one.message
    if (method === 'server/discover') {
      json(response, 200, { jsonrpc: '2.0', id, result: DISCOVERED })
    } else if (method === 'initialize') {
      const data = { supported: ['2026-07-28'] }
      json(response, 400, { jsonrpc: '2.0', id, error: { code: -32022, message: 'no', data } })
    } else answer(one, response, request)
  })
  return { ...listening, received }
}

const DISCOVERED = {
  resultType: 'complete',
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {} },
  ttlMs: 0,
  cacheScope: 'private',
}

export function json(
  response: Parameters<RequestListener>[1],
  status: number,
  value: unknown,
): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
