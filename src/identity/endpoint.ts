import { generateKeyPairSync } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Configuration, TokenEndpointGrantContext } from 'oidc-provider'
import type { Jwks } from '#domain/jwk.ts'
import type { ClientId, PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { createFlood } from '#lib/flood.ts'
import { createClients, createNotes, nothingKept } from './adapter.ts'
import { assertionAlgorithms, findAssertionProblem, skewS } from './assertion.ts'
import { areScopes } from './claims.ts'
import type { Asserted, Assertions } from './foreign/assertion.ts'
import {
  type AskedByAssertion,
  createJwtBearer,
  jwtBearer,
  notAccepted,
} from './foreign/jwt-bearer.ts'
import type { ClientView } from './identity.ts'
import type { Issue } from './issue.ts'
import type { TakeOnce } from './once.ts'
import { createBindings, tokenType } from './proof/at-token-endpoint.ts'
import type { Proofs } from './proof/proofs.ts'
import { createCovers, issuerOf, planeResource } from './resources.ts'
import type { Secrets } from './secrets.ts'

export type TokenEndpoint = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export interface TokenEndpointParts {
  readonly origin: string
  readonly plane: PlaneId
  readonly view: ClientView
  readonly secrets: Secrets
  readonly proofs: Proofs
  readonly issue: Issue
  readonly takeOnce: TakeOnce
  readonly assertions: Assertions
  readonly clock: Clock
  /** Stands where oidc-provider wants a client's secret; nobody knows it. */
  readonly placeholder: string
  /** Counts a refusal by its OAuth error. */
  refused(error: string): void
  failed(error: unknown): void
}

/**
 * RFC 6749 §4.4 on oidc-provider, one for each plane. The library reads the request and authenticates
 * the client; it holds no secret, no hash and no key that we sign with. Its comparison of secrets is
 * replaced (`Client.compareClientSecret`, public), and its grant by ours, which ends in `issue`. If
 * either replacement ever fell away, every client would be refused: the secret it would compare with
 * is the placeholder. It verifies the signature of an assertion by the client's own keys; what it would
 * overlook in one, `assertion.ts` refuses. None of its other endpoints is reachable. Importing it takes
 * 130 ms, so it is imported at the first request.
 */
export async function createTokenEndpoint(parts: TokenEndpointParts): Promise<TokenEndpoint> {
  const { origin, plane, view, secrets, issue, clock } = parts
  const { Provider, errors } = await import('oidc-provider')
  const issuer = issuerOf(origin, plane)
  const flood = createFlood({ atOnce: 200, intervalMs: 20 })

  const wait = (waitMs: number) => {
    Provider.ctx?.set('Retry-After', String(Math.ceil(waitMs / 1000)))
    return Object.assign(new errors.OIDCProviderError(429, 'temporarily_unavailable'), {
      error_description: 'too many attempts; try again later',
    })
  }

  const clients = createClients({
    placeholder: parts.placeholder,
    nobodysKeys: makeNobodysKeys(),
    asking() {
      const { authorization } = Provider.ctx?.headers ?? {}
      const { client_assertion: assertion, ...params } = Provider.ctx?.oidc.params ?? {}
      const byAssertion = assertion !== undefined
      const isProven =
        byAssertion || authorization !== undefined || params.client_secret !== undefined
      return { byAssertion, byGrant: params.grant_type === jwtBearer && !isProven }
    },
    keysOf(written) {
      const client = view.resolveClient(plane, written)
      return client && view.findClient(plane, client)?.authenticate?.jwks
    },
    grants: ['client_credentials', jwtBearer],
  })
  const notes = createNotes(async (id, forS) => {
    if (!(await parts.takeOnce(plane, 'client assertion', id, clock.now() + forS * 1000)))
      throw new errors.InvalidClientAuth('the assertion has been used before')
  })
  const kept = (model: string) => {
    if (model === 'Client') return clients
    return model === 'ReplayDetection' ? notes : nothingKept
  }

  const provider = new Provider(issuer, {
    ...configuration(),
    adapter: kept,
    clockTolerance: skewS,
    // Called when the signature has held.
    async assertJwtClientAuthClaimsAndHeader(ctx, _claims, _header, { clientId }) {
      const assertion = String(ctx.oidc.params?.client_assertion)
      const about = { client: clientId, issuer, nowMs: clock.now() }
      const problem = findAssertionProblem(assertion, about)
      if (problem !== undefined) throw new errors.InvalidClientAuth(problem)
      const waitMs = flood.attempt(clientId, clock.elapsed())
      if (waitMs > 0) throw wait(waitMs)
    },
  })

  provider.Client.prototype.compareClientSecret = async function (actual) {
    const answer = await secrets.check(plane, this.clientId, actual)
    if (typeof answer === 'boolean') return answer
    throw wait(answer.waitMs)
  }

  const bindingOf = createBindings({ ...parts, errors })

  const byAssertion = createJwtBearer({
    ...{ plane, errors, assertions: parts.assertions, covers: createCovers(origin) },
    refused: parts.refused,
  })

  /** What everything that is granted has in common: whoever asks is known, and for what it asks is checked. */
  async function answerWith(
    ctx: TokenEndpointGrantContext<object>,
    client: ClientId,
    params: Asked,
    asserted?: Asserted,
  ): Promise<void> {
    // Whoever may know it has authenticated; to all others a suspended client looks like any.
    if (view.suspended(plane, client) !== undefined) {
      throw new errors.AccessDenied('the client is suspended', 'suspended')
    }
    const resource = params.resource ?? planeResource(origin, plane)
    if (typeof resource !== 'string' || !view.isResource(plane, resource)) {
      throw new errors.InvalidTarget('resource must be one endpoint of this plane')
    }
    const scopes = params.scope?.split(' ') ?? []
    if (!areScopes(scopes)) throw new errors.InvalidScope('scope is malformed or too long', '')
    const binding = await bindingOf(ctx)
    const { user, acr, signedInAt, endsAt } = asserted ?? {}
    const { token, expiresInS } = await issue(plane, {
      ...{ client, resource, scopes, binding },
      ...{ user, acr, signedInAt, endsAt },
    })
    ctx.body = {
      access_token: token,
      token_type: tokenType(binding),
      expires_in: expiresInS,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    }
  }
  async function grant(ctx: TokenEndpointGrantContext<Asked>): Promise<void> {
    const { client: registered, params } = ctx.oidc
    const client = view.resolveClient(plane, registered.clientId)
    if (client === undefined) throw new errors.InvalidClientAuth('the policy has just changed')
    await answerWith(ctx, client, params)
  }

  async function grantByAssertion(ctx: TokenEndpointGrantContext<AskedByAssertion>): Promise<void> {
    const client = view.resolveClient(plane, ctx.oidc.client.clientId)
    // To whoever has proven nothing a client that does not exist is one whose assertion is wrong.
    if (client === undefined) throw notAccepted(errors)
    const { asked, ...asserted } = await byAssertion(ctx, client)
    await answerWith(ctx, client, asked, asserted)
  }

  // RFC 8707 §2 allows several resources: they have to arrive as such, to be refused as a target.
  provider.registerGrantType('client_credentials', grant, ['scope', 'resource'], ['resource'])
  const withAssertion = ['assertion', 'scope', 'resource']
  provider.registerGrantType(jwtBearer, grantByAssertion, withAssertion, ['resource'])

  // The library allows every origin to read an answer to whoever sent none; agents are no browsers.
  provider.use(async (ctx, next) => {
    await next()
    for (const name of corsHeaders) ctx.remove(name)
  })
  provider.on('grant.error', (_, error) => parts.refused(error.error))
  provider.on('server_error', (_, error) => parts.failed(error))
  // Koa's own event, which the library's types leave out; without a listener Koa writes to stderr.
  const koa: EventEmitter = provider
  koa.on('error', (error) => parts.failed(error))
  const answer = provider.callback()

  return async (request, response) => {
    // Koa routes by `url` and speaks of `originalUrl`; the issuer's path is cut off here and nowhere else.
    Object.assign(request, { originalUrl: request.url, url: '/token' })
    await answer(request, response)
  }
}

interface Asked {
  readonly scope?: string
  readonly resource?: string | string[]
}

const corsHeaders = ['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers', 'Vary']

const off = { enabled: false }

function configuration(): Configuration {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    // The library does not start without a key. This one signs nothing, is not served and lives as long as it.
    jwks: { keys: [pair.privateKey.export({ format: 'jwk' })] } as NonNullable<
      Configuration['jwks']
    >,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: { clientAuthSigningAlgValues: [...assertionAlgorithms] },
    clientBasedCORS: () => false,
    responseTypes: [],
    scopes: [],
    features: {
      clientCredentials: off,
      devInteractions: off,
      dPoP: off,
      pushedAuthorizationRequests: off,
      resourceIndicators: off,
      rpInitiatedLogout: off,
      userinfo: off,
    },
    renderError(ctx, out) {
      ctx.type = 'application/json'
      ctx.body = out
    },
  }
}

function makeNobodysKeys(): Jwks {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return { keys: [{ kty: 'EC', crv: 'P-256', x, y }] }
}
