import type { RequestId } from '#mcp/messages.ts'
import type { Session } from './exchange.ts'

/**
 * Legacy requests under way at a shared child, by session and id, so that `notifications/cancelled`
 * (2025-11-25, basic/utilities/cancellation) finds the one request of this caller and no other.
 */
export interface Underway {
  add(session: Session, id: RequestId, cancel: (reason: string) => void): () => void
  cancel(session: Session, id: unknown): void
}

export const createUnderway = (): Underway => {
  const cancels = new Map<string, (reason: string) => void>()
  const keyOf = (session: Session, id: unknown) => `${session.id} ${JSON.stringify(id)}`
  return {
    add(session, id, cancel) {
      const key = keyOf(session, id)
      cancels.set(key, cancel)
      return () => void cancels.delete(key)
    },
    cancel: (session, id) => cancels.get(keyOf(session, id))?.('the caller cancelled'),
  }
}
