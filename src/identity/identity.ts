import type { IncomingMessage, ServerResponse } from 'node:http'
import type { About, Change, Consequence } from '#change/change.ts'
import type { AgentDocument, IssuerDocument, PlaneDocument } from '#domain/documents.ts'
import type { ClientId, PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { RevisionChange, SignInRow, Store } from '#store/store.ts'
import { type ApiKeys, createApiKeys } from './api-key/api-keys.ts'
import { areScopes } from './claims.ts'
import { createExchange } from './exchange.ts'
import { createForeign } from './foreign/foreign.ts'
import { createSend } from './foreign/send.ts'
import { createIssue, type EnterIssued } from './issue.ts'
import { createIssuer } from './issuer.ts'
import type { Issuers } from './issuers.ts'
import { createKeys, type Rotation } from './keys.ts'
import type { ConsoleSignIn } from './manager/console.ts'
import { createOnce } from './once.ts'
import { createOrganisation, type OrganisationParts } from './organisation/organisation.ts'
import { createOwnTokens } from './own-tokens.ts'
import { type CallTokens, createCallTokens } from './per-call/token.ts'
import { type CertificateOf, noCertificates } from './proof/certificates.ts'
import { createNonces } from './proof/nonces.ts'
import { createProofs, type Proofs } from './proof/proofs.ts'
import { createCovers } from './resources.ts'
import { createRevocations } from './revocations.ts'
import { createRevoke } from './revoke.ts'
import { createSecrets } from './secrets.ts'
import { issuedIn } from './sign-in/answer.ts'
import type { FetchDocument } from './sign-in/fetch-document.ts'
import type { Known, PeopleView } from './sign-in/people-view.ts'
import type { EnterSignedIn } from './sign-in/visit.ts'
import type { KeySealing, SigningKey } from './signing-key.ts'
import { createVerifier } from './verify.ts'

/** What a verified access token says, joined to nothing yet. */
export interface VerifiedToken {
  readonly plane: PlaneId
  readonly client: ClientId
  readonly agent: string
  readonly consumer: string
  /** The person on whose behalf the agent acts; undefined where it acts for nobody. */
  readonly user: string | undefined
  /** The one resource it is for: a canonical URI under the origin (RFC 8707, RFC 9068 `aud`). */
  readonly audience: string
  /** Scopes granted; undefined where the token carries none, which means what its grants imply. */
  readonly scopes: ReadonlySet<string> | undefined
  readonly tokenId: string
  /** The agents that it acts through, the nearest first; nearly always none (RFC 8693 §4.1). */
  readonly through: readonly string[]
  /** The run it was obtained for, where our issuer put one. */
  readonly run: string | undefined
  /** The key that its sender has to prove: without the proof the token is worth nothing. */
  readonly binding: Binding | undefined
  /** How strongly the person signed in, and when (UTC milliseconds), where it was told. */
  readonly acr: string | undefined
  readonly signedInAt: number | undefined
  /** The id of the API key that came in the place of a token; `audience` is then all REST APIs of the plane. */
  readonly apiKey?: string | undefined
  /** The Issuer that it is of; undefined where it is ours. */
  readonly issuer?: string | undefined
  /** What another issuer vouches for, in the place of what the Agent says by that name; undefined where its token does not say. */
  readonly claims?: Readonly<Record<string, Claim | undefined>> | undefined
  /** UTC milliseconds, of a whole second. */
  readonly issuedAt: number
  /** UTC milliseconds. */
  readonly expiresAt: number
}

type Claim = NonNullable<AgentDocument['claims']>[string]

/** A key as SHA-256 in base64url: of a JWK (RFC 7638, `cnf.jkt`) or of a certificate (RFC 8705, `cnf.x5t#S256`). */
export interface Binding {
  readonly method: 'dpop' | 'mtls'
  readonly thumbprint: string
}

/** Why a token is not valid: for the log and the count of the unauthenticated, never for the caller. */
export type TokenProblem =
  | 'malformed'
  | 'too long'
  | 'header'
  | 'unknown key'
  | 'signature'
  | 'claims'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'not yet'
  | 'too old'
  | 'unknown client'
  | 'unknown API key'
  /** The plane, or what is asked for, takes none. */
  | 'API key'
  | 'unproven key'
  /** It may be another issuer's, whose keys have to be looked at first. */
  | 'foreign'
  /** Its claims mean nobody here, or could mean two. */
  | 'ambiguous'
  /** Verifying it went wrong, or took too long. */
  | 'unverified'
  | 'revoked'

/** What identity needs to know of the plane's policy; handed over by the composition root. */
export interface ClientView {
  /** The agent's document where it exists and acts for that consumer (both exist), else undefined. */
  findClient(plane: PlaneId, client: ClientId): AgentDocument | undefined
  /** What stops it, for its operator, where its agent, its consumer, the plane or the user it acts for is suspended: then it gets no token. */
  suspended(plane: PlaneId, client: ClientId, user?: string): string | undefined
  /** What the plane's document says of signing in. */
  signIn(plane: PlaneId): PlaneDocument['signIn']
  /** Whether the agent's document lets this person sign in for it. */
  maySignIn(plane: PlaneId, client: ClientId, person: Known): boolean
  /** The only client of an agent with one consumer, for the short form `planner`. */
  resolveClient(plane: PlaneId, written: string): ClientId | undefined
  tokenLifetimeMs(plane: PlaneId): number
  /** For how long an API key may be good in that plane; undefined where it takes none. */
  longestKeyMs(plane: PlaneId): number | undefined
  hasPlane(plane: PlaneId): boolean
  /** Whether `resource` is an endpoint of that plane: `{origin}/mcp/{plane}`, a well-formed server path below it, or that of a REST API. */
  isResource(plane: PlaneId, resource: string): boolean
  /** The other issuers that the plane trusts. */
  issuers(plane: PlaneId): Issuers
  /** Those that sign people in at the Manager, each with the planes that ask it. */
  atManager(): readonly { readonly issuer: IssuerDocument; readonly planes: readonly PlaneId[] }[]
  /** Changes whenever policy changes; a verified token cached under another number is looked up again. */
  revision(): number
}

export interface Identity {
  /**
   * Strict, synchronous verification of one token of ours for one plane (RFC 9068 §4, RFC 8725): length,
   * alphabet and canonical base64url, duplicate-free JSON, typ at+jwt, alg of the key, iss exact,
   * one audience, integer times, required claims, `sub` the agent or a user with the agent in `act`
   * (RFC 8693 §4.1), client known to the policy. Verified tokens are
   * cached (bounded) by their exact text until they expire or the policy changes.
   * Whether the audience covers the endpoint is the caller's question: `covers`.
   * A token of another issuer that the plane trusts is answered from memory too; where it is not
   * there, or its keys are too old to be believed, it is `foreign`: `verifyForeign` goes on.
   */
  verify(plane: PlaneId, token: string, nowMs: number): VerifiedToken | TokenProblem
  /** The same strictness for an access token of another issuer, whose keys may have to be fetched. */
  verifyForeign(plane: PlaneId, token: string, nowMs: number): Promise<VerifiedToken | TokenProblem>
  /** What a token that is bound to a key is proved by (RFC 9449). */
  readonly proofs: Proofs
  /** What a token that is bound to a certificate is proved by (RFC 8705). */
  readonly certificateOf: CertificateOf
  /** Whether a token for `audience` serves `resource`: itself or, for a plane's own endpoint, all below it. */
  covers(audience: string, resource: string): boolean
  /** A short-lived token for the operator (`bailiwick token`, `call`, `connect`): same keys and claims as the issuer's, and the same entry. */
  mint(
    plane: PlaneId,
    client: ClientId,
    resource: string,
    scopes?: readonly string[],
    by?: string,
  ): Promise<{ token: string; expiresInS: number }>
  /**
   * Makes a new client secret (256 random bits and a tag of ours, base64url) in place of the one
   * before, from the next token request on. Only its Argon2id hash is kept: it is shown once.
   * Fault('usage') where the agent is not to authenticate by a secret.
   */
  setSecret(plane: PlaneId, client: ClientId, about: About): Promise<string>
  /** What a consumer of REST APIs has that cannot ask for tokens. */
  readonly apiKeys: Pick<ApiKeys, 'issue' | 'revoke' | 'list' | 'verify'>
  /** What goes to a server that wants a token per call; see `per-call/token.ts`. */
  readonly callTokens: CallTokens
  /**
   * Makes the next signing keys of a plane, for access tokens and for calls; see `Keys.rotate`. Answers
   * that of access tokens.
   */
  rotate(
    plane: PlaneId,
    about: About,
    how: { atOnce: boolean },
  ): Promise<{ kid: string; signsFrom: number }>
  /** The keys as they are served (RFC 7517 §5). */
  jwks(plane: PlaneId): Promise<{ keys: SigningKey['publicJwk'][] }>
  /** Everything that was issued to a client, or on a user's behalf, until now is taken no longer; a client's API keys neither. */
  revoke(
    plane: PlaneId,
    whose: { kind: 'client' | 'user'; name: string },
    about: About,
  ): Promise<number>
  /** Whether a token that was verified may still be used; a stream that stands on it ends where not. */
  stands(token: VerifiedToken): boolean
  /** Called with the planes in which a token was revoked, here or elsewhere. */
  onRevoked(listener: (planes: readonly PlaneId[]) => void): void
  /** Brings in what other processes revoked; for `Store.onWake`. */
  followRevoked(): Promise<void>
  /** Brings into memory what moved. */
  follow(changes: readonly RevisionChange[]): Promise<void>
  /**
   * Secrets and keys of clients that exist no more, and secrets of those that no longer authenticate by
   * one, go with the documents that said so: an agent made anew under an old name needs new ones.
   */
  readonly consequence: Consequence
  /** Answers the issuer's endpoints under /oauth/{plane} and their metadata; false where the path is none of them. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    plane: PlaneId,
    /** Where it comes from, for the limits. */
    address: string,
  ): Promise<boolean>
  /** How people sign in to the console who do so at the Manager's issuer. */
  readonly console: ConsoleSignIn
  /** Ends all sessions, refresh tokens and access tokens of that person's sign-ins, of every plane: their password is another now. */
  endSignIns(person: string): Promise<void>
  close(): Promise<void>
}

