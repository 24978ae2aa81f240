import { generateKeyPairSync } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Adapter, Configuration, TokenEndpointGrantContext } from 'oidc-provider'
import type { PlaneId } from '#domain/name.ts'
import { areScopes } from './claims.ts'
import type { ClientView } from './identity.ts'
import type { Issue } from './issue.ts'
import { issuerOf, planeResource } from './resources.ts'
import type { Secrets } from './secrets.ts'
import { createSignIn, renderError, type SignInParts } from './sign-in/sign-in.ts'
import type { Request } from './sign-in/visit.ts'

export interface TokenEndpoint {
  token(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** What lies below the issuer for people: false where that path is nothing of it. */
  signIn(about: Request, path: string): Promise<boolean>
}

export interface TokenEndpointParts extends SignInParts {
  readonly origin: string
  readonly plane: PlaneId
  readonly view: ClientView
  readonly secrets: Secrets
  readonly issue: Issue
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
 * is the placeholder. None of its other endpoints is reachable. Importing it takes 130 ms, so it is
 * imported at the first request.
 */
export async function createTokenEndpoint(parts: TokenEndpointParts): Promise<TokenEndpoint> {
  const { origin, plane, view, secrets, issue } = parts
  const { Provider, errors, interactionPolicy } = await import('oidc-provider')
  const signIn = createSignIn(parts, { errors, interactionPolicy })
  const provider = new Provider(issuerOf(origin, plane), configure(parts.placeholder, signIn))

  provider.Client.prototype.compareClientSecret = async function (actual) {
    const answer = await secrets.check(plane, this.clientId, actual)
    if (typeof answer === 'boolean') return answer
    Provider.ctx?.set('Retry-After', String(Math.ceil(answer.waitMs / 1000)))
    throw Object.assign(new errors.OIDCProviderError(429, 'temporarily_unavailable'), {
      error_description: 'too many attempts; try again later',
    })
  }

  async function grant(ctx: TokenEndpointGrantContext<Asked>): Promise<void> {
    const { client: registered, params } = ctx.oidc
    const client = view.resolveClient(plane, registered.clientId)
    if (client === undefined) throw new errors.InvalidClientAuth('the policy has just changed')
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
    const { token, expiresInS } = await issue(plane, { client, resource, scopes })
    ctx.body = {
      access_token: token,
      token_type: 'Bearer',
      expires_in: expiresInS,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    }
  }
  // RFC 8707 §2 allows several resources: they have to arrive as such, to be refused as a target.
  provider.registerGrantType('client_credentials', grant, ['scope', 'resource'], ['resource'])

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
  const people = signIn.mount(provider)
  const answer = provider.callback()

  return {
    async token(request, response) {
      // Koa routes by `url` and speaks of `originalUrl`; the issuer's path is cut off here and nowhere else.
      Object.assign(request, { originalUrl: request.url, url: '/token' })
      await answer(request, response)
    },
    signIn: people,
  }
}

interface Asked {
  readonly scope?: string
  readonly resource?: string | string[]
}

const corsHeaders = ['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers', 'Vary']

const off = { enabled: false }

function configure(placeholder: string, signIn: ReturnType<typeof createSignIn>): Configuration {
  const { resourceFeature: resourceIndicators, ...people } = signIn.configuration
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    ...people,
    adapter: (kind) =>
      kind === 'Client' ? createClients(placeholder, signIn.metadataOf) : signIn.adapter(kind),
    // The library does not start without a key. This one signs nothing, is not served and lives as long as it.
    jwks: { keys: [pair.privateKey.export({ format: 'jwk' })] } as NonNullable<
      Configuration['jwks']
    >,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    clientBasedCORS: () => false,
    features: {
      clientCredentials: off,
      devInteractions: off,
      dPoP: off,
      pushedAuthorizationRequests: off,
      resourceIndicators,
      rpInitiatedLogout: off,
      userinfo: off,
    },
    renderError(ctx, out) {
      if (ctx.oidc?.route !== 'token') return renderError(ctx, out)
      ctx.type = 'application/json'
      ctx.body = out
    },
  }
}

const writtenClient = /^[a-z][a-z0-9-]{0,23}(@[a-z][a-z0-9-]{0,23})?$/

/**
 * The library's view of clients: each name that could be one is. Whether it is, is decided where its
 * secret is checked, so that an unknown client and a wrong secret take one path. Nothing is ever stored.
 */
function createClients(
  placeholder: string,
  signsIn: ReturnType<typeof createSignIn>['metadataOf'],
): Adapter {
  const nothing = async () => undefined
  const never = async () => {
    throw new Error('oidc-provider has nothing to store here')
  }
  return {
    async find(id) {
      const people = await signsIn(id)
      const isPublic = people?.token_endpoint_auth_method === 'none'
      return {
        client_id: writtenClient.test(id) ? id : '-',
        redirect_uris: [],
        response_types: [],
        ...people,
        ...(!isPublic && { client_secret: placeholder }),
        grant_types: [...(isPublic ? [] : ['client_credentials']), ...(people?.grant_types ?? [])],
      }
    },
    findByUid: nothing,
    findByUserCode: nothing,
    upsert: never,
    consume: never,
    destroy: never,
    revokeByGrantId: never,
  }
}
