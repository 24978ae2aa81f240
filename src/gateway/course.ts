import { INTERNAL_ERROR, METHOD_NOT_FOUND, type RequestId } from '#mcp/messages.ts'
import type { Asked, Sending } from './asked.ts'
import type { Reply } from './reply.ts'
import { mostQuestions, mostRounds } from './rounds.ts'

/** What was decided of a call last: what goes on stands on that. */
export interface Round {
  readonly asked: Asked
  readonly sending: Sending
}

/**
 * A call on its way, from its first round to its last. A legacy server may ask its legacy caller something
 * in between, by itself: the first answer ends the round that it was asked in, and the next one begins
 * with every step (`serve.ts`) before that answer reaches the server.
 */
export interface Course {
  /** The one that is current. */
  readonly round: Round
  /** The last one, once none is about to begin and none will; undefined where one was refused, and the caller told. */
  last(): Round | undefined | Promise<Round | undefined>
  /** What the server asks, where its caller can be asked; undefined where it cannot. */
  readonly questions?: CourseQuestions
}

/** What is asked in one call. An id is the server's own, and is asked once at a time. */
export interface CourseQuestions {
  /** Through which what is streamed goes out, for the round that is current. */
  readonly reply: Reply
  /** From now on its answer is waited for; else why its server gets none. */
  put(id: RequestId): Unput | undefined
  /** The server has put it back. */
  withdraw(id: RequestId): void
  /** What the caller answered, in a message for the server. Resolves with the HTTP status of what became of it. */
  answer(id: RequestId, bytes: Uint8Array): Promise<number>
  /** How the call is ended at its server, and here. */
  onRefused(quit: () => void): void
  /** The stream that its caller called by has ended: nothing more is said on it. */
  detach(): void
}

/** The error that the server gets in the place of an answer; `twice` for an id that is asked already. */
export type Unput = { readonly code: number; readonly text: string } | 'twice'

/** Of a call whose caller cannot be asked anything on the way. */
export const straight = (round: Round): Course => ({ round, last: () => round })

export const createCourse = (about: {
  first: Round
  reply: Reply
  /** Ends that round and begins the one of that number; undefined where it was refused, and its caller told. */
  next(round: Round, number: number, reply: Reply): Promise<Round | undefined>
  /** Says something to the server in the name of that round. */
  say(round: Round, body: Uint8Array): Promise<number>
  refuse(round: Round, id: RequestId, why: Exclude<Unput, 'twice'>): void
  /** What the registry of all courses has to know of this one. */
  opened(id: RequestId): void
  closed(id: RequestId): void
  over(): void
}): Course & { readonly questions: CourseQuestions } => {
  let { reply } = about
  /** In which round it was asked. */
  const open = new Map<RequestId, number>()
  let round = about.first
  let number = 0
  let isOver = false
  let isRefused = false
  let heard = heardIn(round, reply)
  let quit = () => {}
  // One answer after the other: whichever comes first begins the round of all that was asked with it.
  let line: Promise<unknown> = Promise.resolve()

  const close = (id: RequestId): number | undefined => {
    const askedIn = open.get(id)
    if (open.delete(id)) about.closed(id)
    return askedIn
  }
  const end = (): void => {
    if (isOver) return
    isOver = true
    for (const id of [...open.keys()]) close(id)
    about.over()
  }
  const refused = (id: RequestId): void => {
    isRefused = true
    for (const one of [id, ...open.keys()]) about.refuse(round, one, wantedNoLonger)
    end()
    quit()
  }
  const goOn = async (id: RequestId): Promise<boolean> => {
    const next = await about.next(round, number + 1, reply)
    if (!next) {
      refused(id)
      return false
    }
    round = next
    number++
    heard = heardIn(round, reply)
    return !isOver
  }
  const hear = async (id: RequestId, bytes: Uint8Array): Promise<number> => {
    // The first answer is the answer, and what nobody waits for is let go of.
    const askedIn = close(id)
    if (askedIn === undefined || isOver) return 202
    if (askedIn === number && !(await goOn(id))) return 202
    return about.say(round, bytes)
  }

  return {
    get round() {
      return round
    },
    async last() {
      end()
      await line
      return isRefused ? undefined : round
    },
    questions: {
      reply: { ...reply, relay: (bytes, event) => heard.relay(bytes, event) },
      put(id) {
        if (open.has(id)) return 'twice'
        if (isOver) return wantedNoLonger
        if (String(id).length > mostIdLength) return tooLong
        if (open.size >= mostQuestions) return tooMany
        if (number + 1 >= mostRounds) return tooOften
        open.set(id, number)
        about.opened(id)
        return undefined
      },
      withdraw: (id) => void close(id),
      answer(id, bytes) {
        const said = line.then(() => hear(id, bytes))
        line = said.catch(() => {})
        return said
      },
      onRefused(how) {
        quit = how
      },
      detach() {
        reply = { ...reply, openEvents() {}, relay: () => true, finish() {} }
        heard = heardIn(round, reply)
      },
    },
  }
}

const heardIn = ({ sending }: Round, reply: Reply): Reply =>
  sending.call.result?.listen(reply) ?? reply

const wantedNoLonger = { code: INTERNAL_ERROR, text: 'The call does not go on' }
const mostIdLength = 256
const tooLong = {
  code: INTERNAL_ERROR,
  text: `An id has at most ${mostIdLength} characters`,
}
const tooMany = {
  code: INTERNAL_ERROR,
  text: `At most ${mostQuestions} things are asked at once in one call`,
}
const tooOften = {
  code: INTERNAL_ERROR,
  text: `A call has at most ${mostRounds} rounds: its caller is not asked again`,
}
/** Of what cannot be asked at all. */
export const unaskable = { code: METHOD_NOT_FOUND, text: 'Nobody can be asked this here' }
