import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault, type FaultCode } from '#lib/fault.ts'
import { readJson } from '#lib/json.ts'
import { type RequestId, readMessage } from '#mcp/messages.ts'
import type { Recorder } from './call.ts'
import type { Course } from './course.ts'
import { type Elsewhere, NOBODY } from './elsewhere.ts'
import type { Caller, Exchange, Session } from './exchange.ts'
import { type Answer, answerLimits, classify } from './forward.ts'
import type { Stand, Standing, Unpermitted } from './standing.ts'
import type { Underway } from './underway.ts'

/**
 * Calls whose server closed the stream before the final message, which a resumed stream will bring
 * (2025-11-25, transports §Resumability; SEP-1699). Their outcome is written when it comes, before it
 * is passed on; after `timeoutMs` as failed. Bounded: the oldest is given up first.
 */
export interface Detached {
  keep(session: Session, id: RequestId, kept: Kept): void
  /**
   * A final message that a resumed stream brings here, of a call of any process. Resolves, once the
   * outcome of that call is durable, with whether the message may be passed on; what ends no call that
   * waits may. Rejects where the outcome could not be written, or nobody said that it was.
   */
  end(plane: PlaneId, session: Session, id: RequestId, final: Uint8Array): Promise<boolean>
}

export interface Kept {
  readonly exchange: Exchange
  readonly caller: Caller
  readonly course: Course
  /** Why it may not go on; then it is given up, and its server told. */
  readonly reason: Stand['reason']
  tell(reason: string): void
}

type Whose = Pick<Kept, 'exchange' | 'course'>
type Ending = 'failed' | 'cancelled'
type How = Pick<Answer, 'status' | 'code' | 'final'>

/** What the process that has the call answers to one that heard its end. */
const PASS = 'pass'
const KEEP = 'keep'

const most = 10_000

export const createDetached = (parts: {
  clock: Clock
  timeoutMs: number
  record: Recorder
  standing: Standing
  underway: Pick<Underway, 'add'>
  elsewhere: Pick<Elsewhere, 'hold' | 'ask'>
  onLost(cause: unknown): void
}): Detached => {
  const kept = new Map<string, Whose & { stop(): void }>()
  const keyOf = (session: Session, id: RequestId) => `${session.id} ${JSON.stringify(id)}`

  const take = (key: string) => {
    const found = kept.get(key)
    found?.stop()
    kept.delete(key)
    return found
  }
  /** False where what its server asked was refused, which has been recorded. */
  const conclude = async ({ exchange, course }: Whose, answer: How): Promise<boolean> => {
    const last = await course.last()
    const now = parts.clock.now()
    if (last) await parts.record.conclude({ exchange, call: last.sending.call, answer, now })
    return last !== undefined
  }
  const endHere = async (key: string, final: Uint8Array): Promise<boolean> => {
    const found = take(key)
    const message = readMessage(readJson(final, answerLimits))
    const isFinal = message.kind === 'result' || message.kind === 'error'
    return !found || !isFinal || conclude(found, { ...classify(message), final })
  }
  const giveUp = (key: string, status: Ending, code: FaultCode | '') => {
    const found = take(key)
    if (found) conclude(found, { status, code, final: undefined }).catch(parts.onLost)
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
      const unended = parts.elsewhere.hold(exchange.plane, session, aboutOf(id), (said, answer) => {
        const ended = endHere(key, Buffer.from(said))
        // Without an answer whoever asked passes nothing on.
        ended.then((may) => answer(may ? PASS : KEEP), parts.onLost)
      })
      const stopTimer = parts.clock.after(parts.timeoutMs, () => timeOut(key))
      const stop = () => {
        over()
        unheard()
        unended()
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
    async end(plane, session, id, final) {
      const key = keyOf(session, id)
      if (kept.has(key)) return endHere(key, final)
      const said = Buffer.from(final).toString()
      const answer = await parts.elsewhere.ask(plane, session, aboutOf(id), said)
      if (answer === undefined)
        throw new Fault('unconfirmed', { detail: 'the process that has the call did not say' })
      return answer === PASS || answer === NOBODY
    },
  }
}

const aboutOf = (id: RequestId): string => `end ${JSON.stringify(id)}`
