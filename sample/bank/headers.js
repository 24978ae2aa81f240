// @ts-check
import { timingSafeEqual } from 'node:crypto'
import { metaOf, RpcError, versionKey } from './eras.js'

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('./eras.js').Message} Message
 */

/** What stops a request before anybody reads its body. */
export class HttpRefusal extends Error {
  /** @param {number} status @param {string} message @param {Record<string, string>} [headers] */
  constructor(status, message, headers = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

const loopback = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/

/** Against DNS rebinding: only names of this machine. @param {Request} request */
export function checkHost({ headers }) {
  if (!loopback.test(headers.host ?? '')) throw new HttpRefusal(403, 'That Host is not served.')
  const origin = headers.origin
  if (origin !== undefined && !loopback.test(origin.replace(/^https?:\/\//, '')))
    throw new HttpRefusal(403, 'That Origin is not served.')
}

/**
 * The API key that came with the request, if any; refuses it where another one is required.
 * @param {Request} request @param {string | undefined} required
 */
export function readKey({ headers }, required) {
  const key = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1]
  if (required !== undefined && (key === undefined || !sameText(key, required)))
    throw new HttpRefusal(401, 'A valid API key is needed.', { 'www-authenticate': 'Bearer' })
  return key
}

/** @param {string} one @param {string} other */
function sameText(one, other) {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** @param {Request} request */
export function checkMedia({ headers }) {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new HttpRefusal(415, 'Send application/json.')
  const accept = headers.accept ?? ''
  const wanted = ['application/json', 'text/event-stream']
  if (accept !== '*/*' && !wanted.every((one) => accept.includes(one)))
    throw new HttpRefusal(406, `Accept must name ${wanted.join(' and ')}.`)
}

/**
 * The headers of a modern request must mirror its body (2026-07-28, basic/transports), so that a
 * proxy may route by them.
 * @param {Request} request @param {Message} message
 * @param {import('./tools.js').Definition | undefined} tool the tool that a tools/call names
 */
export function checkMirrors({ headers }, message, tool) {
  const params = message.params ?? {}
  mirror('MCP-Protocol-Version', headers['mcp-protocol-version'], metaOf(message)[versionKey])
  mirror('Mcp-Method', headers['mcp-method'], message.method)
  const named = ['tools/call', 'prompts/get'].includes(message.method) ? params.name : undefined
  const name = message.method === 'resources/read' ? params.uri : named
  if (name !== undefined) mirror('Mcp-Name', headers['mcp-name'], name)
  const args = /** @type {Record<string, unknown>} */ (params.arguments ?? {})
  for (const [argument, property] of Object.entries(tool?.inputSchema.properties ?? {})) {
    const header = property['x-mcp-header']
    if (header !== undefined)
      mirror(`Mcp-Param-${header}`, headers[`mcp-param-${header.toLowerCase()}`], args[argument])
  }
}

/** @param {string} name @param {string | string[] | undefined} header @param {unknown} value */
function mirror(name, header, value) {
  const expected = value === undefined || value === null ? undefined : String(value)
  if (decode(header) === expected) return
  const message = header === undefined ? `${name} is missing` : `${name} differs from the body`
  throw new RpcError(-32020, `${message}.`, { status: 400, data: { mismatch: name } })
}

/** Undoes the Base64 form that values outside ASCII travel in. @param {string | string[] | undefined} header */
function decode(header) {
  const text = Array.isArray(header) ? header.join(',') : header
  const encoded = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/.exec(text ?? '')?.[1]
  return encoded === undefined ? text : Buffer.from(encoded, 'base64').toString('utf8')
}
