import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { createFlood } from '#lib/flood.ts'
import { createClients, createNotes } from './adapter.ts'
import { findAssertionProblem } from './assertion.ts'
import { configure, makeNobodysKeys } from './configure.ts'
import type { Exchange } from './exchange.ts'
import type { Assertions } from './foreign/assertion.ts'
import { jwtBearer } from './foreign/jwt-bearer.ts'
import { createGrants, grantsOfPrograms } from './grants.ts'
import type { ClientView } from './identity.ts'
import type { Issue } from './issue.ts'
import type { TakeOnce } from './once.ts'
import { type Answering, createOwnAnswer } from './own-answer.ts'
import type { OwnTokens } from './own-tokens.ts'
import { createBindings } from './proof/at-token-endpoint.ts'
import type { CertificateOf } from './proof/certificates.ts'
import type { Proofs } from './proof/proofs.ts'
import { issuerOf } from './resources.ts'
import type { Secrets } from './secrets.ts'
import { createSignIn, type SignInParts } from './sign-in/sign-in.ts'
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
  readonly secrets: Pick<Secrets, 'check'>
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
  const { plane, view, secrets, clock } = parts
  const { Provider, errors, interactionPolicy } = await import('oidc-provider')
  const issuer = issuerOf(parts.origin, plane)
  const flood = createFlood({ atOnce: 200, intervalMs: 20 })
  const bindingOf = createBindings({ ...parts, errors })
  const grants = createGrants({ ...parts, bindingOf, errors })
  const signIn = createSignIn(
    { ...parts, bindingOf, issued: grants.issued },
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
    grants: grantsOfPrograms,
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

  grants.register(provider)
  const answerOwn = createOwnAnswer(parts)
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

const corsHeaders = ['Access-Control-Allow-Origin', 'Access-Control-Expose-Headers', 'Vary']
