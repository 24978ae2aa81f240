import {
  type Edit,
  isObject,
  type JsonDocument,
  type JsonObject,
  spanOf,
  splice,
} from '#lib/json.ts'
import { SERVER_INFO_KEY } from '#mcp/envelope.ts'
import {
  type ErrorMessage,
  INTERNAL_ERROR,
  INVALID_PARAMS,
  RESOURCE_NOT_FOUND,
  type ResultMessage,
} from '#mcp/messages.ts'
import type { Era } from '#mcp/revisions.ts'

/** Whose answer it is, and whom it is for. */
export interface AnswerTo {
  /** The caller's id, as JSON text. */
  readonly id: string
  readonly method: string
  /** Of whoever called: to a legacy caller a legacy server's errors mean what they say. */
  readonly era: Era
  /** Of `resources/read`. */
  readonly uri: string | undefined
  /** What the server said of itself in its handshake, as JSON text. */
  readonly serverInfo: string | undefined
}

/**
 * The final message of a legacy server as one of the modern era (MCP 2026-07-28, basic §Results,
 * §Error Codes): what that era demands is added, and nothing else is another byte than it was.
 */
export const modernAnswer = (
  to: AnswerTo,
  doc: JsonDocument,
  message: ResultMessage | ErrorMessage,
): Buffer =>
  splice(
    doc.bytes,
    [...idEdits(to, doc), ...(message.kind === 'result' ? resultEdits : errorEdits)(to, doc)].sort(
      (a, b) => a.span.start - b.span.start || a.span.end - b.span.end,
    ),
  )

/** A server that could not read the id answers without one, or with null (JSON-RPC 2.0 §5). */
const idEdits = ({ id }: AnswerTo, doc: JsonDocument): Edit[] => {
  const span = spanOf(doc, 'id')
  if (span) return [{ span, text: id }]
  const start = Buffer.from(doc.bytes).indexOf('{') + 1
  return [{ span: { start, end: start }, text: `"id":${id},` }]
}

const resultEdits = (to: AnswerTo, doc: JsonDocument): Edit[] => {
  const result = memberOf(doc.value, 'result')
  const wanted: [string, string][] = [['resultType', '"complete"']]
  if (to.method === 'tools/call' && result.content === undefined) wanted.push(['content', '[]'])
  // Of what one caller reads nothing is known that would let another have it (server/utilities/caching).
  if (to.method === 'resources/read') wanted.push(['ttlMs', '0'], ['cacheScope', '"private"'])
  const { serverInfo } = to
  if (serverInfo === undefined) return memberEdits(doc, ['result'], result, wanted)
  if (isObject(result._meta))
    return [
      ...memberEdits(doc, ['result'], result, wanted),
      ...memberEdits(doc, ['result', '_meta'], result._meta, [[SERVER_INFO_KEY, serverInfo]]),
    ]
  wanted.push(['_meta', `{${JSON.stringify(SERVER_INFO_KEY)}:${serverInfo}}`])
  return memberEdits(doc, ['result'], result, wanted)
}

/** 2026-07-28 has −32602 for what is not found, and gives none of its own codes to a server of another era. */
const errorEdits = (to: AnswerTo, doc: JsonDocument): Edit[] => {
  if (to.era === 'legacy') return []
  const error = memberOf(doc.value, 'error')
  const code = Number(error.code)
  if (code <= -32020 && code >= -32099)
    return memberEdits(doc, ['error'], error, [['code', String(INTERNAL_ERROR)]])
  if (code !== RESOURCE_NOT_FOUND) return []
  const wanted: [string, string][] = [['code', String(INVALID_PARAMS)]]
  const names = isObject(error.data) && typeof error.data.uri === 'string'
  if (!names && to.uri !== undefined) wanted.push(['data', JSON.stringify({ uri: to.uri })])
  return memberEdits(doc, ['error'], error, wanted)
}

/** Values put in the place of those that stand, and members before the first where there are none. */
const memberEdits = (
  doc: JsonDocument,
  path: readonly string[],
  value: JsonObject,
  wanted: readonly [string, string][],
): Edit[] => {
  const whole = spanOf(doc, ...path)
  if (!whole) return []
  const start = whole.start + 1
  const edits: Edit[] = []
  const missing: string[] = []
  for (const [key, text] of wanted) {
    const span = spanOf(doc, ...path, key)
    if (span) edits.push({ span, text })
    else missing.push(`${JSON.stringify(key)}:${text}`)
  }
  if (missing.length === 0) return edits
  const text = missing.join(',') + (Object.keys(value).length === 0 ? '' : ',')
  return [{ span: { start, end: start }, text }, ...edits]
}

const memberOf = (value: unknown, key: string): JsonObject => {
  const member = isObject(value) ? value[key] : undefined
  return isObject(member) ? member : {}
}
