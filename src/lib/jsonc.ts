/**
 * JSON as editors and clients keep their settings in: with comments, and with a comma behind the last
 * member. Both become spaces, so that what is left is plain JSON, whose places are those of the file.
 * What is neither (a comment that does not end, two commas) is left for the reader of JSON to refuse.
 */
export const plainJson = (text: string): string => {
  const pieces: string[] = []
  /** Places of the last two pieces that are no space. */
  let last = -1
  let beforeLast = -1
  for (let at = 0; at < text.length; ) {
    const end = endOf(text, at)
    const piece = text.slice(at, end)
    const isComment = /^\/(?:\/|\*.*\*\/$)/s.test(piece)
    if (!isComment && piece.trim() !== '') {
      const isBehind = pieces[last] === ',' && !opening.has(pieces[beforeLast] ?? '')
      if (isBehind && (piece === '}' || piece === ']')) pieces[last] = ' '
      beforeLast = last
      last = pieces.length
    }
    pieces.push(isComment ? piece.replace(/[^\n\r]/g, ' ') : piece)
    at = end
  }
  return pieces.join('')
}

/** After these a comma is behind nothing. */
const opening = new Set(['', '{', '[', ',', ':'])

/** Where the string, the comment or the character that begins here ends; all of the text where it does not. */
const endOf = (text: string, at: number): number => {
  if (text[at] === '"') return endOfString(text, at)
  if (text.startsWith('//', at)) {
    const line = text.slice(at).search(/[\n\r]/)
    return line < 0 ? text.length : at + line
  }
  if (!text.startsWith('/*', at)) return at + 1
  const end = text.indexOf('*/', at + 2)
  return end < 0 ? text.length : end + 2
}

const endOfString = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}
