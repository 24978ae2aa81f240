import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type BlockList, isIPv6, type Socket } from 'node:net'
import { asFault, Fault } from '#lib/fault.ts'
import { checkHeaders, checkTarget, isAllowedHost } from '#lib/http.ts'
import type { Log } from '#lib/log.ts'
import { errorBytes } from '#mcp/messages.ts'
import { partingOf } from './parting.ts'

/** Answers what lies below one first segment of the path. Throws a Fault where it has nothing there. */
export type Edge = (
  request: IncomingMessage,
  response: ServerResponse,
  segments: readonly string[],
) => unknown

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
  edges: ReadonlyMap<string, Edge>
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
  const { edges, log } = parts
  const open = new WeakSet<Socket>()

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { socket } = request
    try {
      if (open.has(socket)) throw new Fault('pipelined')
      open.add(socket)
      response.once('close', () => open.delete(socket))
      const segments = check(request, parts.allowedHosts())
      const edge = edges.get(segments[0] ?? '')
      // It listens before it serves, to know its port: until then nothing here is absent.
      if (!edge) throw new Fault(edges.size === 0 ? 'starting' : 'not_found')
      await edge(request, response, segments.slice(1))
    } catch (thrown) {
      answer(response, asFault(thrown), log)
    }
  }

  const listener: RequestListener = (request, response) => void handle(request, response)
  const options = {
    headersTimeout: 15_000,
    requestTimeout: 120_000,
    keepAliveTimeout: 60_000,
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
  server.on('connection', (socket) => {
    socket.on('error', () => socket.destroy())
    if (parts.trusted && !isTrusted(parts.trusted, socket)) socket.destroy()
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
      }),
  }
}

const asking = { requestCert: true, rejectUnauthorized: false }

/** The registry API writes a server's name, `namespace/name`, as one segment. */
const namesWithSlashes = '/registry/'

const check = (request: IncomingMessage, hosts: ReadonlySet<string>): readonly string[] => {
  const target = checkTarget(request.url ?? '', namesWithSlashes)
  if (!target.ok) throw new Fault('bad_target', { detail: target.problem })
  const repeated = checkHeaders(request.rawHeaders)
  if (repeated !== undefined) throw new Fault('bad_header', { detail: `${repeated} stands twice` })
  if (!isAllowedHost(request.headers.host, hosts)) throw new Fault('bad_host')
  return target.segments
}

/** What no edge answered itself; an edge answers in its own protocol where it has one. */
const answer = (response: ServerResponse, fault: Fault, log: Log): void => {
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
