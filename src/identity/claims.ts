import { type ClientId, splitClientId, userPattern } from '#domain/name.ts'
import type { JsonValue } from '#lib/json.ts'
import type { TokenProblem } from './identity.ts'

/** What our access tokens say, and all that they say (RFC 9068 §2.2). Times are seconds since 1970. */
export interface AccessClaims {
  readonly iss: string
  /** The agent; where it acts for a user, the user. */
  readonly sub: string
  /** The agent that acts for the user, and whoever it acts through (RFC 8693 §4.1). */
  readonly act?: Actor
  readonly client_id: ClientId
  /** Exactly one resource (RFC 8707). */
  readonly aud: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
  /** Present only where scopes were asked for; absent means what the caller's grants imply. */
  readonly scope?: string
  /** The run that the token was obtained for (RFC 8693 exchange keeps it). */
  readonly txn?: string
  /** The key that whoever sends the token has to prove (RFC 9449 §6.1, RFC 8705 §3.1). */
  readonly cnf?: { readonly jkt: string } | { readonly 'x5t#S256': string }
  /** How strongly, and when, the person signed in (RFC 9470 §6.1). */
  readonly acr?: string
  readonly auth_time?: number
}

/** Outermost is who acts now; those inside acted before it (RFC 8693 §4.1). */
export interface Actor {
  readonly sub: string
  readonly act?: Actor
}

/** Longer chains than this are nobody's, and each link is looked at on every decision. */
export const mostActors = 4

/** No token of ours lives longer, whatever a plane says. */
export const longestLifeS = 3600

/** How far another of our machines' clocks may run ahead of this one. */
const aheadS = 30

/** RFC 6749 §3.3, one token of it. */
const scopePattern = /^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/

/** Scopes that may stand in a token: few and short enough that the token stays below what `verify` takes. */
export const areScopes = (scopes: readonly string[]): boolean =>
  scopes.length <= 64 &&
  scopes.every((scope) => scopePattern.test(scope)) &&
  scopes.join(' ').length <= 2048

const required = new Set(['iss', 'sub', 'client_id', 'aud', 'iat', 'exp', 'jti'])
const optional = new Set(['act', 'scope', 'txn', 'cnf', 'acr', 'auth_time'])

/**
 * The claims of a signed payload, or what is wrong with them. The set is closed: a claim that this
 * version does not know could narrow what the token is good for, so it is refused
 * rather than overlooked. A new claim is therefore understood one release before it is issued.
 */
export function checkClaims(
  value: JsonValue,
  issuer: string,
  nowMs: number,
): AccessClaims | TokenProblem {
  const claims = asClaims(value)
  if (claims === undefined) return 'claims'
  if (claims.iss !== issuer) return 'issuer'
  if (claims.exp * 1000 <= nowMs) return 'expired'
  if (claims.iat * 1000 > nowMs + aheadS * 1000) return 'not yet'
  return claims.exp - claims.iat > longestLifeS ? 'too old' : claims
}

function asClaims(value: JsonValue): AccessClaims | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const names = Object.keys(value)
  if (names.filter((name) => required.has(name)).length !== required.size) return undefined
  if (!names.every((name) => required.has(name) || optional.has(name))) return undefined
  const { iss, sub, act, client_id, aud, iat, exp, jti, scope, ...more } = value as Record<
    string,
    JsonValue
  >
  if (!isText(iss) || !isText(aud) || !isText(jti) || !isText(client_id)) return undefined
  const agent = splitClientId(client_id)?.agent
  if (
    agent === undefined ||
    !(act === undefined ? sub === agent : isUser(sub) && isActor(act, agent, mostActors))
  )
    return undefined
  if (!isInstant(iat) || !isInstant(exp) || exp <= iat) return undefined
  if (scope !== undefined && !isScope(scope)) return undefined
  if (!isTold(more)) return undefined
  return value as unknown as AccessClaims
}

const isText = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' && value.length > 0

const isUser = (value: JsonValue | undefined): boolean =>
  typeof value === 'string' && userPattern.test(value)

/** Whoever says more of an actor than who it is would be overlooked further on. */
const isActor = (value: JsonValue | undefined, agent: string, left: number): boolean => {
  if (!isRecord(value) || left === 0 || value.sub !== agent) return false
  const { sub, act, ...rest } = value
  if (Object.keys(rest).length > 0) return false
  return act === undefined || (isRecord(act) && isAgent(act.sub) && isActor(act, act.sub, left - 1))
}

const agentPattern = /^[a-z][a-z0-9-]{0,23}$/
const isAgent = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' && agentPattern.test(value)

const isRecord = (value: JsonValue | undefined): value is Record<string, JsonValue> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** SHA-256 as base64url, whose last character has two unused bits: zero. */
const thumbprintPattern = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/
/** Printable, and without what quotes it in a challenge. */
const wordPattern = /^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/
const isWord = (value: JsonValue): boolean => typeof value === 'string' && wordPattern.test(value)

/** Each of the optional claims that say more, as it has to be where it stands. */
const isTold = ({ txn, cnf, acr, auth_time: signedIn }: Record<string, JsonValue>): boolean =>
  (txn === undefined || isWord(txn)) &&
  (acr === undefined || isWord(acr)) &&
  (signedIn === undefined || isInstant(signedIn)) &&
  (cnf === undefined || isConfirmation(cnf))

/** One method and no more: a second one would be overlooked by whoever proves the first. */
export const isConfirmation = (value: JsonValue): boolean => {
  if (!isRecord(value)) return false
  const [name, ...others] = Object.keys(value)
  if (others.length > 0 || (name !== 'jkt' && name !== 'x5t#S256')) return false
  const said = value[name]
  return typeof said === 'string' && thumbprintPattern.test(said)
}

/** RFC 7519 NumericDate, of which we write whole seconds below 2⁴⁰ only. */
const isInstant = (value: JsonValue | undefined): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 40

const isScope = (value: JsonValue): value is string =>
  typeof value === 'string' && areScopes(value.split(' '))
