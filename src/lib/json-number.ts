/** A double keeps this many significant digits of what it was written from (IEEE 754 §5.12.2). */
export const KEPT_DIGITS = 17

/** Long enough for every honest spelling; past it, digits would only be there to cost us time. */
const LONGEST_NUMBER = 400

/**
 * Whether every parser reads the same number. A plain integer has to be safe (RFC 7493 §2.2: one
 * that reads 64 bits and one that reads a double must agree). With a fraction or an exponent it is
 * read as a double everywhere, so it has to be finite and told by as many digits as a double keeps
 * (`%.17g` is an honest printer), or else be that double's own spelling; from 2^53 on only that.
 */
export function isExact(text: string, isPlain: boolean): boolean {
  if (text.length > LONGEST_NUMBER) return false
  const value = Number(text)
  if (isPlain) return Number.isSafeInteger(value)
  if (!Number.isFinite(value)) return false
  const written = decimalOf(text)
  const isSmall = Math.abs(value) < 2 ** 53 && value !== 0
  if (isSmall && written.digits.length <= KEPT_DIGITS) return true
  const shortest = decimalOf(String(value))
  return written.digits === shortest.digits && written.exponent === shortest.exponent
}

/** The absolute value as digits without outer zeros, times ten to the exponent; nought has no digits. */
function decimalOf(text: string): { digits: string; exponent: number } {
  const [mantissa = '', power = '0'] = text.replace(/^-/, '').split(/[eE]/)
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = whole + fraction
  let end = all.length
  while (end > 0 && all[end - 1] === '0') end--
  let start = 0
  while (start < end && all[start] === '0') start++
  if (start === end) return { digits: '', exponent: 0 }
  const exponent = Number(power) - fraction.length + all.length - end
  return { digits: all.slice(start, end), exponent }
}
