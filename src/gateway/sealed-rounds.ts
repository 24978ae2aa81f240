import type { ApiLent } from './api-call.ts'
import type { Asked, NotedLent, OwnLent } from './asked.ts'
import type { Ask } from './exchange.ts'
import type { Answer } from './forward.ts'
import type { RequestStates } from './request-state.ts'

/** The message as its server will read it, and how many rounds of it were answered, this one among them. */
export interface AtServer {
  readonly ask: Ask
  readonly round: number
}

/** Rounds of a modern caller's calls: what comes back is opened, what goes out is sealed. */
export const createSealedRounds = (states: RequestStates) => {
  const about = ({ exchange, caller, target }: Asked, ask: Ask) => ({
    plane: exchange.plane,
    caller,
    ask,
    target,
  })

  return {
    isForeign: (asked: Asked, ask: Ask): boolean =>
      ask.era === 'modern' && states.open(about(asked, ask)) === 'refused',

    atServer(asked: Asked, ask: Ask): AtServer {
      if (ask.era === 'legacy') return { ask, round: ask.round ?? 0 }
      const opened = states.open(about(asked, ask))
      return opened === undefined || opened === 'refused'
        ? { ask, round: 0 }
        : { ask: { ...ask, doc: opened.doc }, round: opened.round }
    },

    /** The state of a round leaves sealed. */
    seal(asked: Asked, lent: AtServer | ApiLent, answer: Answer): Answer {
      const { ask } = asked
      const { status, final } = answer
      if (status !== 'input required' || !final || ask.era !== 'modern') return answer
      const round = roundOf(lent) + 1
      return { ...answer, final: states.seal({ ...about(asked, ask), final, round }) }
    },
  }
}

/** Which round it answers; 0 where it answers none. */
export const roundOf = (lent: AtServer | ApiLent | OwnLent | NotedLent): number =>
  'round' in lent ? lent.round : 0
