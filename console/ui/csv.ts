/** One line by RFC 4180, for files that are the same in every language. */
export const csvLine = (fields: readonly string[]): string => `${fields.map(field).join(',')}\r\n`

/** Names come from servers: what a spreadsheet would work out as a formula is kept a text. */
const field = (text: string): string => {
  const kept = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(kept) ? `"${kept.replaceAll('"', '""')}"` : kept
}
