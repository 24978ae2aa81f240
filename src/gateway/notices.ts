import { SUBSCRIPTION_ID_KEY } from '#mcp/envelope.ts'
import type { RequestId } from '#mcp/messages.ts'
import type { ListKind } from './list-changes.ts'
import type { Reply } from './reply.ts'

/** What is told on a stream that a caller holds open. */
export interface Notices {
  /** While its reader is slow one notice of each key waits, the latest. */
  tell(key: string, bytes: Uint8Array): void
}

/** Of a reader that does not read, so many notices wait; the oldest goes. */
const mostWaiting = 1000

export const createNotices = (reply: Reply): Notices => {
  const waiting = new Map<string, Uint8Array>()
  let isFull = false
  reply.onDrain(() => {
    isFull = false
    for (const [key, bytes] of waiting) {
      if (isFull) return
      waiting.delete(key)
      isFull = !reply.relay(bytes)
    }
  })
  return {
    tell(key, bytes) {
      if (!isFull) {
        isFull = !reply.relay(bytes)
        return
      }
      waiting.delete(key)
      waiting.set(key, bytes)
      const oldest = waiting.size > mostWaiting ? waiting.keys().next().value : undefined
      if (oldest !== undefined) waiting.delete(oldest)
    },
  }
}

/** In the modern era a notice says which subscription it is of; a session's stream has one alone. */
export const noticeBytes = (
  method: string,
  params: Readonly<Record<string, unknown>>,
  subscription?: RequestId,
): Buffer => {
  const meta = subscription === undefined ? {} : { _meta: { [SUBSCRIPTION_ID_KEY]: subscription } }
  const whole = { ...params, ...meta }
  const said = Object.keys(whole).length === 0 ? {} : { params: whole }
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', method, ...said }))
}

export const listChanged = (kind: ListKind, subscription?: RequestId): Buffer =>
  noticeBytes(`notifications/${kind}/list_changed`, {}, subscription)

/** Lists are the gateway's to speak of: they are answered here, for each caller its own. */
export const isOfLists = (method: string): boolean => method.endsWith('/list_changed')
