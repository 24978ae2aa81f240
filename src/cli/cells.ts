import { stripVTControlCharacters } from 'node:util'

/**
 * Text of others on a terminal. A server's title or a tool's answer could move the cursor, recolour
 * what stands above or turn the reading direction, so everything but line breaks and tabs that is
 * not for reading becomes a visible mark.
 */
export const readable = (text: string): string =>
  stripVTControlCharacters(text).replace(unreadable, '\uFFFD')

// C0 without tab and line feed, DEL, C1; the directional controls of Unicode (UAX #9 §2); line and
// paragraph separators; a byte order mark.
const unreadable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g

/** As `readable`, and on one line: for cells of tables and for names in sentences. */
export const oneLine = (text: string): string => readable(text.replace(/[\r\n\t]+/g, ' '))

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII and our own glyphs, the common case
const narrow = /^[\u0000-\u007F●■○◉◆▲‖…✓✗·−█]*$/

/** Made when first needed: most runs show nothing but those, and these cost more than all the rest. */
let measure: { graphemes: Intl.Segmenter; wide: RegExp } | undefined

const cut = (text: string): { part: string; columns: number }[] => {
  measure ??= {
    graphemes: new Intl.Segmenter('en', { granularity: 'grapheme' }),
    wide: /\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{20000}-\u{3FFFD}]/u,
  }
  const { graphemes, wide } = measure
  return [...graphemes.segment(text)].map(({ segment }) => ({
    part: segment,
    columns: wide.test(segment) ? 2 : 1,
  }))
}

/** Columns that a text takes on a terminal (UAX #11: wide characters take two). */
export const widthOf = (text: string): number =>
  narrow.test(text) ? text.length : cut(text).reduce((sum, { columns }) => sum + columns, 0)

/** Cut to `width` columns, with `mark`, which takes one, where something was cut. */
export const fit = (text: string, width: number, mark: string): string => {
  if (widthOf(text) <= width) return text
  const room = width - 1
  if (room <= 0) return width > 0 ? mark : ''
  if (narrow.test(text)) return text.slice(0, room).trimEnd() + mark
  let kept = ''
  let used = 0
  for (const { part, columns } of cut(text)) {
    if (used + columns > room) break
    kept += part
    used += columns
  }
  return kept.trimEnd() + mark
}
