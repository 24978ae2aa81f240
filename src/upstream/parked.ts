import type { Clock } from '#lib/clock.ts'
import type { FailCode } from './http-exchange.ts'
import type { Exchange, Outbound, Sink } from './upstream.ts'

/** Requests that came while the process was being started: they wait for it, as long as they would for an answer. */
export interface Parking {
  add(message: Outbound, sink: Sink): Exchange
  /** Sends them on their way, in the order they came. */
  release(send: (message: Outbound, sink: Sink) => Exchange): void
  fail(code: FailCode, what: string): void
}

export function createParking(options: {
  clock: Clock
  say: (what: string) => string
  most: number
}): Parking {
  const { clock, say, most } = options
  const waiting = new Set<Parked>()
  return {
    add(message, sink) {
      const parked = new Parked(message, sink, say, clock, () => waiting.delete(parked))
      waiting.add(parked)
      if (waiting.size > most) {
        queueMicrotask(() => parked.fail('upstream_unreachable', `has ${most} requests waiting`))
      }
      return parked
    },
    release(send) {
      for (const parked of [...waiting]) parked.go(send)
    },
    fail(code, what) {
      for (const parked of [...waiting]) parked.fail(code, what)
    },
  }
}

class Parked implements Exchange {
  readonly #message: Outbound
  readonly #sink: Sink
  readonly #say: (what: string) => string
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
    this.#say = say
    this.#leave = leave
    this.#stopTimer = clock.after(message.timeoutMs, () =>
      this.fail('upstream_timeout', `was not started within ${message.timeoutMs} ms`),
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

  fail(code: FailCode, what: string): void {
    if (this.#isOver) return
    this.#finish()
    this.#sink.fail(code, this.#say(what))
  }

  #finish(): void {
    this.#isOver = true
    this.#stopTimer()
    this.#leave()
  }
}
