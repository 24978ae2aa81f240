import type { PlaneId } from '#domain/name.ts'
import { errorBytes, type RequestId } from '#mcp/messages.ts'
import { type Course, createCourse, type Round, straight, type Unput } from './course.ts'
import type { Elsewhere } from './elsewhere.ts'
import type { Session } from './exchange.ts'
import type { Reply } from './reply.ts'

/**
 * What legacy servers ask legacy callers by themselves, in sessions that lie with the servers. A question
 * belongs to the call on whose stream it is asked; an answer finds it by the session and the id, at
 * whichever process the call is: no other caller has that session (`sessions.ts`).
 */
export interface Asking {
  /** A call whose intent is durable, and what goes on of it. */
  begin(first: Round, reply: Reply, next: Next): Course
  /** An answer in that session; the HTTP status of what became of it. What nobody asked is let go of. */
  hear(plane: PlaneId, session: Session, id: RequestId, bytes: Uint8Array): Promise<number>
  /**
   * Asked on the session's own stream (2025-11-25, transports §Listening): about the one call that is on
   * its way in the session, at whichever process. False where there is none, or more than one.
   */
  adopt(plane: PlaneId, session: Session, id: RequestId): Promise<boolean>
}

/** Ends that round and begins the one of that number; undefined where it was refused, and its caller told. */
export type Next = (round: Round, number: number, reply: Reply) => Promise<Round | undefined>

/** What is sent beside a call, in its session and its name. */
export interface Beside {
  /** Whether its server asks its caller by itself. */
  asks(round: Round): boolean
  say(round: Round, body: Uint8Array): Promise<number>
}

type Asks = Course & { readonly questions: NonNullable<Course['questions']> }

export const createAsking = (parts: { elsewhere: Elsewhere; beside: Beside }): Asking => {
  const { elsewhere, beside } = parts
  /** By session and id, what an answer goes to. */
  const open = new Map<string, Asks>()
  const refuse = (round: Round, id: RequestId, { code, text }: Exclude<Unput, 'twice'>): void =>
    void beside.say(round, errorBytes(id, code, text))
  // The other process has put it to the caller by then, and lets go of what that answers.
  const sessions = createCourses(elsewhere, (course, id) => {
    const why = course.questions.put(id)
    if (why && why !== 'twice') refuse(course.round, id, why)
  })

  const begin = (first: Round, reply: Reply, next: Next, session: Session): Course => {
    const { plane } = first.asked.exchange
    const holds = new Map<RequestId, () => void>()
    const course: Asks = createCourse({
      first,
      reply,
      next,
      say: beside.say,
      refuse,
      opened(id) {
        open.set(keyOf(session, id), course)
        const hear = (said: string) => void course.questions.answer(id, Buffer.from(said))
        holds.set(id, elsewhere.hold(plane, session, aboutOf(id), hear))
      },
      closed(id) {
        open.delete(keyOf(session, id))
        holds.get(id)?.()
        holds.delete(id)
      },
      over: () => leave(),
    })
    const leave = sessions.enter(plane, session, course)
    return course
  }

  return {
    begin(first, reply, next) {
      const { session } = first.asked.ask
      return session && beside.asks(first) ? begin(first, reply, next, session) : straight(first)
    },
    async hear(plane, session, id, bytes) {
      const here = open.get(keyOf(session, id))
      if (here) return here.questions.answer(id, bytes)
      await elsewhere.tell(plane, session, aboutOf(id), Buffer.from(bytes).toString())
      return 202
    },
    async adopt(plane, session, id) {
      const here = sessions.only(session)
      if (here === 'several') return false
      if (here) return here.questions.put(id) === undefined
      return await elsewhere.tell(plane, session, BESIDE, JSON.stringify(id)).catch(() => false)
    },
  }
}

/** Calls on their way in each session; where there is one alone, other processes find it. */
const createCourses = (elsewhere: Elsewhere, asked: (course: Asks, id: RequestId) => void) => {
  const sessions = new Map<string, { readonly courses: Set<Asks>; unheld(): void }>()

  const hold = (plane: PlaneId, session: Session): void => {
    const its = sessions.get(session.id)
    if (!its) return
    its.unheld()
    const [only] = its.courses
    const isOne = its.courses.size === 1 && only
    its.unheld = isOne
      ? elsewhere.hold(plane, session, BESIDE, (said) => asked(only, JSON.parse(said) as RequestId))
      : () => {}
    if (its.courses.size === 0) sessions.delete(session.id)
  }

  return {
    enter(plane: PlaneId, session: Session, course: Asks): () => void {
      const its = sessions.get(session.id) ?? { courses: new Set(), unheld() {} }
      sessions.set(session.id, its)
      its.courses.add(course)
      hold(plane, session)
      return () => {
        its.courses.delete(course)
        hold(plane, session)
      }
    },
    only({ id }: Session): Asks | 'several' | undefined {
      const courses = sessions.get(id)?.courses
      const [first] = courses ?? []
      return courses && courses.size > 1 ? 'several' : first
    },
  }
}

const BESIDE = 'asked beside a call'
const keyOf = (session: Session, id: RequestId): string => `${session.id} ${JSON.stringify(id)}`
const aboutOf = (id: RequestId): string => `answer ${JSON.stringify(id)}`
