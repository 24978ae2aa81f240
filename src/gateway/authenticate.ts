import type { PlaneId } from '#domain/name.ts'
import type { Identity, VerifiedToken } from '#identity/identity.ts'
import type { Ledger } from '#ledger/ledger.ts'
import { Fault } from '#lib/fault.ts'
import { bearerToken } from '#lib/http.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import { type Caller, callerKey, type Exchange, header } from './exchange.ts'
import type { Runs } from './runs.ts'
import type { Strangers } from './strangers.ts'

/**
 * From the head alone: no stranger's body is read. Throws Fault no_token or bad_token (401), or flood
 * (429) for those without a valid token once there are too many of them in a second; a valid token is
 * never kept waiting by a flood of invalid ones. Each refusal is counted in the plane's ledger.
 */
export const createAuthenticate = (parts: {
  identity: Identity
  ledger: Ledger
  snapshot(plane: PlaneId): PlaneSnapshot
  runs: Runs
  strangers: Strangers
}) => {
  const { identity, ledger, runs, strangers } = parts
  // What a token's caller may do is looked up once for each token and snapshot.
  const joined = new WeakMap<VerifiedToken, { snapshot: PlaneSnapshot; caller: Caller }>()

  const turnAway = (
    plane: PlaneId,
    code: 'no_token' | 'bad_token',
    problem: string,
    now: number,
  ): Fault => {
    ledger.plane(plane).unauthenticated(problem, now)
    return new Fault(strangers.hear(now) ? code : 'flood', { detail: problem })
  }

  const viewOf = (plane: PlaneId, token: VerifiedToken): Caller | undefined => {
    const snapshot = parts.snapshot(plane)
    const known = joined.get(token)
    if (known?.snapshot === snapshot) return known.caller
    const { client, user, scopes, issuedAt } = token
    const run = (now: number) => token.run ?? runs.of(callerKey(token), now)
    const view = snapshot.caller({ client, user, scopes, issuedAt, run })
    if (!view) return undefined
    const caller = { token, view }
    joined.set(token, { snapshot, caller })
    return caller
  }

  return (exchange: Exchange, now: number): Caller => {
    const { plane } = exchange
    const authorization = header(exchange, 'authorization')
    if (authorization === undefined) throw turnAway(plane, 'no_token', 'no token', now)
    const bearer = bearerToken(authorization)
    if (bearer === undefined) throw turnAway(plane, 'bad_token', 'not a bearer token', now)
    const token = identity.verify(plane, bearer, now)
    if (typeof token === 'string') throw turnAway(plane, 'bad_token', token, now)
    // No proof is asked for yet, and a token that is bound to a key is worth nothing without it.
    if (token.binding) throw turnAway(plane, 'bad_token', 'unproven key', now)
    if (!identity.covers(token.audience, exchange.resource))
      throw turnAway(plane, 'bad_token', 'audience', now)
    const caller = viewOf(plane, token)
    if (!caller) throw turnAway(plane, 'bad_token', 'unknown client', now)
    return caller
  }
}
