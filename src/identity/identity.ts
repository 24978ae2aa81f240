import type { IncomingMessage, ServerResponse } from 'node:http'
import type { About, Change, Consequence } from '#change/change.ts'
import type { AgentDocument, PlaneDocument } from '#domain/documents.ts'
import type { ClientId, PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { RevisionChange, Store } from '#store/store.ts'
import { areScopes } from './claims.ts'
import { createIssue } from './issue.ts'
import { createIssuer } from './issuer.ts'
import { createKeys } from './keys.ts'
import { createCovers } from './resources.ts'
import { createSecrets } from './secrets.ts'
import type { FetchDocument } from './sign-in/fetch-document.ts'
import type { PeopleView } from './sign-in/people-view.ts'
import { createVerify } from './verify.ts'

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
  /** UTC milliseconds, of a whole second. */
  readonly issuedAt: number
  /** UTC milliseconds. */
  readonly expiresAt: number
}

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
  | 'unproven key'

/** What identity needs to know of the plane's policy; handed over by the composition root. */
export interface ClientView {
  /** The agent's document where it exists and acts for that consumer (both exist), else undefined. */
  findClient(plane: PlaneId, client: ClientId): AgentDocument | undefined
  /** What stops it, for its operator, where its agent, its consumer, the plane or the user is suspended: then it gets no token. */
  suspended(plane: PlaneId, client: ClientId, user?: string): string | undefined
  /** What the plane's document says of signing in. */
  signIn(plane: PlaneId): PlaneDocument['signIn']
  /** Whether the agent's document lets this person sign in for it. */
  maySignIn(plane: PlaneId, client: ClientId, person: string): boolean
  /** The only client of an agent with one consumer, for the short form `planner`. */
  resolveClient(plane: PlaneId, written: string): ClientId | undefined
  tokenLifetimeMs(plane: PlaneId): number
  hasPlane(plane: PlaneId): boolean
  /** Whether `resource` is an endpoint of that plane: `{origin}/mcp/{plane}`, a well-formed server path below it, or that of a REST API. */
  isResource(plane: PlaneId, resource: string): boolean
  /** Changes whenever policy changes; a verified token cached under another number is looked up again. */
  revision(): number
}

/** Seals the private part of signing keys under their plane's key; the vault's keyring is one. */
export interface KeySealing {
  prepare(plane: PlaneId): Promise<void>
  sealer(
    plane: PlaneId,
    purpose: 'signing key',
  ): {
    seal(plain: Uint8Array, context: string): Buffer
    /** Undefined where the bytes or the context were changed. */
    open(sealed: Uint8Array, context: string): Buffer | undefined
  }
}

export interface Identity {
  /**
   * Strict, synchronous verification of one token of ours for one plane (RFC 9068 §4, RFC 8725): length,
   * alphabet and canonical base64url, duplicate-free JSON, typ at+jwt, alg of the key, iss exact,
   * one audience, integer times, required claims, `sub` the agent or a user with the agent in `act`
   * (RFC 8693 §4.1), client known to the policy. Verified tokens are
   * cached (bounded) by their exact text until they expire or the policy changes.
   * Whether the audience covers the endpoint is the caller's question: `covers`.
   */
  verify(plane: PlaneId, token: string, nowMs: number): VerifiedToken | TokenProblem
  /** Whether a token for `audience` serves `resource`: itself or, for a plane's own endpoint, all below it. */
  covers(audience: string, resource: string): boolean
  /** A short-lived token for the operator (`bailiwick token`, `call`, `connect`): same keys and claims as the issuer's. */
  mint(
    plane: PlaneId,
    client: ClientId,
    resource: string,
    scopes?: readonly string[],
  ): Promise<{ token: string; expiresInS: number }>
  /**
   * Makes a new client secret (256 random bits and a tag of ours, base64url) in place of the one
   * before, from the next token request on. Only its Argon2id hash is kept: it is shown once.
   * Fault('usage') where the agent is not to authenticate by a secret.
   */
  setSecret(plane: PlaneId, client: ClientId, about: About): Promise<string>
  /** Brings into memory what moved. */
  follow(changes: readonly RevisionChange[]): Promise<void>
  /**
   * Secrets of clients that exist no more, or that no longer authenticate by a secret, go with the
   * documents that said so: an agent made anew under an old name needs a new one.
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
  /** Ends all sessions and refresh tokens of that person, of every plane: their password is another now. */
  endSignIns(person: string): Promise<void>
  close(): Promise<void>
}

/** Everything that existed is in memory when it resolves, so that `verify` needs no I/O. `view` is not asked before. */
export async function createIdentity({
  origin,
  store,
  change,
  keyring,
  view,
  people,
  fetchDocument,
  clock,
  random,
  log,
}: {
  origin: string
  store: Store
  change: Pick<Change, 'execute'>
  keyring: KeySealing
  view: ClientView
  people: PeopleView
  fetchDocument: FetchDocument
  clock: Clock
  random: Random
  log: Log
}): Promise<Identity> {
  const keys = await createKeys({ store, keyring, clock })
  const secrets = await createSecrets({ store, change, view, clock, random })
  const issue = createIssue({ origin, keys, view, clock, random })
  const issuer = createIssuer({
    ...{ origin, keys, secrets, view, issue, people, fetchDocument, clock, random, log },
    rowsOf: (plane) => store.plane(plane).signIns,
    key: await store.values.putFirst('identity.sign-in-form', random(32)),
  })

  return {
    verify: createVerify({ origin, keys, view }),
    covers: createCovers(origin),
    async mint(plane, client, resource, scopes = []) {
      if (!view.findClient(plane, client)) throw new Fault('unknown_name', { detail: client })
      if (!view.isResource(plane, resource)) {
        throw new Fault('usage', { detail: `${resource} is not an endpoint of plane ${plane}` })
      }
      if (!areScopes(scopes)) {
        throw new Fault('usage', { detail: 'scopes are 1 to 64 scope tokens of RFC 6749 §3.3' })
      }
      const stopped = view.suspended(plane, client)
      if (stopped !== undefined) throw new Fault('suspended', { detail: stopped })
      return issue(plane, { client, resource, scopes })
    },
    setSecret: secrets.set,
    async follow(changes) {
      await keys.follow(changes)
      await secrets.follow(changes)
    },
    consequence: secrets.consequence,
    handle: issuer.handle,
    async endSignIns(person) {
      for (const plane of await store.planes.list())
        await store.plane(plane).signIns.removePerson(person)
    },
    async close() {
      issuer.close()
    },
  }
}
