import { isObject, type JsonDocument, type JsonObject, type JsonValue } from '#lib/json.ts'

export { isObject } from '#lib/json.ts'

/** MCP basic §Requests: a string or an integer, never null. */
export type RequestId = string | number

export interface RequestMessage {
  readonly kind: 'request'
  readonly id: RequestId
  readonly method: string
  readonly params: JsonObject | undefined
}

export interface NotificationMessage {
  readonly kind: 'notification'
  readonly method: string
  readonly params: JsonObject | undefined
}

export interface ResultMessage {
  readonly kind: 'result'
  readonly id: RequestId
  readonly result: JsonObject
}

/** `id` is undefined where the sender could not read one: absent, or null as JSON-RPC 2.0 §5 has it. */
export interface ErrorMessage {
  readonly kind: 'error'
  readonly id: RequestId | undefined
  readonly error: { readonly code: number; readonly message: string; readonly data?: JsonValue }
}

export type Message = RequestMessage | NotificationMessage | ResultMessage | ErrorMessage

/** What is not a message; `id` is there if it could be read, so that the answer can carry it. */
export interface InvalidMessage {
  readonly kind: 'invalid'
  readonly problem: MessageProblem
  readonly id: RequestId | undefined
}

export type MessageProblem =
  | 'not-an-object'
  | 'version'
  | 'unknown-key'
  | 'id'
  | 'method'
  | 'params'
  | 'result'
  | 'error'
  | 'mixed'

/** A refusal that the protocol itself prescribes: the HTTP status and the JSON-RPC error. */
export interface ProtocolRefusal {
  readonly status: number
  readonly code: number
  readonly message: string
  readonly data?: Readonly<Record<string, unknown>>
}

/** JSON-RPC 2.0 §5.1. */
export const PARSE_ERROR = -32700
export const INVALID_REQUEST = -32600
export const METHOD_NOT_FOUND = -32601
export const INVALID_PARAMS = -32602
export const INTERNAL_ERROR = -32603
/** MCP 2026-07-28, basic §Error Codes. No other code of −32020 … −32099 may be sent. */
export const HEADER_MISMATCH = -32020
export const MISSING_CAPABILITY = -32021
export const UNSUPPORTED_VERSION = -32022
/** Legacy only (2025-11-25 and earlier, server/resources §Error Handling); modern servers must not send it. */
export const RESOURCE_NOT_FOUND = -32002

/**
 * Says what kind of JSON-RPC message a text is (JSON-RPC 2.0 §4–5, MCP basic §Messages). Strict, so
 * that no other reader finds another message in it: the six known keys and no other (a key in
 * another case is another key), by name and not by position, `id` a string or a safe integer, and
 * never a request and a response at once.
 */
export function readMessage(doc: JsonDocument): Message | InvalidMessage {
  return classify(doc.value)
}

export function classify(value: JsonValue): Message | InvalidMessage {
  if (!isObject(value)) return invalid('not-an-object', undefined)
  const { jsonrpc, id, method, params, result, error } = value
  const readable = isId(id) ? id : undefined
  for (const key in value) if (!isKnownKey(key)) return invalid('unknown-key', readable)
  if (jsonrpc !== '2.0') return invalid('version', readable)
  if (method !== undefined) {
    if (result !== undefined || error !== undefined) return invalid('mixed', readable)
    return classifyCall(id, method, params)
  }
  if (params !== undefined || (result !== undefined && error !== undefined)) {
    return invalid('mixed', readable)
  }
  return result === undefined ? classifyError(id, error) : classifyResult(id, result)
}

function classifyCall(
  id: JsonValue | undefined,
  method: JsonValue,
  params: JsonValue | undefined,
): Message | InvalidMessage {
  const readable = isId(id) ? id : undefined
  if (typeof method !== 'string' || method === '') return invalid('method', readable)
  if (params !== undefined && !isObject(params)) return invalid('params', readable)
  if (id === undefined) return { kind: 'notification', method, params }
  return readable === undefined
    ? invalid('id', undefined)
    : { kind: 'request', id: readable, method, params }
}

function classifyResult(id: JsonValue | undefined, result: JsonValue): Message | InvalidMessage {
  if (!isId(id)) return invalid('id', undefined)
  return isObject(result) ? { kind: 'result', id, result } : invalid('result', id)
}

function classifyError(
  id: JsonValue | undefined,
  error: JsonValue | undefined,
): Message | InvalidMessage {
  if (error === undefined) return invalid('method', isId(id) ? id : undefined)
  if (id !== undefined && id !== null && !isId(id)) return invalid('id', undefined)
  const readable = id ?? undefined
  if (!isObject(error)) return invalid('error', readable)
  const { code, message, data } = error
  if (!Number.isSafeInteger(code) || typeof message !== 'string') return invalid('error', readable)
  return {
    kind: 'error',
    id: readable,
    error: { code: code as number, message, ...(data === undefined ? {} : { data }) },
  }
}

function isKnownKey(key: string): boolean {
  switch (key) {
    case 'jsonrpc':
    case 'id':
    case 'method':
    case 'params':
    case 'result':
    case 'error':
      return true
    default:
      return false
  }
}

function isId(id: JsonValue | undefined): id is RequestId {
  return typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id))
}

function invalid(problem: MessageProblem, id: RequestId | undefined): InvalidMessage {
  return { kind: 'invalid', problem, id }
}

/** An error response. Without an id it carries none: MCP never sends null (basic §Error Responses). */
export function errorBytes(
  id: RequestId | undefined,
  code: number,
  message: string,
  data?: unknown,
): Buffer {
  const start = id === undefined ? '' : `"id":${JSON.stringify(id)},`
  return Buffer.from(`{"jsonrpc":"2.0",${start}"error":${JSON.stringify({ code, message, data })}}`)
}

/** A result response. */
export function resultBytes(id: RequestId, result: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(
    `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result)}}`,
  )
}
