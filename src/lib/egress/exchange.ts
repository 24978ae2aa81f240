import type { Placed } from '../bag.ts'
import type { Clock } from '../clock.ts'
import { LinkLocalError } from './connect.ts'
import type { Connection } from './connection.ts'
import type {
  EgressExchange,
  EgressHeaders,
  EgressProblem,
  EgressRequest,
  EgressSink,
} from './egress.ts'
import type { Pool } from './pool.ts'
import { requestHead } from './request-head.ts'
import { NotHttpError } from './response-head.ts'

/** One request and its answer; the connection that carries it calls the `on…` methods. */
export class Exchange implements EgressExchange, Placed {
  place = -1
  readonly request: EgressRequest
  /** As it goes over the wire; known from `start` on. */
  head = ''
  readonly #sink: EgressSink
  readonly #clock: Clock
  readonly #release: (exchange: Exchange) => void
  readonly #startedAt: number
  #pool: Pool | undefined
  #connection: Connection | undefined
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
    this.request = request
    this.#sink = sink
    this.#clock = clock
    this.#release = release
    this.#startedAt = clock.elapsed()
    this.#stopTimer = clock.after(
      Math.min(request.silenceMs, request.endMs, LONGEST_TIMER_MS),
      this.#check,
    )
  }

  start(pool: Pool, host: string): void {
    const head = requestHead(this.request, host)
    if (head === undefined) {
      this.refuse('unreachable', UNWRITABLE)
      return
    }
    this.head = head
    this.#pool = pool
    pool.send(this)
  }

  /** Nothing is sent; the sink hears of it after `send` has returned. */
  refuse(problem: EgressProblem, detail: string): void {
    queueMicrotask(() => this.#fail(problem, detail))
  }

  drop(detail: string): void {
    this.#fail('unreachable', detail)
  }

  cancel(): void {
    if (this.#isOver) return
    this.#finish()
    this.#leave()
  }

  resume(): void {
    if (!this.#isPaused || this.#isOver) return
    this.#isPaused = false
    this.#connection?.resume()
  }

  begin(connection: Connection): void {
    this.#connection = connection
  }

  onHead(status: number, headers: EgressHeaders): void {
    if (this.#isOver) return
    this.#hasHead = true
    this.#isAlive = true
    if (status >= 300 && status < 400) {
      this.#fail('redirect', `answered ${status}, a redirect`)
      return
    }
    this.#bytesLeft = this.#sink.head(status, headers)
    this.#isStream = this.#bytesLeft === Number.POSITIVE_INFINITY
  }

  onData(chunk: Buffer): void {
    if (this.#isOver) return
    this.#isAlive = true
    this.#bytesLeft -= chunk.length
    if (this.#bytesLeft < 0) {
      this.#fail('too large', 'answered more than is accepted')
    } else if (!this.#sink.data(chunk) && !this.#isOver) {
      this.#isPaused = true
      this.#connection?.pause()
    }
  }

  onEnd(): void {
    if (this.#isOver) return
    this.#finish()
    this.#sink.end()
  }

  onError(error: Error): void {
    if (this.#isOver) return
    this.#fail(this.#problemOf(error), this.#describe(error), error)
  }

  /** One timer for both bounds: when it fires, it fails the exchange or sets itself anew. */
  readonly #check = (): void => {
    if (this.#isOver) return
    const { silenceMs, endMs } = this.request
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
    return error instanceof NotHttpError || this.#hasHead ? 'broken' : 'unreachable'
  }

  #describe(error: Error): string {
    if (error instanceof NotHttpError)
      return `answered something that is not HTTP: ${error.message}`
    const reason = reasonOf(error)
    return this.#hasHead ? `broke off its answer: ${reason}` : `could not be reached: ${reason}`
  }

  /** A connection that is left within an exchange is of no use to another one. */
  #leave(): void {
    this.#pool?.forget(this)
    this.#connection?.destroy()
  }

  #fail(problem: EgressProblem, detail: string, cause?: unknown): void {
    if (this.#isOver) return
    this.#finish()
    this.#leave()
    this.#sink.fail(problem, detail, cause)
  }

  #finish(): void {
    this.#isOver = true
    this.#stopTimer()
    this.#release(this)
  }
}

const UNWRITABLE =
  'could not be reached: the request could not be written: a header or the path is not valid HTTP'

/** Node fires a timer that is set for longer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

function codeOf(error: Error): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

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
  EPIPE: 'the connection was closed by the other side',
  CLOSED: 'the connection was closed by the other side',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain ends in one that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by anyone trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}
