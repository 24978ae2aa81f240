import { asFault } from '#lib/fault.ts'
import { failCodeOf } from './fail-code.ts'
import type { OwnSession } from './found.ts'
import { headerIn } from './http-headers.ts'
import { sessionHeaders } from './http-probe.ts'
import type { HttpWire } from './http-wire.ts'
import type { Exchange, Outbound, Sink } from './upstream.ts'

/**
 * Legacy sessions that the gateway itself holds at a server, by key. The one it asks its own
 * questions in has the key OWN; whoever gives another one, as `Outbound.session`, has that one alone.
 */
export interface OwnSessions {
  /** The session of that key, opened where there is none. Rejects with the Fault of the opening. */
  get(key: string): Promise<OwnSession>
  /** Keeps one that was opened elsewhere; left again where the key has one. */
  keep(key: string, session: OwnSession): void
  /** The server does not know it any more. */
  forget(key: string, session: OwnSession): void
  /** Leaves all of them. */
  clear(): Promise<void>
}

export const OWN = ''

export function createOwnSessions(options: {
  open: () => Promise<OwnSession>
  /** Tells the server that it is not needed any more; never rejects. */
  leave: (session: OwnSession) => Promise<void>
  most: number
}): OwnSessions {
  const { open, leave, most } = options
  // In the order of use: the first has been unused for the longest time.
  const sessions = new Map<string, Promise<OwnSession>>()

  function put(key: string, session: Promise<OwnSession>): Promise<OwnSession> {
    sessions.delete(key)
    sessions.set(key, session)
    const [oldest] = sessions.keys()
    if (sessions.size > most && oldest !== undefined) drop(oldest)
    return session
  }

  function drop(key: string): Promise<void> {
    const session = sessions.get(key)
    sessions.delete(key)
    return session === undefined ? Promise.resolve() : session.then(leave, () => {})
  }

  return {
    get(key) {
      const known = sessions.get(key)
      if (known !== undefined) return put(key, known)
      const opening = open()
      opening.catch(() => {
        if (sessions.get(key) === opening) sessions.delete(key)
      })
      return put(key, opening)
    },
    keep(key, session) {
      if (sessions.has(key)) void leave(session)
      else void put(key, Promise.resolve(session))
    },
    forget(key, session) {
      const known = sessions.get(key)
      void known?.then((one) => {
        if (one === session && sessions.get(key) === known) sessions.delete(key)
      })
    },
    async clear() {
      await Promise.all([...sessions.keys()].map(drop))
    },
  }
}

/** Sends in the session of a key; where the server has forgotten it, once more in a new one. */
export function sendInSession(
  wire: HttpWire,
  sessions: OwnSessions,
  key: string,
  message: Outbound,
  sink: Sink,
): Exchange {
  const exchange = new SessionExchange(wire, sessions, key, message, sink)
  exchange.start()
  return exchange
}

type Head = Parameters<Sink['head']>[0]

class SessionExchange implements Exchange, Sink {
  readonly #wire: HttpWire
  readonly #sessions: OwnSessions
  readonly #key: string
  readonly #message: Outbound
  readonly #sink: Sink
  #inner: Exchange | undefined
  #session: OwnSession | undefined
  #isCancelled = false
  #isSecond = false
  /** The first answer was that the session is unknown: the rest of it is not heard. */
  #isDeaf = false
  /** Kept back until its body tells whether it means that. */
  #head: Head | undefined

  constructor(wire: HttpWire, sessions: OwnSessions, key: string, message: Outbound, sink: Sink) {
    this.#wire = wire
    this.#sessions = sessions
    this.#key = key
    this.#message = message
    this.#sink = sink
  }

  start(): void {
    this.#sessions.get(this.#key).then(
      (session) => this.#send(session),
      (thrown: unknown) => this.#unopened(thrown),
    )
  }

  cancel(reason: string): void {
    this.#isCancelled = true
    this.#inner?.cancel(reason)
  }

  resume(): void {
    this.#inner?.resume()
  }

  head(head: Head): void {
    if (this.#isSecond || this.#session?.id === undefined) this.#sink.head(head)
    // MCP 2025-11-25, transports §Session Management: 404 asks for a new session.
    else if (head.status === 404) this.#startAgain(this.#session)
    else if (head.status === 400) this.#head = head
    else this.#sink.head(head)
  }

  message(...heard: Parameters<Sink['message']>): boolean {
    if (this.#isDeaf) return true
    if (this.#head !== undefined && this.#session && saysUnknownSession(heard[0])) {
      this.#startAgain(this.#session)
      return true
    }
    this.#pass()
    return this.#sink.message(...heard)
  }

  end(): void {
    if (this.#isDeaf) return
    this.#pass()
    this.#sink.end()
  }

  fail(...heard: Parameters<Sink['fail']>): void {
    if (!this.#isDeaf) this.#sink.fail(...heard)
  }

  /** The request was refused before it was looked at, so it may go out once more. */
  #startAgain(session: OwnSession): void {
    this.#isSecond = true
    this.#isDeaf = true
    this.#head = undefined
    this.#inner?.cancel('the session is unknown')
    this.#sessions.forget(this.#key, session)
    queueMicrotask(() => this.start())
  }

  #pass(): void {
    if (this.#head !== undefined) this.#sink.head(this.#head)
    this.#head = undefined
  }

  #send(session: OwnSession): void {
    if (this.#isCancelled) return
    this.#session = session
    this.#isDeaf = false
    const { headers } = this.#message
    this.#inner = this.#wire.send(
      { ...this.#message, headers: [...withoutVersion(headers), ...sessionHeaders(session)] },
      this,
    )
  }

  #unopened(thrown: unknown): void {
    if (this.#isCancelled) return
    const fault = asFault(thrown)
    const detail = fault.detail ?? this.#wire.say('opened no session')
    this.#sink.fail(failCodeOf(fault), detail, thrown)
  }
}

function withoutVersion(headers: readonly string[]): readonly string[] {
  if (headerIn(headers, 'mcp-protocol-version') === undefined) return headers
  return headers.filter((_, i) => headers[i - (i % 2)] !== 'mcp-protocol-version')
}

/** Not as the specification has it, but widespread: 400 with the SDK's own code, which its example servers answer. */
export function saysUnknownSession(body: Uint8Array): boolean {
  return /"code"\s*:\s*-32000\b/.test(Buffer.from(body).toString('latin1'))
}
