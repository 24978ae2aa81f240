import { type Edit, type JsonDocument, spanOf, splice } from '#lib/json.ts'
import { editObject, membersOf } from '#lib/json-members.ts'
import { encodedField } from '#mcp/envelope.ts'
import { isObject } from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import { type ParamHeader, paramFields } from '#mcp/param-headers.ts'
import { MODERN_REVISIONS } from '#mcp/revisions.ts'
import { envelopeOf, type Speaker } from '#mcp/speaker.ts'
import type { Answers } from '#upstream/carried.ts'
import type { Outbound } from '#upstream/upstream.ts'

const [MODERN] = MODERN_REVISIONS

/** Keys of `_meta` that are the modern era's own (2026-07-28, basic §_meta). */
export const isReserved = (key: string): boolean => key.startsWith('io.modelcontextprotocol/')

/**
 * A legacy request as one of 2026-07-28: under an id of ours, with the envelope of its session, and
 * with the answers of a round. Everything else stays as its caller wrote it, byte for byte, but for
 * what only the modern era has, which no legacy caller may say for itself.
 */
export const modernRequest = (
  doc: JsonDocument,
  about: {
    id: number
    speaker: Speaker
    logLevel: string | undefined
    answers?: Answers | undefined
  },
): Buffer => {
  const envelope = envelopeOf(about.speaker, about.logLevel)
  const id = spanOf(doc, 'id')
  const edits = [
    ...(id ? [{ span: id, text: String(about.id) }] : []),
    ...paramsEdits(doc, envelope, about.answers),
  ]
  return splice(doc.bytes, edits.sort(inOrder))
}

const paramsEdits = (doc: JsonDocument, envelope: string, answers: Answers | undefined): Edit[] => {
  const { params } = doc.value as { params?: unknown }
  if (!isObject(params)) return [behindAll(doc, `,"params":{"_meta":{${envelope}}}`)]
  const hasMeta = isObject(params._meta)
  const drop = (name: string) => ofRounds.has(name) || (name === '_meta' && !hasMeta)
  const meta = hasMeta ? [] : [`"_meta":{${envelope}}`]
  const first = [...meta, ...answerMembers(answers)].join(',')
  const inMeta = hasMeta
    ? editObject(doc, ['params', '_meta'], { drop: isReserved, first: envelope })
    : []
  return [...editObject(doc, ['params'], { drop, first }), ...inMeta]
}

/** basic/patterns/mrtr: only whoever was asked may answer. */
const ofRounds: ReadonlySet<string> = new Set(['inputResponses', 'requestState'])

const answerMembers = (answers: Answers | undefined): string[] => {
  if (!answers) return []
  const { responses, requestState } = answers
  const each = Object.entries(responses).map(([key, text]) => `${JSON.stringify(key)}:${text}`)
  return [
    ...(each.length > 0 ? [`"inputResponses":{${each.join(',')}}`] : []),
    // As it stood in the result: the caller MUST echo it exactly.
    ...(requestState === undefined ? [] : [`"requestState":${requestState}`]),
  ]
}

const behindAll = (doc: JsonDocument, text: string): Edit => {
  const end = membersOf(doc).at(-1)?.value.end ?? 0
  return { span: { start: end, end }, text }
}

const inOrder = (a: Edit, b: Edit): number => a.span.start - b.span.start || a.span.end - b.span.end

/** What the modern era says in headers: nothing of it may come from the caller's own. */
const ofTheEra = (name: string): boolean => name.startsWith('mcp-') || name === 'last-event-id'

/**
 * The headers of a request of 2026-07-28 (transports/streamable-http §Standard Request Headers, §Custom
 * Headers from Tool Parameters), worked out from its body.
 */
export const modernHeaders = (
  given: readonly string[],
  about: { method: string; params: unknown; mirrored: readonly ParamHeader[] },
): string[] => {
  const headers: string[] = []
  for (let i = 0; i + 1 < given.length; i += 2) {
    const [name = '', value = ''] = given.slice(i, i + 2)
    if (!ofTheEra(name)) headers.push(name, value)
  }
  headers.push('mcp-protocol-version', MODERN, 'mcp-method', about.method)
  const params = isObject(about.params) ? about.params : {}
  const method = findMethod('client', MODERN, about.method)
  const name = method && 'mirrored' in method && method.mirrored && params[method.name ?? 'name']
  if (typeof name === 'string') headers.push('mcp-name', encodedField(name))
  if (about.method === 'tools/call') headers.push(...paramFields(about.mirrored, params.arguments))
  return headers
}

/** Without what belongs to a legacy message: a session, and where in its bytes things stood. */
export const asModern = (message: Outbound): Outbound => {
  const { session: _s, idSpan: _i, progressTokenSpan: _p, carried: _c, ...rest } = message
  return { ...rest, httpMethod: 'POST', era: 'modern' }
}
