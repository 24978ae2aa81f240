import { generateKeyPairSync } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Configuration, KoaContextWithOIDC, TokenEndpointGrantContext } from 'oidc-provider'
import type { Jwks } from '#domain/jwk.ts'
import type { ClientId, PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import { createFlood } from '#lib/flood.ts'
import { createClients, createNotes } from './adapter.ts'
import { assertionAlgorithms, findAssertionProblem, skewS } from './assertion.ts'
import { areScopes } from './claims.ts'
import { type AskedExchange, type Exchange, exchangeGrant, issuedTokenType } from './exchange.ts'
import type { Assertions } from './foreign/assertion.ts'
import {
  type AskedByAssertion,
  createJwtBearer,
  jwtBearer,
  notAccepted,
} from './foreign/jwt-bearer.ts'
import type { ClientView } from './identity.ts'
import type { Issue, ToIssue } from './issue.ts'
import type { TakeOnce } from './once.ts'
import type { OwnTokens } from './own-tokens.ts'
import { createBindings, tokenType } from './proof/at-token-endpoint.ts'
import type { CertificateOf } from './proof/certificates.ts'
import type { Proofs } from './proof/proofs.ts'
import { createCovers, issuerOf, planeResource } from './resources.ts'
import type { Secrets } from './secrets.ts'
import { createSignIn, renderError, type SignInParts } from './sign-in/sign-in.ts'
import type { Request } from './sign-in/visit.ts'

/** Those endpoints of an issuer that a client authenticates at. */
export type ClientEndpoint = 'token' | 'revoke' | 'introspect'
export interface TokenEndpoint {
  ask(request: IncomingMessage, response: ServerResponse, which: ClientEndpoint): Promise<void>
  /** What lies below the issuer for people: false where that path is nothing of it. */
  signIn(about: Request, path: string): Promise<boolean>
}

export interface TokenEndpointParts extends SignInParts {
  readonly origin: string
  readonly plane: PlaneId
  readonly view: ClientView
  readonly secrets: Secrets
  readonly proofs: Proofs
  readonly certificateOf: CertificateOf
  readonly issue: Issue
  readonly exchange: Exchange
  readonly ownTokens: OwnTokens
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
  const { origin, plane, view, secrets, clock } = parts
  const { Provider, errors, interactionPolicy } = await import('oidc-provider')
  const issuer = issuerOf(origin, plane)
  const flood = createFlood({ atOnce: 200, intervalMs: 20 })
  const bindingOf = createBindings({ ...parts, errors })
  const signIn = createSignIn(
    { ...parts, bindingOf, issued },
    { errors, interactionPolicy, asking: () => Provider.ctx },
  )

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
      const isToken = Provider.ctx?.oidc.route === 'token'
      const isProven =
        byAssertion || authorization !== undefined || params.client_secret !== undefined
      return { byAssertion, byGrant: isToken && params.grant_type === jwtBearer && !isProven }
    },
    keysOf(written) {
      const client = view.resolveClient(plane, written)
      return client && view.findClient(plane, client)?.authenticate?.jwks
    },
    signsIn: signIn.metadataOf,
    grants: ['client_credentials', jwtBearer, exchangeGrant],
  })
  const notes = createNotes(async (id, forS) => {
    if (!(await parts.takeOnce(plane, 'client assertion', id, clock.now() + forS * 1000)))
      throw new errors.InvalidClientAuth('the assertion has been used before')
  })
  const kept = (model: string) => {
    if (model === 'Client') return clients
    return model === 'ReplayDetection' ? notes : signIn.adapter(model)
  }

  const provider = new Provider(issuer, {
    ...configure(signIn),
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

  const byAssertion = createJwtBearer({
    ...{ plane, errors, assertions: parts.assertions, covers: createCovers(origin) },
    refused: parts.refused,
  })

  /** Whoever may know it has authenticated; to all others a suspended client looks like any. */
  const clientOf = (registered: { readonly clientId: string }): ClientId => {
    const client = view.resolveClient(plane, registered.clientId)
    if (client === undefined) throw new errors.InvalidClientAuth('the policy has just changed')
    if (view.suspended(plane, client) !== undefined) {
      throw new errors.AccessDenied('the client is suspended', 'suspended')
    }
    return client
  }

  /** What cannot be recorded is not handed out; it is the library's to say so in OAuth's words. */
  const unrecorded = (error: unknown): never => {
    if (asFault(error).code !== 'unrecordable') throw error
    parts.failed(error)
    throw Object.assign(new errors.OIDCProviderError(503, 'temporarily_unavailable'), {
      error_description: 'nothing can be recorded now; try again later',
      // The library takes what is not exposed for a failure of its own.
      expose: true,
    })
  }

  /** The one way to a token: what its sender proves is joined to what was asked for. */
  async function issued(ctx: Parameters<typeof bindingOf>[0], asked: ToIssue) {
    // Whoever proves a key gets a token for it; what a token was bound to before stays so.
    const proven = await bindingOf(ctx)
    const binding = asked.binding ?? proven
    const { token, expiresInS } = await parts.issue(plane, { ...asked, binding }).catch(unrecorded)
    return {
      access_token: token,
      token_type: tokenType(binding),
      expires_in: expiresInS,
      ...(asked.scopes.length > 0 && { scope: asked.scopes.join(' ') }),
    }
  }

  /** What is asked for is checked: one endpoint, and scopes that can stand in a token. */
  function wantedOf(params: Asked): Pick<ToIssue, 'resource' | 'scopes'> {
    const resource = params.resource ?? planeResource(origin, plane)
    if (typeof resource !== 'string' || !view.isResource(plane, resource)) {
      throw new errors.InvalidTarget('resource must be one endpoint of this plane')
    }
    const scopes = params.scope?.split(' ') ?? []
    if (!areScopes(scopes)) throw new errors.InvalidScope('scope is malformed or too long', '')
    return { resource, scopes }
  }

  async function grant(ctx: TokenEndpointGrantContext<Asked>): Promise<void> {
    const client = clientOf(ctx.oidc.client)
    ctx.body = await issued(ctx, { client, by: client, ...wantedOf(ctx.oidc.params) })
  }

  async function grantByAssertion(ctx: TokenEndpointGrantContext<AskedByAssertion>): Promise<void> {
    const client = view.resolveClient(plane, ctx.oidc.client.clientId)
    // To whoever has proven nothing a client that does not exist is one whose assertion is wrong.
    if (client === undefined) throw notAccepted(errors)
    const { asked, user, acr, signedInAt, endsAt } = await byAssertion(ctx, client)
    clientOf(ctx.oidc.client)
    if (view.suspended(plane, client, user) !== undefined) {
      throw new errors.AccessDenied('the person is suspended', 'suspended')
    }
    const about = { client, by: client, user, acr, signedInAt, endsAt }
    ctx.body = await issued(ctx, { ...about, ...wantedOf(asked) })
  }

  async function exchange(ctx: TokenEndpointGrantContext<AskedExchange>): Promise<void> {
    const client = clientOf(ctx.oidc.client)
    const asked = parts.exchange(plane, client, ctx.oidc.params)
    if ('error' in asked) {
      throw Object.assign(new errors.OIDCProviderError(400, asked.error), {
        error_description: asked.description,
      })
    }
    if (view.suspended(plane, client, asked.user) !== undefined) {
      throw new errors.AccessDenied('the person is suspended', 'suspended')
    }
    ctx.body = { ...(await issued(ctx, asked)), issued_token_type: issuedTokenType }
  }

  /** Also of a program that describes or registered itself. */
  const anyClientOf = async ({ clientId: id }: { readonly clientId: string }) =>
    view.resolveClient(plane, id) ?? (await parts.clients.find(plane, id))?.client

  /**
   * The library reads the request, authenticates the client, and then refuses every JWT as a token that
   * it has not stored: at that refusal, and at no other, it is ours to answer about our own.
   */
  async function answerOwn(ctx: Answering): Promise<void> {
    // Where no route was found, there is none.
    const { client: registered, params, route } = ctx.oidc ?? {}
    const { error } = (ctx.body ?? {}) as { error?: string }
    if (error !== 'unsupported_token_type' || registered === undefined) return
    const client = await anyClientOf(registered)
    const token = String(params?.token)
    ctx.status = 200
    if (route === 'introspection') {
      // RFC 7662 §2.1: whoever asks about tokens has authenticated.
      if (registered.clientAuthMethod === 'none') {
        ctx.status = 401
        ctx.body = { error: 'invalid_client', error_description: 'the client has to authenticate' }
        return
      }
      ctx.body = client ? parts.ownTokens.introspect(plane, client, token) : { active: false }
      return
    }
    try {
      if (client) await parts.ownTokens.revoke(plane, client, token)
      ctx.body = ''
    } catch (error) {
      // RFC 7009 §2.2.1: it is still taken, and whoever wants it gone has to ask again.
      parts.failed(error)
      ctx.status = 503
      ctx.body = { error: 'temporarily_unavailable', error_description: 'try again' }
    }
  }

  // RFC 8707 §2 allows several resources: they have to arrive as such, to be refused as a target.
  provider.registerGrantType('client_credentials', grant, ['scope', 'resource'], ['resource'])
  const withAssertion = ['assertion', 'scope', 'resource']
  provider.registerGrantType(jwtBearer, grantByAssertion, withAssertion, ['resource'])
  provider.registerGrantType(exchangeGrant, exchange, exchangeParameters, ['resource'])

  // The library allows every origin to read an answer to whoever sent none; agents are no browsers.
  provider.use(async (ctx, next) => {
    await next()
    await answerOwn(ctx as unknown as Answering)
    for (const name of corsHeaders) ctx.remove(name)
  })
  provider.on('grant.error', (_, error) => parts.refused(error.error))
  const refusedOwn = (_: unknown, { error }: { readonly error: string }) => {
    if (error !== 'unsupported_token_type') parts.refused(error)
  }
  provider.on('revocation.error', refusedOwn)
  provider.on('introspection.error', refusedOwn)
  provider.on('server_error', (_, error) => parts.failed(error))
  // Koa's own event, which the library's types leave out; without a listener Koa writes to stderr.
  const koa: EventEmitter = provider
  koa.on('error', (error) => parts.failed(error))
  const people = signIn.mount(provider)
  const answer = provider.callback()

  return {
    async ask(request, response, which) {
      // Koa routes by `url` and speaks of `originalUrl`; the issuer's path is cut off here and nowhere else.
      Object.assign(request, { originalUrl: request.url, url: `/${which}` })
      await answer(request, response)
    },
    signIn: people,
  }
}

const exchangeParameters = [
  ...['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type'],
  ...['requested_token_type', 'audience', 'resource', 'scope'],
]

type Answering = Pick<KoaContextWithOIDC, 'body' | 'status'> &
  Partial<Pick<KoaContextWithOIDC, 'oidc'>>

interface Asked {
  readonly scope?: string
  readonly resource?: string | string[]
}

const corsHeaders = ['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers', 'Vary']

const off = { enabled: false }

/** Whoever asks there is a program. All others are people, in their browsers. */
const clientRoutes: ReadonlySet<string> = new Set(['token', 'revocation', 'introspection'])

function configure(signIn: ReturnType<typeof createSignIn>): Configuration {
  const { resourceFeature: resourceIndicators, ...people } = signIn.configuration
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    ...people,
    // The library does not start without a key. This one signs nothing, is not served and lives as long as it.
    jwks: { keys: [pair.privateKey.export({ format: 'jwk' })] } as NonNullable<
      Configuration['jwks']
    >,
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

function makeNobodysKeys(): Jwks {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return { keys: [{ kty: 'EC', crv: 'P-256', x, y }] }
}
