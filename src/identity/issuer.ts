import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import { type ClientEndpoint, createTokenEndpoint, type TokenEndpoint } from './endpoint.ts'
import type { Exchange } from './exchange.ts'
import type { Assertions } from './foreign/assertion.ts'
import type { ClientView } from './identity.ts'
import type { Issue } from './issue.ts'
import type { Keys, Rotation } from './keys.ts'
import { issuerMetadata, resourceMetadata } from './metadata.ts'
import type { TakeOnce } from './once.ts'
import type { OwnTokens } from './own-tokens.ts'
import { callIssuerMetadata } from './per-call/issuer.ts'
import type { CertificateOf } from './proof/certificates.ts'
import type { Proofs } from './proof/proofs.ts'
import type { Secrets } from './secrets.ts'
import { createTally } from './tally.ts'

export interface IssuerParts {
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

/** How long metadata may be cached. */
const cachedForS = 300
const tokenRequestLimitBytes = 16 * 1024

/** The issuers' endpoints over HTTP. No CORS headers anywhere. */
export function createIssuer(parts: IssuerParts) {
  const { origin, keys, callKeys, view, random, log, clock } = parts
  const endpoints = new Map<PlaneId, Promise<TokenEndpoint>>()
  const placeholder = random(32).toString('base64url')
  const tally = createTally({ clock, log })

  function endpointOf(plane: PlaneId): Promise<TokenEndpoint> {
    const known = endpoints.get(plane)
    if (known !== undefined) return known
    const made = createTokenEndpoint({
      ...parts,
      plane,
      placeholder,
      refused(error) {
        tally.count(plane, error)
        parts.refused(plane, error)
      },
      // The name alone: messages of libraries may quote what a stranger sent.
      failed: (error) =>
        log.error('issuer failed', {
          plane,
          error: error instanceof Error ? error.name : 'unknown',
        }),
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
    await (await endpointOf(plane))(request, response, which)
  }

  async function handle(request: IncomingMessage, response: ServerResponse, plane: PlaneId) {
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
      case `${issuer}/authorize`:
        sendJson(response, 400, noAuthorization, { Connection: 'close' })
        return true
      case `/.well-known/oauth-authorization-server${issuer}`:
      case `/.well-known/openid-configuration${issuer}`:
      case `${issuer}/.well-known/openid-configuration`:
        serve(request, response, issuerMetadata(origin, plane))
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
    const resource = origin + path.slice(resourcePrefix.length)
    if (!path.startsWith(resourcePrefix) || !view.isResource(plane, resource)) return false
    serve(request, response, resourceMetadata(origin, plane, resource, view.issuers(plane).taken))
    return true
  }

  return { handle, close: tally.close }
}

const resourcePrefix = '/.well-known/oauth-protected-resource'

const noAuthorization = {
  error: 'unsupported_response_type',
  error_description: 'this issuer has no authorization endpoint; use client_credentials',
}

/** Refuses what needs no body, no client and no library to be refused. */
function refuseHead(request: IncomingMessage, response: ServerResponse): boolean {
  const refuse = (status: number, description: string, headers: Record<string, string> = {}) => {
    const error = { error: 'invalid_request', error_description: description }
    sendJson(response, status, error, { Connection: 'close', ...headers })
    return true
  }
  if (request.method !== 'POST') return refuse(405, 'the method must be POST', { Allow: 'POST' })
  // Node keeps the first of two and says nothing, so whoever reads the other sees another client.
  if (onlyOnce.some((name) => isRepeated(request, name))) {
    return refuse(400, 'a header is repeated')
  }
  // Agents are no browsers: a page that got hold of a secret gets no answer that it could read.
  if (request.headers.origin !== undefined) return refuse(403, 'browsers are not served here')
  if (Number(request.headers['content-length'] ?? 0) > tokenRequestLimitBytes) {
    return refuse(413, 'the body is too large')
  }
  return false
}

const onlyOnce = ['authorization', 'content-type', 'dpop']

function isRepeated({ rawHeaders }: IncomingMessage, name: string): boolean {
  return rawHeaders.filter((raw, i) => i % 2 === 0 && raw.toLowerCase() === name).length > 1
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  body: object,
  forS = cachedForS,
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const error = { error: 'invalid_request', error_description: 'the method must be GET' }
    sendJson(response, 405, error, { Allow: 'GET, HEAD', Connection: 'close' })
    return
  }
  sendJson(response, 200, body, { 'Cache-Control': `public, max-age=${forS}` })
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string>,
): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  })
  // Node leaves the body out of an answer to HEAD by itself.
  response.end(text)
}
