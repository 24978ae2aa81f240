/**
 * What a header field says between these places of a head, without the spaces and tabs around it (RFC 9110
 * §5.5); other white space is part of a value, or refused by whoever reads it.
 */
export const fieldValue = (text: string, start: number, end: number): string => {
  let from = start
  let to = end
  while (from < to && isSpace(text.charCodeAt(from))) from++
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

const isSpace = (unit: number): boolean => unit === 0x20 || unit === 0x09
