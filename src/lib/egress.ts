import { lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { buildConnector, type Dispatcher, Pool } from 'undici'
import type { Clock } from './clock.ts'
import { isLinkLocal } from './link-local.ts'

/**
 * The one way outward: HTTP/1.1 to one origin, over connections that are kept and counted.
 *
 * It never follows a redirect, so what is sent here, a credential above all, is sent on nowhere
 * else. It connects to no link-local address, however spelled, and to exactly the address that was
 * looked at. Callbacks instead of streams and promises, because this is the hot path.
 */
export interface Egress {
  readonly origin: string
  /** Exchanges that have not ended. */
  readonly underWay: number
  /** Never throws; nothing is heard before it has returned. */
  send(request: EgressRequest, sink: EgressSink): EgressExchange
  /** Ends what is under way with `unreachable` and closes the connections. */
  close(): Promise<void>
}

export interface EgressRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Path and query, beginning with `/`. */
  readonly path: string
  /** Name, value, name, value … Host, content-length and connection are made here. */
  readonly headers: readonly string[]
  readonly body: Uint8Array | undefined
  /** No head within this time, or silence of this length within a bounded body, is `timeout`. */
  readonly silenceMs: number
  /** Hard end of the whole exchange, which is `timeout` as well; Infinity for none. */
  readonly endMs: number
  /** Kept apart from the others, so that streams which stay open leave them their connections. */
  readonly isStream: boolean
}

export type EgressHeaders = Readonly<Record<string, string | string[] | undefined>>

/** `head` once, `data` any number of times, then exactly one of `end` and `fail`; after `cancel` nothing. */
export interface EgressSink {
  /**
   * Headers by their name in lower case; a list where one came more than once. The answer is how many bytes of body are accepted;
   * Infinity stands for a stream, of which neither the length nor the pauses are bounded.
   */
  head(status: number, headers: EgressHeaders): number
  /** False stops reading until `resume`. The bytes may be kept. */
  data(chunk: Buffer): boolean
  end(): void
  /** `detail` is what the other side did, a sentence without its subject: `answered 302, a redirect`. */
  fail(problem: EgressProblem, detail: string, cause?: unknown): void
}

/**
 * `unreachable`: no connection, or it was lost before a head came. `busy`: more under way than the
 * bounds allow, nothing was sent. `timeout`. `redirect`: a 3xx. `broken`: not HTTP, or the
 * connection was lost within the body. `too large`: more body than `head` allowed.
 */
export type EgressProblem = 'unreachable' | 'busy' | 'timeout' | 'redirect' | 'broken' | 'too large'

export interface EgressExchange {
  /** Closes the connection of this exchange; the sink hears nothing any more. */
  cancel(): void
  resume(): void
}

export interface EgressLimits {
  /** Connections for requests, and as many again for streams. */
  readonly connections: number
  /** Requests that may wait for a connection. */
  readonly waiting: number
  readonly connectTimeoutMs: number
}

export const defaultEgressLimits: EgressLimits = {
  connections: 128,
  waiting: 1024,
  connectTimeoutMs: 10_000,
}

/** `origin` is `http://host:port` or `https://host:port`, as `URL.origin` spells it. */
export function createEgress(options: {
  origin: string
  clock: Clock
  limits?: EgressLimits
  /** Of the resolver's shape; the system's where none is given. */
  lookup?: LookupFunction
}): Egress {
  const { origin, clock, limits = defaultEgressLimits } = options
  const calls = openPool(origin, limits, options.lookup ?? systemLookup)
  const streams = openPool(origin, limits, options.lookup ?? systemLookup)
  const open = new Set<Exchange>()
  const release = (exchange: Exchange) => void open.delete(exchange)
  return {
    origin,
    get underWay() {
      return open.size
    },
    send(request, sink) {
      const exchange = new Exchange(request, sink, clock, release)
      const isRoom = open.size < limits.connections + limits.waiting
      open.add(exchange)
      if (isRoom) exchange.start(request.isStream ? streams : calls)
      else exchange.refuse(`has ${open.size - 1} requests of ours under way`)
      return exchange
    },
    async close() {
      for (const exchange of open) exchange.drop('was left: its connections are being closed')
      await Promise.all([calls.destroy(), streams.destroy()])
    },
  }
}

function openPool(origin: string, limits: EgressLimits, lookup: LookupFunction): Pool {
  const connector = buildConnector({
    timeout: limits.connectTimeoutMs,
    allowH2: false,
    lookup: guarded(lookup),
  })
  return new Pool(origin, {
    connections: limits.connections,
    // Ours, below: one timer for both, from the clock that was handed in.
    headersTimeout: 0,
    bodyTimeout: 0,
    pipelining: 1,
    connect(target, callback) {
      // An address instead of a name is never looked up.
      if (isIP(target.hostname) && isLinkLocal(target.hostname)) {
        callback(new LinkLocalError(target.hostname), null)
      } else connector(target, callback)
    },
  })
}

class LinkLocalError extends Error {
  readonly code = 'LINK_LOCAL'
  constructor(address: string) {
    super(`${address} is a link-local address, which nothing is sent to`)
    this.name = 'LinkLocalError'
  }
}

const systemLookup: LookupFunction = (name, options, callback) => resolve(name, options, callback)

/** Refuses a name if any of its addresses is link-local: whoever controls the name must not get to choose. */
function guarded(lookup: LookupFunction): LookupFunction {
  return (name, options, callback) =>
    lookup(name, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : []
      const bad = addresses.find((one) => isLinkLocal(one.address))
      const first = addresses[0]
      if (error) callback(error, '')
      else if (bad) callback(new LinkLocalError(bad.address), '')
      else if (options.all === true) callback(null, addresses)
      else if (first) callback(null, first.address, first.family)
      else callback(new Error('the name has no address'), '')
    })
}

