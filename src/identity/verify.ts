import type { PlaneId } from '#domain/name.ts'
import { JsonError, type JsonLimits, type JsonValue, readJson } from '#lib/json.ts'
import { type AccessClaims, type Actor, checkClaims } from './claims.ts'
import { splitCompact, verifyCompact } from './compact.ts'
import type { ForeignAccess } from './foreign/access.ts'
import type { Binding, ClientView, TokenProblem, VerifiedToken } from './identity.ts'
import type { Keys, SigningKey } from './keys.ts'
import { issuerOf } from './resources.ts'
import { createVerifiedTokens, type VerifiedEntry } from './verified.ts'

export type Verify = (plane: PlaneId, token: string, nowMs: number) => VerifiedToken | TokenProblem

const rememberedTokens = 50_000
const jsonLimits: JsonLimits = { depth: 8, nodes: 128 }
const headerNames = new Set(['typ', 'alg', 'kid'])
const types = new Set(['at+jwt', 'application/at+jwt'])

/**
 * The strict verifier of our own tokens; its contract stands at `Identity.verify`. Nothing of the
 * payload is read before the signature holds, and no key is ever taken from a token.
 */
export function createVerify({
  origin,
  keys,
  view,
  foreign,
}: {
  origin: string
  keys: Keys
  view: ClientView
  foreign: Pick<ForeignAccess, 'find' | 'isTheirs'>
}): Verify {
  const verified = createVerifiedTokens(rememberedTokens)

  function verifyAgain(
    text: string,
    nowMs: number,
    entry: VerifiedEntry,
  ): VerifiedToken | TokenProblem {
    const { token } = entry
    if (token.expiresAt <= nowMs) return 'expired'
    const revision = view.revision()
    if (entry.revision === revision) return token
    if (isWelcome(view, token)) {
      entry.revision = revision
      return token
    }
    verified.forget(text)
    return 'unknown client'
  }

  function verifyFirst(plane: PlaneId, text: string, nowMs: number): VerifiedToken | TokenProblem {
    const parts = splitCompact(text)
    if (typeof parts === 'string') return parts
    const key = findKey(keys, plane, readObject(parts.header))
    if (typeof key === 'string') return key
    if (!verifyCompact(key.publicKey, parts)) return 'signature'
    const claims = checkClaims(readObject(parts.payload), issuerOf(origin, plane), nowMs)
    if (typeof claims === 'string') return claims
    if (!view.isResource(plane, claims.aud)) return 'audience'
    const token = asVerified(plane, claims)
    if (!isWelcome(view, token)) return 'unknown client'
    verified.put(text, { token, revision: view.revision() })
    return token
  }

  return (plane, text, nowMs) => {
    const entry = verified.find(text)
    if (entry?.token.plane === plane) return verifyAgain(text, nowMs, entry)
    if (!view.hasPlane(plane)) return 'issuer'
    const known = foreign.find(plane, text, nowMs)
    if (known !== undefined) return known
    return foreign.isTheirs(plane, text) ? 'foreign' : verifyFirst(plane, text, nowMs)
  }
}

const isWelcome = (view: ClientView, { plane, client }: VerifiedToken): boolean =>
  view.hasPlane(plane) && view.findClient(plane, client) !== undefined

/** Null, which no check lets pass, where it is not JSON that every reader reads alike. */
function readObject(bytes: Buffer): JsonValue {
  try {
    return readJson(bytes, jsonLimits).value
  } catch (error) {
    if (error instanceof JsonError) return null
    throw error
  }
}

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
