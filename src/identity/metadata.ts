import type { PlaneId } from '#domain/name.ts'
import { assertionAlgorithms } from './assertion.ts'
import { exchangeGrant } from './exchange.ts'
import { grantProfiles, jwtBearer } from './foreign/jwt-bearer.ts'
import { proofAlgorithms } from './proof/jwk.ts'
import { issuerOf } from './resources.ts'

/**
 * The issuer's metadata (RFC 8414 §2; the same document answers OpenID Connect Discovery, which MCP
 * clients fall back to). It lists what is built and nothing else: two grants, three ways to authenticate.
 * `authorization_endpoint` is the exception: RFC 8414 lets an issuer without such grants leave it out,
 * but the MCP SDKs 1 and 2 refuse a document without it. Its address answers that there is none.
 */
export function issuerMetadata(origin: string, plane: PlaneId) {
  const issuer = issuerOf(origin, plane)
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: [],
    grant_types_supported: ['client_credentials', jwtBearer, exchangeGrant],
    authorization_grant_profiles_supported: grantProfiles,
    ...authenticatingAt('token_endpoint'),
    ...authenticatingAt('revocation_endpoint'),
    ...authenticatingAt('introspection_endpoint'),
    dpop_signing_alg_values_supported: [...proofAlgorithms],
    // OpenID Connect Discovery §3 requires these two; no ID token is ever issued.
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [],
  }
}

const authenticatingAt = (endpoint: string) => ({
  [`${endpoint}_auth_methods_supported`]: [
    'client_secret_basic',
    'client_secret_post',
    'private_key_jwt',
  ],
  [`${endpoint}_auth_signing_alg_values_supported`]: assertionAlgorithms,
})

/**
 * A resource's metadata (RFC 9728 §2). Scopes are not listed: what an agent needs is told to that
 * agent, in a challenge. The answer is the same for a server that exists and one that does not.
 */
export function resourceMetadata(
  origin: string,
  plane: PlaneId,
  resource: string,
  others: readonly string[],
) {
  return {
    resource,
    resource_name: resource.slice(origin.length).replace(/^\/(?:mcp|rest)\//, ''),
    authorization_servers: [issuerOf(origin, plane), ...others],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: [...proofAlgorithms],
  }
}
