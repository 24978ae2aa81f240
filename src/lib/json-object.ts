import { type JsonDocument, type JsonObject, spanOf } from './json.ts'

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