/** A key is replaced each month; keys may be cached for five minutes. */
const everyMonth: Rotation = { cachedForS: 300, everyMs: 30 * 24 * 60 * 60_000 }

/** Everything that existed is in memory when it resolves, so that `verify` needs no I/O. `view` is not asked before. */
export async function createIdentity({
  origin,
  store,
  change,
  keyring,
  view,
  rotation = everyMonth,
  people,
  fetchDocument,
  secretOf,
  clock,
  random,
  log,
  enter,
  refused,
  certificateOf = noCertificates,
}: {
  origin: string
  store: Store
  change: Pick<Change, 'execute'>
  keyring: KeySealing
  view: ClientView
  rotation?: Rotation
  people: PeopleView
  fetchDocument: FetchDocument
  /** Of a Credential, for an organisation that knows this gateway by one. */
  secretOf: OrganisationParts['secretOf']
  clock: Clock
  random: Random
  log: Log
  enter: EnterIssued & EnterSignedIn
  /** Counts a refused token request by its OAuth error. */
  refused: (plane: PlaneId, error: string) => void
  certificateOf?: CertificateOf
}): Promise<Identity> {
  const once = createOnce({ rows: store.takenOnce, clock, log })
  const nonceKey = await store.values.putFirst('identity.dpop-nonce', random(32))
  const proofs = createProofs({ once: once.take, nonces: createNonces(nonceKey) })
  const keyParts = { store, change, keyring, rotation, clock }
  const keys = await createKeys({ ...keyParts, purpose: 'access' })
  const callKeys = await createKeys({ ...keyParts, purpose: 'call' })
  const revocations = await createRevocations({ rows: store.revocations, clock })
  const secrets = await createSecrets({ store, change, view, clock, random })
  const send = createSend(clock)
  const apiKeys = await createApiKeys({ origin, store, change, view, clock, random })
  const foreign = createForeign({ origin, view, takeOnce: once.take, send, clock, log })
  const verifier = createVerifier({ origin, keys, revocations, view, foreign: foreign.access })
  const told: ((planes: readonly PlaneId[]) => void)[] = []
  const tell = (planes: readonly PlaneId[]) => {
    if (planes.length > 0) for (const listener of told) listener(planes)
  }
  const covers = createCovers(origin)
  const ownTokens = createOwnTokens({
    origin,
    verifier,
    revocations,
    revoked: (plane) => tell([plane]),
    clock,
  })
  /** Access tokens are no rows: what came of a consent that ended is revoked by itself. */
  const gone = async (plane: PlaneId, rows: readonly SignInRow[]): Promise<void> => {
    const tokens = issuedIn(rows).filter(({ expiresAt }) => expiresAt > clock.now())
    await Promise.all(tokens.map(({ id, expiresAt }) => revocations.add(plane, { id, expiresAt })))
    if (tokens.length > 0) tell([plane])
  }
  const issue = createIssue({ origin, keys, view, clock, random, enter })
  const issuer = createIssuer({
    ...{ origin, keys, callKeys, proofs, certificateOf, secrets, view, issue, ownTokens, rotation },
    exchange: createExchange({ verifier, view, covers, clock, random }),
    takeOnce: once.take,
    assertions: foreign.assertions,
    organisation: createOrganisation({
      ...{ send, keysOf: foreign.keysOf, secretOf, clock },
      signingKey: keys.newest,
    }),
    ...{ people, fetchDocument, gone, enter, clock, random, log, refused },
    rowsOf: (plane) => store.plane(plane).signIns,
    managerRows: store.managerSignIns,
    async allRows() {
      const planes = await store.planes.list()
      return [store.managerSignIns, ...planes.map((plane) => store.plane(plane).signIns)]
    },
    key: await store.values.putFirst('identity.sign-in-form', random(32)),
  })

  return {
    ...verifier,
    async verifyForeign(plane, token, nowMs) {
      const answer = await foreign.access.verify(plane, token, nowMs)
      return typeof answer === 'string' || verifier.stands(answer) ? answer : 'revoked'
    },
    proofs,
    certificateOf,
    covers,
    async mint(plane, client, resource, scopes = [], by = 'operator') {
      if (!view.findClient(plane, client)) throw new Fault('unknown_name', { detail: client })
      if (!view.isResource(plane, resource)) {
        throw new Fault('usage', { detail: `${resource} is not an endpoint of plane ${plane}` })
      }
      if (!areScopes(scopes)) {
        throw new Fault('usage', { detail: 'scopes are 1 to 64 scope tokens of RFC 6749 §3.3' })
      }
      const stopped = view.suspended(plane, client)
      if (stopped !== undefined) throw new Fault('suspended', { detail: stopped })
      return issue(plane, { client, resource, scopes, by })
    },
    setSecret: secrets.set,
    apiKeys,
    stands: (token) =>
      token.apiKey === undefined ? verifier.stands(token) : apiKeys.stands(token),
    callTokens: createCallTokens({ origin, keys: callKeys, clock, random }),
    async rotate(plane, about, how) {
      if (!view.hasPlane(plane)) throw new Fault('unknown_name', { detail: plane })
      const { kid, signsFrom } = await keys.rotate(plane, about, how)
      await callKeys.rotate(plane, about, how)
      return { kid, signsFrom }
    },
    revoke: createRevoke({ store, change, view, apiKeys, gone, clock }),
    jwks: keys.jwks,
    onRevoked: (listener) => void told.push(listener),
    async followRevoked() {
      tell(await revocations.follow())
    },
    async follow(changes) {
      await keys.follow(changes)
      await callKeys.follow(changes)
      if (changes.some(({ topic }) => topic === 'revocation')) await revocations.follow(true)
      await secrets.follow(changes)
      await apiKeys.follow(changes)
    },
    consequence: (...about) => [...secrets.consequence(...about), ...apiKeys.consequence(...about)],
    handle: issuer.handle,
    console: issuer.console,
    async endSignIns(person) {
      await store.managerSignIns.removePerson(person)
      for (const plane of await store.planes.list())
        await gone(plane, await store.plane(plane).signIns.removePerson(person))
    },
    async close() {
      issuer.close()
      once.close()
      keys.close()
      callKeys.close()
    },
  }
}
