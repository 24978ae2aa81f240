import type { Caller } from './exchange.ts'
import { callerKey } from './exchange.ts'

/** Which callers have been asked for a stronger sign-in of their user (RFC 9470), so that asking ends. */
export interface StepUps {
  /** False where its user cannot do better: nobody is behind it, or signed in since it was asked for so much. */
  mayAsk(caller: Caller, acr: readonly string[], now: number): boolean
}

const rememberedMs = 600_000
/** Seconds are all that a token says of when its user signed in. */
const secondMs = 1000

/**
 * A challenge that came true changes nothing where the issuer cannot give what is asked for: whoever
 * signs in after it and is as weak as before is refused, and is not asked again. In memory, and bounded:
 * another process asks once more.
 */
export const createStepUps = (most: number): StepUps => {
  const asked = new Map<string, number>()
  return {
    mayAsk({ token }, acr, now) {
      if (token.user === undefined) return false
      const key = `${callerKey(token)}\n${acr.join(' ')}`
      const at = asked.get(key)
      const isKnown = at !== undefined && now - at < rememberedMs
      if (isKnown) return (token.signedInAt ?? token.issuedAt) + secondMs <= at
      asked.delete(key)
      asked.set(key, now)
      const [eldest] = asked.keys()
      if (asked.size > most && eldest !== undefined) asked.delete(eldest)
      return true
    },
  }
}
