import type { Outcome } from '#domain/entry.ts'
import type { FaultCode } from '#lib/fault.ts'
import { type JsonDocument, readJson, spanOf, splice } from '#lib/json.ts'
import type { Log } from '#lib/log.ts'
import {
  type Message,
  type NotificationMessage,
  type RequestId,
  type RequestMessage,
  readMessage,
} from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import { classifyResult } from '#mcp/results.ts'
import type { Outbound, Sink, Upstream, Exchange as UpstreamExchange } from '#upstream/upstream.ts'
import type { Ask } from './exchange.ts'
import { isOfLists } from './notices.ts'
import type { Redact } from './redacting.ts'
import { faultBytes } from './refusal.ts'
import type { EventMarks, Reply } from './reply.ts'

/** What came of a call at its server. The final message has been held back, not sent. */
export interface Answer {
  readonly status: Outcome['status']
  /** JSON-RPC code or fault code where there is one, else empty. */
  readonly code: string
  /** The final message's bytes, as the caller sees it; undefined where none came. */
  readonly final: Uint8Array | undefined
  readonly event: EventMarks | undefined
  /** The server closed its stream early; the final message comes on a resumed one (2025-11-25, SEP-1699). */
  readonly detached: boolean
  /** The server's HTTP status. */
  readonly httpStatus: number
  readonly sessionId: string | undefined
  /** Of an API's answer, for a REST caller. */
  readonly headers?: Readonly<Record<string, string>>
}

/** JSON from a server: relayed as it came, so a number that we cannot hold is not ours to refuse. */
export const answerLimits = { depth: 256, nodes: 5_000_000, inexactNumbers: 'keep' } as const

export interface Forwarding {
  readonly ask: Ask
  readonly upstream: Upstream
  readonly outbound: Outbound
  readonly reply: Reply
  /** The id that went out where it is not the caller's: on a session that callers share. */
  readonly sentId?: string | undefined
  /**
   * What of it is shown, where it is a variant's: then the redacted final message is all that leaves.
   * What a server streams beside it may carry the same fields.
   */
  readonly redact?: Redact | undefined
  /** Which of the server's notices reach the caller; undefined for all that its revision knows. */
  readonly passes?: ((method: string) => boolean) | undefined
  /** A message that the server streams as its caller is told it; undefined for what is not told. */
  readonly told?:
    | ((bytes: Uint8Array, doc: JsonDocument, message: Message) => Uint8Array | undefined)
    | undefined
  /**
   * What the server asks of the caller; undefined where a server of that era asks nothing by itself, and
   * it is dropped. Answers whether the server may go on speaking.
   */
  readonly asked?:
    | ((
        bytes: Uint8Array,
        doc: JsonDocument,
        message: RequestMessage,
        event: EventMarks | undefined,
      ) => boolean)
    | undefined
  /** It puts back what it asked under that id. */
  readonly withdrawn?: ((id: RequestId) => void) | undefined
  /** Types of results that both sides declared beside those of the protocol. */
  readonly types?: readonly string[]
  /** Handed the way to cancel, once the request is on its way; with the code of why, where it is not its caller's wish. */
  readonly onSent?: (cancel: (reason: string, code?: FaultCode) => void) => void
  readonly log: Log
}

/**
 * Sends one request and relays what the server streams, event by event, as it comes. Resolves with
 * the final message in hand; never rejects. What is no message of the caller's revision is dropped,
 * never passed on raw (trust.md row 13). A caller that goes away cancels in the modern era, and does
 * not in the legacy one (2026-07-28 and 2025-11-25, basic/transports).
 */
