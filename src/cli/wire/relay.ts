import { asFault } from '#lib/fault.ts'
import { type JsonValue, parseJson } from '#lib/json.ts'
import {
  classify,
  errorBytes,
  INTERNAL_ERROR,
  type Message,
  type RequestId,
} from '#mcp/messages.ts'
import type { Answer, Asked, Incoming, Wire } from './exchange.ts'
import type { Tokens } from './tokens.ts'

export const accepts = {
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
}

/** Sends with a token that is good; one that is refused all the same is renewed once. */
export const createSend = (wire: Wire, tokens: Tokens): ((asked: Asked) => Promise<Answer>) => {
  const once = (asked: Asked, token: string) =>
    wire.exchange({ ...asked, headers: { ...asked.headers, authorization: `Bearer ${token}` } })
  return async (asked) => {
    const token = await tokens.current()
    const answer = await once(asked, token)
    // A 401 comes before anything was done with the message.
    if (answer.status !== 401) return answer
    await drain(answer)
    return await once(asked, await tokens.renewed(token))
  }
}

/** Reads what nobody needs, so that the connection can be used again. */
export const drain = async (answer: Answer): Promise<void> => {
  for await (const _ of answer.messages()) {
    // Nothing to do with it.
  }
}

/** What is awaited of one request, or of one batch. */
export interface Awaited {
  /** Ids that have no answer yet. */
  readonly open: Set<RequestId>
  readonly hear?: (message: Message) => void
}

/** Where a stream stands, so that it can be taken up again. */
export interface Place {
  lastEventId: string | undefined
  retryMs: number | undefined
}

/**
 * Hands everything of an answer to the client as it comes. An error without an id, in answer to one
 * request, is given that request's id, since a client on a pipe has no other way to tell.
 */
export const relay = async (
  answer: Answer,
  awaited: Awaited,
  write: (line: Buffer) => void,
  place: Place = { lastEventId: undefined, retryMs: undefined },
): Promise<void> => {
  for await (const incoming of answer.messages()) {
    place.lastEventId = incoming.eventId ?? place.lastEventId
    place.retryMs = incoming.retryMs ?? place.retryMs
    deliver(incoming, awaited, write)
  }
}

export const deliver = (
  { bytes }: Pick<Incoming, 'bytes'>,
  awaited: Awaited,
  write: (line: Buffer) => void,
): void => {
  if (bytes.length === 0) return
  const value = parse(bytes)
  if (value === undefined) return
  for (const one of Array.isArray(value) ? (value as readonly JsonValue[]) : [value]) {
    const message = classify(one)
    if (message.kind === 'invalid') continue
    if (message.kind === 'result' || message.kind === 'error') {
      const [only] = awaited.open
      if (
        message.id === undefined &&
        message.kind === 'error' &&
        awaited.open.size === 1 &&
        only !== undefined
      ) {
        awaited.open.delete(only)
        const { code, message: text, data } = message.error
        write(errorBytes(only, code, text, data))
        return
      }
      if (message.id !== undefined) awaited.open.delete(message.id)
    }
    awaited.hear?.(message)
  }
  write(onOneLine(bytes))
}

/** Line breaks outside of strings are white space in JSON, and inside of them there are none. */
const onOneLine = (bytes: Buffer): Buffer => {
  if (!bytes.includes(0x0a) && !bytes.includes(0x0d)) return bytes
  return Buffer.from(bytes.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte)))
}

export const parse = (bytes: Buffer): JsonValue | undefined => {
  try {
    return parseJson(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/** Every id gets its answer, if only that there is none. */
export const answerOpen = (
  { open }: Awaited,
  text: string,
  write: (line: Buffer) => void,
  code: number = INTERNAL_ERROR,
): void => {
  for (const id of open) write(errorBytes(id, code, text))
  open.clear()
}

export const tellFault = (thrown: unknown): { code: number; text: string } => {
  const fault = asFault(thrown)
  return {
    code: fault.row.rpc,
    text: fault.detail === undefined ? fault.message : `${fault.message} ${fault.detail}`,
  }
}
