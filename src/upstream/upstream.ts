import type { CapabilityKind, Eras } from '#domain/capability.ts'
import type { ServerDocument } from '#domain/documents.ts'
import type { Loan } from '#domain/loan.ts'
import type { PlaneId } from '#domain/name.ts'
import type { FaultCode } from '#lib/fault.ts'
import type { Era } from '#mcp/revisions.ts'
import type { Carried } from './carried.ts'

/**
 * A connection to one server behind the gateway, over streamable HTTP or to a child process over
 * stdio. It relays; it decides nothing. Callbacks instead of iterators, because this is the hot path.
 */
export interface Upstream {
  readonly plane: PlaneId
  readonly server: string
  /**
   * No caller opens a session there: a child process, or the streams of HTTP+SSE, which the gateway
   * opens itself. It carries no server-sent requests, and notices that belong to no call are dropped.
   * False over streamable HTTP.
   */
  readonly shared: boolean
  /**
   * Where this carries messages to a server of the other era: that era (docs/bridging.md). What a
   * legacy session is, the gateway keeps then, and not the server.
   */
  readonly bridgedTo?: Era
  /** What was found by probing; both false/undefined until the first probe has ended. */
  readonly eras: Eras
  readonly health: Health
  /** Resolves when the first probe has ended, whatever it found. Never rejects. */
  readonly ready: Promise<void>
  /**
   * Sends one message; the sink hears what comes back, and nothing before this has returned. Never
   * throws: failures arrive at the sink.
   */
  send(message: Outbound, sink: Sink): Exchange
  /**
   * What its answer asked of that caller is not going to be answered (`requestState`): what waits for
   * it ends. Absent where nothing waits.
   */
  quit?(requestState: string, caller: string): void
  /** The cached answers to `server/discover` and `initialize` of the gateway's own probe. */
  readonly greeting: {
    readonly discover?: Readonly<Record<string, unknown>>
    readonly initialize?: Readonly<Record<string, unknown>>
  }
  /**
   * Lists everything the server offers, all pages, over the era it speaks (modern first). Bounded in
   * pages, items and bytes. All or nothing: rejects with the Fault that kept it from the whole.
   */
  discover(): Promise<Discovered[]>
  /** The server said that a list changed, or its child was restarted. */
  onListChanged(listener: () => void): void
  close(): Promise<void>
}

export interface Discovered {
  readonly kind: CapabilityKind
  readonly definition: Readonly<Record<string, unknown>>
}

export interface Health {
  readonly state: 'starting' | 'up' | 'down'
  /** Whose side and what, for the operator: `core-banking answered 401 at https://…`. */
  readonly detail: string
  readonly since: number
  /** While it is down: whose side that is on, in the words of a status. */
  readonly trouble?: Trouble
  /** How its process is kept apart: `user bailiwick-mes`, `bubblewrap`, `same user`; undefined for HTTP. */
  readonly isolation?: string
  readonly restarts?: number
  /** Processes that run for one caller each, where its runner gives each its own. */
  readonly processes?: number
}

export interface Trouble {
  readonly code: FaultCode
  /** Who can mend it: whoever runs the network, the server, this gateway, or keeps the credential. */
  readonly side: 'network' | 'server' | 'credential' | 'gateway'
  /** `Unreachable (network)`, `Upstream error 502`, `Credential refused`. */
  readonly says: string
}

export interface Outbound {
  readonly httpMethod: 'POST' | 'GET' | 'DELETE'
  readonly era: 'modern' | 'legacy'
  /** The message, bytes as they go out but for what a shared connection must remap. Empty for GET and DELETE. */
  readonly body: Uint8Array
  /** JSON-RPC id of a request as JSON text (`7`, `"a"`); undefined for a notification, a response, GET and DELETE. */
  readonly id: string | undefined
  readonly method: string
  /** Byte spans within `body` that a shared connection rewrites. */
  readonly idSpan?: Span
  readonly progressTokenSpan?: Span
  /** Headers that travel on: accept, content-type, mcp-*, last-event-id, traceparent …; lower-case name, value, in pairs. Never authorization or cookie. */
  readonly headers: readonly string[]
  /** Opened at the last moment and written into the header named in the server's document. */
  readonly loan: Loan | undefined
  /** No head within this time ends in upstream_timeout. */
  readonly timeoutMs: number
  /** Hard end of the whole exchange; Infinity for none. */
  readonly endMs: number
  /**
   * Legacy over HTTP, where the headers carry no mcp-session-id: a session that the gateway itself
   * opens (no client capabilities), keeps for whoever gives the same key, and opens once more when
   * the server has forgotten it. The plane's endpoint uses one for each server and client that can be
   * asked nothing.
   */
  readonly session?: string
  /**
   * Who calls, as one text that nobody else has: where each caller has a child process or a stream
   * of its own, a request without it is refused.
   */
  readonly caller?: string
  /** For what carries it to a server of the other era (`bridge/`). */
  readonly behalf?: Behalf
  /** For a bridge to the modern era. */
  readonly carried?: Carried
}

