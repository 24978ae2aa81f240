import assert from 'node:assert/strict'
import { proofAlgorithms } from './proof/jwk.ts'

/**
 * Values of `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1), as pure text. What is quoted in them is
 * ours or checked before: addresses under the origin and scope tokens, neither of which holds a quote.
 */

/** Where a resource's metadata lies: the well-known path goes between host and path (RFC 9728 §3.1). */
export const resourceMetadataUrl = (origin: string, resource: string): string => {
  assert(resource.startsWith(`${origin}/`), 'a resource lies under the origin')
  return `${origin}/.well-known/oauth-protected-resource${resource.slice(origin.length)}`
}

/**
 * For 401. Without a token there is no error to tell (RFC 6750 §3.1); with one it is `invalid_token`,
 * whatever was wrong with it. `scopes` are those to ask for, where they are known.
 */
export const unauthorizedChallenge = (
  metadataUrl: string,
  tokenSent: boolean,
  scopes: readonly string[] = [],
): string =>
  challenge({
    error: tokenSent ? 'invalid_token' : undefined,
    scope: scopes.length > 0 ? scopes.join(' ') : undefined,
    resource_metadata: metadataUrl,
  })

/** For 403: every scope that the operation needs, at once, so that one new token is enough. */
export const insufficientScopeChallenge = (
  metadataUrl: string,
  scopes: readonly string[],
): string =>
  challenge({
    error: 'insufficient_scope',
    scope: scopes.join(' '),
    resource_metadata: metadataUrl,
  })

/** For 401: RFC 6750 §3.1, a token that is no longer taken, though it has not expired. */
export const staleTokenChallenge = (metadataUrl: string, maxAgeS: number): string =>
  challenge({
    error: 'invalid_token',
    error_description: `a token issued more than ${maxAgeS} s ago is not taken here; ask for a new one`,
    resource_metadata: metadataUrl,
  })

/** For 401 (RFC 9470 §3): the user has to sign in by one of these, which the client asks its issuer for. */
export const strongerSignInChallenge = (metadataUrl: string, acr: readonly string[]): string =>
  challenge({
    error: 'insufficient_user_authentication',
    error_description: 'a stronger sign-in of the user is needed',
    acr_values: acr.join(' '),
    resource_metadata: metadataUrl,
  })

/** For 401: tokens that are not bound to a key are not taken; where DPoP is, its scheme says so. */
export const bindingChallenge = (metadataUrl: string, binding: 'dpop' | 'mtls' | 'any'): string =>
  binding === 'mtls'
    ? challenge({
        error: 'invalid_token',
        error_description: 'the token has to be bound to a client certificate',
        resource_metadata: metadataUrl,
      })
    : proofChallenge(metadataUrl, 'invalid_token')

/** For 401 to whoever has to prove a key (RFC 9449 §7.1): which algorithms, and what was amiss. */
export const proofChallenge = (metadataUrl: string, error: string): string =>
  challenge({ algs: proofAlgorithms.join(' '), error, resource_metadata: metadataUrl }, 'DPoP')

function challenge(
  parameters: Readonly<Record<string, string | undefined>>,
  scheme: 'Bearer' | 'DPoP' = 'Bearer',
): string {
  const written = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${quotable(value)}"`],
  )
  return `${scheme} ${written.join(', ')}`
}

function quotable(value: string): string {
  assert(/^[\x20\x21\x23-\x5B\x5D-\x7E]*$/.test(value), 'a challenge quotes checked text only')
  return value
}
