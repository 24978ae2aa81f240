import { Fault, type FaultCode } from '#lib/fault.ts'
import { type JsonLimits, type JsonObject, readJson } from '#lib/json.ts'
import type { Remembered } from './remembered.ts'
import type { Outbound, Sink, Upstream } from './upstream.ts'

/** The answer to a request of the gateway's own. */
export interface Answer {
  readonly status: number
  readonly sessionId: string | undefined
  readonly result: JsonObject | undefined
  readonly error: { readonly code: number; readonly data: unknown } | undefined
}

export interface Question {
  readonly era: 'modern' | 'legacy'
  readonly method: string
  /** Undefined makes it a notification, which `ask` resolves for with an empty answer. */
  readonly params: JsonObject
  readonly isNotification?: boolean
  readonly headers: readonly string[]
  readonly loan: Outbound['loan']
  readonly timeoutMs: number
  readonly session?: string
  /** Under what the result is remembered; undefined where the same question is not asked again. */
  readonly remembered?: string
}

export type Ask = (question: Question) => Promise<Answer>

/** What servers declare is read as it is shown; large numbers in their schemas are common and harmless. */
const LIMITS: JsonLimits = { depth: 128, nodes: 2_000_000, inexactNumbers: 'keep' }

/**
 * Asks over `send` like any caller does. Rejects with the Fault that the sink would have heard; an
 * HTTP refusal or a JSON-RPC error is an answer.
 */
export function createAsk(
  send: Upstream['send'],
  say: (what: string) => string,
  memory?: Remembered,
): Ask {
  let lastId = FIRST_ID
  return (question) => {
    const id = question.isNotification === true ? undefined : ++lastId
    const recall = id === undefined ? undefined : recallOf(memory, question.remembered, id)
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    send(outbound(question, id), new AnswerSink(id, say, resolve, reject, recall))
    return promise
  }
}

/** Long enough to stand in an answer once. */
const FIRST_ID = 1_000_000_000

const recallOf = (
  memory: Remembered | undefined,
  asked: string | undefined,
  id: number,
): Recall | undefined =>
  memory === undefined || asked === undefined
    ? undefined
    : {
        find: (bytes) => memory.find(asked, id, bytes),
        keep: (bytes, result) => memory.keep(asked, id, bytes, result),
      }

/** What is remembered of answers to one question. */
interface Recall {
  find(bytes: Uint8Array): JsonObject | undefined
  keep(bytes: Uint8Array, result: JsonObject): void
}

function outbound(question: Question, id: number | undefined): Outbound {
  const { era, method, params, headers, loan, timeoutMs, session } = question
  const message = { jsonrpc: '2.0', ...(id !== undefined && { id }), method, params }
  return {
    httpMethod: 'POST',
    era,
    body: Buffer.from(JSON.stringify(message)),
    id: id === undefined ? undefined : String(id),
    method,
    headers,
    loan,
    timeoutMs,
    endMs: timeoutMs,
    ...(session !== undefined && { session }),
  }
}

/** Waits for the response with its id; what comes before it on a stream is for nobody. */
class AnswerSink implements Sink {
  readonly #id: number | undefined
  readonly #say: (what: string) => string
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (fault: Fault) => void
  readonly #recall: Recall | undefined
  #status = 0
  #sessionId: string | undefined

  constructor(
    id: number | undefined,
    say: (what: string) => string,
    resolve: (answer: Answer) => void,
    reject: (fault: Fault) => void,
    recall: Recall | undefined,
  ) {
    this.#id = id
    this.#say = say
    this.#resolve = resolve
    this.#reject = reject
    this.#recall = recall
  }

  head(head: { status: number; sessionId: string | undefined }): void {
    this.#status = head.status
    this.#sessionId = head.sessionId
  }

  message(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true
    const known = this.#recall?.find(bytes)
    if (known) {
      this.#settle(known, undefined)
      return true
    }
    try {
      this.#read(readJson(bytes, LIMITS).value as JsonObject, bytes)
    } catch (cause) {
      this.#reject(this.#broken('answered something that is not JSON', cause))
    }
    return true
  }

  end(): void {
    if (this.#id === undefined || this.#status >= 400) this.#settle(undefined, undefined)
    else this.#reject(this.#broken('ended without an answer'))
  }

  fail(code: FaultCode, detail: string, cause?: unknown): void {
    this.#reject(new Fault(code, { detail, cause }))
  }

  #broken(what: string, cause?: unknown): Fault {
    return new Fault('upstream_broken', { detail: this.#say(what), cause })
  }

  #read(message: JsonObject, bytes: Uint8Array): void {
    const error = asObject(message.error)
    // A refusal may come without the id, where the server did not read that far (JSON-RPC 2.0 §5).
    const isOurs = message.id === this.#id || (error !== undefined && (message.id ?? null) === null)
    const result = asObject(message.result)
    if (!isOurs || (result === undefined) === (error === undefined)) return
    if (result && message.id === this.#id) this.#recall?.keep(bytes, result)
    this.#settle(result, error)
  }

  #settle(result: JsonObject | undefined, error: JsonObject | undefined): void {
    this.#resolve({
      status: this.#status,
      sessionId: this.#sessionId,
      result,
      error: error && { code: Number(error.code), data: error.data },
    })
  }
}

export function asObject(value: unknown): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as JsonObject
}
