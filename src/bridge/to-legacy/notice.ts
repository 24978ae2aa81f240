import { isObject, type JsonDocument, spanOf, splice } from '#lib/json.ts'
import type { NotificationMessage } from '#mcp/messages.ts'

/** RFC 5424 §6.2.1, the most verbose first. */
const levels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']

/** Whether a level lets through at least what another one does. */
export const isAsVerbose = (level: string | undefined, other: string): boolean =>
  level !== undefined && levels.indexOf(level) <= levels.indexOf(other)

/** What the caller of one request wants to hear beside its answer. */
export interface Listening {
  /** Our progress token, and the caller's own as JSON text. */
  readonly token: number
  readonly progressToken: string | undefined
  readonly logLevel: string | undefined
}

/**
 * A notice on the stream of a call, as its caller may hear it in the modern era: progress under its own
 * token, and what is logged where it asked for that and is of that level (MCP 2026-07-28,
 * basic §_meta, server/utilities/logging). Undefined for all others: lists that changed and the like
 * belong to a subscription.
 */
export const modernNotice = (
  { token, progressToken, logLevel }: Listening,
  doc: JsonDocument,
  { method, params }: NotificationMessage,
): Uint8Array | undefined => {
  if (method === 'notifications/progress') {
    const span = spanOf(doc, 'params', 'progressToken')
    if (progressToken === undefined || !span || params?.progressToken !== token) return undefined
    return splice(doc.bytes, [{ span, text: progressToken }])
  }
  if (method !== 'notifications/message' || !isObject(params)) return undefined
  return isAsVerbose(logLevel, String(params.level)) ? doc.bytes : undefined
}