export const forward = (about: Forwarding): Promise<Answer> =>
  new Promise((resolve) => {
    const { ask, reply, log, redact } = about
    let head = { status: 0, sessionId: undefined as string | undefined }
    let final: { bytes: Uint8Array; message: Message; event: EventMarks | undefined } | undefined
    let events = false
    let settled = false
    let exchange: UpstreamExchange | undefined

    const settle = (
      answer: Omit<Answer, 'httpStatus' | 'sessionId' | 'detached'> & { detached?: boolean },
    ) => {
      if (settled) return
      settled = true
      resolve({ detached: false, ...answer, httpStatus: head.status, sessionId: head.sessionId })
    }
    const none = { final: undefined, event: undefined }

    const drop = (): true => {
      const { server } = about.upstream
      log.warn('dropped', { what: 'a message of no known method', server })
      return true
    }
    const withdraw = ({ method, params }: NotificationMessage): void => {
      const id = method === 'notifications/cancelled' ? params?.requestId : undefined
      if (typeof id === 'string' || typeof id === 'number') about.withdrawn?.(id)
    }

    const sink: Sink = {
      head(received) {
        head = received
        events = received.kind === 'events'
        if (events && !redact) reply.openEvents()
      },
      message(bytes, event) {
        if (bytes.length === 0) return redact !== undefined || reply.relay(bytes, event)
        const doc = readAnswer(bytes, log)
        const message = doc && readMessage(doc)
        if (!doc || !message || message.kind === 'invalid') return true
        if (message.kind === 'result' || message.kind === 'error') {
          if (!final && isFor(about, message)) {
            final = redact
              ? { ...redact(ask.id, doc, message), event: undefined }
              : { bytes: restoreId(about, doc), message, event }
            if (events) finish()
          }
          return true
        }
        if (message.kind === 'request')
          return about.asked ? about.asked(bytes, doc, message, event) : drop()
        withdraw(message)
        if (redact) return true
        const isHeard = about.passes?.(message.method) ?? !isOfLists(message.method)
        if (!isHeard) return true
        if (!findMethod('server', ask.revision, message.method)) return drop()
        const told = about.told ? about.told(bytes, doc, message) : bytes
        return told ? reply.relay(told, event) : true
      },
      end: () => finish(),
      fail: (code, detail) => {
        log.warn('upstream failed', { server: about.upstream.server, code, detail })
        settle({ status: 'failed', code, ...none })
      },
    }

    const finish = () => {
      if (final) {
        const { status, code } = classify(final.message, about.types)
        return settle({ status, code, final: final.bytes, event: final.event })
      }
      const isResumable = ask.era === 'legacy' && ask.session !== undefined && !redact
      const detached = events && isResumable
      return settle({
        status: 'failed',
        code: 'upstream_broken' satisfies FaultCode,
        ...none,
        detached,
      })
    }

    reply.onGone(() => {
      if (settled || ask.era === 'legacy') return
      exchange?.cancel('the caller closed its connection')
      settle({ status: 'cancelled', code: '', ...none })
    })
    reply.onDrain(() => exchange?.resume())
    exchange = about.upstream.send(about.outbound, sink)
    about.onSent?.((reason, code) => {
      if (settled) return
      exchange?.cancel(reason)
      settle({ status: 'cancelled', code: code ?? '', ...none })
    })
  })

/** Of a round whose server asks by itself: what it asked was streamed, and no message ends it. */
export const askedBeside: Answer = {
  status: 'input required',
  code: '',
  final: undefined,
  event: undefined,
  detached: false,
  httpStatus: 200,
  sessionId: undefined,
}

/** Of a call that nothing went out for. */
export const unsent = (code: FaultCode): Answer => ({
  status: 'cancelled',
  code,
  final: undefined,
  event: undefined,
  detached: false,
  httpStatus: 0,
  sessionId: undefined,
})

/** The final message where there is none from the server; none for a caller that wants none. */
export const finalOf = (
  id: RequestId,
  { final, code }: Pick<Answer, 'final' | 'code'>,
  call?: string,
): Uint8Array | undefined => final ?? (code ? faultBytes(id, code as FaultCode, call) : undefined)

const readAnswer = (bytes: Uint8Array, log: Log): JsonDocument | undefined => {
  try {
    return readJson(bytes, answerLimits)
  } catch {
    log.warn('dropped', { what: 'an answer that is not JSON' })
    return undefined
  }
}

/** A server may answer an unreadable request without an id (JSON-RPC 2.0 §5): on its own exchange that is ours. */
const isFor = (
  about: Forwarding,
  message: Extract<Message, { kind: 'result' | 'error' }>,
): boolean =>
  message.id === undefined || String(message.id) === (about.sentId ?? String(about.ask.id))

const restoreId = (about: Forwarding, doc: JsonDocument): Uint8Array => {
  const span = spanOf(doc, 'id')
  if (about.sentId === undefined || !span) return doc.bytes
  return splice(doc.bytes, [{ span, text: JSON.stringify(about.ask.id) }])
}

export const classify = (
  message: Message,
  types?: readonly string[],
): { status: Outcome['status']; code: string } => {
  if (message.kind === 'error')
    return { status: 'protocol error', code: String(message.error.code) }
  if (message.kind !== 'result') return { status: 'failed', code: 'upstream_broken' }
  const status = classifyResult(message.result, types)
  return status === 'invalid' ? { status: 'failed', code: 'upstream_broken' } : { status, code: '' }
}
