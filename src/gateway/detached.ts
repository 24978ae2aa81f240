import type { Clock } from '#lib/clock.ts'
import type { RequestId } from '#mcp/messages.ts'
import type { Call, Recorder } from './call.ts'
import type { Exchange, Session } from './exchange.ts'

/**
 * Calls whose server closed the stream before the final message, which a resumed stream will bring
 * (2025-11-25, transports §Resumability; SEP-1699). Their outcome is written when it comes, before it
 * is passed on; after `timeoutMs` as failed. Bounded: the oldest is given up first.
 */
export interface Detached {
  keep(session: Session, id: RequestId, kept: { exchange: Exchange; call: Call }): void
  /** The call that this final message ends, once. */
  take(session: Session, id: RequestId): { exchange: Exchange; call: Call } | undefined
}

const most = 10_000

export const createDetached = (parts: {
  clock: Clock
  timeoutMs: number
  record: Recorder
  onLost(cause: unknown): void
}): Detached => {
  const kept = new Map<string, { exchange: Exchange; call: Call; stop(): void }>()
  const keyOf = (session: Session, id: RequestId) => `${session.id} ${JSON.stringify(id)}`

  const take = (key: string) => {
    const found = kept.get(key)
    found?.stop()
    kept.delete(key)
    return found
  }
  const giveUp = (key: string) => {
    const found = take(key)
    if (!found) return
    const answer = { status: 'failed', code: 'upstream_timeout', final: undefined } as const
    parts.record
      .conclude({ exchange: found.exchange, call: found.call, answer, now: parts.clock.now() })
      .catch(parts.onLost)
  }
  return {
    keep(session, id, { exchange, call }) {
      const key = keyOf(session, id)
      giveUp(key)
      kept.set(key, { exchange, call, stop: parts.clock.after(parts.timeoutMs, () => giveUp(key)) })
      const oldest = kept.size > most ? kept.keys().next().value : undefined
      if (oldest !== undefined) giveUp(oldest)
    },
    take: (session, id) => take(keyOf(session, id)),
  }
}
