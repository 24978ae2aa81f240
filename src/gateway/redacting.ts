import type { Capability } from '#domain/capability.ts'
import { canonicalJson, type JsonDocument, type JsonObject, parseJson, spanOf } from '#lib/json.ts'
import type { Redaction } from '#lib/redaction.ts'
import {
  type ErrorMessage,
  errorBytes,
  isObject,
  type RequestId,
  type ResultMessage,
  resultBytes,
} from '#mcp/messages.ts'
import type { Ask } from './exchange.ts'
import { type ResultOf, redactError, redactResult } from './redact.ts'
import { redactionOf } from './redaction-of.ts'
import type { Target } from './target.ts'

/** A final message as the caller of a variant gets it. */
export type Redact = (
  id: RequestId,
  doc: JsonDocument,
  message: ResultMessage | ErrorMessage,
) => { readonly bytes: Buffer; readonly message: ResultMessage | ErrorMessage }

/** Undefined for what is no variant. */
export const redactFor = (
  { name }: Target,
  { method }: Ask,
  capability: Capability,
): Redact | undefined => {
  const redaction = redactionOf(capability)
  if (!redaction) return undefined
  return (id, doc, message) => {
    if (message.kind === 'error') {
      const error = redactError(message.error.code)
      return { bytes: errorBytes(id, error.code, error.message), message: { ...message, error } }
    }
    const result = parseJson(redactedResult(method as ResultOf, doc, redaction, name)) as JsonObject
    return { bytes: resultBytes(id, result), message: { ...message, result } }
  }
}

const redactedResult = (
  of: ResultOf,
  doc: JsonDocument,
  redaction: Redaction,
  name: string,
): string => {
  const span = spanOf(doc, 'result')
  const result = span ? doc.bytes.subarray(span.start, span.end) : new Uint8Array()
  const redacted = redactResult(of, result, redaction)
  return of === 'resources/read' ? readAs(redacted, name) : redacted
}

/** Under the URI that its caller reads: that of what it is derived from is not the caller's to know. */
const readAs = (redacted: string, uri: string): string => {
  const result = parseJson(redacted)
  if (!isObject(result) || !Array.isArray(result.contents)) return redacted
  const contents = result.contents.map((one) => (isObject(one) ? { ...one, uri } : one))
  return canonicalJson({ ...result, contents })
}