/** One request and its answer; undici calls the `on…` methods. */
class Exchange implements EgressExchange, Dispatcher.DispatchHandler {
  readonly #request: EgressRequest
  readonly #sink: EgressSink
  readonly #clock: Clock
  readonly #release: (exchange: Exchange) => void
  readonly #startedAt: number
  #controller: Dispatcher.DispatchController | undefined
  #stopTimer: () => void
  #isOver = false
  #hasHead = false
  #isStream = false
  #bytesLeft = 0
  /** Whether something came since the timer was last set. */
  #isAlive = false
  #isPaused = false

  constructor(
    request: EgressRequest,
    sink: EgressSink,
    clock: Clock,
    release: (exchange: Exchange) => void,
  ) {
    this.#request = request
    this.#sink = sink
    this.#clock = clock
    this.#release = release
    this.#startedAt = clock.elapsed()
    this.#stopTimer = clock.after(
      Math.min(request.silenceMs, request.endMs, LONGEST_TIMER_MS),
      this.#check,
    )
  }

  start(pool: Pool): void {
    const { method, path, headers, body } = this.#request
    const options: Dispatcher.DispatchOptions = { method, path, headers: headers as string[] }
    if (body !== undefined) options.body = body
    pool.dispatch(options, this)
  }

  /** Nothing is sent; the sink hears of it after `send` has returned. */
  refuse(detail: string): void {
    queueMicrotask(() => this.#fail('busy', detail))
  }

  drop(detail: string): void {
    this.#fail('unreachable', detail)
  }

  cancel(): void {
    if (this.#isOver) return
    this.#finish()
    this.#controller?.abort(CANCELLED)
  }

  resume(): void {
    if (!this.#isPaused || this.#isOver) return
    this.#isPaused = false
    this.#controller?.resume()
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#isOver) controller.abort(CANCELLED)
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: EgressHeaders,
  ): void {
    if (this.#isOver || status < 200) return
    this.#hasHead = true
    this.#isAlive = true
    if (status >= 300 && status < 400) {
      this.#fail('redirect', `answered ${status}, a redirect`)
      return
    }
    this.#bytesLeft = this.#sink.head(status, headers)
    this.#isStream = this.#bytesLeft === Number.POSITIVE_INFINITY
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return
    this.#isAlive = true
    this.#bytesLeft -= chunk.length
    if (this.#bytesLeft < 0) {
      this.#fail('too large', 'answered more than is accepted')
    } else if (!this.#sink.data(chunk) && !this.#isOver) {
      this.#isPaused = true
      controller.pause()
    }
  }

  onResponseEnd(): void {
    if (this.#isOver) return
    this.#finish()
    this.#sink.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.#isOver) return
    // undici may report what it refuses from within `dispatch`, where the caller is not ready yet.
    queueMicrotask(() => this.#fail(this.#problemOf(error), this.#describe(error), error))
  }

  /** One timer for both bounds: when it fires, it fails the exchange or sets itself anew. */
  readonly #check = (): void => {
    if (this.#isOver) return
    const { silenceMs, endMs } = this.#request
    const leftMs = Math.ceil(endMs - (this.#clock.elapsed() - this.#startedAt))
    if (leftMs <= 0) {
      this.#fail('timeout', `did not end its answer within ${endMs} ms`)
    } else if (!this.#isAlive && !this.#isPaused && !this.#isStream) {
      const what = this.#hasHead ? 'fell silent within its answer for' : 'did not answer within'
      this.#fail('timeout', `${what} ${silenceMs} ms`)
    } else {
      this.#isAlive = false
      const nextMs = this.#isStream ? leftMs : Math.min(silenceMs, leftMs)
      this.#stopTimer = this.#clock.after(Math.min(nextMs, LONGEST_TIMER_MS), this.#check)
    }
  }

  #problemOf(error: Error): EgressProblem {
    const isNonsense = isNoHttp(error) || codeOf(error) === 'UND_ERR_HEADERS_OVERFLOW'
    return isNonsense || this.#hasHead ? 'broken' : 'unreachable'
  }

  #describe(error: Error): string {
    if (isNoHttp(error)) return 'answered something that is not HTTP'
    const reason = reasonOf(error)
    return this.#hasHead ? `broke off its answer: ${reason}` : `could not be reached: ${reason}`
  }

  #fail(problem: EgressProblem, detail: string, cause?: unknown): void {
    if (this.#isOver) return
    this.#finish()
    this.#controller?.abort(CANCELLED)
    this.#sink.fail(problem, detail, cause)
  }

  #finish(): void {
    this.#isOver = true
    this.#stopTimer()
    this.#release(this)
  }
}

/** Node fires a timer that is set for longer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** One for all: an Error costs its stack, and nobody reads this one's. */
const CANCELLED = new Error('cancelled')

function codeOf(error: Error): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

const isNoHttp = (error: Error): boolean => error.name === 'HTTPParserError'

/** By code where there is one: the message of a library may quote what was sent. */
function reasonOf(error: Error): string {
  if (error instanceof LinkLocalError) return error.message
  const code = codeOf(error)
  return REASONS[code] ?? (code || error.name)
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'its name has no address',
  EAI_AGAIN: 'its name could not be looked up',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_SOCKET: 'the connection was closed by the other side',
  UND_ERR_HEADERS_OVERFLOW: 'its headers are too long',
  UND_ERR_INVALID_ARG: 'the request could not be written: a header or the path is not valid HTTP',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain ends in one that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by anyone trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}
