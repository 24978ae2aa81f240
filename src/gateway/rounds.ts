import { type AskedFor, readAskedFor, undeclaredFor } from '#bridge/to-modern/asked.ts'
import type { PlaneId } from '#domain/name.ts'
import { type FaultCode, faults } from '#lib/fault.ts'
import { errorBytes, INTERNAL_ERROR, INVALID_PARAMS, resultBytes } from '#mcp/messages.ts'
import { UNKNOWN_SPEAKER } from '#mcp/speaker.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { Asked } from './asked.ts'
import type { Ask, CallAsk, Caller, Session } from './exchange.ts'
import type { Answer } from './forward.ts'
import type { Questions, Unheard } from './questions.ts'
import { faultBytes } from './refusal.ts'
import type { Reply } from './reply.ts'
import type { Stand } from './standing.ts'

/**
 * A server of the modern era asks its caller something by ending the call, and goes on with the next
 * one that brings the answers (2026-07-28, basic/patterns/mrtr). A legacy caller is asked for real, on
 * the stream of its one request. Each round is a call, with every step (`serve.ts`).
 */
export interface Rounds {
  /** What is asked for; undefined where the call is over with this answer. */
  asked(ask: CallAsk, answer: Answer): Open | undefined
  /** Asks, and answers the call of the next round; undefined where there is none, and its caller was told why. */
  next(asked: Asked, open: Open, about: NextAbout): Promise<Next | undefined>
}

export interface Open extends AskedFor {
  readonly ask: Ask
  readonly session: Session
}
export interface Next {
  readonly caller: Caller
  readonly ask: Ask
  readonly round: number
}
interface NextAbout {
  readonly reply: Reply
  readonly call: string
  /** The one that is over, from 1. */
  readonly round: number
  readonly reason: Stand['reason']
}

export const mostRounds = 8
export const mostQuestions = 16

export const createRounds = (parts: {
  questions: Questions
  snapshot(plane: PlaneId): PlaneSnapshot
}): Rounds => {
  const next: Rounds['next'] = async ({ exchange, caller }, open, about) => {
    const { ask, session, questions, requestState } = open
    const end = (why: Ending): undefined =>
      about.reply.finish(endBytes(ask, why, about.call)) as undefined
    const unfit = unfitFor(open, about.round)
    if (unfit) return end(unfit)
    const heard =
      questions.length === 0
        ? { answers: {} }
        : await parts.questions.put({ ...about, ...open, exchange, caller })
    if ('unheard' in heard) return end(endings[heard.unheard])
    // Decided anew, by what is in force now.
    const view = parts.snapshot(exchange.plane).caller(caller.view.who)
    if (!view) return end(endings.revoked)
    const answers = { responses: heard.answers, requestState }
    return {
      caller: { ...caller, view },
      ask: { ...ask, session, answers, round: about.round },
      round: about.round + 1,
    }
  }

  return {
    asked(ask, answer) {
      if (ask.era !== 'legacy' || !ask.session || answer.status !== 'input required')
        return undefined
      const asked = answer.final && readAskedFor(answer.final)
      return asked && { ...asked, ask, session: ask.session }
    },
    next,
  }
}

/** How a call ends whose questions were not answered. */
type Ending = FaultCode | 'nothing' | { readonly code: number; readonly text: string }

const unfitFor = ({ questions, session }: Open, round: number): Ending | undefined => {
  const { capabilities } = session.speaker ?? UNKNOWN_SPEAKER
  for (const question of questions) {
    const lacks = undeclaredFor(question, capabilities)
    if (lacks !== undefined) return undeclared(lacks)
  }
  if (questions.length > mostQuestions)
    return {
      code: faults.upstream_broken.rpc,
      text: `The server asked ${questions.length} things at once; at most ${mostQuestions} are put to a client.`,
    }
  return round < mostRounds
    ? undefined
    : {
        code: faults.upstream_broken.rpc,
        text: `The server asked ${mostRounds} times and was not done; it is not asked again. Do not retry.`,
      }
}

const undeclared = (capability: string): Ending => ({
  code: INVALID_PARAMS,
  text:
    `The server wants to ask this client for something that it did not declare (${capability}), so the call cannot go on.\n` +
    'Continue without it, or tell the user.',
})

const endings: Readonly<Record<Unheard, Ending>> = {
  gone: 'nothing',
  cancelled: 'nothing',
  suspended: 'suspended',
  revoked: 'revoked',
  crowded: {
    code: faults.flood.rpc,
    text: 'Too many calls wait for answers of this client. Answer those first, then call again.',
  },
  late: {
    code: INTERNAL_ERROR,
    text: 'The server asked something, and no answer came in time. Call again when it can be answered.',
  },
  stopping: {
    code: INTERNAL_ERROR,
    text: 'The server asked something, and the gateway stops before it can be answered. Call again.',
  },
  refused: {
    code: INTERNAL_ERROR,
    text: 'The server asked something, and the client answered with an error, so the call cannot go on.',
  },
}

/** A tool's caller is a model, which reads results; another's is a program. */
const endBytes = (ask: Ask, why: Ending, call: string): Buffer | undefined => {
  if (why === 'nothing') return undefined
  if (typeof why === 'string') return faultBytes(ask.id, why, call)
  const { code, text } = why
  return ask.method === 'tools/call'
    ? resultBytes(ask.id, { content: [{ type: 'text', text }], isError: true })
    : errorBytes(ask.id, code, text, { call })
}