/** On whose behalf a message goes out, for whoever needs more than this one message to carry it. */
export interface Behalf {
  /** Who calls, as a text that nobody else has. */
  readonly caller: string
  /** In which that caller speaks. */
  readonly era: Era
  /** What is lent to messages beside this one: of a session, of a cancellation. */
  readonly loan: Loan | undefined
  /**
   * Something goes on beyond the answer to this message: `end` is called, with a code, when what
   * permitted it is gone. The answer must be called once it is over.
   */
  outlive(end: (code: string) => void): () => void
}

export interface Span {
  readonly start: number
  readonly end: number
}

/** What comes back. `head` is called at most once and before any message; then messages; then exactly one of `end` and `fail`. */
export interface Sink {
  /**
   * `kind`: `json` a single body follows as one message; `events` a stream; `none` no body (202, 204 …).
   * For status >= 400 the body, if it is JSON, comes as one message too.
   */
  head(head: {
    status: number
    kind: 'json' | 'events' | 'none'
    sessionId: string | undefined
    headers: readonly string[]
  }): void
  /**
   * One message's bytes (for events: the joined data), with the event's id and retry as they came.
   * From HTTP they are an object by their first and last byte and no more is known of them: whoever
   * parses them judges whether they are a JSON-RPC message, and cancels where they are not. From a
   * child process they are one, with the caller's own id and progress token. False asks the server to
   * wait until `resume` of the exchange is called; what is here already may still come.
   * An SSE event without data (a retry or a priming event) comes with empty bytes.
   */
  message(
    bytes: Uint8Array,
    event?: { id: string | undefined; name: string | undefined; retryMs: number | undefined },
  ): boolean
  end(): void
  fail(
    code:
      | 'upstream_unreachable'
      | 'upstream_timeout'
      | 'upstream_broken'
      | 'upstream_too_large'
      | 'upstream_refused'
      | 'no_credential',
    detail: string,
    cause?: unknown,
  ): void
}

export interface Exchange {
  /** The caller went away or has what it needs: closes the stream (HTTP) or sends notifications/cancelled (stdio). */
  cancel(reason: string): void
  resume(): void
}

/** All servers of all planes; follows the documents. */
export interface Upstreams {
  find(plane: PlaneId, server: string): Upstream | undefined
  list(plane: PlaneId): Upstream[]
  /** Hears of each connection that is open, and of each that is opened from then on. */
  onOpen(listener: (upstream: Upstream) => void): void
  /** Hears of each connection that is replaced or not needed any more, before it closes. */
  onLeave(listener: (upstream: Upstream) => void): void
  /** Brings connections to what the documents say: opens new ones, closes those that are gone or changed. */
  follow(plane: PlaneId, servers: readonly ServerDocument[]): Promise<void>
  /** The vault holds another secret of that name: children that were lent it are started anew, other servers are asked again. */
  refresh(plane: PlaneId, credential: string): void
  close(): Promise<void>
}

/** A child process that only the operator's configuration file can name (`config.ts`, runners). */
export interface Runner {
  readonly name: string
  /** Absolute path of the program, and its arguments as a list: no shell. */
  readonly command: string
  readonly arguments: readonly string[]
  /** Where it runs; `/` where none is given. */
  readonly folder?: string
  /** The whole environment of the child but PATH and what is lent to it. */
  readonly environment: Readonly<Record<string, string>>
  /**
   * Runs as this user (needs root; a user that does not exist is a fault), else in bubblewrap where
   * asked and available, else as the same user. `health.isolation` says which.
   */
  readonly user?: string
  readonly sandbox?: 'bubblewrap'
  /** One process for each caller instead of one for all: at most so many, ended after so long without a call. */
  readonly perCaller?: { readonly most: number; readonly idleMs: number }
}
