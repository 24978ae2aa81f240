import type { JsonObject } from '#lib/json.ts'
import {
  type ErrorMessage,
  HEADER_MISMATCH,
  INVALID_PARAMS,
  isObject,
  MISSING_CAPABILITY,
  RESOURCE_NOT_FOUND,
  UNSUPPORTED_VERSION,
} from '#mcp/messages.ts'

/** What becomes of an error of 2026-07-28 on its way to a legacy caller: as it is, another one, or the hop's own fault. */
export type ErrorFate =
  | { readonly kind: 'as it is' }
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'said'; readonly bytes: Buffer }
  | { readonly kind: 'broken' }

export const fateOf = (
  { error: { code, message, data } }: ErrorMessage,
  { method, callerId }: { method: string; callerId: string },
): ErrorFate => {
  // Both are about this hop, of which the caller knows nothing.
  if (code === HEADER_MISMATCH || code === UNSUPPORTED_VERSION) return { kind: 'broken' }
  if (code === MISSING_CAPABILITY)
    return { kind: 'said', bytes: undeclared(data, method, callerId) }
  // 2025-11-25, server/resources §Error Handling; modern servers must not send it.
  const isUnknown = (isObject(data) && 'uri' in data) || /not found/i.test(message)
  return method === 'resources/read' && code === INVALID_PARAMS && isUnknown
    ? { kind: 'code', code: RESOURCE_NOT_FOUND }
    : { kind: 'as it is' }
}

/** A tool's caller is a model, which reads results; another's is a program. */
const undeclared = (data: unknown, method: string, callerId: string): Buffer => {
  const required =
    isObject(data) && isObject(data.requiredCapabilities) ? data.requiredCapabilities : {}
  const names = namesIn(required).slice(0, 8).join(', ') || 'a capability'
  const text =
    `The server needs a client that can do this, and this client did not declare it: ${names}.\n` +
    'Nothing was done. Continue without it, or tell the user.'
  const answer =
    method === 'tools/call'
      ? { result: { content: [{ type: 'text', text }], isError: true } }
      : { error: { code: INVALID_PARAMS, message: text } }
  return Buffer.from(`{"jsonrpc":"2.0","id":${callerId},${JSON.stringify(answer).slice(1)}`)
}

/** `sampling`, and `elicitation.url` of one that has parts, since a client may have declared the others. */
const namesIn = (required: JsonObject): string[] =>
  Object.entries(required).flatMap(([name, its]) => {
    const parts = isObject(its) ? Object.keys(its) : []
    return parts.length === 0 ? [name] : parts.map((part) => `${name}.${part}`)
  })
