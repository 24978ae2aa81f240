import { userPattern } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { changer, type Desk, findClient, findPlane } from './desk.ts'

export interface IssuerKeyRolled {
  readonly plane: string
  readonly kid: string
  /** From when on it signs. */
  readonly signsFrom: string
}

/** The next key of a plane's issuer; with `atOnce` nothing that was signed before is taken any more. */
export const rollIssuerKey = async (
  desk: Desk,
  input: { plane: string; atOnce: boolean },
): Promise<IssuerKeyRolled> => {
  const { change, identity } = desk.installation
  const { id } = findPlane(change.current(), input.plane)
  const { kid, signsFrom } = await identity.rotate(id, changer(desk), { atOnce: input.atOnce })
  return { plane: id, kid, signsFrom: new Date(signsFrom).toISOString() }
}

export interface TokensRevoked {
  readonly plane: string
  readonly kind: 'client' | 'user'
  readonly name: string
  readonly revision: number
}

/** Nothing issued until now to an agent, or on a user's behalf, is taken any more; what is issued later is. */
export const revokeTokens = async (
  desk: Desk,
  input: { plane?: string | undefined; kind: 'client' | 'user'; name: string; reason: string },
): Promise<TokensRevoked> => {
  const { change, identity } = desk.installation
  const { id, policy } = findPlane(change.current(), input.plane)
  const { kind } = input
  if (kind === 'user' && !userPattern.test(input.name))
    throw new Fault('usage', { detail: `"${input.name}" is no user that a token could name.` })
  const name = kind === 'client' ? findClient(policy, input.name) : input.name
  const about = changer({ ...desk, why: desk.why ?? input.reason })
  return { plane: id, kind, name, revision: await identity.revoke(id, { kind, name }, about) }
}
