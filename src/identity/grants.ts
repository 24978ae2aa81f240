import type { errors as Errors, Provider, TokenEndpointGrantContext } from 'oidc-provider'
import type { ClientId, PlaneId } from '#domain/name.ts'
import { asFault } from '#lib/fault.ts'
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
import { type createBindings, tokenType } from './proof/at-token-endpoint.ts'
import { createCovers, planeResource } from './resources.ts'

export interface GrantParts {
  readonly origin: string
  readonly plane: PlaneId
  readonly view: ClientView
  readonly issue: Issue
  readonly exchange: Exchange
  readonly assertions: Assertions
  readonly bindingOf: ReturnType<typeof createBindings>
  readonly errors: typeof Errors
  refused(problem: string): void
  failed(error: unknown): void
}

/** The grants of programs; all end in `issue`. Those of people are in `sign-in/`. */
export const grantsOfPrograms = ['client_credentials', jwtBearer, exchangeGrant]

/** What is granted to a client that the library has authenticated, and whose request it has read. */
export function createGrants(parts: GrantParts) {
  const { origin, plane, view, bindingOf, errors } = parts
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

  async function byCredentials(ctx: TokenEndpointGrantContext<Asked>): Promise<void> {
    const client = clientOf(ctx.oidc.client)
    ctx.body = await issued(ctx, { client, by: client, ...wantedOf(ctx.oidc.params) })
  }

  async function byJwt(ctx: TokenEndpointGrantContext<AskedByAssertion>): Promise<void> {
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

  return {
    issued,
    register(provider: Provider): void {
      // RFC 8707 §2 allows several resources: they have to arrive as such, to be refused as a target.
      const target = ['resource']
      provider.registerGrantType('client_credentials', byCredentials, asked, target)
      provider.registerGrantType(jwtBearer, byJwt, ['assertion', ...asked], target)
      provider.registerGrantType(exchangeGrant, exchange, [...exchanged, ...asked], target)
    },
  }
}

const asked = ['scope', 'resource']
const exchanged = [
  ...['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type'],
  ...['requested_token_type', 'audience'],
]

interface Asked {
  readonly scope?: string
  readonly resource?: string | string[]
}
