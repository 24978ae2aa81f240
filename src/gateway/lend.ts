import type { ItemDocument } from '#domain/documents.ts'
import { audienceOf, secretOf } from '#domain/lent.ts'
import type { Loan, Spoken } from '#domain/loan.ts'
import type { PlaneId } from '#domain/name.ts'
import type { CallTokens } from '#identity/per-call/token.ts'
import type { Permitted } from '#policy/policy.ts'
import type { Vault } from '#vault/vault.ts'
import type { Call } from './call.ts'
import type { Caller } from './exchange.ts'

/**
 * Which secret and which version a server or an API is lent, not yet opened, or a token not yet made;
 * undefined where it needs none. A credential lent to a child's environment was lent when the child
 * started, and is only named here.
 */
export type Lend = (plane: PlaneId, server: string) => Loan | undefined | 'missing'

export const createLend = (parts: {
  vault: Vault
  callTokens: CallTokens
  item(plane: PlaneId, name: string): ItemDocument | undefined
}): Lend => {
  return (plane, server) => {
    const its = parts.item(plane, server)
    if (!its?.credential) return undefined
    const secret = secretOf(its.credential)
    if (secret !== undefined) return parts.vault.plane(plane).current(secret) ?? 'missing'
    const audience = audienceOf(its)
    return audience === undefined ? 'missing' : parts.callTokens(plane, audience)
  }
}

/** The same loan, in the name of who calls; a token that nobody said this of is the gateway's own. */
export const inNameOf = <L extends Loan | undefined>(
  loan: L,
  { token }: Caller,
  call?: Spoken['call'] & { readonly run: string },
): L | Loan => {
  const { agent, client, user, through } = token
  const run = call?.run ?? token.run
  return loan?.speakingOf?.({ agent, client, user, through, run, call }) ?? loan
}

/** What a token says of one call. `capability`: as its server knows it. */
export const spokenOf = (
  { id, run }: Pick<Call, 'id' | 'run'>,
  { capability: { kind, classification } }: Permitted,
  capability: string,
) => ({ id, run, kind, capability, scopes: classification?.scopes ?? [] })
