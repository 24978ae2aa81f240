import type { IncomingMessage, ServerResponse } from 'node:http'
import { managerId, type PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import type { SignInRow, SignInRows } from '#store/store.ts'
import { refuseHead, sendJson, serve } from './answering.ts'
import { type ClientEndpoint, createTokenEndpoint, type TokenEndpoint } from './endpoint.ts'
import type { Exchange } from './exchange.ts'
import type { Assertions } from './foreign/assertion.ts'
import type { ClientView } from './identity.ts'
import type { Issue } from './issue.ts'
import type { Keys, Rotation } from './keys.ts'
import { createManagerIssuer } from './manager/issuer.ts'
import { issuerMetadata, resourceMetadata } from './metadata.ts'
import type { TakeOnce } from './once.ts'
import type { Organisation } from './organisation/organisation.ts'
import type { OwnTokens } from './own-tokens.ts'
import { callIssuerMetadata } from './per-call/issuer.ts'
import { type CertificateOf, noCertificates } from './proof/certificates.ts'
import type { Proofs } from './proof/proofs.ts'
import type { Secrets } from './secrets.ts'
import { createArrivals } from './sign-in/arrivals.ts'
import { createSignInClients } from './sign-in/clients.ts'
import { createDescribedClients } from './sign-in/described.ts'
import type { FetchDocument } from './sign-in/fetch-document.ts'
import { consentPage } from './sign-in/pages.ts'
import { acrsOf } from './sign-in/passkey.ts'
import type { PeopleView } from './sign-in/people-view.ts'
import { register } from './sign-in/register.ts'
import { createRegisteredClients } from './sign-in/registered.ts'
import type { EnterSignedIn, Request } from './sign-in/visit.ts'
import { createTally } from './tally.ts'

export interface IssuerParts {
  readonly people: PeopleView
  readonly managerRows: SignInRows
  readonly rowsOf: (plane: PlaneId) => SignInRows
  /** Of every plane, and of the Manager. */
  allRows(): Promise<readonly SignInRows[]>
  readonly fetchDocument: FetchDocument
  readonly organisation: Organisation
  readonly enter: EnterSignedIn
  /** Ends what lives on without these rows. */
  readonly gone: (plane: PlaneId, rows: readonly SignInRow[]) => Promise<void>
  /** Signs the forms of pages, in every process alike. */
  readonly key: Uint8Array
  readonly origin: string
  readonly keys: Keys
  /** Of tokens towards servers. */
  readonly callKeys: Keys
  readonly proofs: Proofs
  readonly certificateOf: CertificateOf
  readonly secrets: Secrets
  readonly view: ClientView
  readonly issue: Issue
  readonly exchange: Exchange
  readonly ownTokens: OwnTokens
  readonly takeOnce: TakeOnce
  readonly assertions: Assertions
  readonly rotation: Rotation
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly refused: (plane: PlaneId, error: string) => void
}

/** The issuers' endpoints over HTTP. No CORS headers anywhere. */
export function createIssuer(parts: IssuerParts) {
  const { origin, keys, callKeys, view, random, log, clock } = parts
  const endpoints = new Map<PlaneId, Promise<TokenEndpoint>>()
  const placeholder = random(32).toString('base64url')
  const tally = createTally({ clock, log })
  const registered = createRegisteredClients(parts)
  const clients = createSignInClients({
    ...{ view, registered },
    described: createDescribedClients(parts),
  })
  const arrivals = createArrivals(clock)
  const manager = createManagerIssuer({
    ...{ ...parts, placeholder, registered, arrivals },
    rows: parts.managerRows,
    refused: (error) => tally.count(managerId, error),
    failed: failedAt(managerId),
  })

  /** The name alone: messages of libraries may quote what a stranger sent. */
  function failedAt(plane: PlaneId) {
    return (error: unknown) =>
      log.error('issuer failed', { plane, error: error instanceof Error ? error.name : 'unknown' })
  }
  const certificates = parts.certificateOf !== noCertificates

  function endpointOf(plane: PlaneId): Promise<TokenEndpoint> {
    const known = endpoints.get(plane)
    if (known !== undefined) return known
    const made = createTokenEndpoint({
      ...{ ...parts, plane, placeholder, clients, registered },
      ...{ place: plane, consentPage, planesOf: () => [plane] },
      rows: parts.rowsOf(plane),
      gone: (rows) => parts.gone(plane, rows),
      newTokenId: () => random(16).toString('base64url'),
      refused(error) {
        tally.count(plane, error)
        parts.refused(plane, error)
      },
      failed: failedAt(plane),
    })
    endpoints.set(plane, made)
    made.catch(() => endpoints.delete(plane))
    return made
  }

  async function ask(
    plane: PlaneId,
    request: IncomingMessage,
    response: ServerResponse,
    which: ClientEndpoint,
  ) {
    if (refuseHead(request, response)) return
    // RFC 9110 §10.1.1: the listener leaves the 100 to whoever reads the body, and the library does not know of it.
    if (request.headers.expect !== undefined) response.writeContinue()
    response.once('finish', () => {
      if (!request.complete) request.socket.destroySoon()
    })
    await (await endpointOf(plane)).ask(request, response, which)
  }

  /** People and the programs that they sign in for: strangers, so no more of them than there is room for. */
  async function signIn(plane: PlaneId, about: Request, path: string): Promise<boolean> {
    const { request, response } = about
    if (!/^\/(?:authorize|sign-in|back|register|passkey\.js)(?:\/|$)/.test(path)) return false
    if (path === '/register' && !view.signIn(plane)?.clients?.register) return false
    const waitMs = arrivals(path, about.address)
    if (waitMs > 0) {
      const error = { error: 'temporarily_unavailable', error_description: 'too many at once' }
      const headers = { 'Retry-After': String(Math.ceil(waitMs / 1000)), Connection: 'close' }
      sendJson(response, 429, error, headers)
      return true
    }
    if (path !== '/register') return (await endpointOf(plane)).signIn(about, path)
    if (request.method !== 'POST') {
      sendJson(response, 405, { error: 'invalid_request' }, { Allow: 'POST', Connection: 'close' })
      return true
    }
    const answer = await register({ view, registered }, plane, about)
    if (answer)
      sendJson(
        response,
        answer.status,
        answer.body,
        request.complete ? {} : { Connection: 'close' },
      )
    return answer !== undefined
  }

  const metadataOf = (plane: PlaneId) =>
    issuerMetadata(origin, plane, {
      ...{ clients: view.signIn(plane)?.clients, certificates },
      acrs: acrsOf(parts.people.passkeys),
    })

  async function handle(
    request: IncomingMessage,
    response: ServerResponse,
    plane: PlaneId,
    address: string,
  ) {
    if (plane === managerId) return manager.handle(request, response, address)
    if (!view.hasPlane(plane)) return false
    const [path = ''] = (request.url ?? '').split('?', 1)
    const issuer = `/oauth/${plane}`
    switch (path) {
      case `${issuer}/token`:
        await ask(plane, request, response, 'token')
        return true
      case `${issuer}/revoke`:
        await ask(plane, request, response, 'revoke')
        return true
      case `${issuer}/introspect`:
        await ask(plane, request, response, 'introspect')
        return true
      case `${issuer}/jwks`:
        serve(request, response, await keys.jwks(plane), parts.rotation.cachedForS)
        return true
      case `/.well-known/oauth-authorization-server${issuer}`:
      case `/.well-known/openid-configuration${issuer}`:
      case `${issuer}/.well-known/openid-configuration`:
        serve(request, response, metadataOf(plane))
        return true
      case `${issuer}/calls/jwks`:
        serve(request, response, await callKeys.jwks(plane), parts.rotation.cachedForS)
        return true
      case `/.well-known/oauth-authorization-server${issuer}/calls`:
      case `/.well-known/openid-configuration${issuer}/calls`:
      case `${issuer}/calls/.well-known/openid-configuration`:
        serve(request, response, callIssuerMetadata(origin, plane))
        return true
    }
    if (path.startsWith(`${issuer}/`))
      return signIn(plane, { request, response, address }, path.slice(issuer.length))
    const resource = origin + path.slice(resourcePrefix.length)
    if (!path.startsWith(resourcePrefix) || !view.isResource(plane, resource)) return false
    const others = view.issuers(plane).taken
    serve(request, response, resourceMetadata(origin, plane, resource, { others, certificates }))
    return true
  }

  return { handle, console: manager.console, close: tally.close }
}

const resourcePrefix = '/.well-known/oauth-protected-resource'
