import { chmodSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { userInfo } from 'node:os'
import type { Installation } from '#gateway/installation.ts'
import { type Clock, systemClock } from '#lib/clock.ts'
import { asFault, Fault } from '#lib/fault.ts'
import { parseJson } from '#lib/json.ts'
import type { Log } from '#lib/log.ts'
import { sendLines } from '#lib/send-lines.ts'
import type { Desk } from '#manager/desk.ts'
import { linesOf } from '#manager/evidence.ts'
import { isOperation, perform } from './operations.ts'
import { placeSocket, removeSocket } from './socket.ts'
import { ledgerExport } from './streams.ts'
import { toWire } from './wire.ts'

/** Documents are the largest thing that comes in: `apply` of a whole folder. */
const bodyLimitBytes = 32 * 1024 * 1024
const connectionLimit = 64
const bodyTimeoutMs = 30_000

/**
 * The control socket: HTTP over a UNIX socket of mode 0600 in the data folder. Whoever can open it
 * acts as `local:<user>`, an administrator. Node.js does not tell a peer's credentials, so the
 * socket's mode is the control. Only the owner of the folder's lock may call this.
 */
export const serveControl = async (about: {
  installation: Installation
  /** Begins the end of the installation; called at most once, after the answer has been sent. */
  stop: () => void
  log: Log
  clock?: Clock
}): Promise<{ path: string; close(): Promise<void> }> => {
  const { installation, log, clock = systemClock } = about
  const path = placeSocket(installation.dataFolder)
  let stopping = false
  const server = createServer({ requestTimeout: bodyTimeoutMs }, (request, response) => {
    const stop = () => {
      if (stopping) return
      stopping = true
      response.once('close', about.stop)
    }
    const desk: Desk = { installation, by: localActor(), stop, clock }
    answer(desk, request, response, log)
  })
  server.maxConnections = connectionLimit
  await listen(server, path)
  return {
    path,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      removeSocket(installation.dataFolder)
    },
  }
}

/** `local:<user>` of this process. A user without a name (a container's bare uid) goes by its number. */
export const localActor = (): string => {
  try {
    return `local:${userInfo().username}`
  } catch {
    return `local:uid-${process.getuid?.() ?? 'unknown'}`
  }
}

/** The mode is narrow from the first moment: bind(2) makes the socket under this umask, synchronously. */
const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    const before = process.umask(0o077)
    try {
      // Of several processes that share their ports this one alone has the socket.
      server.listen({ path, exclusive: true }, () => {
        server.off('error', reject)
        resolve()
      })
      chmodSync(path, 0o600)
    } finally {
      process.umask(before)
    }
  })

const answer = async (
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
  log: Log,
): Promise<void> => {
  try {
    const name = /^\/v1\/([A-Za-z]+)$/.exec(request.url ?? '')?.[1]
    if (name === 'ledgerExport') {
      const pieces = await ledgerExport(desk, parse(await readBody(request)))
      return await sendLines(response, linesOf(pieces), { connection: 'close' })
    }
    if (name === undefined || !isOperation(name))
      throw new Fault('not_found', { detail: 'The running installation has no such operation.' })
    if (request.method !== 'POST') throw new Fault('method_not_allowed')
    const result = await perform(desk, name, parse(await readBody(request)))
    reply(response, 200, { answer: result ?? null })
  } catch (thrown) {
    const fault = asFault(thrown)
    if (fault.code === 'internal') logUnexpected(log, fault)
    if (!response.headersSent) reply(response, fault.row.status, toWire(fault))
    else response.end(`${JSON.stringify(toWire(fault))}\n`)
  }
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyLimitBytes) throw new Fault('body_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const parse = (text: string): unknown => {
  try {
    return parseJson(text)
  } catch {
    throw new Fault('bad_json')
  }
}

const reply = (response: ServerResponse, status: number, body: unknown): void => {
  const bytes = Buffer.from(JSON.stringify(body))
  // A request that was not read to its end leaves the connection unusable.
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    connection: 'close',
  })
  response.end(bytes)
}

/** Where it broke, never what was in it: the message of an unforeseen error may repeat a secret. */
const logUnexpected = (log: Log, fault: Fault): void => {
  const { cause } = fault
  const at =
    cause instanceof Error
      ? cause.stack?.split('\n').find((line) => /^\s+at /.test(line))
      : undefined
  log.error('control operation failed', {
    type: cause instanceof Error ? cause.name : typeof cause,
    at: at?.trim(),
  })
}
