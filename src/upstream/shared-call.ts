import type { Clock } from '#lib/clock.ts'
import type { FailCode } from './http-exchange.ts'
import type { Exchange, Outbound, Sink } from './upstream.ts'

export interface SharedCallParts {
  readonly id: number
  readonly message: Outbound
  readonly sink: Sink
  readonly clock: Clock
  readonly say: (what: string) => string
  readonly heldBytes: number
  /** It is over; with a reason where the server does not know that yet. */
  readonly over: (reason: string | undefined) => void
}

/** Node fires a timer that is set for longer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** One request on a shared pipe. A slow caller holds up nobody: what it does not take yet is kept, up to a bound. */
export class SharedCall implements Exchange {
  /** JSON texts of the caller's own id and token, as they go back to it. */
  readonly callerId: string
  progressToken: string | undefined
  readonly isListening: boolean
  readonly #parts: SharedCallParts
  readonly #endAt: number
  #stopTimer: () => void
  #hasHead = false
  #isOver = false
  #isPaused = false
  /** The answer has come and lies behind what is kept. */
  #isAnswered = false
  #held: Uint8Array[] = []
  #heldBytes = 0

  constructor(parts: SharedCallParts) {
    const { message, clock } = parts
    this.#parts = parts
    this.callerId = message.id ?? 'null'
    this.isListening = message.method === 'subscriptions/listen'
    this.#endAt = clock.elapsed() + message.endMs
    const firstMs = Math.min(message.timeoutMs, message.endMs, LONGEST_TIMER_MS)
    this.#stopTimer = clock.after(firstMs, this.#check)
  }

  notice(bytes: Uint8Array): void {
    this.#open(200, 'events')
    this.#deliver(bytes)
  }

  /** `errorCode` is that of a JSON-RPC error, 0 for a result. */
  answer(bytes: Uint8Array, errorCode: number): void {
    this.#open(statusOf(this.#parts.message.era, errorCode), 'json')
    this.#stopTimer()
    this.#isAnswered = true
    this.#parts.over(undefined)
    this.#deliver(bytes)
    this.#endIfTaken()
  }

  cancel(reason: string): void {
    if (this.#isOver) return
    this.#finish(this.#isAnswered ? undefined : reason)
  }

  resume(): void {
    this.#isPaused = false
    while (!this.#isPaused && !this.#isOver) {
      const next = this.#held.shift()
      if (next === undefined) break
      this.#heldBytes -= next.length
      this.#isPaused = !this.#parts.sink.message(next)
    }
    this.#endIfTaken()
  }

  fail(code: FailCode, what: string): void {
    this.lose(code, this.#parts.say(what))
  }

  lose(code: FailCode, detail: string): void {
    if (this.#isOver || this.#isAnswered) return
    this.#finish(code === 'upstream_timeout' ? 'timeout' : undefined)
    this.#parts.sink.fail(code, detail)
  }

  failSoon(code: FailCode, what: string): void {
    queueMicrotask(() => this.fail(code, what))
  }

  #open(status: number, kind: 'json' | 'events'): void {
    if (this.#hasHead || this.#isOver) return
    this.#hasHead = true
    this.#parts.sink.head({ status, kind, sessionId: undefined, headers: [] })
  }

  #deliver(bytes: Uint8Array): void {
    if (this.#isOver) return
    if (!this.#isPaused) {
      this.#isPaused = !this.#parts.sink.message(bytes)
      return
    }
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
    if (this.#heldBytes <= this.#parts.heldBytes) return
    this.#finish(this.#isAnswered ? undefined : 'its caller is too slow')
    this.#parts.sink.fail(
      'upstream_too_large',
      this.#parts.say('sent more than its caller has taken'),
    )
  }

  #endIfTaken(): void {
    if (!this.#isAnswered || this.#isOver || this.#held.length > 0) return
    this.#isOver = true
    this.#parts.sink.end()
  }

  #finish(reason: string | undefined): void {
    this.#isOver = true
    this.#held = []
    this.#stopTimer()
    this.#parts.over(reason)
  }

  readonly #check = (): void => {
    const { message, clock } = this.#parts
    const leftMs = this.#endAt - clock.elapsed()
    if (leftMs <= 0)
      this.fail('upstream_timeout', `did not end its answer within ${message.endMs} ms`)
    else if (!this.#hasHead) {
      this.fail('upstream_timeout', `did not answer within ${message.timeoutMs} ms`)
    } else this.#stopTimer = clock.after(Math.min(Math.ceil(leftMs), LONGEST_TIMER_MS), this.#check)
  }
}

/** The HTTP status that the modern era gives these errors (MCP 2026-07-28, transports/streamable-http). */
function statusOf(era: Outbound['era'], errorCode: number): number {
  if (era === 'legacy') return 200
  if (errorCode === -32601) return 404
  return errorCode >= -32022 && errorCode <= -32020 ? 400 : 200
}
