// @ts-check
import { appendFileSync } from 'node:fs'
import { createBook } from './book.js'
import {
  isObject,
  metaOf,
  modernVersion,
  negotiate,
  RpcError,
  serverInfoKey,
  subscriptionKey,
} from './eras.js'
import { createLibrary } from './library.js'
import { Refusal } from './refusal.js'
import { problemsOf } from './schema.js'
import { bookTools, houseTools } from './tools.js'
import { createTurn } from './turn.js'

/**
 * @typedef {import('./eras.js').Message} Message
 * @typedef {{ method: string, params: Record<string, unknown> }} Notice a notification on its way to the client
 * @typedef {{ era: import('./eras.js').Era, key: string | undefined, signal: AbortSignal, send: (notice: Notice) => void }} Exchange
 *   What a transport knows of one request. `signal` fires when the caller gave up: then nobody
 *   reads the answer. `send` puts a notification on the stream of this request.
 */

const serverInfo = { name: 'sample-bank', title: 'Sample Bank', version: '1.0.0' }
const capabilities = {
  tools: { listChanged: true },
  prompts: {},
  resources: {},
  completions: {},
}
const instructions = 'A bank to try things on: its accounts live in memory and reset at each start.'

/**
 * The bank's server without a transport: one request in, one result out, in either era.
 *
 * @param {{ journal?: string | undefined, drifted?: boolean, turn?: string | undefined, keyRequired?: boolean }} options
 *   `journal` names a file that gets a line, `name` or `name ref`, for each tool call before it
 *   takes effect: O_APPEND, so several processes may share it.
 */
