import {
  isObject,
  type JsonDocument,
  type JsonObject,
  readJson,
  spanOf,
  splice,
} from '#lib/json.ts'
import { editObject, membersOf } from '#lib/json-members.ts'
import { isAtLeast, type Revision } from '#mcp/revisions.ts'
import type { SpeakerCapabilities } from '#mcp/speaker.ts'
import { answerLimits, readAnswer } from './exchange.ts'

/** What a server of the modern era asks for by ending a round (2026-07-28, basic/patterns/mrtr §InputRequiredResult). */
export interface AskedFor {
  readonly questions: readonly Question[]
  /** The text of a string, as it stands there. */
  readonly requestState: string | undefined
}

export interface Question {
  /** Its name in `inputRequests`, and of its answer in `inputResponses`. */
  readonly key: string
  readonly method: string
  readonly params: JsonObject
  /** As they stand there; undefined where there are none. */
  readonly text: JsonDocument | undefined
}

/** Undefined for what is no such result. */
export const readAskedFor = (bytes: Uint8Array): AskedFor | undefined => {
  const doc = readAnswer(bytes)
  const result = isObject(doc?.value) ? doc.value.result : undefined
  if (!doc || !isObject(result)) return undefined
  const state = spanOf(doc, 'result', 'requestState')
  return {
    questions: membersOf(doc, 'result', 'inputRequests').flatMap(({ name, value }) =>
      readQuestion(name, doc.bytes.subarray(value.start, value.end)),
    ),
    requestState: state && Buffer.from(doc.bytes.subarray(state.start, state.end)).toString(),
  }
}

const readQuestion = (key: string, bytes: Uint8Array): Question[] => {
  const doc = readJson(bytes, answerLimits)
  if (!isObject(doc.value)) return []
  const { method, params } = doc.value
  const span = spanOf(doc, 'params')
  const text =
    span && isObject(params)
      ? readJson(bytes.subarray(span.start, span.end), answerLimits)
      : undefined
  return [{ key, method: String(method), params: isObject(params) ? params : {}, text }]
}

/** The capability that a client must have declared for it and did not; undefined where it may be asked. */
export const undeclaredFor = (
  { method, params }: Question,
  { elicitation, sampling, roots }: SpeakerCapabilities,
): string | undefined => {
  switch (method) {
    case 'elicitation/create':
      if (params.mode === undefined || params.mode === 'form')
        return elicitation?.form ? undefined : 'elicitation'
      return params.mode === 'url' && elicitation?.url ? undefined : 'elicitation.url'
    case 'sampling/createMessage':
      if (!sampling) return 'sampling'
      return wantsTools(params) && !sampling.tools ? 'sampling.tools' : undefined
    case 'roots/list':
      return roots ? undefined : 'roots'
    default:
      return method.slice(0, 64)
  }
}

const wantsTools = ({ tools, toolChoice }: JsonObject): boolean =>
  tools !== undefined || toolChoice !== undefined

/** The request that a legacy server would have sent for it (2025-11-25, client/elicitation, client/sampling, client/roots). */
export const legacyRequest = (
  { method, params, text }: Question,
  about: { id: string; revision: Revision; elicitationId: string },
): Buffer => {
  const isUrl = method === 'elicitation/create' && params.mode === 'url'
  const hasModes = isAtLeast(about.revision, '2025-11-25')
  const drop = (name: string) =>
    name === 'task' || (name === 'elicitationId' && isUrl) || (name === 'mode' && !hasModes)
  const first = isUrl ? `"elicitationId":${JSON.stringify(about.elicitationId)}` : ''
  const head = `{"jsonrpc":"2.0","id":${JSON.stringify(about.id)},"method":${JSON.stringify(method)}`
  if (text === undefined) return Buffer.from(`${head}}`)
  const written = splice(text.bytes, editObject(text, [], { drop, first }))
  return Buffer.concat([Buffer.from(`${head},"params":`), written, Buffer.from('}')])
}
