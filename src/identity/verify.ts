import type { PlaneId } from '#domain/name.ts'
import type { JsonValue } from '#lib/json.ts'
import { type AccessClaims, type Actor, checkClaims } from './claims.ts'
import { readPart, splitCompact, verifyCompact } from './compact.ts'
import type { ForeignAccess } from './foreign/access.ts'
import type { Binding, ClientView, TokenProblem, VerifiedToken } from './identity.ts'
import type { Keys } from './keys.ts'
import { issuerOf } from './resources.ts'
import type { Revocations } from './revocations.ts'
import type { SigningKey } from './signing-key.ts'
import { createVerifiedTokens, type VerifiedEntry } from './verified.ts'

export interface Verifier {
  verify(plane: PlaneId, token: string, nowMs: number): VerifiedToken | TokenProblem
  /** Whether one that was verified is still taken: neither it nor what it was signed with was revoked. */
  stands(token: VerifiedToken): boolean
}

const rememberedTokens = 50_000
const headerNames = new Set(['typ', 'alg', 'kid'])
const types = new Set(['at+jwt', 'application/at+jwt'])

/**
 * The strict verifier of our own tokens; its contract stands at `Identity.verify`. Nothing of the
 * payload is read before the signature holds, and no key is ever taken from a token.
 */
export function createVerifier({
  origin,
  keys,
  revocations,
  view,
  foreign,
}: {
  origin: string
  keys: Keys
  revocations: Revocations
  view: ClientView
  foreign: Pick<ForeignAccess, 'find' | 'isTheirs'>
}): Verifier {
  const verified = createVerifiedTokens(rememberedTokens)
  /** What each was signed with. */
  const signedWith = new WeakMap<VerifiedToken, SigningKey>()

  /** A number that changes whenever a token that was good may be so no longer. */
  const moved = () => view.revision() + keys.version() + revocations.version()

  function stands(token: VerifiedToken): boolean {
    const key = signedWith.get(token)
    const isKnown = key === undefined || keys.find(token.plane, key.kid) === key
    return isKnown && !revocations.has(token)
  }

  function check(token: VerifiedToken): TokenProblem | undefined {
    if (!isWelcome(view, token)) return 'unknown client'
    return stands(token) ? undefined : 'revoked'
  }

  function verifyAgain(
    text: string,
    nowMs: number,
    entry: VerifiedEntry,
  ): VerifiedToken | TokenProblem {
    const { token } = entry
    if (token.expiresAt <= nowMs) return 'expired'
    const revision = moved()
    if (entry.revision === revision) return token
    const problem = check(token)
    if (problem === undefined) {
      entry.revision = revision
      return token
    }
    verified.forget(text)
    return problem
  }

  function verifyFirst(plane: PlaneId, text: string, nowMs: number): VerifiedToken | TokenProblem {
    const parts = splitCompact(text)
    if (typeof parts === 'string') return parts
    const key = findKey(keys, plane, readPart(parts.header))
    if (typeof key === 'string') return key
    if (!verifyCompact(key.publicKey, parts)) return 'signature'
    const claims = checkClaims(readPart(parts.payload), issuerOf(origin, plane), nowMs)
    if (typeof claims === 'string') return claims
    if (!view.isResource(plane, claims.aud)) return 'audience'
    const token = asVerified(plane, claims)
    signedWith.set(token, key)
    const problem = check(token)
    if (problem !== undefined) return problem
    verified.put(text, { token, revision: moved() })
    return token
  }

  return {
    verify(plane, text, nowMs) {
      const entry = verified.find(text)
      if (entry?.token.plane === plane) return verifyAgain(text, nowMs, entry)
      if (!view.hasPlane(plane)) return 'issuer'
      const known = foreign.find(plane, text, nowMs)
      if (known !== undefined) return stands(known) ? known : 'revoked'
      return foreign.isTheirs(plane, text) ? 'foreign' : verifyFirst(plane, text, nowMs)
    },
    stands,
  }
}

const isWelcome = (view: ClientView, { plane, client }: VerifiedToken): boolean =>
  view.hasPlane(plane) && view.findClient(plane, client) !== undefined

/** The header is a closed set: no key, address of a key, certificate or critical extension can stand in it. */
function findKey(keys: Keys, plane: PlaneId, header: JsonValue): SigningKey | TokenProblem {
  if (typeof header !== 'object' || header === null || Array.isArray(header)) return 'header'
  const names = Object.keys(header)
  if (names.length !== headerNames.size || !names.every((name) => headerNames.has(name))) {
    return 'header'
  }
  const { typ, alg, kid } = header as Record<string, JsonValue>
  if (typeof typ !== 'string' || !types.has(typ.toLowerCase())) return 'header'
  if (typeof alg !== 'string' || typeof kid !== 'string') return 'header'
  const key = keys.find(plane, kid)
  if (key === undefined) return 'unknown key'
  return key.alg === alg ? key : 'header'
}

function asVerified(plane: PlaneId, claims: AccessClaims): VerifiedToken {
  const [agent = '', consumer = ''] = claims.client_id.split('@')
  return Object.freeze({
    plane,
    client: claims.client_id,
    agent,
    consumer,
    user: claims.act && claims.sub,
    audience: claims.aud,
    scopes: claims.scope === undefined ? undefined : new Set(claims.scope.split(' ')),
    tokenId: claims.jti,
    through: throughOf(claims.act?.act),
    run: claims.txn,
    binding: bindingOf(claims.cnf),
    acr: claims.acr,
    signedInAt: claims.auth_time === undefined ? undefined : claims.auth_time * 1000,
    issuedAt: claims.iat * 1000,
    expiresAt: claims.exp * 1000,
  })
}

const throughOf = (actor: Actor | undefined): readonly string[] =>
  actor === undefined ? nobody : [actor.sub, ...throughOf(actor.act)]
const nobody: readonly string[] = []

const bindingOf = (cnf: AccessClaims['cnf']): Binding | undefined => {
  if (cnf === undefined) return undefined
  return 'jkt' in cnf
    ? { method: 'dpop', thumbprint: cnf.jkt }
    : { method: 'mtls', thumbprint: cnf['x5t#S256'] }
}
