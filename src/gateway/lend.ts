import type { ItemDocument } from '#domain/documents.ts'
import type { Loan } from '#domain/loan.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Vault } from '#vault/vault.ts'

/**
 * Which secret and which version a server or an API is lent, not yet opened; undefined where it needs none. A
 * credential lent to a child's environment was lent when the child started, and is only named here.
 */
export type Lend = (plane: PlaneId, server: string) => Loan | undefined | 'missing'

export const createLend = (parts: {
  vault: Vault
  item(plane: PlaneId, name: string): ItemDocument | undefined
}): Lend => {
  return (plane, server) => {
    const credential = parts.item(plane, server)?.credential
    if (!credential) return undefined
    return parts.vault.plane(plane).current(credential.name) ?? 'missing'
  }
}
