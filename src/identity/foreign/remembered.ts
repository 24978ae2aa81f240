import type { IssuerDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { ClientView, VerifiedToken } from '../identity.ts'
import { createVerifiedTokens } from '../verified.ts'
import type { ForeignKey } from './jwk.ts'
import type { KeySource } from './key-source.ts'

interface Kept {
  readonly verified: VerifiedToken
  readonly issuer: IssuerDocument
  readonly key: ForeignKey
}

const most = 50_000

/**
 * Verified tokens of others by their text. One stands for as long as its key is still published, its
 * Issuer says what it said, and its client is there; else it is verified anew.
 */
export function createVerifiedForeign({
  view,
  keysOf,
}: {
  view: ClientView
  keysOf(issuer: IssuerDocument): KeySource
}) {
  const tokens = createVerifiedTokens<Kept & { revision: number }>(most)

  const stands = (plane: PlaneId, { verified, issuer }: Kept): boolean =>
    view.issuers(plane).find(issuer.issuer) === issuer &&
    view.findClient(plane, verified.client) !== undefined &&
    // What named an agent alone may have become ambiguous.
    (issuer.accessTokens?.consumer !== undefined ||
      view.resolveClient(plane, verified.agent) === verified.client)

  return {
    put(text: string, kept: Kept): void {
      tokens.put(text, { ...kept, revision: view.revision() })
    },
    find(plane: PlaneId, text: string, nowMs: number): VerifiedToken | undefined {
      const kept = tokens.find(text)
      if (kept?.verified.plane !== plane || kept.verified.expiresAt <= nowMs) return undefined
      const revision = view.revision()
      if (kept.revision !== revision && !stands(plane, kept)) {
        tokens.forget(text)
        return undefined
      }
      kept.revision = revision
      return keysOf(kept.issuer).holds(kept.key) ? kept.verified : undefined
    },
  }
}
