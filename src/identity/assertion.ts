import { isObject, type JsonValue } from '#lib/json.ts'
import { readPart, splitCompact } from './compact.ts'

/** What is wrong with an assertion, for the log; its sender learns no more than that it is refused. */
export type AssertionProblem =
  | 'malformed'
  | 'header'
  | 'claims'
  | 'subject'
  | 'audience'
  | 'expired'
  | 'not yet'
  | 'too long a life'

/** Algorithms of client assertions (RFC 8725 §3.1): nothing with a shared key, nothing with SHA-1. */
export const assertionAlgorithms = [
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
  ...['PS256', 'PS384', 'PS512', 'RS256'],
] as const

/** How far a client's clock may differ from this one. */
export const skewS = 30
/** As long its id is remembered; clients of this field make them for five minutes. */
const longestLifeS = 600

const headerNames = new Set(['alg', 'kid', 'typ'])
/** RFC 7523bis §4: the type of its own, or what JWT libraries write. */
const types = new Set(['jwt', 'client-authentication+jwt'])

/**
 * Whether a client assertion (RFC 7523 §3, RFC 7523bis) is one that every reader reads alike and that
 * was made for this issuer alone; whose key signed it is not looked at here. What a library would
 * overlook is refused: another text for the same bytes, a key or an address of one in the header, a
 * claim that stands twice, an audience with a second member, a time that is no whole second.
 */
export function findAssertionProblem(
  assertion: string,
  { client, issuer, nowMs }: { client: string; issuer: string; nowMs: number },
): AssertionProblem | undefined {
  const parts = splitCompact(assertion)
  if (typeof parts === 'string') return 'malformed'
  if (!isHeader(readPart(parts.header))) return 'header'
  const claims = readPart(parts.payload)
  if (!isObject(claims)) return 'claims'
  const { iss, sub, aud, jti } = claims
  if (typeof jti !== 'string' || !/^[\x21-\x7E]{1,256}$/.test(jti)) return 'claims'
  if (iss !== client || sub !== client) return 'subject'
  // RFC 7523bis: one that another server is an audience of as well could be replayed by it.
  if (aud !== issuer) return 'audience'
  return findTimeProblem(claims, nowMs / 1000)
}

function findTimeProblem(
  { iat, nbf, exp }: Readonly<Record<string, JsonValue>>,
  nowS: number,
): AssertionProblem | undefined {
  if (!isInstant(exp) || ![iat, nbf].every((time) => time === undefined || isInstant(time)))
    return 'claims'
  if (exp + skewS <= nowS) return 'expired'
  if ([iat, nbf].some((time) => Number(time ?? 0) > nowS + skewS)) return 'not yet'
  return exp > nowS + longestLifeS + skewS ? 'too long a life' : undefined
}

function isHeader(header: JsonValue): boolean {
  if (!isObject(header) || !Object.keys(header).every((name) => headerNames.has(name))) return false
  const { typ } = header
  return typ === undefined || (typeof typ === 'string' && types.has(typ.toLowerCase()))
}

const isInstant = (value: JsonValue | undefined): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 40
