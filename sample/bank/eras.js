// @ts-check

/** The revisions with a handshake, newest first. */
export const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26']
export const modernVersion = '2026-07-28'
/** What the handshake agrees on: a client that asks for an unknown revision gets the newest. @param {unknown} asked */
export const negotiate = (asked) =>
  legacyVersions.find((version) => version === asked) ?? '2025-11-25'

export const versionKey = 'io.modelcontextprotocol/protocolVersion'
export const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities'
export const serverInfoKey = 'io.modelcontextprotocol/serverInfo'
export const subscriptionKey = 'io.modelcontextprotocol/subscriptionId'

/**
 * @typedef {string | number} Id
 * @typedef {{ jsonrpc: '2.0', id?: Id, method: string, params?: Record<string, unknown> }} Message a request, or a notification when it has no id
 * @typedef {'modern' | 'legacy'} Era
 */

/** A JSON-RPC error, with the HTTP status that the 2026-07-28 revision gives it. */
export class RpcError extends Error {
  /** @param {number} code @param {string} message @param {{ status?: number, data?: object }} [more] */
  constructor(code, message, { status = 200, data } = {}) {
    super(message)
    this.code = code
    this.status = status
    this.data = data
  }
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export const isObject = (value) =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/**
 * One parsed JSON value as a message; undefined for a response, which nobody here waits for.
 * @param {unknown} value
 * @returns {Message | undefined}
 */
export function readMessage(value) {
  const invalid = new RpcError(-32600, 'That is not a JSON-RPC 2.0 message.', { status: 400 })
  if (!isObject(value) || value.jsonrpc !== '2.0') throw invalid
  const { id, method, params } = value
  if (id !== undefined && typeof id !== 'string' && !Number.isSafeInteger(id)) throw invalid
  if (method === undefined && ('result' in value || 'error' in value)) return undefined
  if (typeof method !== 'string' || (params !== undefined && !isObject(params))) throw invalid
  return /** @type {Message} */ (value)
}

/** @param {Message} message @returns {Record<string, unknown>} */
export const metaOf = (message) => (isObject(message.params?._meta) ? message.params._meta : {})

/**
 * Each message decides its era by itself: it is modern when its `_meta` names a protocol version
 * that is not one of the handshake's (2026-07-28, basic/lifecycle). Throws when what it claims is
 * incomplete or unknown.
 * @param {Message} message
 * @returns {Era}
 */
export function eraOf(message) {
  const meta = metaOf(message)
  const version = meta[versionKey]
  if (!(versionKey in meta) || legacyVersions.includes(String(version))) return 'legacy'
  if (typeof version !== 'string') throw envelopeError(`${versionKey} must be a string`)
  if (message.id !== undefined && !isObject(meta[capabilitiesKey]))
    throw envelopeError(`${capabilitiesKey} is required`)
  if (version !== modernVersion) {
    const data = { supported: [modernVersion], requested: version }
    throw new RpcError(-32022, `Unsupported protocol version: ${version}`, { status: 400, data })
  }
  return 'modern'
}

/** @param {string} problem */
export const envelopeError = (problem) =>
  new RpcError(-32602, `Invalid _meta envelope: ${problem}.`, { status: 400 })

/** @param {Id | undefined} id @param {unknown} error */
export function errorResponse(id, error) {
  if (!(error instanceof RpcError)) console.error(error)
  const known = error instanceof RpcError ? error : new RpcError(-32603, 'Internal error')
  const { code, message, data } = known
  return { jsonrpc: '2.0', id: id ?? null, error: { code, message, ...(data && { data }) } }
}
