import type { Refusal } from '#domain/decision.ts'
import type { Asked } from './asked.ts'
import type { Exchange } from './exchange.ts'
import { answerRefusal, challengeOf } from './refusal.ts'
import { answerRestRefusal } from './rest-reply.ts'
import type { StepUps } from './step-ups.ts'
import { type Target, writtenAtPlane } from './target.ts'

/** A refusal as its caller is told it, in the protocol that it called in, with what it may do about it. */
export const createRefusedAs =
  (parts: { origin: string; stepUps: StepUps }) =>
  (asked: Asked, refusal: Refusal, call: string) => {
    const { exchange, caller, ask, target } = asked
    const { agent, consumer } = caller.view
    const name = target.written
    const fallback = fallbackFor(exchange, target, refusal)
    const maySignIn = 'acr' in refusal && parts.stepUps.mayAsk(caller, refusal.acr, asked.at)
    const byApiKey = caller.token.apiKey !== undefined
    const told = { refusal, name, call, agent, consumer, fallback, maySignIn, byApiKey }
    if (ask.era !== 'rest') return { headers: {}, ...answerRefusal({ ...told, ask }) }
    const { bytes, ...answer } = answerRestRefusal({ ...told, origin: parts.origin })
    return { ...answer, body: bytes, challenge: challengeOf(told) }
  }

/** As this caller writes it: otherwise at the plane's endpoint than at the server's own. */
const fallbackFor = (
  { server }: Exchange,
  target: Target,
  refusal: Refusal,
): string | undefined => {
  const fallback = 'fallback' in refusal ? refusal.fallback : undefined
  return fallback === undefined || server !== undefined
    ? fallback
    : writtenAtPlane(target.server, target.kind, fallback)
}
