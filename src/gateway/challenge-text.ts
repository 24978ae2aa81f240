import {
  bindingChallenge,
  insufficientScopeChallenge,
  staleTokenChallenge,
  strongerSignInChallenge,
} from '#identity/challenge.ts'
import type { Challenge } from './refusal.ts'

/** What a token must have or be, as `WWW-Authenticate` says it. */
export const challengeText = (metadata: string, challenge: Challenge): string => {
  if ('scopes' in challenge) return insufficientScopeChallenge(metadata, challenge.scopes)
  if ('maxAgeS' in challenge) return staleTokenChallenge(metadata, challenge.maxAgeS)
  return 'acr' in challenge
    ? strongerSignInChallenge(metadata, challenge.acr)
    : bindingChallenge(metadata, challenge.binding)
}
