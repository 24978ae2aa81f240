import type { PlaneId } from '#domain/name.ts'
import { assertionAlgorithms } from './assertion.ts'
import { exchangeGrant } from './exchange.ts'
import { grantProfiles, jwtBearer } from './foreign/jwt-bearer.ts'
import { proofAlgorithms } from './proof/jwk.ts'
import { issuerOf } from './resources.ts'

/**
 * The issuer's metadata (RFC 8414 §2; the same document answers OpenID Connect Discovery, which MCP
 * clients fall back to). It lists what is built and what the plane allows, and nothing else.
 */
export function issuerMetadata(
  origin: string,
  plane: PlaneId,
  about: {
    readonly clients?: { readonly metadata?: unknown; readonly register?: unknown } | undefined
    /** Whether certificates of callers are read at all. */
    readonly certificates: boolean
    readonly acrs: readonly string[]
  },
) {
  const { clients = {}, certificates, acrs } = about
  const issuer = issuerOf(origin, plane)
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    jwks_uri: `${issuer}/jwks`,
    ...(clients.register !== undefined && { registration_endpoint: `${issuer}/register` }),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: [
      ...['authorization_code', 'refresh_token'],
      ...['client_credentials', jwtBearer, exchangeGrant],
    ],
    authorization_grant_profiles_supported: grantProfiles,
    ...authenticatingAt('token_endpoint', ['none']),
    ...authenticatingAt('revocation_endpoint', ['none']),
    ...authenticatingAt('introspection_endpoint'),
    code_challenge_methods_supported: ['S256'],
    // RFC 9207 §3, so that a program which knows several issuers tells whose answer it has.
    authorization_response_iss_parameter_supported: true,
    ...(clients.metadata !== undefined && { client_id_metadata_document_supported: true }),
    ...bindings(certificates),
    acr_values_supported: acrs,
    // OpenID Connect Discovery §3 requires these two; no ID token is ever issued.
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [],
  }
}

const authenticatingAt = (endpoint: string, others: readonly string[] = []) => ({
  [`${endpoint}_auth_methods_supported`]: [
    'client_secret_basic',
    'client_secret_post',
    'private_key_jwt',
    ...others,
  ],
  [`${endpoint}_auth_signing_alg_values_supported`]: assertionAlgorithms,
})

/** RFC 9449 §5.1 and RFC 8705 §3.3, for issuers and (RFC 9728 §2) for resources alike. */
const bindings = (certificates: boolean) => ({
  dpop_signing_alg_values_supported: [...proofAlgorithms],
  ...(certificates && { tls_client_certificate_bound_access_tokens: true }),
})

/**
 * A resource's metadata (RFC 9728 §2). Scopes are not listed: what an agent needs is told to that
 * agent, in a challenge. The answer is the same for a server that exists and one that does not.
 */
export function resourceMetadata(
  origin: string,
  plane: PlaneId,
  resource: string,
  about: { readonly others: readonly string[]; readonly certificates: boolean },
) {
  return {
    resource,
    resource_name: resource.slice(origin.length).replace(/^\/(?:mcp|rest)\//, ''),
    authorization_servers: [issuerOf(origin, plane), ...about.others],
    bearer_methods_supported: ['header'],
    ...bindings(about.certificates),
  }
}
