import { isObject, type JsonDocument } from '#lib/json.ts'
import { bytesAt, membersText } from '#lib/json-members.ts'
import type { RequestMessage } from '#mcp/messages.ts'

/** Something that a server asks of a caller in the middle of a call, until it is answered. */
export interface Question {
  /** Under which the caller answers it. */
  readonly key: string
  /** The server's own id, as JSON text. */
  readonly id: string
  readonly method: string
  /** As the caller reads it: an InputRequest, JSON text. */
  readonly text: Buffer
}

/** What only the legacy era has: the completion of a URL elicitation is told there under an id. */
const ofLegacy = new Set(['elicitationId', 'task'])

export const questionOf = (
  doc: JsonDocument,
  { method, params }: RequestMessage,
  key: string,
): Question => {
  const body = params
    ? Buffer.concat([
        Buffer.from(',"params":'),
        membersText(doc, ['params'], params, (name) =>
          ofLegacy.has(name) ? undefined : 'as it is',
        ),
      ])
    : Buffer.alloc(0)
  const head = Buffer.from(`{"method":${JSON.stringify(method)}`)
  return {
    key,
    id: Buffer.from(bytesAt(doc, ['id']) ?? []).toString(),
    method,
    text: Buffer.concat([head, body, Buffer.from('}')]),
  }
}

/** MCP 2026-07-28, basic/patterns/mrtr §InputRequiredResult, as the answer to that request. */
export const inputRequired = (
  id: string,
  questions: readonly Pick<Question, 'key' | 'text'>[],
  requestState: string,
): Buffer => {
  const head = `{"jsonrpc":"2.0","id":${id},"result":{"resultType":"input_required","inputRequests":{`
  const requests = questions.flatMap(({ key, text }, at) => [
    Buffer.from(`${at === 0 ? '' : ','}${JSON.stringify(key)}:`),
    text,
  ])
  const tail = `},"requestState":${JSON.stringify(requestState)}}}`
  return Buffer.concat([Buffer.from(head), ...requests, Buffer.from(tail)])
}

/** What a retry answers, by key: each the result of what was asked, as JSON text, byte for byte. What is no object is no answer. */
export const responsesIn = (doc: JsonDocument): Map<string, Uint8Array> => {
  const params = isObject(doc.value) && isObject(doc.value.params) ? doc.value.params : {}
  const responses = isObject(params.inputResponses) ? params.inputResponses : {}
  const found = new Map<string, Uint8Array>()
  for (const [key, value] of Object.entries(responses)) {
    const bytes = isObject(value) ? bytesAt(doc, ['params', 'inputResponses', key]) : undefined
    if (bytes) found.set(key, bytes)
  }
  return found
}

/** The answer as the server gets it, to its own request. */
export const answerTo = ({ id }: Pick<Question, 'id'>, result: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":`), result, Buffer.from('}')])

/** Nobody answers it any more (2025-11-25, client/elicitation §Response Actions, client/sampling §Error Handling). */
export const declineOf = ({ id, method }: Question): Buffer =>
  method === 'elicitation/create'
    ? answerTo({ id }, Buffer.from('{"action":"decline"}'))
    : refusalOf(id, -1, 'Nobody answers this request')

export const refusalOf = (id: string, code: number, message: string): Buffer =>
  Buffer.from(`{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify({ code, message })}}`)
