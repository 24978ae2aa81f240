import { hash } from 'node:crypto'
import type { PlaneMailboxes } from '#bridge/mailboxes.ts'
import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { Session } from './exchange.ts'

/**
 * What a legacy caller says in a session about something that another process has in hand: an answer,
 * a cancellation. Its requests come to any process; what they are about is at one.
 */
export interface Elsewhere {
  /** Hears what is said about it in that session at any other process, until the answer is called. */
  hold(plane: PlaneId, session: Session, about: string, hear: Hear): () => void
  /**
   * True when whoever has it in hand has heard. Rejects with Fault flood where so much that this session
   * said waits already, and with the store's.
   */
  tell(plane: PlaneId, session: Session, about: string, said: string): Promise<boolean>
  /**
   * What whoever has it in hand answers: `nobody` where nobody has, undefined where no answer came.
   * Rejects as `tell`.
   */
  ask(plane: PlaneId, session: Session, about: string, said: string): Promise<string | undefined>
}

type Hear = (said: string, answer: (said: string) => void) => void

export const NOBODY = 'nobody'

/** Longer than a notification takes, and than a process that missed one looks again. */
const withinMs = 2000
/** Of one session: what nobody waits for would fill the room of all. */
const mostUntold = 8

export const createElsewhere = (mailboxes: (plane: PlaneId) => PlaneMailboxes): Elsewhere => {
  const held = new Set<string>()
  const untold = new Map<string, number>()

  const bounded = async <T>(session: Session, say: () => Promise<T>): Promise<T> => {
    const its = untold.get(session.id) ?? 0
    if (its >= mostUntold)
      throw new Fault('flood', { detail: 'a session says much that nobody asked' })
    untold.set(session.id, its + 1)
    try {
      return await say()
    } finally {
      const left = (untold.get(session.id) ?? 1) - 1
      if (left > 0) untold.set(session.id, left)
      else untold.delete(session.id)
    }
  }

  return {
    hold(plane, session, about, hear) {
      const key = keyOf(session, about)
      // A caller that uses an id twice is heard of the first.
      if (held.has(`${plane} ${key}`)) return () => {}
      held.add(`${plane} ${key}`)
      const end = mailboxes(plane).hold(key, (said, answer) =>
        hear(said.toString(), (text) => void answer(Buffer.from(text)).catch(() => {})),
      )
      return () => {
        held.delete(`${plane} ${key}`)
        end()
      }
    },
    tell: (plane, session, about, said) =>
      bounded(session, () =>
        mailboxes(plane).tell(keyOf(session, about), Buffer.from(said), withinMs),
      ),
    ask: (plane, session, about, said) =>
      bounded(session, async () => {
        const key = keyOf(session, about)
        const { isHeard, answer } = await mailboxes(plane).ask(key, Buffer.from(said), withinMs)
        return isHeard ? answer?.toString() : NOBODY
      }),
  }
}

/** Of another session it is another one: nobody reaches what is not of his own. */
const keyOf = ({ id }: Session, about: string): string =>
  `said-${hash('sha256', `${id} ${about}`, 'base64url')}`
