import type {
  EgressExchange,
  EgressHeaders,
  EgressProblem,
  EgressSink,
} from '#lib/egress/egress.ts'
import type { ApiOutcome } from './api.ts'
import { CODES, type FailCode } from './http-exchange.ts'

/** Reads one answer of an API as a whole: half of an answer is another answer. */
export class ApiExchange implements EgressSink {
  readonly #limitBytes: number
  readonly #done: (outcome: ApiOutcome) => void
  #inner: EgressExchange | undefined
  #isOver = false
  #status = 0
  #headers: EgressHeaders = {}
  readonly #chunks: Buffer[] = []

  constructor(limitBytes: number, done: (outcome: ApiOutcome) => void) {
    this.#limitBytes = limitBytes
    this.#done = done
  }

  bind(inner: EgressExchange): void {
    this.#inner = inner
  }

  /** What failed before anything was sent: heard after `send` has returned. */
  failSoon(code: FailCode, detail: string): void {
    queueMicrotask(() => this.#finish({ failed: code, detail }))
  }

  cancel(): void {
    this.#isOver = true
    this.#inner?.cancel()
  }

  head(status: number, headers: EgressHeaders): number {
    this.#status = status
    this.#headers = headers
    // It is our credential that it does not take, and no affair of the caller's.
    if (status === 401) return this.#refuse('upstream_refused', 'answered 401')
    const encoding = headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity')
      return this.#refuse('upstream_broken', 'encoded its answer')
    return this.#limitBytes
  }

  data(chunk: Buffer): boolean {
    this.#chunks.push(chunk)
    return true
  }

  end(): void {
    const bytes = Buffer.concat(this.#chunks)
    this.#finish({ status: this.#status, headers: this.#headers, bytes })
  }

  fail(problem: EgressProblem, detail: string, cause?: unknown): void {
    this.#finish({ failed: CODES[problem], detail, cause })
  }

  #refuse(code: FailCode, detail: string): number {
    this.#inner?.cancel()
    this.#finish({ failed: code, detail })
    return 0
  }

  #finish(outcome: ApiOutcome): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#done(outcome)
  }
}
