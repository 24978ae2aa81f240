import { hash } from 'node:crypto'
import { type Loan, perCallToken, type Sent, type Spoken } from '#domain/loan.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { signCompact } from '../compact.ts'
import { actorsOf } from '../issue.ts'
import type { Keys } from '../keys.ts'
import { callIssuerOf } from './issuer.ts'

/** RFC 8725 §3.11: no token of another kind passes as this one, and this one passes as none of theirs. */
export const callTokenType = 'bailiwick-call+jwt'

/** Nothing that is sent waits longer before it is sent. */
export const callLifeS = 60

/** Makes tokens for one server or API, which `audience` is the address of. */
export type CallTokens = (plane: PlaneId, audience: string) => Loan

/**
 * Tokens towards servers, one for each request: good at one address, for a minute at most, once, and
 * for the bytes that it is sent with. Made at the last moment, when these are known, from what is in
 * memory; whoever called, its token, its proof and its sign-in go nowhere. What the gateway asks for
 * itself, it asks in its own name: its issuer's, which no agent and no user can have.
 *
 * A call's token has the call's id, under which the ledger knows it. Where a server forgot a session
 * the same call is sent once more: with another token, which says so behind the id.
 */
export function createCallTokens({
  origin,
  keys,
  clock,
  random,
}: {
  origin: string
  keys: Pick<Keys, 'current'>
  clock: Clock
  random: Random
}): CallTokens {
  function make(plane: PlaneId, audience: string, claims: object, sent: Sent | undefined): Buffer {
    const key = keys.current(plane)
    if (key === undefined || sent === undefined) throw new Fault('no_credential')
    const { kid, alg, privateKey } = key
    const iat = Math.floor(clock.now() / 1000)
    const payload = { ...claims, aud: audience, iat, exp: iat + callLifeS }
    return Buffer.from(signCompact(privateKey, { typ: callTokenType, alg, kid }, payload))
  }

  return (plane, audience) => {
    const iss = callIssuerOf(origin, plane)
    const speakingOf = (spoken?: Spoken): Loan => {
      const who = spoken ? whoOf(spoken) : { sub: iss, client_id: iss }
      let sendings = 0
      const nextId = () => {
        const id = spoken?.call?.id ?? random(16).toString('base64url')
        return ++sendings === 1 ? id : `${id}.${sendings}`
      }
      return {
        credential: perCallToken,
        version: 0,
        speakingOf,
        open: (sent) =>
          make(plane, audience, { iss, ...who, jti: nextId(), call: whatOf(spoken, sent) }, sent),
      }
    }
    return speakingOf()
  }
}

/** RFC 9068 §2.2, RFC 8693 §4.1. */
const whoOf = ({ agent, client, user, through, run, call }: Spoken) => ({
  sub: user ?? agent,
  ...(user !== undefined && { act: actorsOf([agent, ...through]) }),
  client_id: client,
  ...(run !== undefined && { txn: run }),
  ...(call && call.scopes.length > 0 && { scope: call.scopes.join(' ') }),
})

/** The one thing that it is good for: what is called, and the request with its arguments, byte for byte. */
const whatOf = (spoken: Spoken | undefined, sent: Sent | undefined) => ({
  ...(spoken?.call && { kind: spoken.call.kind, name: spoken.call.capability }),
  ...(sent?.method && { method: sent.method }),
  http: sent?.httpMethod,
  target: sent?.target,
  digest: hash('sha256', sent?.body ?? '', 'base64url'),
})
