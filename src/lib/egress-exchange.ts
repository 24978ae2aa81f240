import type { Dispatcher, Pool } from 'undici'
import type { Clock } from './clock.ts'
import type {
  EgressExchange,
  EgressHeaders,
  EgressProblem,
  EgressRequest,
  EgressSink,
} from './egress.ts'

export class LinkLocalError extends Error {
  readonly code = 'LINK_LOCAL'
  constructor(address: string) {
    super(`${address} is a link-local address, which nothing is sent to`)
    this.name = 'LinkLocalError'
  }
}

/** One request and its answer; undici calls the `on…` methods. */
export class Exchange implements EgressExchange, Dispatcher.DispatchHandler {
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
