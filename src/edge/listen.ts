import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type BlockList, isIPv6, type Socket } from 'node:net'
import type { Clock } from '#lib/clock.ts'
import { asFault, Fault } from '#lib/fault.ts'
import { checkHeaders, checkTarget, isAllowedHost } from '#lib/http.ts'
import type { HttpRequest, HttpResponse } from '#lib/ingress/exchange.ts'
import { createLane, type Lane } from '#lib/ingress/lane.ts'
import type { Log } from '#lib/log.ts'
import { errorBytes } from '#mcp/messages.ts'
import { partingOf } from './parting.ts'

/** Answers what lies below one first segment of the path. Throws a Fault where it has nothing there. */
export type Edge = (
  request: IncomingMessage,
  response: ServerResponse,
  segments: readonly string[],
) => unknown

/** An edge that asks of a request and its answer no more than what either way inward has. */
export type PlainEdge = (
  request: HttpRequest,
  response: HttpResponse,
  segments: readonly string[],
) => unknown

/** By the first segment of their paths; `plain` has those that the lane may reach, and no others. */
export class Edges extends Map<string, Edge> {
  readonly plain = new Map<string, PlainEdge>()
}

export interface Listener {
  /** Resolves with the port it got. Rejects with Fault('port_taken'). */
  listen(host: string, port: number): Promise<number>
  /** Takes no new connections; closes idle ones at once and all after what is under way has ended. */
  close(): Promise<void>
}

/**
 * The one door of the origin: what Node's parser lets through and no edge should see is refused here
 * (repeated headers, foreign hosts, absolute and crooked targets, pipelined requests), then the edge
 * of the first segment of the path takes over.
 */
export const createListener = (parts: {
  edges: ReadonlyMap<string, Edge> & Partial<Pick<Edges, 'plain'>>
  /** Of the lane, where there is one. */
  clock?: Clock
  tls: { cert: Buffer; key: Buffer } | undefined
  /** Whether callers are asked for certificates of their own: any will do, for none is trusted by its name. */
  asksForCertificates?: boolean
  /** Beyond loopback without TLS only these may connect: the proxies that are trusted to have done it. */
  trusted: BlockList | undefined
  allowedHosts(): ReadonlySet<string>
  /** Of several processes that were started together each listens for itself. */
  isOwn?: boolean
  log: Log
}): Listener => {
  const { edges, clock, log } = parts
  const { plain } = edges
  const open = new WeakSet<Socket>()

  /** Those whose next request came before the one in front of it was answered. */
  const pipelined = new WeakSet<Socket>()

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { socket } = request
    try {
      if (open.has(socket) || pipelined.delete(socket)) throw new Fault('pipelined')
      open.add(socket)
      response.once('close', () => open.delete(socket))
      const segments = check(request, parts.allowedHosts())
      const [name = ''] = segments
      const edge = edges.get(name) ?? plain?.get(name)
      // It listens before it serves, to know its port: until then nothing here is absent.
      if (!edge) throw new Fault(edges.size === 0 ? 'starting' : 'not_found')
      await edge(request, response, segments.slice(1))
    } catch (thrown) {
      answer(response, asFault(thrown), log)
    }
  }

  const handlePlain = async (request: HttpRequest, response: HttpResponse): Promise<void> => {
    try {
      const segments = check(request, parts.allowedHosts())
      const edge = plain?.get(segments[0] ?? '')
      if (!edge) throw new Fault('not_found')
      await edge(request, response, segments.slice(1))
    } catch (thrown) {
      answer(response, asFault(thrown), log)
    }
  }

  const listener: RequestListener = (request, response) => void handle(request, response)
  const options = {
    headersTimeout: 15_000,
    requestTimeout: 120_000,
    keepAliveTimeout: keepSeconds * 1000,
    maxHeaderSize: 32_768,
  }
  const server: Server = parts.tls
    ? createSecureServer(
        { ...options, ...parts.tls, ...(parts.asksForCertificates && asking) },
        listener,
      )
    : createServer(options, listener)
  // The body is waited for only once its head has been found good: readBody says 100 (RFC 9110 §10.1.1).
  server.on('checkContinue', listener)
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy())
    if (parts.trusted && !isTrusted(parts.trusted, socket)) socket.destroy()
  })
  // Behind the look at who connects.
  const lane =
    plain &&
    clock &&
    putInFront(server, parts.tls ? 'secureConnection' : 'connection', {
      edges: plain,
      clock,
      handle: (request, response) => void handlePlain(request, response),
      onPipelined: (socket) => void pipelined.add(socket),
    })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const parting = partingOf(error.code, 'bytesRead' in socket ? Number(socket.bytesRead) : 0)
    if (parting === undefined) socket.destroy()
    else if (socket.writable) socket.end(parting)
  })

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', (cause: NodeJS.ErrnoException) =>
          reject(listenFault(cause, host, port)),
        )
        server.listen({ host, port, backlog: 1024, exclusive: parts.isOwn === true }, () => {
          const address = server.address()
          resolve(typeof address === 'object' && address ? address.port : port)
        })
      }),
    close: () =>
      new Promise((resolve) => {
        // Where it never listened there is nothing to wait for.
        server.close(() => resolve())
        server.closeIdleConnections()
        lane?.close()
      }),
  }
}

