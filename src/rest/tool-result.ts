import { isUtf8 as isUtf8Bytes } from 'node:buffer'
import { isObject, JsonError, type JsonLimits, type JsonObject, readJson } from '#lib/json.ts'
import { isUtf8, kindOf, mediaTypeOf } from './media-type.ts'

/** What an API answered. */
export interface HttpAnswer {
  readonly status: number
  readonly contentType: string | undefined
  readonly bytes: Buffer
}

export interface ResultLimits extends JsonLimits {
  /** Of text, which a model reads. */
  readonly textBytes: number
  /** Of anything else, which a model's host may show. */
  readonly blobBytes: number
}

/**
 * An answer as the result of a tool (MCP 2025-11-25, server/tools §Tool Result): JSON as text and,
 * where it is an object, as structured content; other text as text; the rest as what it is, in base64.
 * From 400 on it is an error that the model may act upon. What is longer than the limits is withheld
 * as a whole and said so: half of an answer is another answer. `uri` names what was asked.
 */
export function toolResult(answer: HttpAnswer, uri: string, limits: ResultLimits): JsonObject {
  const { status } = answer
  const told = `The API answered ${status}`
  const { content, structuredContent } = contentOf(answer, told, uri, limits)
  const isError = status >= 400
  return {
    content: isError && answer.bytes.length > 0 ? [text(`${told}.`), ...content] : content,
    ...(structuredContent ? { structuredContent } : {}),
    ...(isError ? { isError } : {}),
  }
}

interface Content {
  readonly content: readonly JsonObject[]
  readonly structuredContent?: JsonObject | undefined
}

function contentOf(answer: HttpAnswer, told: string, uri: string, limits: ResultLimits): Content {
  const { contentType = '', bytes } = answer
  const type = mediaTypeOf(contentType) || 'application/octet-stream'
  if (bytes.length === 0) return { content: [text(`${told}, with no content.`)] }
  const kind = kindOf(type)
  const isText = kind !== 'binary' && isUtf8(contentType) && isUtf8Bytes(bytes)
  const most = isText ? limits.textBytes : limits.blobBytes
  if (bytes.length > most)
    return { content: [text(`${told}. Its content is withheld: ${sizeOf(answer, type, most)}.`)] }
  if (!isText) return { content: [blob(type, bytes, uri)] }
  const structuredContent = kind === 'json' ? objectOf(bytes, limits) : undefined
  return { content: [text(bytes.toString())], structuredContent }
}

const sizeOf = ({ bytes }: HttpAnswer, type: string, most: number): string =>
  `${bytes.length} bytes of ${type}, more than the ${most} that a tool may answer`

const text = (words: string): JsonObject => ({ type: 'text', text: words })

function blob(mimeType: string, bytes: Buffer, uri: string): JsonObject {
  const data = bytes.toString('base64')
  const [family] = mimeType.split('/')
  if (family === 'image' || family === 'audio') return { type: family, data, mimeType }
  return { type: 'resource', resource: { uri, mimeType, blob: data } }
}

/** Only what every reader reads alike: a client and a model must not be told two things. */
function objectOf(bytes: Buffer, limits: JsonLimits): JsonObject | undefined {
  try {
    const { value } = readJson(bytes, limits)
    return isObject(value) ? value : undefined
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown
    return undefined
  }
}
