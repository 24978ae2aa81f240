import type { PlaneId } from '#domain/name.ts'
import type { VerifiedToken } from '#identity/identity.ts'
import type { HttpRequest, HttpResponse } from '#lib/ingress/exchange.ts'
import type { JsonDocument, JsonObject } from '#lib/json.ts'
import type { RequestId } from '#mcp/messages.ts'
import type { Revision } from '#mcp/revisions.ts'
import type { Speaker } from '#mcp/speaker.ts'
import type { CallerView } from '#policy/policy.ts'
import type { ArgumentProblem } from '#rest/argument.ts'
import type { Answers } from '#upstream/carried.ts'

/** One HTTP request at an MCP endpoint or a REST API's, its target and headers already checked by the edge. */
export interface Exchange {
  readonly request: HttpRequest
  readonly response: HttpResponse
  readonly plane: PlaneId
  /** The server or API. Undefined at the plane's own endpoint, which serves all its servers. */
  readonly server: string | undefined
  /** Canonical URI of this endpoint (RFC 8707): what a token must be for. */
  readonly resource: string
}

/** Who calls, proven, with what the policy lets it do. */
export interface Caller {
  readonly token: VerifiedToken
  readonly view: CallerView
}

/** Who calls, as one text: the client, and the user behind it. No two callers have one (a client holds no space). */
export const callerKey = ({ client, user }: Pick<VerifiedToken, 'client' | 'user'>): string =>
  user === undefined ? client : `${client} ${user}`

/** One JSON-RPC request of a caller, checked, in the revision it is spoken in. */
export interface Ask {
  readonly era: 'modern' | 'legacy'
  readonly revision: Revision
  readonly doc: JsonDocument
  readonly id: RequestId
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  /** The session this request belongs to; undefined in the modern era and before `initialize`. */
  readonly session: Session | undefined
  /** It came as a call of `call_tool`, whose headers repeat nothing of what it is now. */
  readonly isUnfolded?: true
  /** What the caller answered to the round before, where its server asked something (`questions.ts`). */
  readonly answers?: Answers | undefined
  /** How many rounds of its call were answered, with this one; absent in the first. */
  readonly round?: number
}

/** One request of a REST caller, matched to an operation or to none. */
export interface RestAsk {
  readonly era: 'rest'
  /** Of HTTP. */
  readonly method: string
  /** The operation, or what no operation is called. */
  readonly name: string
  /** The operation that was matched; a variant of it is asked for by another name. */
  readonly matched: string | undefined
  /** By their names in the definition; undefined where they are none of the operation's: see `problem`. */
  readonly args: JsonObject | undefined
  readonly problem: ArgumentProblem | undefined
  readonly session: undefined
}

/** A call, in whichever protocol it is made. */
export type CallAsk = Ask | RestAsk

/** What a legacy session id of ours holds, sealed for its caller and its endpoint. */
export interface Session {
  readonly id: string
  readonly revision: Revision
  /** The server's own session id; empty where it gave none or has none (stdio, the plane's endpoint). */
  readonly upstreamId: string
  /** What its `initialize` said, where the gateway answered that; undefined where the server did. */
  readonly speaker?: Speaker | undefined
}

/** The one value of a header, or undefined. The edge has refused repeated ones. */
export const header = (exchange: Exchange, name: string): string | undefined => {
  const value = exchange.request.headers[name]
  return typeof value === 'string' ? value : undefined
}
