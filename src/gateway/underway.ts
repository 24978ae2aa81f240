import type { PlaneId } from '#domain/name.ts'
import type { Message, RequestId } from '#mcp/messages.ts'
import type { Elsewhere } from './elsewhere.ts'
import type { Session } from './exchange.ts'

/**
 * Legacy requests under way, by session and id, so that `notifications/cancelled` (2025-11-25,
 * basic/utilities/cancellation) finds the one request of this caller and no other, at whichever process
 * it is. Also where the server keeps the session: it answers nothing more, and may leave its stream open.
 */
export interface Underway {
  add(plane: PlaneId, session: Session, id: RequestId, cancel: Cancel): () => void
  /** At this process. */
  has(session: Session, id: unknown): boolean
  cancel(plane: PlaneId, session: Session, id: unknown, isTold?: boolean): Promise<void>
}

/** `isTold`: the server has had its caller's own notice, and had the request before. */
export type Cancel = (reason: string, isTold: boolean) => void

const reason = 'the caller cancelled'

export const createUnderway = (elsewhere: Elsewhere): Underway => {
  const cancels = new Map<string, Cancel>()
  const keyOf = (session: Session, id: unknown) => `${session.id} ${JSON.stringify(id)}`
  const aboutOf = (id: unknown) => `cancel ${JSON.stringify(id)}`
  return {
    add(plane, session, id, cancel) {
      const key = keyOf(session, id)
      cancels.set(key, cancel)
      const end = elsewhere.hold(plane, session, aboutOf(id), () => cancel(reason, false))
      return () => {
        if (cancels.get(key) === cancel) cancels.delete(key)
        end()
      }
    },
    has: (session, id) => cancels.has(keyOf(session, id)),
    async cancel(plane, session, id, isTold = false) {
      const here = cancels.get(keyOf(session, id))
      if (here) here(reason, isTold)
      else if (id !== undefined) await elsewhere.tell(plane, session, aboutOf(id), '')
    },
  }
}

/** The id of the request that it cancels; undefined where it cancels none. */
export const cancelledBy = (message: Message): unknown =>
  message.kind === 'notification' && message.method === 'notifications/cancelled'
    ? message.params?.requestId
    : undefined