export function createServer({ journal, drifted = false, turn: what, keyRequired = false }) {
  const turn = createTurn(what)
  const book = createBook(() => new Date().toISOString().slice(0, 10))
  const library = createLibrary(book)
  /** @type {Set<() => void>} */
  const watchers = new Set()
  const closing = new AbortController()
  const drift = { changed: drifted, set: setDrift }
  let tools = [...bookTools(book), ...houseTools({ drift })]

  /** @param {boolean} changed */
  function setDrift(changed) {
    if (drift.changed === changed) return
    drift.changed = changed
    tools = [...bookTools(book), ...houseTools({ drift })]
    for (const watcher of watchers) watcher()
  }

  /** @param {Message} message @param {Exchange} exchange @returns {Promise<object>} */
  async function answer(message, exchange) {
    const params = message.params ?? {}
    switch (message.method) {
      case 'tools/list':
        return page(params, {
          tools: turn.offered(
            'tool',
            tools.map(({ definition }) => definition),
          ),
        })
      case 'tools/call':
        turn.served()
        return callTool(params, message, exchange)
      case 'prompts/list':
        return page(params, { prompts: turn.offered('prompt', library.prompts) })
      case 'prompts/get':
        turn.served()
        return getPrompt(params)
      case 'resources/list':
        return page(params, { resources: turn.offered('resource', library.resources) })
      case 'resources/templates/list':
        return page(params, { resourceTemplates: turn.offered('template', library.templates) })
      case 'resources/read':
        turn.served()
        return readResource(String(params.uri), exchange.era)
      case 'completion/complete':
        return complete(params)
    }
    return exchange.era === 'modern'
      ? answerModern(message, exchange)
      : answerLegacy(message, params)
  }

  /** @param {Message} message @param {Exchange} exchange */
  async function answerModern(message, exchange) {
    if (message.method === 'server/discover')
      return { supportedVersions: [modernVersion], capabilities, instructions }
    if (message.method === 'subscriptions/listen') return listen(message, exchange)
    throw new RpcError(-32601, `Method not found: ${message.method}`, { status: 404 })
  }

  /** @param {Message} message @param {Record<string, unknown>} params */
  function answerLegacy({ method }, params) {
    if (method === 'ping') return {}
    if (method !== 'initialize') throw new RpcError(-32601, `Method not found: ${method}`)
    const protocolVersion = negotiate(params.protocolVersion)
    return { protocolVersion, capabilities, serverInfo, instructions }
  }

  /** @param {Record<string, unknown>} params @param {Message} message @param {Exchange} exchange */
  async function callTool(params, message, { key, signal, send }) {
    const tool = tools.find(({ definition }) => definition.name === params.name)
    if (!tool) throw new RpcError(-32602, `Unknown tool: ${params.name}`)
    const args = params.arguments ?? {}
    const problems = problemsOf(tool.definition.inputSchema, args)
    if (problems.length > 0 || !isObject(args)) return failed(`${problems.join('; ')}.`)
    if (keyRequired && key === undefined) return failed('The bank was given no API key.')
    if (journal !== undefined) {
      const { name } = tool.definition
      appendFileSync(journal, args.ref === undefined ? `${name}\n` : `${name} ${args.ref}\n`)
    }
    const { progressToken } = metaOf(message)
    /** @type {import('./tools.js').Call['progress']} */
    const progress = (done, total, text) => {
      if (progressToken === undefined) return
      const told = { progressToken, progress: done, total, message: text }
      send({ method: 'notifications/progress', params: told })
    }
    try {
      const structuredContent = await tool.run(args, { key, signal, progress })
      const content = [{ type: 'text', text: JSON.stringify(structuredContent) }]
      return { content, structuredContent }
    } catch (error) {
      if (error instanceof Refusal) return failed(error.message)
      throw error
    }
  }

  /** @param {Record<string, unknown>} params */
  function getPrompt(params) {
    const name = String(params.name)
    const known = library.prompts.find((prompt) => prompt.name === name)
    if (!known) throw new RpcError(-32602, `Unknown prompt: ${name}`)
    const args = isObject(params.arguments) ? params.arguments : {}
    const missing = known.arguments.filter((argument) => typeof args[argument.name] !== 'string')
    if (missing.length > 0)
      throw new RpcError(-32602, `${missing.map((one) => one.name).join(', ')}: required`)
    try {
      return library.prompt(name, args) ?? {}
    } catch (error) {
      if (error instanceof Refusal) throw new RpcError(-32602, error.message)
      throw error
    }
  }

  /** @param {string} uri @param {import('./eras.js').Era} era */
  function readResource(uri, era) {
    const found = library.read(uri)
    if (found) return found
    // 2026-07-28 dropped the older revisions' own code for this.
    const code = era === 'modern' ? -32602 : -32002
    throw new RpcError(code, `Resource not found: ${uri}`, { data: { uri } })
  }

  /** @param {Record<string, unknown>} params */
  function complete({ argument }) {
    if (!isObject(argument)) throw new RpcError(-32602, 'argument: required')
    return library.complete(argument.name, String(argument.value))
  }

  /** Open until the caller leaves or the bank closes. @param {Message} message @param {Exchange} exchange */
  async function listen(message, { send, signal }) {
    const filter = message.params?.notifications
    const wanted = isObject(filter) && filter.toolsListChanged === true
    const _meta = { [subscriptionKey]: message.id }
    const notifications = wanted ? { toolsListChanged: true } : {}
    send({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications, _meta },
    })
    const tell = () => send({ method: 'notifications/tools/list_changed', params: { _meta } })
    if (wanted) watchers.add(tell)
    const end = AbortSignal.any([signal, closing.signal])
    if (!end.aborted) await new Promise((resolve) => end.addEventListener('abort', resolve))
    watchers.delete(tell)
    return { _meta }
  }

  return {
    /**
     * The result of one request; rejects with an `RpcError` for what the protocol calls an error.
     * @param {Message} message @param {Exchange} exchange
     */
    async answer(message, exchange) {
      const result = await answer(message, exchange)
      return exchange.era === 'modern' ? modernResult(message.method, result) : result
    },
    /** The tool that a call names, for the headers that mirror its arguments. @param {unknown} name */
    findTool: (name) => tools.find(({ definition }) => definition.name === name)?.definition,
    /** Calls back after each change of the tool list, until the returned function is called. @param {() => void} watcher */
    onToolsChanged(watcher) {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    /** Ends every open subscription with its result. */
    close: () => closing.abort(),
  }
}

/** @typedef {ReturnType<typeof createServer>} Server */

const cacheable = ['server/discover', 'resources/read', 'resources/templates/list']
/** 2026-07-28 asks each result for its type, and those that may be cached for how long and by whom. @param {string} method @param {object} result */
function modernResult(method, result) {
  const caching = cacheable.includes(method) || method.endsWith('/list')
  const meta = '_meta' in result && isObject(result._meta) ? result._meta : {}
  return {
    ...result,
    resultType: 'complete',
    ...(caching && { ttlMs: 0, cacheScope: 'private' }),
    _meta: { ...meta, [serverInfoKey]: serverInfo },
  }
}

/** Every list of the bank fits one page, so no cursor can be one of ours. @param {Record<string, unknown>} params @param {object} list */
function page(params, list) {
  if (params.cursor !== undefined) throw new RpcError(-32602, 'Unknown cursor.')
  return list
}

/** @param {string} text */
const failed = (text) => ({ content: [{ type: 'text', text }], isError: true })
