// @ts-check
import { createInterface } from 'node:readline'
import { eraOf, errorResponse, negotiate, RpcError, readMessage } from './eras.js'

/**
 * @typedef {import('./eras.js').Message} Message
 * @typedef {import('./eras.js').Id} Id
 */

/**
 * Serves one client on standard input and output, a JSON value per line, until its input ends.
 * @param {import('./server.js').Server} server
 * @param {{ key: string | undefined, input: NodeJS.ReadableStream, output: NodeJS.WritableStream }} options
 */
export async function serveStdio(server, { key, input, output }) {
  /** @type {Map<Id, AbortController>} */
  const running = new Map()
  /** The revision of the handshake, once there was one. @type {string | undefined} */
  let session

  server.onToolsChanged(() => {
    if (session) write({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })
  })
  for await (const line of createInterface({ input })) {
    if (line.trim() !== '') void receive(line)
  }
  for (const call of running.values()) call.abort()
  server.close()

  /** @param {object | undefined} value */
  function write(value) {
    if (value !== undefined) output.write(`${JSON.stringify(value)}\n`)
  }

  /** @param {string} line */
  async function receive(line) {
    /** @type {unknown} */
    let value
    try {
      value = JSON.parse(line)
    } catch {
      return write(errorResponse(undefined, new RpcError(-32700, 'That line is not JSON.')))
    }
    if (!Array.isArray(value)) return write(await respond(value))
    // Only 2025-03-26 has batches; it wants their answers together.
    if (session !== '2025-03-26' || value.length === 0)
      return write(errorResponse(undefined, new RpcError(-32600, 'Batches are not served here.')))
    const answers = await Promise.all(value.map(respond))
    const told = answers.filter((answer) => answer !== undefined)
    if (told.length > 0) write(told)
  }

  /** @param {unknown} value @returns {Promise<object | undefined>} the response, if one is due */
  async function respond(value) {
    /** @type {Message | undefined} */
    let message
    try {
      message = readMessage(value)
      if (!message) return undefined
      if (message.id === undefined) return void take(message)
      return await serve(message, message.id)
    } catch (error) {
      return errorResponse(message?.id, error)
    }
  }

  /** A notification. @param {Message} message */
  function take({ method, params }) {
    const id = /** @type {Id | undefined} */ (params?.requestId)
    if (method !== 'notifications/cancelled' || id === undefined) return
    running.get(id)?.abort()
    running.delete(id)
  }

  /** @param {Message} message @param {Id} id */
  async function serve(message, id) {
    const era = eraOf(message)
    const { method } = message
    if (era === 'legacy' && !session && method !== 'initialize' && method !== 'ping')
      throw new RpcError(-32600, 'Send initialize first, or the _meta of 2026-07-28.')
    if (running.has(id)) throw new RpcError(-32600, 'That id is still in use.')
    // At once: a client may send on without waiting for the answer.
    if (era === 'legacy' && method === 'initialize')
      session = negotiate(message.params?.protocolVersion)
    const call = new AbortController()
    running.set(id, call)
    try {
      const { signal } = call
      const result = await server.answer(message, {
        era,
        key,
        signal,
        send: (notice) => write({ jsonrpc: '2.0', ...notice }),
      })
      return call.signal.aborted ? undefined : { jsonrpc: '2.0', id, result }
    } catch (error) {
      if (call.signal.aborted) return undefined
      throw error
    } finally {
      if (running.get(id) === call) running.delete(id)
    }
  }
}
