import { isUtf8 } from 'node:buffer'
import type { HeaderFields } from '#lib/http.ts'
import type { JsonObject, JsonValue } from '#lib/json.ts'
import {
  HEADER_MISMATCH,
  INVALID_PARAMS,
  isObject,
  type NotificationMessage,
  type ProtocolRefusal,
  type RequestMessage,
  UNSUPPORTED_VERSION,
} from './messages.ts'
import type { Method } from './methods.ts'
import { type Era, eraOf, isRevision, MODERN_REVISIONS } from './revisions.ts'

/** The reserved keys of `params._meta` (MCP 2026-07-28, basic §_meta). */
export const PROTOCOL_VERSION_KEY = 'io.modelcontextprotocol/protocolVersion'
export const CLIENT_CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities'
export const CLIENT_INFO_KEY = 'io.modelcontextprotocol/clientInfo'
export const LOG_LEVEL_KEY = 'io.modelcontextprotocol/logLevel'
export const SERVER_INFO_KEY = 'io.modelcontextprotocol/serverInfo'
/** Of notices on a stream that `subscriptions/listen` opened. */
export const SUBSCRIPTION_ID_KEY = 'io.modelcontextprotocol/subscriptionId'

type Call = RequestMessage | NotificationMessage

/**
 * The era that a message is spoken in (basic/versioning §Backward Compatibility). The body decides:
 * who writes a protocol version into `_meta` speaks modern, however wrong the rest. Where it says
 * nothing, a header that names a modern revision does, so that a modern client which forgot its
 * envelope is told so and does not end in a session.
 */
export function eraOfMessage(message: Call, headers: HeaderFields): Era {
  const meta = message.params?._meta
  if (isObject(meta) && Object.hasOwn(meta, PROTOCOL_VERSION_KEY)) return 'modern'
  const version = fieldValue(headers, 'mcp-protocol-version')
  return isRevision(version) ? eraOf(version) : 'legacy'
}

/**
 * Checks the envelope of a modern message (basic §_meta) and that the version header agrees with it
 * (transports/streamable-http §Protocol Version Header). Undefined when all is well; otherwise the
 * first of: no version (−32602), another in the header (−32020), one that is not supported
 * (−32022), a required key missing or of the wrong type (−32602), no header (−32020). `supported`
 * are the modern revisions on offer, newest first.
 *
 * Of a notification only what it carries is checked: nothing says that it must carry anything.
 */
export function checkEnvelope(
  message: Call,
  headers: HeaderFields,
  supported: readonly string[] = MODERN_REVISIONS,
): ProtocolRefusal | undefined {
  const header = fieldValue(headers, 'mcp-protocol-version')
  const meta = message.params?._meta
  const version = isObject(meta) ? meta[PROTOCOL_VERSION_KEY] : undefined
  if (version === undefined && message.kind === 'notification') return undefined
  if (!isObject(meta)) return badEnvelope('_meta')
  if (typeof version !== 'string') return badEnvelope(PROTOCOL_VERSION_KEY)
  if (header !== undefined && header !== version) return mismatch('MCP-Protocol-Version')
  if (!supported.includes(version)) return unsupported(version, supported)
  if (message.kind === 'notification') return undefined
  const badKey = findBadMetaKey(meta)
  if (badKey !== undefined) return badEnvelope(badKey)
  return header === undefined ? mismatch('MCP-Protocol-Version') : undefined
}

const LOG_LEVELS: readonly JsonValue[] = [
  ...['debug', 'info', 'notice', 'warning'],
  ...['error', 'critical', 'alert', 'emergency'],
]

export function isLogLevel(level: unknown): level is string {
  return (LOG_LEVELS as readonly unknown[]).includes(level)
}

function findBadMetaKey(meta: JsonObject): string | undefined {
  if (!isObject(meta[CLIENT_CAPABILITIES_KEY])) return CLIENT_CAPABILITIES_KEY
  const info = meta[CLIENT_INFO_KEY]
  if (info !== undefined && !isImplementation(info)) return CLIENT_INFO_KEY
  const level = meta[LOG_LEVEL_KEY]
  if (level !== undefined && !LOG_LEVELS.includes(level)) return LOG_LEVEL_KEY
  const token = meta.progressToken
  const isToken = token === undefined || typeof token === 'string' || Number.isSafeInteger(token)
  return isToken ? undefined : 'progressToken'
}

