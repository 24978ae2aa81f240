import type { JsonObject, JsonValue, Span } from '#lib/json.ts'

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

/** `id` is undefined where the sender could not read one (absent, or null in JSON-RPC 2.0 §5). */
export interface ErrorMessage {
  readonly kind: 'error'
  readonly id: RequestId | undefined
  readonly error: { readonly code: number; readonly message: string; readonly data?: JsonValue }
}

export type Message = RequestMessage | NotificationMessage | ResultMessage | ErrorMessage

/** What is not a message; `id` is there if it could be read, so that the answer can carry it. */
export interface InvalidMessage {
  readonly kind: 'invalid'
  readonly problem:
    | 'not-an-object'
    | 'version'
    | 'unknown-key'
    | 'id'
    | 'method'
    | 'params'
    | 'result'
    | 'error'
    | 'mixed'
    | 'batch'
  readonly id: RequestId | undefined
}

/** One message of a batch, where it stands in the bytes of the whole. */
export interface BatchMember {
  readonly span: Span
  readonly message: Message | InvalidMessage
}

/** A refusal that the protocol itself prescribes: HTTP status and JSON-RPC error. */
export interface ProtocolRefusal {
  readonly status: number
  readonly code: number
  readonly message: string
  readonly data?: JsonObject
}
