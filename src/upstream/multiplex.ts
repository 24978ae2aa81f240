import type { Clock } from '#lib/clock.ts'
import {
  elementSpans,
  type JsonDocument,
  type JsonLimits,
  type JsonObject,
  readJson,
  type Span,
  spanOf,
  splice,
} from '#lib/json.ts'
import { asObject } from './ask.ts'
import type { FailCode } from './http-exchange.ts'
import { SharedCall } from './shared-call.ts'
import type { Exchange, Outbound, Sink } from './upstream.ts'

/**
 * Many callers on one pipe to one server: a child process, or a stream and what is posted beside it. Each request goes out under an id of ours that no
 * other has, and so does its progress token; what comes back is given the caller's own again. What
 * belongs to no call of ours is heard by nobody: on a shared pipe there is no telling whom it is for.
 */
export interface Multiplexer {
  /** Requests that have no answer yet. */
  readonly underWay: number
  /** Requests alone; nothing is heard before it has returned. */
  send(message: Outbound, sink: Sink): Exchange
  /** One line of what the child writes, or one event of a stream. */
  receive(line: Buffer): void
  /** That request did not reach the server; `detail` is a whole sentence. */
  lose(id: number, code: FailCode, detail: string): void
  /** Nothing more will come: all that is under way fails. */
  end(code: FailCode, what: string): void
}

/** A caller's request as it stands under our id. */
export interface SentRequest {
  readonly id: number
  readonly message: Outbound
}

/** What the child writes is read as any answer is: relayed as it came, large numbers included. */
const LIMITS: JsonLimits = { depth: 256, nodes: 5_000_000, inexactNumbers: 'keep' }

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'
const LIST_CHANGED = /^notifications\/(tools|prompts|resources)\/list_changed$/

export function createMultiplexer(options: {
  /** One message, and of a request what it was; false where the server does not read. */
  write: (message: Uint8Array, sent?: SentRequest) => boolean
  clock: Clock
  say: (what: string) => string
  /** Where other pipes share the numbers, no answer that comes to the wrong one fits there. */
  nextId?: () => number
  /** Requests that may be under way at once. */
  most: number
  /** Of messages that a caller was slow to take, bytes. */
  heldBytes: number
  onListChanged: () => void
  /** Something was written that nobody hears; `isBroken` where it is no message at all. */
  onDropped: (bytes: number, isBroken: boolean) => void
}): Multiplexer {
  const { write, clock, say, most, heldBytes, onListChanged, onDropped } = options
  const calls = new Map<number, SharedCall>()
  const { nextId = createNextId() } = options

  function send(message: Outbound, sink: Sink): Exchange {
    const id = nextId()
    const call = new SharedCall({
      id,
      message,
      sink,
      clock,
      say,
      heldBytes,
      over: (reason) => {
        calls.delete(id)
        if (reason !== undefined) write(cancelled(id, reason))
      },
    })
    if (calls.size >= most) {
      call.failSoon('upstream_unreachable', `has ${most} requests of ours under way`)
      return call
    }
    calls.set(id, call)
    if (!write(renamed(message, id, call), { id, message })) {
      call.failSoon('upstream_unreachable', 'does not read its input')
    }
    return call
  }

  function receive(line: Buffer): void {
    const doc = read(line)
    if (doc === undefined) onDropped(line.length, true)
    else if (!Array.isArray(doc.value)) take(doc)
    // Only 2025-03-26 has batches; a server may answer in one.
    else for (const { start, end } of elementSpans(doc)) takePart(line.subarray(start, end))
  }

  function takePart(bytes: Buffer): void {
    const doc = read(bytes)
    if (doc !== undefined) take(doc)
  }

  function take(doc: JsonDocument): void {
    const message = asObject(doc.value)
    if (message === undefined || message.jsonrpc !== '2.0') onDropped(doc.bytes.length, true)
    else if (message.method === undefined) answer(doc, message)
    else if (message.id === undefined) notice(doc, message)
    else refuse(doc, message)
  }

  function answer(doc: JsonDocument, message: JsonObject): void {
    const call = find(message.id)
    const isOne = (message.result === undefined) !== (message.error === undefined)
    if (call === undefined || !isOne) {
      onDropped(doc.bytes.length, false)
      return
    }
    const subscription = call.isListening ? spanOf(doc, 'result', '_meta', SUBSCRIPTION) : undefined
    const bytes = respell(doc, [spanOf(doc, 'id'), subscription], call.callerId)
    call.answer(bytes, Number(asObject(message.error)?.code ?? 0))
  }

  function notice(doc: JsonDocument, message: JsonObject): void {
    const params = asObject(message.params)
    const subscription = asObject(params?._meta)?.[SUBSCRIPTION]
    const call = find(subscription ?? params?.progressToken ?? params?.requestId)
    if (call !== undefined && subscription !== undefined && call.isListening) {
      const span = spanOf(doc, 'params', '_meta', SUBSCRIPTION)
      call.notice(respell(doc, [span], call.callerId))
    } else if (message.method === 'notifications/progress' && call?.progressToken !== undefined) {
      call.notice(respell(doc, [spanOf(doc, 'params', 'progressToken')], call.progressToken))
    } else if (message.method === 'notifications/cancelled' && call?.isListening === true) {
      call.notice(respell(doc, [spanOf(doc, 'params', 'requestId')], call.callerId))
    } else if (LIST_CHANGED.test(String(message.method))) onListChanged()
    else onDropped(doc.bytes.length, false)
  }

  /** We announced no client capabilities, so there is nothing that a server may ask but a ping. */
  function refuse(doc: JsonDocument, { method }: JsonObject): void {
    const span = spanOf(doc, 'id')
    if (span === undefined) return
    const id = Buffer.from(doc.bytes.subarray(span.start, span.end)).toString('utf8')
    write(Buffer.from(method === 'ping' ? PONG(id) : NO_METHOD(id)))
    onDropped(doc.bytes.length, false)
  }

  function find(id: unknown): SharedCall | undefined {
    return typeof id === 'number' ? calls.get(id) : undefined
  }

  return {
    get underWay() {
      return calls.size
    },
    send,
    receive,
    lose: (id, code, detail) => calls.get(id)?.lose(code, detail),
    end(code, what) {
      for (const call of [...calls.values()]) call.fail(code, what)
    },
  }
}

