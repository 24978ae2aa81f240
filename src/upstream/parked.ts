import type { Clock } from '#lib/clock.ts'
import type { FailCode } from './http-exchange.ts'
import type { Exchange, Outbound, Sink } from './upstream.ts'

/** Requests that came while the process was being started, or the session opened: they wait for it, as long as they would for an answer. */
export interface Parking {
  readonly size: number
  add(message: Outbound, sink: Sink): Exchange
  /** Sends them on their way, in the order they came. */
  release(send: (message: Outbound, sink: Sink) => Exchange): void
  /** `detail` is a whole sentence. */
  fail(code: FailCode, detail: string): void
}

export function createParking(options: {
  clock: Clock
  say: (what: string) => string
  most: number
}): Parking {
  const { clock, say, most } = options
  const waiting = new Set<Parked>()
  return {
    get size() {
      return waiting.size
    },
    add(message, sink) {
      const parked = new Parked(message, sink, say, clock, () => waiting.delete(parked))
      waiting.add(parked)
      if (waiting.size > most) {
        const detail = say(`has ${most} requests waiting`)
        queueMicrotask(() => parked.fail('upstream_unreachable', detail))
      }
      return parked
    },
    release(send) {
      for (const parked of [...waiting]) parked.go(send)
    },
    fail(code, detail) {
      for (const parked of [...waiting]) parked.fail(code, detail)
    },
  }
}

class Parked implements Exchange {
  readonly #message: Outbound
  readonly #sink: Sink
  readonly #leave: () => void
  readonly #stopTimer: () => void
  #inner: Exchange | undefined
  #isOver = false

  constructor(
    message: Outbound,
    sink: Sink,
    say: (what: string) => string,
    clock: Clock,
    leave: () => void,
  ) {
    this.#message = message
    this.#sink = sink
    this.#leave = leave
    this.#stopTimer = clock.after(message.timeoutMs, () =>
      this.fail('upstream_timeout', say(`was not ready within ${message.timeoutMs} ms`)),
    )
  }

  go(send: (message: Outbound, sink: Sink) => Exchange): void {
    this.#finish()
    this.#inner = send(this.#message, this.#sink)
  }

  cancel(reason: string): void {
    if (!this.#isOver) this.#finish()
    this.#inner?.cancel(reason)
  }

  resume(): void {
    this.#inner?.resume()
  }

  fail(code: FailCode, detail: string): void {
    if (this.#isOver) return
    this.#finish()
    this.#sink.fail(code, detail)
  }

  #finish(): void {
    this.#isOver = true
    this.#stopTimer()
    this.#leave()
  }
}