function isImplementation(info: JsonValue): boolean {
  return isObject(info) && typeof info.name === 'string' && typeof info.version === 'string'
}

/**
 * Checks that Mcp-Method and Mcp-Name say what the body of a modern request says
 * (transports/streamable-http §Standard Request Headers, §Server Validation). Mcp-Name is asked for
 * where the method's row says that it is mirrored; a body that has no name there has nothing to
 * mirror, and is refused for that when the name is looked up. `method` is undefined for an unknown one.
 */
export function checkMirrors(
  message: RequestMessage,
  method: Method | undefined,
  headers: HeaderFields,
): ProtocolRefusal | undefined {
  if (fieldValue(headers, 'mcp-method') !== message.method) return mismatch('Mcp-Method')
  if (method === undefined || !('mirrored' in method) || !method.mirrored) return undefined
  const name = message.params?.[method.name ?? 'name']
  if (typeof name !== 'string') return undefined
  return decodedField(headers, 'mcp-name') === name ? undefined : mismatch('Mcp-Name')
}

/** The value of a header without the white space around it (RFC 9110 §5.5); undefined for none or several. */
export function fieldValue(headers: HeaderFields, name: string): string | undefined {
  const value = headers[name]
  if (typeof value !== 'string') return undefined
  let start = 0
  let end = value.length
  while (start < end && isFieldSpace(value.charCodeAt(start))) start++
  while (end > start && isFieldSpace(value.charCodeAt(end - 1))) end--
  return end - start === value.length ? value : value.slice(start, end)
}

function isFieldSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09
}

const SENTINEL_START = '=?base64?'
const SENTINEL_END = '?='

/**
 * What a mirrored header says (transports/streamable-http §Value Encoding): itself, or what its
 * Base64 sentinel holds. Undefined when it is absent, holds a character that no field value may
 * have, or a sentinel that is not canonical Base64 of UTF-8.
 */
export function decodedField(headers: HeaderFields, name: string): string | undefined {
  const value = fieldValue(headers, name)
  if (value === undefined || !/^[\t\x20-\x7e]*$/.test(value)) return undefined
  if (!value.startsWith(SENTINEL_START) || !value.endsWith(SENTINEL_END)) return value
  const encoded = value.slice(SENTINEL_START.length, -SENTINEL_END.length)
  const bytes = Buffer.from(encoded, 'base64')
  const isCanonical = bytes.toString('base64') === encoded && isUtf8(bytes)
  return isCanonical ? bytes.toString('utf8') : undefined
}

/** The value as a client must write it into a mirrored header. */
export function encodedField(value: string): string {
  const isPlain = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(value)
  const looksEncoded = value.startsWith(SENTINEL_START) && value.endsWith(SENTINEL_END)
  if (isPlain && !looksEncoded) return value
  return `${SENTINEL_START}${Buffer.from(value, 'utf8').toString('base64')}${SENTINEL_END}`
}

/** −32020. It names the header and not its value, which may be anybody's. */
export function mismatch(header: string): ProtocolRefusal {
  return {
    status: 400,
    code: HEADER_MISMATCH,
    message: `Header mismatch: ${header} is missing, malformed, or not what the body says`,
    data: { header },
  }
}

function badEnvelope(key: string): ProtocolRefusal {
  return {
    status: 400,
    code: INVALID_PARAMS,
    message: `Invalid params: ${key} is missing or not what its revision wants`,
    data: { key },
  }
}

/** Longer than any revision; what is echoed has a bound. */
const ECHO_LENGTH = 64

function unsupported(requested: string, supported: readonly string[]): ProtocolRefusal {
  return {
    status: 400,
    code: UNSUPPORTED_VERSION,
    message: 'Unsupported protocol version',
    data: { supported: [...supported], requested: requested.slice(0, ECHO_LENGTH) },
  }
}
