import type { JsonDocument } from '#lib/json.ts'
import { LOG_LEVEL_KEY } from '#mcp/envelope.ts'
import { isObject } from '#mcp/messages.ts'
import type { Sink } from '#upstream/upstream.ts'
import { progressTokenOf } from './request.ts'

/**
 * One request of a modern caller for a call at a legacy server: the first, or one that answers a round.
 * A call has many legs, one after the other; each ends with a round or with the final message.
 */
export interface Leg {
  /** The caller's id, as JSON text. */
  readonly id: string
  readonly method: string
  readonly uri: string | undefined
  readonly progressToken: string | undefined
  readonly logLevel: string | undefined
  /** Beside the answer. False asks the server to wait. */
  notice(bytes: Uint8Array): boolean
  /** The answer, and with it the end of the leg. */
  finish(bytes: Uint8Array, status?: number): void
  fail: Sink['fail']
}

export const legOf = (id: string, method: string, doc: JsonDocument, sink: Sink): Leg => {
  let isOpen = false
  const open = (kind: 'json' | 'events', status: number): void => {
    if (!isOpen) sink.head({ status, kind, sessionId: undefined, headers: [] })
    isOpen = true
  }
  const params = isObject(doc.value) && isObject(doc.value.params) ? doc.value.params : {}
  const meta = isObject(params._meta) ? params._meta : {}
  const level = meta[LOG_LEVEL_KEY]
  return {
    id,
    method,
    uri: typeof params.uri === 'string' ? params.uri : undefined,
    progressToken: progressTokenOf(doc),
    logLevel: typeof level === 'string' ? level : undefined,
    notice(bytes) {
      open('events', 200)
      return sink.message(bytes)
    },
    finish(bytes, status = 200) {
      open('json', status)
      sink.message(bytes)
      sink.end()
    },
    fail: sink.fail,
  }
}
