import type { IssuerDocument } from '#domain/documents.ts'
import { durationMs } from '#domain/fields.ts'
import type { AccessTokens } from '#domain/issuer-document.ts'
import type { PlaneId } from '#domain/name.ts'
import { isObject, type JsonObject } from '#lib/json.ts'
import { isConfirmation } from '../claims.ts'
import type { Binding, ClientView, TokenProblem, VerifiedToken } from '../identity.ts'
import { planeResource } from '../resources.ts'
import { readCaller } from './caller.ts'
import type { ForeignKey } from './jwk.ts'
import type { KeySource } from './key-source.ts'
import { prove, readToken, type Unproven } from './read.ts'
import { checkRegistered, isInstant, isWord, type Registered } from './registered.ts'
import { createVerifiedForeign } from './remembered.ts'

/** Access tokens of other issuers, taken as they are where an Issuer of the plane says so. */
export interface ForeignAccess {
  /** From memory: a token that was verified before and stands, or undefined. */
  find(plane: PlaneId, text: string, nowMs: number): VerifiedToken | undefined
  /** Whether it says to be of an issuer whose access tokens this plane takes. */
  isTheirs(plane: PlaneId, text: string): boolean
  /** Asks for keys where it has to: at most once every half minute, and for five seconds at most. */
  verify(plane: PlaneId, text: string, nowMs: number): Promise<VerifiedToken | TokenProblem>
}

const usualLifeMs = 3_600_000

export function createForeignAccess({
  origin,
  view,
  keysOf,
}: {
  origin: string
  view: ClientView
  keysOf(issuer: IssuerDocument): KeySource
}): ForeignAccess {
  const remembered = createVerifiedForeign({ view, keysOf })

  const issuerOf = (plane: PlaneId, { claims }: Unproven): Taking | undefined => {
    const issuer = typeof claims.iss === 'string' ? view.issuers(plane).find(claims.iss) : undefined
    return issuer?.accessTokens && { issuer, rules: issuer.accessTokens }
  }

  return {
    find: remembered.find,
    isTheirs(plane, text) {
      if (view.issuers(plane).size === 0) return false
      const token = readToken(text)
      return typeof token === 'object' && issuerOf(plane, token) !== undefined
    },
    async verify(plane, text, nowMs) {
      const token = readToken(text)
      if (typeof token === 'string') return token
      const taking = issuerOf(plane, token)
      if (!taking) return 'issuer'
      const { issuer, rules } = taking
      if (!isAccessToken(token, rules)) return 'header'
      const proven = await prove(token, issuer, keysOf(issuer))
      if (typeof proven === 'string') return proven
      const verified = asVerified({ plane, origin, view, ...taking, ...proven, nowMs })
      if (typeof verified === 'object') remembered.put(text, { verified, issuer, key: proven.key })
      return verified
    },
  }
}

interface Taking {
  readonly issuer: IssuerDocument
  readonly rules: AccessTokens
}

/** What an ID token, a logout token or a security event has and no access token (OpenID Connect Core §2). */
const foreignToAccess = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events']

const isAccessToken = ({ typ, claims }: Unproven, { type = 'at+jwt' }: AccessTokens): boolean =>
  typ === type.toLowerCase() && !foreignToAccess.some((name) => Object.hasOwn(claims, name))

function asVerified(about: {
  plane: PlaneId
  origin: string
  view: ClientView
  issuer: IssuerDocument
  rules: AccessTokens
  claims: JsonObject
  key: ForeignKey
  nowMs: number
}): VerifiedToken | TokenProblem {
  const { plane, origin, view, issuer, rules, claims, nowMs } = about
  const longestMs = rules.longestLife ? durationMs(rules.longestLife) : usualLifeMs
  const said = checkRegistered(claims, { issuer: issuer.issuer, nowMs, longestMs })
  if (typeof said === 'string') return said
  // RFC 9068 §2.2: both are required, and RFC 9470 and DPoP say what the others have to look like.
  if (said.issuedAt === undefined || said.id === undefined || !isTold(claims)) return 'claims'
  const audience = audienceOf(said, rules, planeResource(origin, plane))
  if (!view.isResource(plane, audience)) return 'audience'
  const meant = readCaller(claims, rules, (written) => view.resolveClient(plane, written))
  if (meant === 'ambiguous') return meant
  return Object.freeze({
    plane,
    ...meant,
    audience,
    issuer: issuer.name,
    tokenId: `${issuer.name} ${said.id}`,
    run: undefined,
    binding: bindingOf(claims),
    acr: claims.acr as string | undefined,
    signedInAt: isInstant(claims.auth_time) ? claims.auth_time * 1000 : undefined,
    issuedAt: said.issuedAt,
    expiresAt: said.expiresAt,
  })
}

/** An issuer that has a name of its own for this plane's endpoint means that by it, and no address. */
const audienceOf = (said: Registered, { audience }: AccessTokens, endpoint: string): string => {
  if (audience === undefined) return said.audience
  return said.audience === audience ? endpoint : ''
}

/** Optional claims that say more, each as it has to be where it stands: one is not overlooked for being odd. */
const isTold = ({ acr, auth_time: signedIn, cnf }: JsonObject): boolean =>
  (acr === undefined || (isWord(acr, 128) && /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(acr))) &&
  (signedIn === undefined || isInstant(signedIn)) &&
  (cnf === undefined || isConfirmation(cnf))

function bindingOf({ cnf }: JsonObject): Binding | undefined {
  if (!isObject(cnf)) return undefined
  return typeof cnf.jkt === 'string'
    ? { method: 'dpop', thumbprint: cnf.jkt }
    : { method: 'mtls', thumbprint: String(cnf['x5t#S256']) }
}