export function createNextId(): () => number {
  let last = 0
  return () => ++last
}

const PONG = (id: string) => `{"jsonrpc":"2.0","id":${id},"result":{}}`
const NO_METHOD = (id: string) =>
  `{"jsonrpc":"2.0","id":${id},"error":{"code":-32601,"message":"Method not found"}}`

function read(bytes: Uint8Array): JsonDocument | undefined {
  try {
    return readJson(bytes, LIMITS)
  } catch {
    return undefined
  }
}

/** The message under our id, and its progress token, where there is one, as ours too. */
function renamed(message: Outbound, id: number, call: SharedCall): Uint8Array {
  const { body } = message
  const doc = message.idSpan === undefined ? readJson(body, LIMITS) : undefined
  const idSpan = message.idSpan ?? (doc && spanOf(doc, 'id'))
  const token =
    message.progressTokenSpan ?? (doc && spanOf(doc, 'params', '_meta', 'progressToken'))
  if (token !== undefined) call.progressToken = textAt(body, token)
  const spans = [idSpan, token].filter((span) => span !== undefined)
  spans.sort((a, b) => a.start - b.start)
  return splice(
    body,
    spans.map((span) => ({ span, text: String(id) })),
  )
}

function respell(
  doc: JsonDocument,
  spans: readonly (Span | undefined)[],
  text: string,
): Uint8Array {
  const present = spans.filter((span) => span !== undefined)
  present.sort((a, b) => a.start - b.start)
  return splice(
    doc.bytes,
    present.map((span) => ({ span, text })),
  )
}

function textAt(bytes: Uint8Array, { start, end }: Span): string {
  return Buffer.from(bytes.subarray(start, end)).toString('utf8')
}

function cancelled(requestId: number, reason: string): Buffer {
  const method = 'notifications/cancelled'
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', method, params: { requestId, reason } }))
}
