import {
  type Edit,
  isObject,
  type JsonDocument,
  type JsonObject,
  type Span,
  spanOf,
} from './json.ts'
import { MARK_SIZE, textOf } from './json-scan.ts'

/** One member of an object, and where it stands. */
export interface Member {
  readonly name: string
  /** From its name to the end of its value. */
  readonly whole: Span
  readonly value: Span
}

/**
 * The members of the object that stands at a path of at most two names (none: the outermost), in the
 * order of the text. Empty where there is no such object.
 */
export function membersOf(doc: JsonDocument, ...path: readonly string[]): Member[] {
  const around = objectAt(doc, path)
  if (around === undefined) return []
  const members: Member[] = []
  const { marks, bytes } = doc
  for (let i = 0; i < marks.length; i += MARK_SIZE) {
    const [level = 0, start = 0, nameEnd = 0, from = 0, end = 0] = marks.slice(i, i + MARK_SIZE)
    if (level !== path.length + 1 || start < around.start || end > around.end) continue
    const name = textOf(bytes.subarray(start, nameEnd))
    members.push({ name, whole: { start, end }, value: { start: from, end } })
  }
  return members
}

/**
 * The edits that take members out of the object at a path and put others first: `first` is their text,
 * without braces. None where no such object stands there. For `splice`, in order.
 */
export function editObject(
  doc: JsonDocument,
  path: readonly string[],
  about: { drop(name: string): boolean; first?: string },
): Edit[] {
  const around = objectAt(doc, path)
  if (around === undefined) return []
  const members = membersOf(doc, ...path)
  const dropped = members.map(({ name }) => about.drop(name))
  const edits = droppedRuns(members, dropped).map((span): Edit => ({ span, text: '' }))
  const { first = '' } = about
  if (first === '') return edits
  const at = around.start + 1
  const comma = dropped.includes(false) ? ',' : ''
  return [{ span: { start: at, end: at }, text: first + comma }, ...edits]
}

/** What goes with each run of members next to each other: the comma behind it, or else the one before. */
function droppedRuns(members: readonly Member[], dropped: readonly boolean[]): Span[] {
  const spans: Span[] = []
  for (let from = 0; from < members.length; from++) {
    if (!dropped[from]) continue
    let to = from
    while (dropped[to + 1]) to++
    const [first, last] = [members[from], members[to]]
    if (!first || !last) break
    const start = to + 1 < members.length ? first.whole.start : startOfTail(members, from)
    spans.push({ start, end: members[to + 1]?.whole.start ?? last.whole.end })
    from = to
  }
  return spans
}

function startOfTail(members: readonly Member[], from: number): number {
  return members[from - 1]?.whole.end ?? members[from]?.whole.start ?? 0
}

const OPEN_BRACE = 0x7b

function objectAt(doc: JsonDocument, path: readonly string[]): Span | undefined {
  const { bytes } = doc
  if (!isObject(doc.value)) return undefined
  if (path.length === 0) return { start: bytes.indexOf(OPEN_BRACE), end: bytes.length }
  const span = spanOf(doc, ...path)
  return span && bytes[span.start] === OPEN_BRACE ? span : undefined
}

/**
 * An object of a document as text again, member by member: as it is, byte for byte; as something else;
 * or, for undefined, left out.
 */
export const membersText = (
  doc: JsonDocument,
  path: readonly string[],
  value: JsonObject,
  take: (key: string) => 'as it is' | Buffer | undefined,
): Buffer => {
  const parts: Uint8Array[] = []
  for (const key of Object.keys(value)) {
    const taken = take(key)
    if (taken === undefined) continue
    const text = taken === 'as it is' ? bytesAt(doc, [...path, key]) : taken
    if (text === undefined) continue
    parts.push(Buffer.from(`${parts.length === 0 ? '{' : ','}${JSON.stringify(key)}:`), text)
  }
  if (parts.length === 0) parts.push(Buffer.from('{'))
  return Buffer.concat([...parts, Buffer.from('}')])
}

/** The text of a value, three levels deep at most. */
export const bytesAt = (doc: JsonDocument, path: readonly string[]): Uint8Array | undefined => {
  const span = spanOf(doc, ...path)
  return span && doc.bytes.subarray(span.start, span.end)
}
