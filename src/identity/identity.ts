import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AgentDocument } from '#domain/documents.ts'
import type { ClientId, PlaneId } from '#domain/name.ts'

/** What a verified access token says, joined to nothing yet. */
export interface VerifiedToken {
  readonly plane: PlaneId
  readonly client: ClientId
  readonly agent: string
  readonly consumer: string
  /** The one resource it is for: a canonical URI under the origin (RFC 8707, RFC 9068 `aud`). */
  readonly audience: string
  /** Scopes granted; undefined where the token carries none, which means what its grants imply. */
  readonly scopes: ReadonlySet<string> | undefined
  readonly tokenId: string
  /** UTC milliseconds. */
  readonly expiresAt: number
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

/** What identity needs to know of the plane's policy; handed over by the composition root. */
export interface ClientView {
  /** The agent's document where it exists and acts for that consumer (both exist), else undefined. */
  findClient(plane: PlaneId, client: ClientId): AgentDocument | undefined
  /** The only client of an agent with one consumer, for the short form `planner`. */
  resolveClient(plane: PlaneId, written: string): ClientId | undefined
  tokenLifetimeMs(plane: PlaneId): number
  hasPlane(plane: PlaneId): boolean
  /** Whether `resource` is an endpoint of that plane: `{origin}/mcp/{plane}` or a well-formed server path below it. */
  isResource(plane: PlaneId, resource: string): boolean
  /** Changes whenever policy changes; a verified token cached under another number is looked up again. */
  revision(): number
}

export interface Identity {
  /**
   * Strict, synchronous verification of one token of ours for one plane (trust.md §4): length,
   * alphabet and canonical base64url, duplicate-free JSON, typ at+jwt, alg of the key, iss exact,
   * one audience, integer times, required claims, client known to the policy. Verified tokens are
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
  /** Makes a new client secret (256 random bits, base64url); only its Argon2id hash is kept. Shown once. */
  setSecret(plane: PlaneId, client: ClientId): Promise<string>
  /** Answers the issuer's endpoints under /oauth/{plane} and their metadata; false where the path is none of them. */
  handle(request: IncomingMessage, response: ServerResponse, plane: PlaneId): Promise<boolean>
  close(): Promise<void>
}