/** How long a connection waits for the next request. */
const keepSeconds = 60

const asking = { requestCert: true, rejectUnauthorized: false }

/**
 * Every connection comes to the lane first, and from there to whoever listened before: node:http, which
 * puts up with bytes that were put back (its 'connection' event may be emitted by anybody).
 */
const putInFront = (
  server: Server,
  event: 'connection' | 'secureConnection',
  about: {
    readonly edges: ReadonlyMap<string, PlainEdge>
    readonly clock: Clock
    handle(request: HttpRequest, response: HttpResponse): void
    onPipelined(socket: Socket): void
  },
): Lane => {
  const [toNode] = server.listeners(event)
  if (toNode === undefined) throw new Error(`nobody listens for ${event}`)
  server.off(event, toNode as () => void)
  const lane = createLane({
    clock: about.clock,
    keepSeconds,
    serves: (target) => about.edges.has(firstSegment(target)),
    serve: about.handle,
    hand(socket, isPipelined) {
      if (isPipelined) about.onPipelined(socket)
      toNode.call(server, socket)
    },
  })
  server.on(event, (socket: Socket) => {
    if (!socket.destroyed) lane.take(socket)
  })
  return lane
}

const firstSegment = (target: string): string => {
  const end = target.indexOf('/', 1)
  return end < 0 ? '' : target.slice(1, end)
}

/** The registry API writes a server's name, `namespace/name`, as one segment. */
const namesWithSlashes = '/registry/'

const check = (request: HttpRequest, hosts: ReadonlySet<string>): readonly string[] => {
  const target = checkTarget(request.url ?? '', namesWithSlashes)
  if (!target.ok) throw new Fault('bad_target', { detail: target.problem })
  const repeated = checkHeaders(request.rawHeaders)
  if (repeated !== undefined) throw new Fault('bad_header', { detail: `${repeated} stands twice` })
  if (!isAllowedHost(request.headers.host, hosts)) throw new Fault('bad_host')
  return target.segments
}

/** What no edge answered itself; an edge answers in its own protocol where it has one. */
const answer = (response: HttpResponse, fault: Fault, log: Log): void => {
  if (fault.code === 'internal')
    log.error('internal', { cause: String((fault.cause as Error | undefined)?.stack ?? '') })
  if (response.headersSent || response.destroyed) return void response.destroy()
  const { status, rpc, say } = fault.row
  const body = errorBytes(undefined, rpc, say)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
    ...(status === 429 || status === 503 ? { 'retry-after': '1' } : {}),
    ...(response.req.complete ? {} : { connection: 'close' }),
  })
  response.end(body)
}

const isTrusted = (trusted: BlockList, socket: Socket): boolean => {
  const address = socket.remoteAddress ?? ''
  return trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

const listenFault = (cause: NodeJS.ErrnoException, host: string, port: number): Fault =>
  new Fault('port_taken', {
    detail:
      cause.code === 'EADDRINUSE'
        ? `Port ${port} of ${host} is taken.`
        : `Cannot listen on ${host}:${port}: ${cause.code}.`,
    fix: `Use --listen ${host}:${port + 10}, or stop what listens there.`,
    cause,
  })
