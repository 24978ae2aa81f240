import type { ClientId, PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { VerifiedToken } from './identity.ts'
import { actorsOf, confirmationOf } from './issue.ts'
import { issuerOf } from './resources.ts'
import type { Revocations } from './revocations.ts'
import type { Verifier } from './verify.ts'

/** What a client may ask about its own tokens, and no client about another's. */
export interface OwnTokens {
  /** RFC 7009 §2.2: whatever it was, it is not taken when this resolves. Another's is left alone. */
  revoke(plane: PlaneId, client: ClientId, token: string): Promise<void>
  /** RFC 7662 §2.2: what it says, or that it is not active, whatever the reason. */
  introspect(plane: PlaneId, client: ClientId, token: string): Readonly<Record<string, unknown>>
}

export function createOwnTokens({
  origin,
  verifier,
  revocations,
  revoked,
  clock,
}: {
  origin: string
  verifier: Verifier
  revocations: Revocations
  /** Called when one has been. */
  revoked(plane: PlaneId): void
  clock: Clock
}): OwnTokens {
  const find = (plane: PlaneId, client: ClientId, text: string): VerifiedToken | undefined => {
    const token = verifier.verify(plane, text, clock.now())
    // Another issuer's are its own to end and to tell about.
    const isOurs = typeof token === 'object' && token.issuer === undefined
    return isOurs && token.client === client ? token : undefined
  }
  return {
    async revoke(plane, client, text) {
      const token = find(plane, client, text)
      if (token === undefined) return
      await revocations.add(plane, { id: token.tokenId, expiresAt: token.expiresAt })
      revoked(plane)
    },
    introspect(plane, client, text) {
      const token = find(plane, client, text)
      return token === undefined ? { active: false } : sayings(origin, token)
    },
  }
}

function sayings(origin: string, token: VerifiedToken): Readonly<Record<string, unknown>> {
  const { agent, user, through, scopes, run, binding, acr, signedInAt } = token
  return {
    active: true,
    iss: issuerOf(origin, token.plane),
    sub: user ?? agent,
    ...(user !== undefined && { act: actorsOf([agent, ...through]) }),
    client_id: token.client,
    aud: token.audience,
    iat: token.issuedAt / 1000,
    exp: token.expiresAt / 1000,
    jti: token.tokenId,
    token_type: binding?.method === 'dpop' ? 'DPoP' : 'Bearer',
    ...(scopes && { scope: [...scopes].join(' ') }),
    ...(run !== undefined && { txn: run }),
    ...(binding && { cnf: confirmationOf(binding) }),
    ...(acr !== undefined && { acr }),
    ...(signedInAt !== undefined && { auth_time: signedInAt / 1000 }),
  }
}
