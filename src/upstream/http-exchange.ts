import type {
  EgressExchange,
  EgressHeaders,
  EgressProblem,
  EgressSink,
} from '#lib/egress/egress.ts'
import { createEventReader, type EventReader, EventTooLarge, type ServerEvent } from '#mcp/sse.ts'
import { mediaType, returningHeaders } from './http-headers.ts'
import type { Exchange, Sink } from './upstream.ts'

export type FailCode = Parameters<Sink['fail']>[0]

/** What an exchange must know of its request. */
export interface Asked {
  /** Makes a sentence for the operator of what the server did: `core-banking answered 401 at https://…`. */
  readonly say: (what: string) => string
  /** Hears every failure, before the sink does. */
  readonly noticed: (code: FailCode) => void
  /** An answer is due. */
  readonly isRequest: boolean
  /** What the body of the answer is matters to nobody: a session was ended. */
  readonly isDeletion: boolean
  readonly hasLoan: boolean
  /** Of one message, whether it is a body or an event. */
  readonly messageLimitBytes: number
  /** Events may have names, and those that are named are no messages (MCP 2024-11-05, transports §HTTP with SSE). */
  readonly hasNamedEvents: boolean
}

/** Bodies that nobody needs, of refusals that are not JSON. */
const IGNORED_BYTES = 65_536
const NOTHING = new Uint8Array(0)

/** Reads one answer of a streamable HTTP server and hands it to the sink, message by message. */
export class HttpExchange implements EgressSink, Exchange {
  readonly #asked: Asked
  readonly #sink: Sink
  #inner: EgressExchange | undefined
  #isOver = false
  #isJson = false
  #chunks: Buffer[] = []
  #events: EventReader | undefined

  constructor(asked: Asked, sink: Sink) {
    this.#asked = asked
    this.#sink = sink
  }

  bind(inner: EgressExchange): void {
    this.#inner = inner
  }

  /** What failed before anything was sent: heard after `send` has returned. */
  failSoon(code: 'no_credential' | 'upstream_unreachable', detail: string): void {
    queueMicrotask(() => this.#fail(code, detail))
  }

  cancel(_reason: string): void {
    this.#isOver = true
    this.#inner?.cancel()
  }

  resume(): void {
    this.#inner?.resume()
  }

  head(status: number, headers: EgressHeaders): number {
    const { isRequest, isDeletion, hasLoan, messageLimitBytes } = this.#asked
    if (status === 401 || (status === 403 && hasLoan)) return this.#refused(status)
    const encoding = headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity') return this.#broken('encoded its answer')
    const kind = isDeletion ? 'none' : kindOf(status, mediaType(headers['content-type']))
    if (kind === undefined) return this.#broken(`answered ${status} with neither JSON nor events`)
    if (kind === 'none' && status < 300 && isRequest) {
      return this.#broken(`answered ${status} and no message`)
    }
    const sessionId = headers['mcp-session-id']
    this.#sink.head({
      status,
      kind,
      sessionId: typeof sessionId === 'string' ? sessionId : undefined,
      // Made when somebody looks: most relays never do.
      get headers() {
        return returningHeaders(headers)
      },
    })
    if (kind === 'none') return IGNORED_BYTES
    this.#isJson = kind === 'json'
    if (this.#isJson) return messageLimitBytes
    this.#events = createEventReader(messageLimitBytes)
    return Number.POSITIVE_INFINITY
  }

  data(chunk: Buffer): boolean {
    if (this.#isJson) this.#chunks.push(chunk)
    return this.#events === undefined || this.#relay(this.#events, chunk)
  }

  end(): void {
    if (this.#isOver) return
    if (this.#isJson && !this.#message(joined(this.#chunks))) return
    this.#isOver = true
    this.#sink.end()
  }

  fail(problem: EgressProblem, detail: string, cause?: unknown): void {
    this.#fail(CODES[problem], detail, cause)
  }

  /** All events that the chunk completes, even past one that asks to wait: they are here already. */
  #relay(reader: EventReader, chunk: Buffer): boolean {
    let isReady = true
    for (const event of this.#eventsOf(reader, chunk)) {
      if (this.#isOver) return true
      isReady = this.#event(event) && isReady
    }
    return isReady
  }

  #eventsOf(reader: EventReader, chunk: Buffer): ServerEvent[] {
    try {
      return reader.push(chunk)
    } catch (error) {
      if (!(error instanceof EventTooLarge)) throw error
      this.#inner?.cancel()
      this.#fail('upstream_too_large', 'sent an event longer than is accepted')
      return []
    }
  }

  #event(event: ServerEvent): boolean {
    const { data = NOTHING, name = 'message' } = event
    const isNamed = this.#asked.hasNamedEvents && name !== 'message'
    if (isNamed || data.length === 0 || looksLikeMessage(data))
      return this.#sink.message(data, event)
    this.#broken('sent an event that is not a message')
    return true
  }

  /** The whole body; false where it is no message. */
  #message(body: Buffer): boolean {
    if (!looksLikeMessage(body)) {
      this.#broken('sent a body that is not a message')
      return false
    }
    this.#sink.message(body)
    return true
  }

  #refused(status: number): number {
    const why = this.#asked.hasLoan ? '' : '; it wants a credential, and none is lent to it'
    this.#inner?.cancel()
    this.#fail('upstream_refused', `answered ${status}${why}`)
    return 0
  }

  #broken(what: string): number {
    this.#inner?.cancel()
    this.#fail('upstream_broken', what)
    return 0
  }

  #fail(code: FailCode, detail: string, cause?: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#asked.noticed(code)
    this.#sink.fail(code, this.#asked.say(detail), cause)
  }
}

export const CODES = {
  unreachable: 'upstream_unreachable',
  busy: 'upstream_unreachable',
  timeout: 'upstream_timeout',
  redirect: 'upstream_broken',
  broken: 'upstream_broken',
  'too large': 'upstream_too_large',
} as const satisfies Record<EgressProblem, string>

/** MCP 2025-11-25 and 2026-07-28, transports/streamable-http: one JSON object, or a stream of events. */
function kindOf(status: number, type: string): 'json' | 'events' | 'none' | undefined {
  if (status === 202 || status === 204) return 'none'
  if (type === 'application/json') return 'json'
  if (status >= 400) return 'none'
  return type === 'text/event-stream' ? 'events' : type === '' ? 'none' : undefined
}

/**
 * An object by its first and its last byte. Whether it is well-formed, and which message it is, says
 * whoever parses it; this keeps away what no reader could take for one.
 */
function looksLikeMessage(bytes: Uint8Array): boolean {
  let first = 0
  let last = bytes.length - 1
  while (first < last && isSpace(bytes[first])) first++
  while (last > first && isSpace(bytes[last])) last--
  return bytes[first] === 0x7b && bytes[last] === 0x7d
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)
}
