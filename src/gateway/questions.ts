import { type AskedFor, legacyRequest, type Question } from '#bridge/to-modern/asked.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { spanOf } from '#lib/json.ts'
import type { Elsewhere } from './elsewhere.ts'
import { type Ask, type Caller, callerKey, type Exchange, type Session } from './exchange.ts'
import type { Tell } from './inbound.ts'
import type { Reply } from './reply.ts'
import type { Stand, Standing, Unpermitted } from './standing.ts'
import type { Underway } from './underway.ts'

/**
 * What servers ask legacy callers in the middle of a call, and the calls that wait for the answers. An
 * answer finds its question by the session that it was asked in and the id that it was asked under:
 * no other caller has that session (`sessions.ts`). Bounded in number and time, over all and for each
 * caller.
 */
export interface Questions {
  /** Asks on the stream of the call; resolves when all is answered, or why it will not be. Never rejects. */
  put(about: Put): Promise<Heard>
  /** An answer from that session, to whichever process asked; what nobody asked is let go of. */
  hear(plane: PlaneId, session: Session, tell: Tell): Promise<void>
  /** The gateway stops: nobody is let in who could answer, so that all who wait are told to call again. */
  close(): void
}

interface Put {
  readonly exchange: Exchange
  readonly caller: Caller
  readonly ask: Ask
  readonly session: Session
  readonly questions: AskedFor['questions']
  readonly reply: Reply
  /** Why it may not go on. */
  readonly reason: Stand['reason']
}

export type Heard =
  /** By the names of the questions, each as the JSON text that it is. */
  { readonly answers: Readonly<Record<string, string>> } | { readonly unheard: Unheard }

/** Why there are no answers: `gone` and `cancelled` by the caller, who is told nothing more. */
export type Unheard =
  | 'crowded'
  | 'late'
  | 'refused'
  | 'stopping'
  | 'gone'
  | 'cancelled'
  | Unpermitted

const mostWaiting = 1000
const mostOfOneCaller = 16

/** The JSON text of a result; empty for an error. */
type Said = string

export const createQuestions = (parts: {
  clock: Pick<Clock, 'after'>
  standing: Pick<Standing, 'add'>
  underway: Pick<Underway, 'add'>
  elsewhere: Elsewhere
  nextId: () => string
  timeoutMs: number
}): Questions => {
  const open = new Map<string, (said: Said) => void>()
  const waiting = new Map<string, number>()
  const ends = new Set<(unheard: Unheard) => void>()
  let all = 0
  let isClosed = false

  const enter = (who: string): (() => void) | undefined => {
    const its = waiting.get(who) ?? 0
    if (all >= mostWaiting || its >= mostOfOneCaller) return undefined
    all++
    waiting.set(who, its + 1)
    return () => {
      all--
      const left = (waiting.get(who) ?? 1) - 1
      if (left === 0) waiting.delete(who)
      else waiting.set(who, left)
    }
  }

  return {
    put(about) {
      const { exchange, caller, ask, session, questions, reply } = about
      if (isClosed) return Promise.resolve({ unheard: 'stopping' })
      const leave = enter(`${exchange.plane} ${callerKey(caller.token)}`)
      if (!leave) return Promise.resolve({ unheard: 'crowded' })
      const { promise, resolve } = Promise.withResolvers<Heard>()
      const missing = new Map(questions.map(({ key }) => [`ask-${parts.nextId()}`, key]))
      const answers: Record<string, string> = {}
      const end = (unheard: Unheard) => resolve({ unheard })
      ends.add(end)
      const hear = (id: string, key: string) => (said: Said) => {
        open.delete(keyOf(session, id))
        // The first answer is the answer.
        if (!missing.delete(id)) return
        if (said === '') return end('refused')
        Object.defineProperty(answers, key, { value: said, enumerable: true })
        if (missing.size === 0) resolve({ answers })
      }
      const over = [
        leave,
        () => void ends.delete(end),
        ...[...missing].map(([id, key]) => {
          open.set(keyOf(session, id), hear(id, key))
          return parts.elsewhere.hold(exchange.plane, session, aboutOf(id), hear(id, key))
        }),
        parts.standing.add({ caller, reason: about.reason, end }),
        parts.underway.add(exchange.plane, session, ask.id, () => end('cancelled')),
        parts.clock.after(parts.timeoutMs, () => end('late')),
      ]
      reply.onGone(() => end('gone'))
      if (exchange.response.closed) end('gone')
      else send(about, [...missing.keys()], parts.nextId)
      return promise.finally(() => {
        for (const one of over) one()
        for (const id of missing.keys()) {
          open.delete(keyOf(session, id))
          // 2025-11-25, basic/utilities/cancellation: nobody waits for this answer any more.
          reply.relay(cancelled(id))
        }
      })
    },

    async hear(plane, session, { doc, message }) {
      if (message.kind === 'notification' || typeof message.id !== 'string') return
      const here = open.get(keyOf(session, message.id))
      const span = message.kind === 'result' ? spanOf(doc, 'result') : undefined
      const said = span ? Buffer.from(doc.bytes.subarray(span.start, span.end)).toString() : ''
      if (here) here(said)
      else await parts.elsewhere.tell(plane, session, aboutOf(message.id), said)
    },

    close() {
      isClosed = true
      for (const end of [...ends]) end('stopping')
    },
  }
}

const keyOf = (session: Session, id: string): string => `${session.id} ${id}`
const aboutOf = (id: string): string => `answer ${id}`

const send = ({ questions, session, reply }: Put, ids: readonly string[], nextId: () => string) => {
  reply.openEvents()
  for (const [at, id] of ids.entries()) {
    const question: Question | undefined = questions[at]
    const about = { id, revision: session.revision, elicitationId: nextId() }
    if (question) reply.relay(legacyRequest(question, about))
  }
}

const cancelled = (requestId: string): Buffer => {
  const params = { requestId, reason: 'its answer is not waited for any more' }
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }))
}
