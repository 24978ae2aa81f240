import type * as Library from 'openid-client'
import type { IssuerDocument } from '#domain/documents.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { createRoom } from '#lib/room.ts'
import type { KeySource } from '../foreign/key-source.ts'
import type { Send } from '../foreign/send.ts'
import type { SigningKey } from '../signing-key.ts'
import { type Identified, identify } from './id-token.ts'
import { createLibraryFetch } from './library-fetch.ts'
import { type LoggedOut, readLogoutToken } from './logout-token.ts'
import { createMetadata, type Failed } from './metadata.ts'

/** One sign-in at an organisation, as the browser is sent there. */
export interface Beginning {
  readonly redirect: string
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly maxAgeS: number
  /** RFC 9470: what the program asks for, in its words and order. */
  readonly acrValues: string | undefined
  /** That they prove anew who they are. */
  readonly isAnew: boolean
}

/** The address that the browser came back with, and what it was sent with. */
export interface Return extends Omit<Beginning, 'redirect' | 'acrValues' | 'isAnew'> {
  readonly url: URL
}

/** The organisation's own sign-in (OpenID Connect), as an Issuer with `signIn` names it. */
export interface Organisation {
  begin(issuer: IssuerDocument, about: Beginning): Promise<URL | Failed>
  finish(issuer: IssuerDocument, about: Return): Promise<Identified | Failed>
  /** What a logout token of it says, or why it is not believed. */
  loggedOut(issuer: IssuerDocument, text: string): Promise<LoggedOut | string>
}

export interface OrganisationParts {
  readonly send: Send
  keysOf(issuer: IssuerDocument): KeySource
  /** The secret of a Credential; undefined where none is set. Whoever uses it forgets it. */
  secretOf(plane: PlaneId, credential: string): Buffer | undefined
  /** That signs for the plane now. */
  signingKey(plane: PlaneId): Promise<SigningKey>
  readonly clock: Clock
}

/** Each holds a connection for as long as the organisation takes. */
const mostAtOnce = 32
const mostWaiting = 256

/**
 * The library asks, and decides what an answer of OAuth is: PKCE, state, `iss` (RFC 9207) and how this
 * gateway proves itself. The ID token is ours to judge. Nothing is sent but through the one way outward.
 * Importing the library takes a while, so it is imported at the first sign-in.
 */
export function createOrganisation(parts: OrganisationParts): Organisation {
  const { keysOf, clock } = parts
  const fetch = createLibraryFetch(parts.send)
  const metadataOf = createMetadata({ fetch, clock })
  const room = createRoom(mostAtOnce, mostWaiting)

  const proofOf = async (
    library: typeof Library,
    { plane, signIn }: IssuerDocument,
    methods: readonly string[] | undefined,
  ): Promise<Library.ClientAuth | Failed> => {
    const { credential } = signIn?.client ?? {}
    if (credential === undefined) {
      const { kid, privateKey } = await parts.signingKey(planeId(plane))
      const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
      return library.PrivateKeyJwt({ key: privateKey.toCryptoKey(algorithm, false, ['sign']), kid })
    }
    const secret = parts.secretOf(planeId(plane), credential)
    if (!secret) return { failed: `no secret is set for Credential ${credential}` }
    const text = secret.toString('utf8')
    secret.fill(0)
    // OpenID Connect Discovery §3: client_secret_basic is what an issuer takes that does not say.
    const isPosted = methods && !methods.includes('client_secret_basic')
    return isPosted ? library.ClientSecretPost(text) : library.ClientSecretBasic(text)
  }

  /** Anew each time: keys rotate, secrets are replaced. */
  const configured = async (issuer: IssuerDocument) => {
    const library = await import('openid-client')
    const found = await metadataOf(library, issuer)
    if ('failed' in found) return found
    const { metadata } = found
    const proof = await proofOf(library, issuer, metadata.token_endpoint_auth_methods_supported)
    if ('failed' in proof) return proof
    const id = issuer.signIn?.client.id ?? ''
    const configuration = new library.Configuration(metadata, id, undefined, proof)
    configuration[library.customFetch] = fetch
    // The document lets that be on this machine alone.
    if (issuer.issuer.startsWith('http:')) library.allowInsecureRequests(configuration)
    return { library, configuration, id }
  }

  return {
    async begin(issuer, about) {
      const ready = await configured(issuer).catch(failedBy)
      if ('failed' in ready) return ready
      const { library, configuration } = ready
      return library.buildAuthorizationUrl(configuration, {
        redirect_uri: about.redirect,
        scope: ['openid', ...(issuer.signIn?.scopes ?? [])].join(' '),
        ...{ state: about.state, nonce: about.nonce },
        code_challenge: await library.calculatePKCECodeChallenge(about.verifier),
        code_challenge_method: 'S256',
        max_age: String(about.maxAgeS),
        ...(about.acrValues !== undefined && { acr_values: about.acrValues }),
        ...(about.isAnew && { prompt: 'login' }),
      })
    },

    loggedOut: (issuer, text) =>
      readLogoutToken(
        text,
        { issuer, clientId: issuer.signIn?.client.id ?? '', nowMs: clock.now() },
        keysOf(issuer),
      ),

    async finish(issuer, { url, state, nonce, verifier, maxAgeS }) {
      const ready = await configured(issuer).catch(failedBy)
      if ('failed' in ready) return ready
      const { library, configuration, id } = ready
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier }
      const answer = await room(() =>
        library
          .authorizationCodeGrant(configuration, url, { ...checks, maxAge: maxAgeS })
          .then(({ id_token = '' }) => ({ idToken: id_token }), failedBy),
      )
      if (!answer) return { failed: 'more sign in at once than there is room for' }
      if ('failed' in answer) return answer
      const expected = { issuer, clientId: id, nonce, maxAgeS, nowMs: clock.now() }
      const identified = await identify(answer.idToken, expected, keysOf(issuer))
      return typeof identified === 'string' ? { failed: `ID token: ${identified}` } : identified
    },
  }
}

/** The library's codes, and an error that the organisation names by one of OAuth's words. */
const failedBy = (thrown: unknown): Failed => {
  const { code, error, cause } = thrown as { code?: unknown; error?: unknown; cause?: unknown }
  const word = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : undefined
  const isNetwork = cause instanceof TypeError || thrown instanceof TypeError
  const problem = isNetwork ? 'it does not answer as it should' : 'its answer is refused'
  const said = [typeof code === 'string' ? code : undefined, word].filter(
    (one) => one !== undefined,
  )
  return { failed: said.length > 0 ? said.join(' ') : problem }
}
