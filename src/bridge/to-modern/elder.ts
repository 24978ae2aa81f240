import {
  type Edit,
  elementSpans,
  type JsonDocument,
  type JsonObject,
  readJson,
  type Span,
  spanOf,
} from '#lib/json.ts'
import { isObject } from '#mcp/messages.ts'

/** A block of text content, as JSON. */
export const textOf = (text: string): string => JSON.stringify({ type: 'text', text })

/**
 * Resource links came with 2025-06-18 (server/tools §Resource Links): a client of 2025-03-26 would
 * refuse the whole result for one. It is told of them in words.
 */
export const inElderWords = (doc: JsonDocument, method: string): Edit[] => {
  const span = spanOf(doc, 'result', method === 'prompts/get' ? 'messages' : 'content')
  if (span === undefined || (method !== 'tools/call' && method !== 'prompts/get')) return []
  const list = readJson(doc.bytes.subarray(span.start, span.end), limits)
  const elements = Array.isArray(list.value) ? list.value : []
  return elementSpans(list).flatMap((element, at) => {
    const one: unknown = elements[at]
    return isObject(one) ? said(list, span.start, element, one) : []
  })
}

/** What is read here was read before, with its bounds. */
const limits = { depth: 256, nodes: 5_000_000, inexactNumbers: 'keep' } as const

const said = (list: JsonDocument, from: number, { start, end }: Span, one: JsonObject): Edit[] => {
  const at = { start: from + start, end: from + end }
  if (isLink(one)) return [{ span: at, text: textOf(wordsOf(one)) }]
  const { content: block } = one
  if (!isObject(block) || !isLink(block)) return []
  const message = readJson(list.bytes.subarray(start, end), limits)
  const content = spanOf(message, 'content')
  if (content === undefined) return []
  const inner = { start: at.start + content.start, end: at.start + content.end }
  return [{ span: inner, text: textOf(wordsOf(block)) }]
}

const isLink = ({ type }: JsonObject): boolean => type === 'resource_link'

const wordsOf = ({ name, title, description, uri }: JsonObject): string => {
  const called = [title ?? name, description].filter((one) => typeof one === 'string')
  return `Resource ${[...called, String(uri)].join(', ')}`
}
