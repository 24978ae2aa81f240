import { generateKeyPairSync } from 'node:crypto'
import type { Configuration } from 'oidc-provider'
import type { Jwks } from '#domain/jwk.ts'
import { assertionAlgorithms, skewS } from './assertion.ts'
import { type createSignIn, renderError } from './sign-in/sign-in.ts'

const off = { enabled: false }

/** Whoever asks there is a program. All others are people, in their browsers. */
const clientRoutes: ReadonlySet<string> = new Set(['token', 'revocation', 'introspection'])

/** What of the library is on: what is not named here is off. */
export function configure(signIn: ReturnType<typeof createSignIn>): Configuration {
  const { resourceFeature: resourceIndicators, ...people } = signIn.configuration
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    ...people,
    // The library does not start without a key. This one signs nothing, is not served and lives as long as it.
    jwks: { keys: [pair.privateKey.export({ format: 'jwk' })] } as NonNullable<
      Configuration['jwks']
    >,
    clockTolerance: skewS,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: { clientAuthSigningAlgValues: [...assertionAlgorithms] },
    clientBasedCORS: () => false,
    routes: { ...people.routes, revocation: '/revoke', introspection: '/introspect' },
    features: {
      clientCredentials: off,
      devInteractions: off,
      dPoP: off,
      introspection: { enabled: true, allowedPolicy: () => false },
      pushedAuthorizationRequests: off,
      resourceIndicators,
      // Of what the library stores, refresh tokens: each its own client's, with all that came of that consent.
      revocation: {
        enabled: true,
        allowedPolicy: (_, client, token) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: off,
      userinfo: off,
    },
    renderError(ctx, out) {
      if (!clientRoutes.has(ctx.oidc?.route ?? '')) return renderError(ctx, out)
      ctx.type = 'application/json'
      ctx.body = out
    },
  }
}

/** For clients that are to be known by a key and have none: the library would refuse to read them. */
export function makeNobodysKeys(): Jwks {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return { keys: [{ kty: 'EC', crv: 'P-256', x, y }] }
}
