import { type ClientId, splitClientId, userPattern } from '#domain/name.ts'
import type { JsonValue } from '#lib/json.ts'
import type { TokenProblem } from './identity.ts'

/** What our access tokens say, and all that they say (RFC 9068 §2.2). Times are seconds since 1970. */
export interface AccessClaims {
  readonly iss: string
  /** The agent; where it acts for a user, the user. */
  readonly sub: string
  /** The agent that acts for the user (RFC 8693 §4.1): one, not a chain of them. */
  readonly act?: { readonly sub: string }
  readonly client_id: ClientId
  /** Exactly one resource (RFC 8707). */
  readonly aud: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
  /** Present only where scopes were asked for; absent means what the caller's grants imply. */
  readonly scope?: string
}

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
const optional = new Set(['act', 'scope'])

/**
 * The claims of a signed payload, or what is wrong with them. The set is closed: a claim that this
 * version does not know could narrow what the token is good for (`cnf`), so it is refused
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
  const { iss, sub, act, client_id, aud, iat, exp, jti, scope } = value as Record<string, JsonValue>
  if (!isText(iss) || !isText(aud) || !isText(jti) || !isText(client_id)) return undefined
  const agent = splitClientId(client_id)?.agent
  if (
    agent === undefined ||
    !(act === undefined ? sub === agent : isUser(sub) && isActor(act, agent))
  )
    return undefined
  if (!isInstant(iat) || !isInstant(exp) || exp <= iat) return undefined
  if (scope !== undefined && !isScope(scope)) return undefined
  return value as unknown as AccessClaims
}

const isText = (value: JsonValue | undefined): value is string =>
  typeof value === 'string' && value.length > 0

const isUser = (value: JsonValue | undefined): boolean =>
  typeof value === 'string' && userPattern.test(value)

/** Whoever else took part, or says more of the actor than who it is, would be overlooked further on. */
const isActor = (value: JsonValue, agent: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).join() === 'sub' &&
  (value as Record<string, JsonValue>).sub === agent

/** RFC 7519 NumericDate, of which we write whole seconds below 2⁴⁰ only. */
const isInstant = (value: JsonValue | undefined): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 40

const isScope = (value: JsonValue): value is string =>
  typeof value === 'string' && areScopes(value.split(' '))
