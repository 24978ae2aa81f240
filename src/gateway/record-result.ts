import type { Outcome } from '#domain/entry.ts'
import type { Subject } from '#domain/subject.ts'
import type { RecordedResult } from '#ledger/ledger.ts'
import { parseJson, spanOf } from '#lib/json.ts'
import type { Redaction } from '#lib/redaction.ts'
import { errorBytes, isObject, type RequestId, resultBytes } from '#mcp/messages.ts'
import type { CallAsk } from './exchange.ts'
import { WITHHELD } from './record-arguments.ts'
import type { Recording, Shown } from './recording.ts'
import { type ResultOf, redactBody, redactError, redactResult } from './redact.ts'
import { readBounded } from './redact-json.ts'
import type { Reply } from './reply.ts'

/** Hears what goes to the caller of one call, and keeps what is recorded of it, within its bounds. */
export interface ResultKeeper {
  /** The reply through which what is streamed goes out. */
  listen(reply: Reply): Reply
  /** Lets go of what was streamed so far; it is counted all the same. */
  forget(): void
  /** With the final message, where there is one; undefined where nothing came at all. */
  conclude(about: {
    readonly final: Uint8Array | undefined
    readonly status: Outcome['status']
  }): RecordedResult | undefined
  /** Of messages that were relayed before the final one. */
  readonly eventBytes: number
}

/**
 * What is recorded is what its caller gets: one message after the other, a line feed between them, the
 * final one last. Where it is longer than is kept, the final message comes first: it is cut, and of
 * those before it as many are kept, from the first, as there is room for beside it.
 */
export const createResultKeeper = (about: {
  readonly subject: Subject
  readonly at: number
  readonly ask: CallAsk
  readonly recording: Recording
}): ResultKeeper => {
  const { subject, at, ask, recording } = about
  const most = recording.resultBytes
  let events: Uint8Array[] = []
  let room = most
  let eventBytes = 0

  const hear = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return
    eventBytes += bytes.length
    // What is streamed may carry what is masked, in a shape that no path is about.
    if (recording.result !== 'whole' || bytes.length + 1 > room) room = 0
    else {
      events.push(Buffer.from(bytes))
      room -= bytes.length + 1
    }
  }

  return {
    listen: (reply) => ({
      ...reply,
      relay(bytes, event) {
        hear(bytes)
        return reply.relay(bytes, event)
      },
    }),
    forget() {
      events = []
      room = 0
    },
    conclude({ final, status }) {
      const last = final && showFinal(ask, final, recording.result, status)?.subarray(0, most)
      const kept = within(events, last ? most - last.length : most)
      if (!last && kept.length === 0) return undefined
      return { subject, at, bytes: joined(last ? [...kept, last] : kept) }
    },
    get eventBytes() {
      return eventBytes
    },
  }
}

/** From the first, as long as each still fits with the line feed behind it. */
const within = (events: readonly Uint8Array[], room: number): readonly Uint8Array[] => {
  let left = room
  const end = events.findIndex(({ length }) => {
    left -= length + 1
    return left < 0
  })
  return end < 0 ? events : events.slice(0, end)
}

const lineFeed = Buffer.of(0x0a)
const joined = (messages: readonly Uint8Array[]): Uint8Array => {
  const [only, ...others] = messages
  if (only && others.length === 0) return only
  return Buffer.concat(messages.flatMap((one, at) => (at === 0 ? [one] : [lineFeed, one])))
}

const showFinal = (
  ask: CallAsk,
  final: Uint8Array,
  shown: Shown,
  status: Outcome['status'],
): Uint8Array => {
  if (shown === 'whole') return final
  if (shown === 'withheld') return WITHHELD
  if (ask.era !== 'rest') return maskMessage(ask.method, final, shown) ?? WITHHELD
  // An error's own words may quote anything.
  const body = status === 'complete' ? redactBody(final, shown) : undefined
  return body === undefined ? WITHHELD : Buffer.from(body)
}

/** Undefined for what is no answer that paths can be about. */
const maskMessage = (method: string, final: Uint8Array, mask: Redaction): Buffer | undefined => {
  const doc = readBounded(final, 'keep')
  if (!doc || !isObject(doc.value)) return undefined
  const id = doc.value.id as RequestId
  const { error } = doc.value
  if (isObject(error)) {
    const { code, message } = redactError(Number(error.code))
    return errorBytes(id, code, message)
  }
  const span = spanOf(doc, 'result')
  if (!span || !isResultOf(method)) return undefined
  const result = parseJson(redactResult(method, doc.bytes.subarray(span.start, span.end), mask))
  return isObject(result) ? resultBytes(id, result) : undefined
}

const isResultOf = (method: string): method is ResultOf =>
  method === 'tools/call' || method === 'prompts/get' || method === 'resources/read'
