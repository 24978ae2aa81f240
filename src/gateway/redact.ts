import { canonicalJson, type JsonObject, type JsonValue } from '#lib/json.ts'
import type { Redaction } from '#lib/redaction.ts'
import { isObject } from '#mcp/messages.ts'
import { type Looking, lookAt, lookAtResult, readBounded, redactJson } from './redact-json.ts'

/** What a result is of: the calls that answer with content. */
export type ResultOf = 'tools/call' | 'prompts/get' | 'resources/read'

/**
 * The result of a call of a variant, as JSON text: built anew from what is known to be harmless, never
 * by taking away from what came. Shown is JSON that could be looked through, in `structuredContent`,
 * in texts and in embedded texts; everything else that could carry a field is replaced by a sentence
 * that says that it is withheld, or is gone (`_meta`, annotations, what no specification names). For
 * any bytes it gives a complete result of that kind and never throws.
 */
export function redactResult(of: ResultOf, result: Uint8Array, redaction: Redaction): string {
  try {
    const doc = readBounded(result, 'keep')
    const written = doc && isObject(doc.value) ? doc.value : {}
    const shown = doc && shapes[of](written, lookAtResult(redaction, doc))
    // The modern era wants a type, the legacy one knows none.
    const type = written.resultType === undefined ? {} : { resultType: 'complete' }
    return JSON.stringify({ ...(shown ?? withheldResult(of)), ...type })
  } catch {
    return JSON.stringify(withheldResult(of))
  }
}

/** The body of an operation's answer; undefined where it is withheld. Never throws. */
export function redactBody(body: Uint8Array, redaction: Redaction): string | undefined {
  try {
    const redacted = redactJson(Buffer.from(body), lookAt(redaction))
    return redacted === undefined ? undefined : canonicalJson(redacted)
  } catch {
    return undefined
  }
}

/** A server's own words about what went wrong may quote anything; its code says enough. */
export function redactError(code: number): { readonly code: number; readonly message: string } {
  return { code, message: withheld('what the server says of the error') }
}

/** Undefined for what has no such shape, or is no complete result: then nothing of it is shown. */
const shapes: Readonly<
  Record<ResultOf, (result: JsonObject, looking: Looking) => JsonObject | undefined>
> = {
  'tools/call'(result, looking) {
    const { structured } = looking
    const { content = structured && [], isError } = result
    if (!isComplete(result) || !Array.isArray(content)) return undefined
    return {
      content: content.map((block: JsonValue) => redactBlock(block, looking)),
      ...(structured?.redacted === undefined ? {} : { structuredContent: structured.redacted }),
      ...(isError === true ? { isError } : {}),
    }
  },

  'prompts/get'(result, looking) {
    const { messages } = result
    if (!isComplete(result) || !Array.isArray(messages)) return undefined
    return {
      messages: messages.map((message: JsonValue) => ({
        role: isObject(message) && message.role === 'assistant' ? 'assistant' : 'user',
        content: redactBlock(isObject(message) ? (message.content ?? null) : null, looking),
      })),
    }
  },

  'resources/read'(result, looking) {
    const { contents, resultType } = result
    if (!isComplete(result) || !Array.isArray(contents)) return undefined
    return {
      contents: contents.map((one: JsonValue) => redactContents(one, looking)),
      // 2026-07-28, server/utilities/caching: what one caller sees is not for another.
      ...(resultType === undefined ? {} : { ttlMs: 0, cacheScope: 'private' }),
    }
  },
}

/** A round that asks for input (2026-07-28, basic/patterns/mrtr) may ask with anything in its questions. */
const isComplete = ({ resultType }: JsonObject): boolean =>
  resultType === undefined || resultType === 'complete'

/** One content block (server/tools §Tool Result). */
function redactBlock(block: JsonValue, looking: Looking): JsonObject {
  if (!isObject(block)) return textBlock(withheld('something that is no content'))
  const { type, text, resource } = block
  if (type === 'text' && typeof text === 'string') return textBlock(redactText(text, looking))
  if (type === 'resource' && isObject(resource) && typeof resource.text === 'string') {
    // As a text, since its URI may name anything.
    return textBlock(redactText(resource.text, looking))
  }
  const what = typeof type === 'string' && Object.hasOwn(WORDS, type) ? WORDS[type] : undefined
  return textBlock(withheld(what ?? 'something of an unknown kind'))
}

const WORDS: Readonly<Record<string, string>> = {
  image: 'an image',
  audio: 'audio',
  resource: 'an embedded resource',
  resource_link: 'a link to a resource',
}

/** What was read goes by the URI that it was read by (server/resources §Resource Contents). */
function redactContents(contents: JsonValue, looking: Looking): JsonObject {
  const { uri, mimeType, text } = isObject(contents) ? contents : {}
  const at = { uri: typeof uri === 'string' ? uri : NO_URI }
  const json = typeof text === 'string' ? redactJson(Buffer.from(text), looking) : undefined
  if (json !== undefined) {
    return { ...at, ...(isMediaType(mimeType) ? { mimeType } : {}), text: canonicalJson(json) }
  }
  const what = typeof text === 'string' ? NO_JSON : 'contents that are no text'
  return { ...at, mimeType: 'text/plain', text: withheld(what) }
}

const NO_URI = 'about:blank'
const NO_JSON = 'a text that is not JSON, or none that could be looked through'

/** RFC 6838 §4.2, without parameters. */
const isMediaType = (written: JsonValue | undefined): written is string =>
  typeof written === 'string' && /^[a-z0-9!#$&^_.+-]{1,63}\/[a-z0-9!#$&^_.+-]{1,63}$/i.test(written)

function redactText(text: string, looking: Looking): string {
  const redacted = redactJson(Buffer.from(text), looking)
  return redacted === undefined ? withheld(NO_JSON) : canonicalJson(redacted)
}

const withheld = (what: string): string =>
  `Withheld: ${what}. This is a redacted variant, which shows JSON alone, without some of its fields.`

const textBlock = (text: string): JsonObject => ({ type: 'text', text })

/** Where nothing of the result could be shown. */
const withheldResult = (of: ResultOf): JsonObject => {
  const text = withheld('the whole result')
  if (of === 'tools/call') return { content: [textBlock(text)], isError: true }
  if (of === 'prompts/get') return { messages: [{ role: 'user', content: textBlock(text) }] }
  return { contents: [{ uri: NO_URI, mimeType: 'text/plain', text }] }
}
