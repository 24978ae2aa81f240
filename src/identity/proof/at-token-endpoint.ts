import type { errors as Errors, KoaContextWithOIDC } from 'oidc-provider'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Binding } from '../identity.ts'
import { issuerOf } from '../resources.ts'
import type { CertificateOf } from './certificates.ts'
import { wantsNonce } from './dpop.ts'
import type { Proofs } from './proofs.ts'

/**
 * What the token asked for is to be bound to: the key of the DPoP proof that came with the request
 * (RFC 9449 §5), else the certificate that its connection proves (RFC 8705 §3), or nothing. For every
 * grant: the client has authenticated, and nothing has been spent yet.
 */
export const createBindings = (parts: {
  origin: string
  plane: PlaneId
  proofs: Proofs
  certificateOf: CertificateOf
  clock: Clock
  errors: typeof Errors
}) => {
  const { plane, proofs, clock, errors } = parts
  const url = `${issuerOf(parts.origin, plane)}/token`

  const check = async (ctx: Sent): Promise<Binding | undefined> => {
    const { dpop } = ctx.req.headers
    if (dpop === undefined) {
      const thumbprint = parts.certificateOf(ctx.req)
      return thumbprint === undefined ? undefined : { method: 'mtls', thumbprint }
    }
    const now = clock.now()
    // Two would have been joined into one, which is no proof: the issuer refuses them by themselves.
    const proof = String(dpop)
    ctx.set('DPoP-Nonce', proofs.nonce(now))
    const proven = await proofs.check(plane, { method: 'POST', url, token: undefined, proof }, now)
    if (typeof proven === 'object') return { method: 'dpop', thumbprint: proven.thumbprint }
    throw wantsNonce(proven)
      ? new errors.UseDpopNonce('the proof must hold the nonce of this answer')
      : new errors.InvalidDpopProof(`the proof is not accepted: ${proven}`)
  }

  // A proof is good once, and one request may be asked for its key more than once.
  const known = new WeakMap<Sent['req'], Promise<Binding | undefined>>()
  return (ctx: Sent): Promise<Binding | undefined> => {
    const before = known.get(ctx.req)
    if (before) return before
    const checked = check(ctx)
    known.set(ctx.req, checked)
    return checked
  }
}

type Sent = Pick<KoaContextWithOIDC, 'req' | 'set'>

/** RFC 6749 §7.1, RFC 9449 §5: how the token is to be sent; RFC 8705 leaves a bound one a bearer token. */
export const tokenType = (binding: Binding | undefined): 'Bearer' | 'DPoP' =>
  binding?.method === 'dpop' ? 'DPoP' : 'Bearer'
