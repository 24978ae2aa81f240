import { wrapUri } from '#domain/plane-uri.ts'
import {
  type Edit,
  elementSpans,
  isObject,
  type JsonDocument,
  parseJson,
  readJson,
  type Span,
  spanOf,
  splice,
} from '#lib/json.ts'
import { membersOf } from '#lib/json-members.ts'
import { answerLimits } from './forward.ts'

/**
 * A server's message as the plane's endpoint gives it: with the URIs of resources as they are called
 * there, wherever the protocol has one, and otherwise byte for byte as it came. What claims to be
 * another server's is wrapped as this one's, like everything that it says; what stands in texts and in
 * structured content is the server's own matter.
 */
export const wrapMessage = (server: string, bytes: Uint8Array): Uint8Array => {
  const whole = { doc: readJson(bytes, answerLimits), start: 0 }
  const edits = urisOf(whole).flatMap((span) => wrapAt(server, bytes, span))
  if (edits.length === 0) return bytes
  return splice(
    bytes,
    edits.sort((a, b) => a.span.start - b.span.start),
  )
}

/** A value of a message, taken apart, and where in the message it begins. */
interface Part {
  readonly doc: JsonDocument
  readonly start: number
}

const urisOf = (message: Part): Span[] => {
  const uris = [
    ['result', '_meta', 'ui/resourceUri'],
    ['error', 'data', 'uri'],
    ['params', 'uri'],
  ].flatMap((path) => spansOf(message, path))
  const ui = partsOf(message, ['result', '_meta', 'ui'])
  const contents = partsOf(message, ['result', 'contents']).flatMap(elementsOf)
  const content = partsOf(message, ['result', 'content']).flatMap(elementsOf)
  const prompts = partsOf(message, ['result', 'messages']).flatMap(elementsOf)
  const asked = partsOf(message, ['result', 'inputRequests']).flatMap(valuesOf)
  const sampled = asked.flatMap((one) => partsOf(one, ['params', 'messages'])).flatMap(elementsOf)
  const said = [...prompts, ...sampled].flatMap((one) => partsOf(one, ['content']))
  const blocks = [...content, ...said, ...said.flatMap(elementsOf)]
  // client/sampling §Tools: what a tool gave, inside of what a model is asked.
  const given = blocks.flatMap((one) => partsOf(one, ['content'])).flatMap(elementsOf)
  return [
    ...uris,
    ...ui.flatMap((one) => spansOf(one, ['resourceUri'])),
    ...contents.flatMap((one) => spansOf(one, ['uri'])),
    ...[...blocks, ...given].flatMap(uriOfBlock),
  ]
}

/** Where a content block names a resource (server/tools §Tool Result). */
const uriOfBlock = (block: Part): Span[] => {
  const { value } = block.doc
  if (!isObject(value)) return []
  if (value.type === 'resource_link') return spansOf(block, ['uri'])
  return value.type === 'resource' ? spansOf(block, ['resource', 'uri']) : []
}

const spansOf = ({ doc, start }: Part, path: readonly string[]): Span[] => {
  const span = spanOf(doc, ...path)
  return span ? [{ start: span.start + start, end: span.end + start }] : []
}

const partsOf = (part: Part, path: readonly string[]): Part[] =>
  spansOf(part, path).map((span) => partAt(part, span))

const elementsOf = (list: Part): Part[] =>
  Array.isArray(list.doc.value)
    ? elementSpans(list.doc).map(({ start, end }) =>
        partAt(list, { start: start + list.start, end: end + list.start }),
      )
    : []

const valuesOf = (object: Part): Part[] =>
  isObject(object.doc.value)
    ? membersOf(object.doc).map(({ value: { start, end } }) =>
        partAt(object, { start: start + object.start, end: end + object.start }),
      )
    : []

const partAt = ({ doc, start }: Part, span: Span): Part => {
  const bytes = doc.bytes.subarray(span.start - start, span.end - start)
  return { doc: readJson(bytes, answerLimits), start: span.start }
}

const wrapAt = (server: string, bytes: Uint8Array, span: Span): Edit[] => {
  const uri = parseJson(Buffer.from(bytes.subarray(span.start, span.end)).toString())
  return typeof uri === 'string' ? [{ span, text: JSON.stringify(wrapUri(server, uri)) }] : []
}
