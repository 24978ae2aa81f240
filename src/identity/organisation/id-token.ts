import type { IssuerDocument } from '#domain/documents.ts'
import type { JsonObject } from '#lib/json.ts'
import type { KeySource } from '../foreign/key-source.ts'
import { prove, readToken } from '../foreign/read.ts'
import { checkRegistered, isInstant, isWord } from '../foreign/registered.ts'
import type { TokenProblem } from '../identity.ts'

/** What an ID token says of a person who has just signed in. */
export interface Identified {
  readonly subject: string
  readonly claims: JsonObject
  /** Seconds since 1970: when the person proved to their organisation who they are. */
  readonly signedInAtS: number
  readonly acr: string | undefined
  /** Of the session there (OpenID Connect Front-Channel Logout 1.0 §3), where it says one. */
  readonly sid: string | undefined
}

export interface Expected {
  readonly issuer: IssuerDocument
  readonly clientId: string
  readonly nonce: string
  /** How long ago the person may have proven who they are, seconds. */
  readonly maxAgeS: number
  readonly nowMs: number
}

const longestMs = 86_400_000
/** Clocks of two houses. */
const aheadS = 30
/** What an access token, a logout token or a token bound to somebody's key has. */
const foreignToIdentity = ['events', 'cnf', 'act', 'client_id', 'scope']

/**
 * OpenID Connect Core §3.1.3.7 by the strict reading of any token of others: signed by that issuer's own
 * keys although it came over TLS, for this client and nobody else, made for this very sign-in. When the
 * person signed in has to be told: steps up the way are decided by it, and an issuer that leaves it
 * out would have made every sign-in a fresh one.
 */
export async function identify(
  text: string,
  { issuer, clientId, nonce, maxAgeS, nowMs }: Expected,
  keys: KeySource,
): Promise<Identified | TokenProblem | 'nonce' | 'auth_time'> {
  const token = readToken(text)
  if (typeof token === 'string') return token
  if (token.typ !== '' && token.typ !== 'jwt') return 'header'
  if (foreignToIdentity.some((name) => Object.hasOwn(token.claims, name))) return 'claims'
  const proven = await prove(token, issuer, keys)
  if (typeof proven === 'string') return proven
  const { claims } = proven
  const said = checkRegistered(claims, { issuer: issuer.issuer, nowMs, longestMs })
  if (typeof said === 'string') return said
  if (said.audience !== clientId) return 'audience'
  if (claims.azp !== undefined && claims.azp !== clientId) return 'audience'
  if (claims.nonce !== nonce) return 'nonce'
  const { acr, sid, auth_time: signedInAtS } = claims
  const nowS = nowMs / 1000
  if (!isInstant(signedInAtS) || signedInAtS > nowS + aheadS) return 'auth_time'
  if (signedInAtS < nowS - maxAgeS - aheadS) return 'auth_time'
  if (acr !== undefined && !isWord(acr, 128)) return 'claims'
  if (sid !== undefined && !isWord(sid, 255)) return 'claims'
  return { subject: said.subject, claims, signedInAtS, acr, sid }
}
