import { claimAt } from '#domain/claim-path.ts'
import type { IssuerDocument } from '#domain/documents.ts'
import { durationMs } from '#domain/fields.ts'
import { type ClientId, type PlaneId, userPattern } from '#domain/name.ts'
import type { JsonObject } from '#lib/json.ts'
import { areScopes } from '../claims.ts'
import type { ClientView, TokenProblem } from '../identity.ts'
import type { TakeOnce } from '../once.ts'
import { issuerOf } from '../resources.ts'
import type { KeySource } from './key-source.ts'
import { prove, readToken, type Unproven } from './read.ts'
import { checkRegistered, isInstant, isWord, type Registered } from './registered.ts'

/** What an assertion of another issuer is good for, once it is proven. */
export interface Asserted {
  /** The person on whose behalf the client asks; undefined where it asks for itself. */
  readonly user: string | undefined
  /** The one resource that it is for; undefined where it says none. */
  readonly resource: string | undefined
  /** All that may be asked for; undefined where it says nothing of scopes. */
  readonly scopes: readonly string[] | undefined
  readonly acr: string | undefined
  readonly signedInAt: number | undefined
  /** UTC milliseconds that the proof of a workload ends; undefined where what is issued outlives it. */
  readonly endsAt: number | undefined
}

export type AssertionProblem = TokenProblem | 'subject' | 'client' | 'used before'

export interface Assertions {
  /** RFC 7523 §3: the token of a workload is all that this client proves itself by. */
  workload(plane: PlaneId, client: ClientId, text: string): Promise<Asserted | AssertionProblem>
  /**
   * draft-ietf-oauth-identity-assertion-authz-grant §4: a person's issuer grants to this client, which
   * has authenticated. Each is good once, over all processes.
   */
  person(plane: PlaneId, client: ClientId, text: string): Promise<Asserted | AssertionProblem>
}

/** Tokens of workloads lie in files and are read anew when they are replaced: the usual is an hour. */
const usualLifeMs = 3_600_000
const longestGrantMs = 3_600_000
/** Clocks of two houses differ; nobody takes it after that. */
const graceMs = 60_000

/** Without a type (Kubernetes), or with the ones that say nothing (RFC 7519 §5.1, SPIFFE JWT-SVID §2.1). */
const workloadTypes = new Set(['', 'jwt', 'jose'])
/** What would narrow it, or say who else took part, and is not looked at: then it is not taken. */
const narrowing = ['cnf', 'act', 'authorization_details', 'events', 'nonce']

export function createAssertions({
  origin,
  view,
  keysOf,
  takeOnce,
  now,
}: {
  origin: string
  view: ClientView
  keysOf(issuer: IssuerDocument): KeySource
  takeOnce: TakeOnce
  now(): number
}): Assertions {
  const proven = async (
    token: Unproven,
    issuer: IssuerDocument,
    about: { audience: string; longestMs: number },
  ): Promise<Registered | TokenProblem> => {
    if (narrowing.some((name) => Object.hasOwn(token.claims, name))) return 'claims'
    const answer = await prove(token, issuer, keysOf(issuer))
    if (typeof answer === 'string') return answer
    const expected = { issuer: issuer.issuer, nowMs: now(), longestMs: about.longestMs }
    const said = checkRegistered(answer.claims, expected)
    return typeof said === 'string' || said.audience === about.audience ? said : 'audience'
  }

  return {
    async workload(plane, client, text) {
      const token = readToken(text)
      if (typeof token === 'string') return token
      if (!workloadTypes.has(token.typ)) return 'header'
      const { issuer: name = '', subject } = view.findClient(plane, client)?.authenticate ?? {}
      const issuer = view.issuers(plane).get(name)
      if (!issuer?.assertions || subject === undefined) return 'client'
      const { audience = issuerOf(origin, plane), longestLife } = issuer.assertions
      const longestMs = longestLife ? durationMs(longestLife) : usualLifeMs
      const said = await proven(token, issuer, { audience, longestMs })
      if (typeof said === 'string') return said
      if (said.subject !== subject) return 'subject'
      return { ...nothing, endsAt: said.expiresAt }
    },

    async person(plane, client, text) {
      const token = readToken(text)
      if (typeof token === 'string') return token
      const { typ, claims } = token
      if (typ !== 'oauth-id-jag+jwt') return 'header'
      const issuer =
        typeof claims.iss === 'string' ? view.issuers(plane).find(claims.iss) : undefined
      if (!issuer?.grants) return 'issuer'
      const about = { audience: issuerOf(origin, plane), longestMs: longestGrantMs }
      const said = await proven(token, issuer, about)
      if (typeof said === 'string') return said
      const { client_id: named } = claims
      if (typeof named !== 'string' || view.resolveClient(plane, named) !== client) return 'client'
      const asserted = readGrant(claims, issuer)
      if (typeof asserted === 'string' || said.id === undefined) return 'claims'
      if (said.issuedAt === undefined) return 'claims'
      // The last step: whoever could not have used it does not use it up.
      const id = `${issuer.name} ${said.id}`
      const isFirst = await takeOnce(plane, 'id-jag', id, said.expiresAt + graceMs)
      return isFirst ? asserted : 'used before'
    },
  }
}

const nothing: Asserted = {
  ...{ user: undefined, resource: undefined, scopes: undefined, acr: undefined },
  ...{ signedInAt: undefined, endsAt: undefined },
}

function readGrant(claims: JsonObject, { grants }: IssuerDocument): Asserted | 'claims' {
  const user = claimAt(claims, grants?.user?.claim ?? 'sub')
  const { resource, scope, acr, auth_time: signedIn } = claims
  if (typeof user !== 'string' || !userPattern.test(user)) return 'claims'
  // RFC 8707: several resources in one are refused here as everywhere.
  if (resource !== undefined && !isWord(resource, 512)) return 'claims'
  if (acr !== undefined && !(isWord(acr, 128) && areScopes([acr]))) return 'claims'
  if (signedIn !== undefined && !isInstant(signedIn)) return 'claims'
  const scopes = typeof scope === 'string' ? scope.split(' ') : undefined
  // One that leaves scopes out would otherwise grant all that there are.
  if (scopes === undefined ? grants?.scopes !== 'implied' : !areScopes(scopes)) return 'claims'
  if (scope !== undefined && scopes === undefined) return 'claims'
  return {
    ...{ user, resource, scopes, acr, endsAt: undefined },
    signedInAt: signedIn === undefined ? undefined : signedIn * 1000,
  }
}
