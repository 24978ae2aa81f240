// @ts-check
import { createServer as createListener } from 'node:http'
import {
  envelopeError,
  eraOf,
  errorResponse,
  modernVersion,
  negotiate,
  RpcError,
  readMessage,
  versionKey,
} from './eras.js'
import { checkHost, checkMedia, checkMirrors, HttpRefusal, readKey } from './headers.js'
import { createReply } from './reply.js'
import { createSessions } from './sessions.js'

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 * @typedef {import('./eras.js').Message} Message
 * @typedef {import('./eras.js').Id} Id
 * @typedef {import('./sessions.js').Session} Session
 */

const bodyLimitBytes = 1024 * 1024
/** How long calls under way may still take when the bank stops. */
const drainMs = 1000

/**
 * Serves the streamable HTTP transport of both eras at `/mcp` on loopback.
 * @param {import('./server.js').Server} server
 * @param {{ port: number, requiredKey: string | undefined }} options port 0 takes a free one;
 *   with `requiredKey` every request needs it as its bearer token
 */
export async function serveHttp(server, { port, requiredKey }) {
  const sessions = createSessions()
  server.onToolsChanged(() => {
    sessions.tellAll({ method: 'notifications/tools/list_changed', params: {} })
  })

  const listener = createListener((request, response) => {
    receive(request, response).catch((error) => refuse(response, error))
  })
  await new Promise((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(port, '127.0.0.1', () => resolve(undefined))
  })
  const address = /** @type {import('node:net').AddressInfo} */ (listener.address())

  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    async close() {
      server.close()
      sessions.endStreams()
      const patience = setTimeout(() => listener.closeAllConnections(), drainMs)
      await new Promise((resolve) => {
        listener.close(resolve)
        listener.closeIdleConnections()
      })
      clearTimeout(patience)
    },
  }

  /** @param {Request} request @param {Response} response */
  async function receive(request, response) {
    checkHost(request)
    const key = readKey(request, requiredKey)
    if (request.url?.split('?')[0] !== '/mcp') throw new HttpRefusal(404, 'Only /mcp is served.')
    if (request.method === 'POST') return post(request, response, key)
    // Streams and endings of sessions: 2026-07-28 knows neither.
    const known = request.method === 'GET' || request.method === 'DELETE'
    if (!known || request.headers['mcp-protocol-version'] === modernVersion)
      throw new HttpRefusal(405, 'Only POST.', { allow: 'POST' })
    const session = sessions.find(request)
    if (request.method === 'GET') return sessions.attach(session, response)
    sessions.end(session)
    response.writeHead(204).end()
  }

  /** @param {Request} request @param {Response} response @param {string | undefined} key */
  async function post(request, response, key) {
    checkMedia(request)
    const body = await readBody(request)
    const reply = createReply(response)
    /** @type {Message | undefined} */
    let message
    try {
      const value = parse(body)
      if (Array.isArray(value)) return await postBatch(request, reply, value, key)
      message = readMessage(value)
      const era = message ? eraOf(message) : 'legacy'
      const headerModern = request.headers['mcp-protocol-version'] === modernVersion
      if (message && era === 'modern')
        return await postModern(request, response, reply, message, key)
      if (message && message.id === undefined && headerModern) return reply.end(202, undefined)
      if (message && headerModern) throw envelopeError(`${versionKey} is required`)
      if (message?.method === 'initialize') return await initialize(response, message, key)
      const answer = await converse(sessions.find(request), message, reply, key)
      reply.end(answer === undefined ? 202 : 200, answer)
    } catch (error) {
      if (error instanceof HttpRefusal) throw error
      reply.end(error instanceof RpcError ? error.status : 500, errorResponse(message?.id, error))
    }
  }

  /** @param {Request} request @param {Response} response @param {import('./reply.js').Reply} reply @param {Message} message @param {string | undefined} key */
  async function postModern(request, response, reply, message, key) {
    if (message.id === undefined) return reply.end(202, undefined)
    const called = message.method === 'tools/call' ? message.params?.name : undefined
    checkMirrors(request, message, server.findTool(called))
    const call = new AbortController()
    // In this era a caller who closes the stream has given up.
    response.once('close', () => call.abort())
    const { signal } = call
    const result = await server.answer(message, { era: 'modern', key, signal, send: reply.send })
    reply.end(200, { jsonrpc: '2.0', id: message.id, result })
  }

  /** @param {Response} response @param {Message} message @param {string | undefined} key */
  async function initialize(response, message, key) {
    if (message.id === undefined) throw new RpcError(-32600, 'initialize needs an id.')
    const { signal } = new AbortController()
    const result = await server.answer(message, { era: 'legacy', key, signal, send: () => {} })
    const id = sessions.open(negotiate(message.params?.protocolVersion))
    response.setHeader('mcp-session-id', id)
    createReply(response).end(200, { jsonrpc: '2.0', id: message.id, result })
  }

  /**
   * One message within a session. A caller who disconnects here has not given up.
   * @param {Session} session @param {Message | undefined} message
   * @param {import('./reply.js').Reply} reply @param {string | undefined} key
   * @returns {Promise<object | undefined>} the response, if one is due
   */
  async function converse({ running }, message, reply, key) {
    if (!message) return undefined
    const { id, method, params } = message
    if (id === undefined) {
      if (method === 'notifications/cancelled')
        running.get(/** @type {Id} */ (params?.requestId))?.abort()
      return undefined
    }
    const call = new AbortController()
    running.set(id, call)
    try {
      const { signal } = call
      const exchange = { era: /** @type {const} */ ('legacy'), key, signal, send: reply.send }
      return { jsonrpc: '2.0', id, result: await server.answer(message, exchange) }
    } catch (error) {
      return call.signal.aborted ? undefined : errorResponse(id, error)
    } finally {
      running.delete(id)
    }
  }

  /** Only 2025-03-26 has batches. @param {Request} request @param {import('./reply.js').Reply} reply @param {unknown[]} values @param {string | undefined} key */
  async function postBatch(request, reply, values, key) {
    const session = sessions.find(request)
    if (session.version !== '2025-03-26' || values.length === 0)
      throw new RpcError(-32600, 'Batches are not served here.', { status: 400 })
    const answers = await Promise.all(
      values.map(async (value) => {
        try {
          return await converse(session, readMessage(value), reply, key)
        } catch (error) {
          return errorResponse(undefined, error)
        }
      }),
    )
    const told = answers.filter((answer) => answer !== undefined)
    reply.end(told.length > 0 ? 200 : 202, told.length > 0 ? told : undefined)
  }
}

/** @param {string} text @returns {unknown} */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    throw new RpcError(-32700, 'The body is not JSON.', { status: 400 })
  }
}

/** @param {Request} request */
async function readBody(request) {
  const chunks = []
  let length = 0
  // Not destroyed on the way out: the refusal still has to go back on this connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length
    if (length > bodyLimitBytes)
      throw new HttpRefusal(413, 'The body is too large.', { connection: 'close' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** @param {Response} response @param {unknown} error */
function refuse(response, error) {
  if (response.headersSent) return void response.destroy()
  const known = error instanceof HttpRefusal ? error : new HttpRefusal(500, 'Internal error.')
  response.writeHead(known.status, { 'content-type': 'application/json', ...known.headers })
  const code = known.status === 500 ? -32603 : -32600
  response.end(JSON.stringify(errorResponse(undefined, new RpcError(code, known.message))))
}
