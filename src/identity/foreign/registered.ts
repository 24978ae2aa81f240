import type { JsonObject, JsonValue } from '#lib/json.ts'
import type { TokenProblem } from '../identity.ts'

/** What the registered claims of a token of others say (RFC 7519 §4.1), once they are in order. */
export interface Registered {
  readonly subject: string
  readonly audience: string
  /** UTC milliseconds. */
  readonly issuedAt: number | undefined
  readonly expiresAt: number
  readonly id: string | undefined
}

/** How far the clock of another may run ahead of ours. What is over is over. */
const aheadMs = 30_000

/**
 * The claims that any token has, checked alike wherever it is taken: `iss` exact, one `aud` alone,
 * whole seconds, not over, not of the future, and not made to live for longer than is allowed.
 */
export function checkRegistered(
  claims: JsonObject,
  { issuer, nowMs, longestMs }: { issuer: string; nowMs: number; longestMs: number },
): Registered | TokenProblem {
  const { iss, sub, exp, iat, nbf, jti } = claims
  if (iss !== issuer && !(iss === undefined && isInDomain(sub, issuer))) return 'issuer'
  const audience = onlyAudience(claims.aud)
  if (!isWord(sub, 255) || audience === undefined || !isInstant(exp)) return 'claims'
  if (iat !== undefined && (!isInstant(iat) || iat >= exp)) return 'claims'
  if (nbf !== undefined && !isInstant(nbf)) return 'claims'
  if (jti !== undefined && !isWord(jti, 255)) return 'claims'
  if (exp * 1000 <= nowMs) return 'expired'
  if (Math.max(iat ?? 0, nbf ?? 0) * 1000 > nowMs + aheadMs) return 'not yet'
  const madeMs = iat === undefined ? nowMs : iat * 1000
  if (exp * 1000 - madeMs > longestMs) return 'too old'
  return {
    ...{ subject: sub, audience, id: jti },
    issuedAt: iat === undefined ? undefined : iat * 1000,
    expiresAt: exp * 1000,
  }
}

/** SPIFFE JWT-SVID §3: `iss` may be left out; the subject says the trust domain, whose keys sign it. */
const isInDomain = (subject: JsonValue | undefined, issuer: string): boolean =>
  issuer.startsWith('spiffe://') &&
  typeof subject === 'string' &&
  subject.startsWith(`${issuer.replace(/\/$/, '')}/`)

/** A token that is good for others too can be sent on by them: of a list, one member is all there may be. */
function onlyAudience(aud: JsonValue | undefined): string | undefined {
  const [only, ...others] = Array.isArray(aud) ? aud : [aud]
  return others.length === 0 && isWord(only, 512) ? only : undefined
}

/** RFC 7519 NumericDate; whole seconds below 2⁴⁰, so that none is rounded and none never comes. */
export const isInstant = (value: JsonValue | undefined): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 40

/** Visible ASCII with spaces inside: what is written in entries and compared letter by letter. */
export const isWord = (value: JsonValue | undefined, most: number): value is string =>
  typeof value === 'string' &&
  value.length <= most &&
  /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)
