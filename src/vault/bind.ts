/**
 * Additional data from several texts: each with its length before it, so that no two lists of texts
 * give the same bytes ('ab','c' and 'a','bc' must not).
 */
export function bind(...texts: readonly string[]): Buffer {
  const parts: Buffer[] = []
  for (const text of texts) {
    const bytes = Buffer.from(text, 'utf8')
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    parts.push(length, bytes)
  }
  return Buffer.concat(parts)
}
