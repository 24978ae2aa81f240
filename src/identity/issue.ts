import type { TokenIssued } from '#domain/entry.ts'
import { type ClientId, type PlaneId, splitClientId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { type AccessClaims, longestLifeS } from './claims.ts'
import { signCompact } from './compact.ts'
import type { ClientView } from './identity.ts'
import type { Keys } from './keys.ts'
import { issuerOf } from './resources.ts'

export interface Issued {
  readonly token: string
  readonly expiresInS: number
}

/** Durable when it resolves; Fault('unrecordable') where it cannot be. */
export type EnterIssued = (issued: TokenIssued) => Promise<void>

export type Issue = (
  plane: PlaneId,
  client: ClientId,
  resource: string,
  scopes: readonly string[],
  by: string,
) => Promise<Issued>

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
  return async (plane, client, resource, asked, by) => {
    const agent = splitClientId(client)?.agent
    if (agent === undefined || !view.findClient(plane, client)) throw new Fault('unknown_name')
    const { kid, alg, privateKey } = await keys.newest(plane)
    const lifetimeS = Math.floor(view.tokenLifetimeMs(plane) / 1000)
    const expiresInS = Math.max(1, Math.min(longestLifeS, lifetimeS))
    const iat = Math.floor(clock.now() / 1000)
    const scopes = [...new Set(asked)]
    const claims: AccessClaims = {
      iss: issuerOf(origin, plane),
      sub: agent,
      client_id: client,
      aud: resource,
      iat,
      exp: iat + expiresInS,
      jti: random(16).toString('base64url'),
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
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
    })
    // RFC 9068 §2.1: the type keeps a token of another kind, signed by the same key, from passing as this one.
    return { token: signCompact(privateKey, { typ: 'at+jwt', alg, kid }, claims), expiresInS }
  }
}
