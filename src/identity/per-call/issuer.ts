import type { PlaneId } from '#domain/name.ts'
import { issuerOf } from '../resources.ts'

/** Another issuer than the plane's own: whoever trusts the one for calls takes no access token, and the other way round. */
export const callIssuerOf = (origin: string, plane: PlaneId): string =>
  `${issuerOf(origin, plane)}/calls`

/** Where servers find the keys (RFC 8414 §2). Nothing is issued there to anybody who asks. */
export function callIssuerMetadata(origin: string, plane: PlaneId) {
  const issuer = callIssuerOf(origin, plane)
  return {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: [],
    grant_types_supported: [],
  }
}
