import type { TokenIssued } from '#domain/entry.ts'
import { type ClientId, type PlaneId, splitClientId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { type AccessClaims, type Actor, longestLifeS } from './claims.ts'
import { signCompact } from './compact.ts'
import type { Binding, ClientView } from './identity.ts'
import type { Keys } from './keys.ts'
import { issuerOf } from './resources.ts'

export interface Issued {
  readonly token: string
  readonly expiresInS: number
}

/** What a token is to say. Whoever asks has authenticated the client and checked everything else. */
export interface ToIssue {
  readonly client: ClientId
  readonly resource: string
  readonly scopes: readonly string[]
  /** The person, and the agents in between, nearest first. */
  readonly user?: string | undefined
  readonly through?: readonly string[] | undefined
  readonly run?: string | undefined
  readonly binding?: Binding | undefined
  readonly acr?: string | undefined
  /** UTC milliseconds. */
  readonly signedInAt?: number | undefined
  /** UTC milliseconds that what it is issued upon ends: it lives no longer. */
  readonly endsAt?: number | undefined
  /** Its `jti`, where whoever asks has to know it before. */
  readonly id?: string | undefined
  /** Who obtains it, for the entry: the client itself, or whose command it was. */
  readonly by: string
}

/** Durable when it resolves; Fault('unrecordable') where it cannot be. */
export type EnterIssued = (issued: TokenIssued) => Promise<void>

export type Issue = (plane: PlaneId, asked: ToIssue) => Promise<Issued>

/**
 * The one place that decides what our tokens say: the token endpoint and the operator's `mint` both
 * end here. The caller has authenticated the client and checked resource and scopes. No token leaves
 * before its entry is durable.
 */
export function createIssue({
  origin,
  keys,
  view,
  clock,
  random,
  enter,
}: {
  origin: string
  keys: Keys
  view: ClientView
  clock: Clock
  random: Random
  enter: EnterIssued
}): Issue {
  return async (plane, asked) => {
    const { client, resource, user, run, acr, by } = asked
    const agent = splitClientId(client)?.agent
    if (agent === undefined || !view.findClient(plane, client)) throw new Fault('unknown_name')
    const { kid, alg, privateKey } = await keys.newest(plane)
    const lifetimeS = Math.floor(view.tokenLifetimeMs(plane) / 1000)
    const iat = Math.floor(clock.now() / 1000)
    const leftS = asked.endsAt === undefined ? lifetimeS : Math.floor(asked.endsAt / 1000) - iat
    const expiresInS = Math.max(1, Math.min(longestLifeS, lifetimeS, leftS))
    const scopes = [...new Set(asked.scopes)]
    const claims: AccessClaims = {
      iss: issuerOf(origin, plane),
      sub: user ?? agent,
      ...(user !== undefined && { act: actorsOf([agent, ...(asked.through ?? [])]) }),
      client_id: client,
      aud: resource,
      iat,
      exp: iat + expiresInS,
      jti: asked.id ?? random(16).toString('base64url'),
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(run !== undefined && { txn: run }),
      ...(asked.binding && { cnf: confirmationOf(asked.binding) }),
      ...(acr !== undefined && { acr }),
      ...(asked.signedInAt !== undefined && { auth_time: Math.floor(asked.signedInAt / 1000) }),
    }
    await enter({
      v: 1,
      type: 'token.issued',
      at: clock.now(),
      plane,
      token: claims.jti,
      client,
      audience: resource,
      scopes,
      expiresAt: claims.exp * 1000,
      by,
      ...(user !== undefined && { user }),
      ...(run !== undefined && { run }),
      ...(asked.binding && {
        binding: asked.binding.method,
        thumbprint: asked.binding.thumbprint,
      }),
    })
    // RFC 9068 §2.1: the type keeps a token of another kind, signed by the same key, from passing as this one.
    return { token: signCompact(privateKey, { typ: 'at+jwt', alg, kid }, claims), expiresInS }
  }
}

/** The first acts now, the last acted first (RFC 8693 §4.1). */
export const actorsOf = ([sub, ...others]: readonly [string, ...string[]]): Actor => {
  const [next, ...more] = others
  return next === undefined ? { sub } : { sub, act: actorsOf([next, ...more]) }
}

export const confirmationOf = ({
  method,
  thumbprint,
}: Binding): NonNullable<AccessClaims['cnf']> =>
  method === 'dpop' ? { jkt: thumbprint } : { 'x5t#S256': thumbprint }
