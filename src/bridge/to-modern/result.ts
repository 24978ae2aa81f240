import { type Edit, type JsonDocument, type JsonObject, spanOf, splice } from '#lib/json.ts'
import { editObject, membersOf } from '#lib/json-members.ts'
import { isObject } from '#mcp/messages.ts'
import { isAtLeast, type Revision } from '#mcp/revisions.ts'
import { inElderWords, textOf } from './elder.ts'
import { isReserved } from './request.ts'

/** Members of a result that only the modern era has (2026-07-28, basic §ResultType, server/utilities/caching). */
const ofTheEra: ReadonlySet<string> = new Set(['resultType', 'ttlMs', 'cacheScope'])

/**
 * A complete result of 2026-07-28 as one of an older revision, under its caller's id. What need not
 * change stays as the server wrote it, byte for byte.
 */
export const legacyResult = (
  doc: JsonDocument,
  about: { method: string; revision: Revision; callerId: string; isWrapped: boolean },
): Buffer => {
  const result = (doc.value as { result: JsonObject }).result
  const metaGone = isObject(result._meta) && Object.keys(result._meta).every(isReserved)
  const isTool = about.method === 'tools/call'
  const isElder = !isAtLeast(about.revision, '2025-06-18')
  const structured = isTool ? spanOf(doc, 'result', 'structuredContent') : undefined
  // Until 2025-06-18 there was none; a server SHOULD say the same as text (server/tools §Structured Content).
  const leavesOut = isElder && structured !== undefined
  const drop = (name: string) =>
    ofTheEra.has(name) ||
    (name === '_meta' && metaGone) ||
    (name === 'structuredContent' && leavesOut)
  const told = leavesOut && hasNothing(result.content) ? contentOf(doc, structured) : ''
  const edits = [
    ...idEdit(doc, about.callerId),
    ...editObject(doc, ['result'], { drop: told === '' ? drop : orContent(drop), first: told }),
    ...(metaGone ? [] : editObject(doc, ['result', '_meta'], { drop: isReserved })),
    ...(structured && !isElder ? wrapped(doc, structured, about.isWrapped) : []),
    ...(isElder && told === '' ? inElderWords(doc, about.method) : []),
  ]
  return splice(doc.bytes, edits.sort(inOrder))
}

/** Any message under another id. */
export const underId = (doc: JsonDocument, id: string): Uint8Array =>
  splice(doc.bytes, idEdit(doc, id))

const idEdit = (doc: JsonDocument, id: string): Edit[] => {
  const span = spanOf(doc, 'id')
  if (span) return [{ span, text: id }]
  // A server may leave out the id of what it could not read; on this exchange it is ours.
  const start = membersOf(doc)[0]?.whole.start ?? 0
  return [{ span: { start, end: start }, text: `"id":${id},` }]
}

/**
 * Until 2026-07-28 structured content was an object (server/tools §Structured Content). It is wrapped
 * where its schema was (`legacyTool`), and where it is none: one that no schema told of.
 */
const wrapped = (
  doc: JsonDocument,
  { start, end }: { start: number; end: number },
  isWrapped: boolean,
): Edit[] =>
  isWrapped || doc.bytes[start] !== OPEN_BRACE
    ? [
        { span: { start, end: start }, text: '{"result":' },
        { span: { start: end, end }, text: '}' },
      ]
    : []

const OPEN_BRACE = 0x7b

const hasNothing = (content: unknown): boolean => !Array.isArray(content) || content.length === 0

const contentOf = (doc: JsonDocument, { start, end }: { start: number; end: number }): string =>
  `"content":[${textOf(Buffer.from(doc.bytes.subarray(start, end)).toString())}]`

const orContent =
  (drop: (name: string) => boolean) =>
  (name: string): boolean =>
    name === 'content' || drop(name)

const inOrder = (a: Edit, b: Edit): number => a.span.start - b.span.start || a.span.end - b.span.end
