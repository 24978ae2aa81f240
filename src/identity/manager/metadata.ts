import { managerId } from '#domain/name.ts'
import { issuerOf } from '../resources.ts'

/** RFC 8414 §2: what the Manager's issuer does, and nothing else. */
export const managerMetadata = (origin: string, acrs: readonly string[]) => {
  const issuer = issuerOf(origin, managerId)
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code'],
    token_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    acr_values_supported: acrs,
    authorization_response_iss_parameter_supported: true,
  }
}
