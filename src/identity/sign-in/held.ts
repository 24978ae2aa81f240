import type { AdapterPayload, errors as Errors, KoaContextWithOIDC } from 'oidc-provider'
import type { SignInRows } from '#store/store.ts'
import type { Binding } from '../identity.ts'
import { digestOf } from './adapter.ts'
import { familyS } from './configuration.ts'

export interface HeldParts {
  readonly rows: SignInRows
  readonly clock: { now(): number }
  readonly errors: typeof Errors
  /** The key that whoever sends this request proves; what it throws asks for a better proof. */
  bindingOf(ctx: Pick<KoaContextWithOIDC, 'req' | 'set'>): Promise<Binding | undefined>
  asking(): KoaContextWithOIDC | undefined
}

const kind = 'Binding'

/**
 * What its sender proves is looked at while a code or a refresh token is found and not yet used: one
 * that only lacks a fresh nonce is good for the next attempt. A program without a secret has nothing
 * but its key, so what it bound at first stays bound (RFC 9449 §5, RFC 8705 §7.1): a refresh token
 * that was taken from it is worth nothing.
 */
export const createHeld = (parts: HeldParts) => {
  const { rows, clock, errors, bindingOf, asking } = parts

  const bind = (family: string, { method, thumbprint }: Binding) =>
    rows.put({
      ...{ kind, digest: family, family, uid: undefined, person: undefined },
      payload: JSON.stringify({ method, thumbprint }),
      endsAt: clock.now() + familyS * 1000,
    })

  return async (of: string, payload: AdapterPayload): Promise<void> => {
    const ctx = asking()
    const isSource = of === 'AuthorizationCode' || of === 'RefreshToken'
    if (!isSource || ctx?.oidc.route !== 'token' || payload.grantId === undefined) return
    const proven = await bindingOf(ctx)
    if (ctx.oidc.client?.clientAuthMethod !== 'none') return
    const family = digestOf(payload.grantId)
    if (of === 'AuthorizationCode') {
      if (proven) await bind(family, proven)
      return
    }
    const row = await rows.find(kind, family)
    const bound: Binding | undefined = row && JSON.parse(row.payload)
    if (bound && (bound.method !== proven?.method || bound.thumbprint !== proven.thumbprint))
      throw new errors.InvalidGrant('the refresh token is bound to another key')
  }
}
