import type { PlaneDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { RequiredBinding } from '#domain/requirement.ts'
import { meansApiKey } from '#identity/api-key/text.ts'
import type { Identity, TokenProblem, VerifiedToken } from '#identity/identity.ts'
import { wantsNonce } from '#identity/proof/dpop.ts'
import type { Ledger } from '#ledger/ledger.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { accessToken, type SentToken } from '#lib/http.ts'
import type { Log } from '#lib/log.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import { type Caller, callerKey, type Exchange, header } from './exchange.ts'
import { inTime } from './in-time.ts'
import type { Runs } from './runs.ts'
import type { Strangers } from './strangers.ts'

/**
 * From the head alone: no stranger's body is read. Throws Fault no_token or bad_token (401), or flood
 * (429) for those without a valid token once there are too many of them in a second; a valid token is
 * never kept waiting by a flood of invalid ones. Each refusal is counted in the plane's ledger.
 * A token of ours is answered at once, one of another issuer too once it is known; the first time
 * there is a promise, since its issuer's keys may have to be asked for.
 */
export const createAuthenticate = (parts: {
  origin: string
  planeDocument(plane: PlaneId): PlaneDocument | undefined
  identity: Identity
  ledger: Ledger
  snapshot(plane: PlaneId): PlaneSnapshot
  runs: Runs
  strangers: Strangers
  clock: Clock
  log: Log
}) => {
  const { identity, ledger, runs, strangers, clock } = parts
  // What a token's caller may do is looked up once for each token and snapshot.
  const joined = new WeakMap<VerifiedToken, { snapshot: PlaneSnapshot; caller: Caller }>()

  const turnAway = (
    plane: PlaneId,
    code: 'no_token' | 'bad_token' | 'api_key' | 'unproven' | 'bad_proof',
    problem: string,
    now: number,
  ): Fault => {
    ledger.plane(plane).count('unauthenticated.count', problem, now)
    return new Fault(strangers.hear(now) ? code : 'flood', { detail: problem })
  }

  const viewOf = (plane: PlaneId, token: VerifiedToken): Caller | undefined => {
    const snapshot = parts.snapshot(plane)
    const known = joined.get(token)
    if (known?.snapshot === snapshot) return known.caller
    const { client, user, scopes, claims, issuedAt, binding, acr } = token
    const byApiKey = token.apiKey !== undefined
    const run = (now: number) => token.run ?? runs.of(callerKey(token), now)
    const by = { issuedAt, binding: binding?.method, acr, byApiKey }
    const who = { client, user, scopes, claims, ...by, run }
    const view = snapshot.caller(who)
    if (!view) return undefined
    const caller = { token, view }
    joined.set(token, { snapshot, caller })
    return caller
  }

  /** Whatever goes wrong in verifying is one more way of not being verified (trust.md §1 row 2). */
  const failed = (plane: PlaneId, cause: unknown): 'unverified' => {
    const error = cause instanceof Error ? cause.name : typeof cause
    parts.log.error('token not verified', { plane, error })
    return 'unverified'
  }

  /** API keys are for REST alone, and nobody's is looked for elsewhere. */
  const verifyApiKey = ({ plane, resource }: Exchange, key: string, now: number): Answer =>
    resource.startsWith(`${parts.origin}/rest/${plane}/`)
      ? asToken(plane, identity.apiKeys.verify(plane, key, now), now)
      : 'API key'

  const verify = (exchange: Exchange, bearer: string, now: number): Answer | Promise<Answer> => {
    const { plane } = exchange
    try {
      if (meansApiKey(bearer)) return verifyApiKey(exchange, bearer, now)
      const token = identity.verify(plane, bearer, now)
      if (token !== 'foreign') return asToken(plane, token, now)
      const asked = identity.verifyForeign(plane, bearer, now)
      return inTime<Answer>(clock, longestMs, asked, 'unverified').then(
        (answer) => asToken(plane, answer, now),
        (cause) => failed(plane, cause),
      )
    } catch (cause) {
      return failed(plane, cause)
    }
  }

  const known = (exchange: Exchange, token: Answer, now: number): Caller => {
    const { plane } = exchange
    if (token === 'API key') throw turnAway(plane, 'api_key', token, now)
    if (typeof token === 'string') throw turnAway(plane, 'bad_token', token, now)
    if (token.apiKey === undefined && !identity.covers(token.audience, exchange.resource))
      throw turnAway(plane, 'bad_token', 'audience', now)
    const caller = viewOf(plane, token)
    if (!caller) throw turnAway(plane, 'bad_token', 'unknown client', now)
    return caller
  }

  /** RFC 9449 §7: the token's key, proven of this request; every answer brings the next nonce. */
  const prove = async (
    exchange: Exchange,
    caller: Caller,
    { token, thumbprint }: { token: string; thumbprint: string },
    now: number,
  ): Promise<Caller> => {
    const { plane, request, response } = exchange
    response.setHeader('dpop-nonce', identity.proofs.nonce(now))
    const [path = ''] = (request.url ?? '').split('?', 1)
    const of = { method: request.method ?? '', url: `${parts.origin}${path}`, token }
    const proof = header(exchange, 'dpop')
    const proven = await identity.proofs.check(plane, { ...of, proof, bound: thumbprint }, now)
    if (typeof proven === 'object') return caller
    // Only the holder of the key comes so far, and it cannot have known: nobody is turned away.
    if (wantsNonce(proven)) throw new Fault('new_nonce', { detail: proven })
    throw turnAway(plane, 'bad_proof', proven, now)
  }

  const admit = (
    exchange: Exchange,
    sent: SentToken,
    token: Answer,
    now: number,
  ): Caller | Promise<Caller> => {
    const { plane } = exchange
    const caller = known(exchange, token, now)
    const { binding } = caller.token
    const demanded = parts.planeDocument(plane)?.require?.binding
    // What a plane demands is demanded of tokens; a key that it takes elsewhere could meet none of it.
    if (demanded !== undefined && caller.token.apiKey !== undefined)
      throw turnAway(plane, 'api_key', 'API key', now)
    if (demanded !== undefined && (binding === undefined || !suits(binding.method, demanded)))
      throw turnAway(plane, demanded === 'mtls' ? 'bad_token' : 'unproven', 'unbound token', now)
    if (binding === undefined) {
      // RFC 9449 §7.1: whoever says that it proves a key has a token that names one.
      if (sent.scheme === 'dpop') throw turnAway(plane, 'bad_token', 'unbound token', now)
      return caller
    }
    if (binding.method === 'mtls') {
      const shown = sent.scheme === 'bearer' && identity.certificateOf(exchange.request)
      if (shown !== binding.thumbprint) throw turnAway(plane, 'bad_token', 'unproven key', now)
      return caller
    }
    // No scheme of the caller's choosing makes a bound token one that whoever has it may use.
    if (sent.scheme !== 'dpop') throw turnAway(plane, 'unproven', 'unproven key', now)
    return prove(exchange, caller, { token: sent.token, thumbprint: binding.thumbprint }, now)
  }

  return (exchange: Exchange, now: number): Caller | Promise<Caller> => {
    const { plane } = exchange
    const authorization = header(exchange, 'authorization')
    if (authorization === undefined) throw turnAway(plane, 'no_token', 'no token', now)
    const sent = accessToken(authorization)
    if (sent === undefined) throw turnAway(plane, 'bad_token', 'not an access token', now)
    const answer = verify(exchange, sent.token, now)
    return answer instanceof Promise
      ? answer.then((token) => admit(exchange, sent, token, now))
      : admit(exchange, sent, answer, now)
  }
}

type Answer = VerifiedToken | TokenProblem

/** An answer that is neither a problem nor a token of this plane that is good now is none. */
const asToken = (plane: PlaneId, answer: Answer, now: number): Answer => {
  if (typeof answer === 'string') return answer
  return answer?.plane === plane && answer.expiresAt > now && typeof answer.audience === 'string'
    ? answer
    : 'unverified'
}

/** Longer than asking for keys takes: whoever waits holds a place of the door. */
const longestMs = 10_000

/** Before anything is told: a list and a stream too are for tokens alone that the plane takes. */
const suits = (method: 'dpop' | 'mtls', demanded: RequiredBinding): boolean =>
  demanded === 'any' || method === demanded
