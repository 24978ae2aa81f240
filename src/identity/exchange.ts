import type { PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { areScopes, mostActors } from './claims.ts'
import type { ClientView, VerifiedToken } from './identity.ts'
import type { ToIssue } from './issue.ts'
import type { Verifier } from './verify.ts'

export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const jwt = 'urn:ietf:params:oauth:token-type:jwt'

/** A request of RFC 8693 §2.1, whose client has authenticated: it is the actor. */
export interface AskedExchange {
  readonly subject_token?: string | undefined
  readonly subject_token_type?: string | undefined
  readonly actor_token?: string | undefined
  readonly requested_token_type?: string | undefined
  readonly audience?: string | undefined
  readonly resource?: string | string[] | undefined
  readonly scope?: string | undefined
}

/** An OAuth error (RFC 6749 §5.2, RFC 8693 §2.2.2, RFC 8707 §2). */
export interface ExchangeRefusal {
  readonly error: 'invalid_request' | 'invalid_grant' | 'invalid_target' | 'invalid_scope'
  readonly description: string
}

export type Exchange = (
  plane: PlaneId,
  client: ToIssue['client'],
  asked: AskedExchange,
) => ToIssue | ExchangeRefusal

/**
 * What a token that is exchanged becomes: the same person, the client that asks as who acts now, and
 * whoever acted before it behind that. It is never good for more than what came in: a resource that
 * covers no more, scopes among its scopes, an end no later, and the key that it was bound to. The run
 * stays the same from one to the next; where it had none, one begins.
 */
export function createExchange({
  verifier,
  view,
  covers,
  clock,
  random,
}: {
  verifier: Verifier
  view: ClientView
  covers(audience: string, resource: string): boolean
  clock: Clock
  random: Random
}): Exchange {
  function subjectOf(plane: PlaneId, asked: AskedExchange): VerifiedToken | ExchangeRefusal {
    const { subject_token: text, subject_token_type: type } = asked
    if (text === undefined) return refuse('invalid_request', 'subject_token is missing')
    if (type !== accessToken && type !== jwt)
      return refuse('invalid_request', `subject_token_type must be ${accessToken}`)
    const token = verifier.verify(plane, text, clock.now())
    // Whatever is wrong with it: whoever asks may have found it somewhere.
    // What another issuer says of scopes and claims has no place in a token of ours: it would become wider.
    const isOurs = typeof token === 'object' && token.issuer === undefined
    const isGood = isOurs && !view.suspended(plane, token.client, token.user)
    return isGood ? token : refuse('invalid_grant', 'subject_token is not taken')
  }

  return (plane, client, asked) => {
    const unbuilt = findUnbuilt(asked)
    if (unbuilt) return unbuilt
    const subject = subjectOf(plane, asked)
    if ('error' in subject) return subject
    const isOwn = subject.client === client
    if (!isOwn && subject.user === undefined)
      return refuse(
        'invalid_grant',
        'subject_token acts for no person: only its client exchanges it',
      )
    // Nobody but its holder can prove the key, and without it the result would be worth more.
    if (!isOwn && subject.binding)
      return refuse('invalid_grant', 'subject_token is bound to a key of another client')
    const [agent = ''] = client.split('@')
    const through = agent === subject.agent ? subject.through : [subject.agent, ...subject.through]
    if (through.length >= mostActors)
      return refuse('invalid_grant', `more than ${mostActors} agents would act one through another`)
    const resource = asked.resource ?? subject.audience
    if (typeof resource !== 'string' || !view.isResource(plane, resource))
      return refuse('invalid_target', 'resource must be one endpoint of this plane')
    if (!covers(subject.audience, resource))
      return refuse('invalid_target', 'subject_token is not for that resource')
    const scopes = scopesOf(asked.scope, subject.scopes)
    if (scopes === undefined)
      return refuse('invalid_scope', 'subject_token does not have every scope that is asked for')
    return {
      ...{ client, resource, scopes, through },
      user: subject.user,
      run: subject.run ?? `run_${random(16).toString('base64url')}`,
      binding: subject.binding,
      acr: subject.acr,
      signedInAt: subject.signedInAt,
      endsAt: subject.expiresAt,
    }
  }
}

/** What could be asked for and would be overlooked is refused by name. */
function findUnbuilt(asked: AskedExchange): ExchangeRefusal | undefined {
  const { actor_token: actor, requested_token_type: requested, audience } = asked
  if (actor !== undefined)
    return refuse('invalid_request', 'actor_token is not taken: the client that asks is the actor')
  if (audience !== undefined)
    return refuse('invalid_target', 'audience is not taken: name the endpoint as resource')
  return requested === undefined || requested === accessToken || requested === jwt
    ? undefined
    : refuse('invalid_request', `requested_token_type must be ${accessToken}`)
}

/** Undefined where more is asked for than came in; nothing asked for is all that came in. */
function scopesOf(
  asked: string | undefined,
  held: ReadonlySet<string> | undefined,
): readonly string[] | undefined {
  const scopes = asked?.split(' ') ?? [...(held ?? [])]
  if (!areScopes(scopes)) return undefined
  return held === undefined || scopes.every((scope) => held.has(scope)) ? scopes : undefined
}

const refuse = (error: ExchangeRefusal['error'], description: string): ExchangeRefusal => ({
  error,
  description,
})

/** RFC 8693 §2.2.1. */
export const issuedTokenType = accessToken
