import type { Clock } from '#lib/clock.ts'
import type { FaultCode } from '#lib/fault.ts'
import type { RequestId } from '#mcp/messages.ts'
import type { Recorder } from './call.ts'
import type { Course } from './course.ts'
import type { Caller, Exchange, Session } from './exchange.ts'
import type { Stand, Standing, Unpermitted } from './standing.ts'
import type { Underway } from './underway.ts'

/**
 * Calls whose server closed the stream before the final message, which a resumed stream will bring
 * (2025-11-25, transports §Resumability; SEP-1699). Their outcome is written when it comes, before it
 * is passed on; after `timeoutMs` as failed. Bounded: the oldest is given up first.
 */
export interface Detached {
  keep(session: Session, id: RequestId, kept: Kept): void
  /** The call that this final message ends, once. */
  take(session: Session, id: RequestId): Pick<Kept, 'exchange' | 'course'> | undefined
}

export interface Kept {
  readonly exchange: Exchange
  readonly caller: Caller
  readonly course: Course
  /** Why it may not go on; then it is given up, and its server told. */
  readonly reason: Stand['reason']
  tell(reason: string): void
}

interface How {
  readonly status: 'failed' | 'cancelled'
  readonly code: FaultCode | ''
}

const most = 10_000

export const createDetached = (parts: {
  clock: Clock
  timeoutMs: number
  record: Recorder
  standing: Standing
  underway: Pick<Underway, 'add'>
  onLost(cause: unknown): void
}): Detached => {
  const kept = new Map<string, Pick<Kept, 'exchange' | 'course'> & { stop(): void }>()
  const keyOf = (session: Session, id: RequestId) => `${session.id} ${JSON.stringify(id)}`

  const take = (key: string) => {
    const found = kept.get(key)
    found?.stop()
    kept.delete(key)
    return found
  }
  const conclude = async ({ exchange, course }: Pick<Kept, 'exchange' | 'course'>, how: How) => {
    const last = await course.last()
    const answer = { ...how, final: undefined }
    const now = parts.clock.now()
    if (last) await parts.record.conclude({ exchange, call: last.sending.call, answer, now })
  }
  const giveUp = (key: string, status: How['status'], code: How['code']) => {
    const found = take(key)
    if (found) conclude(found, { status, code }).catch(parts.onLost)
  }
  const timeOut = (key: string) => giveUp(key, 'failed', 'upstream_timeout')

  return {
    keep(session, id, { exchange, caller, course, reason, tell }) {
      const key = keyOf(session, id)
      timeOut(key)
      const end = (code: Unpermitted) => {
        giveUp(key, 'cancelled', code)
        tell(code)
      }
      const over = parts.standing.add({ caller, reason, end })
      // Its server, which keeps the session, has been told.
      const cancel = () => giveUp(key, 'cancelled', '')
      const unheard = parts.underway.add(exchange.plane, session, id, cancel)
      const stopTimer = parts.clock.after(parts.timeoutMs, () => timeOut(key))
      const stop = () => {
        over()
        unheard()
        stopTimer()
      }
      kept.set(key, { exchange, course, stop })
      // What it asked before may be answered still, and be refused then: that has been recorded.
      course.questions?.onRefused(() => {
        take(key)
        tell('what its server asked may not be answered')
      })
      const oldest = kept.size > most ? kept.keys().next().value : undefined
      if (oldest !== undefined) timeOut(oldest)
    },
    take: (session, id) => take(keyOf(session, id)),
  }
}
