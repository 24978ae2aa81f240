import { skipSpace, textOf } from './json-scan.ts'

/** As JSON.parse makes it, still without a type. */
type Built = string | number | boolean | null | Built[] | { [key: string]: Built }

interface Reading {
  readonly bytes: Uint8Array
  at: number
}

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const LETTER_F = 0x66
const LETTER_N = 0x6e
const LETTER_T = 0x74
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/**
 * The value of a text that `scan` took, built key by key. JSON.parse of V8 13.6 (Node.js 24) reads
 * a key that is spelled with an escape as another key, where an earlier text led it to expect one
 * whose first characters are those of the spelling: after `{"q":1,"\\u00":2}` it reads
 * `{"q":1,"\u006cine":"4"}` as a member called `\u00`. What we decide on would then not be what the
 * server reads. So texts with such keys, which hardly any honest peer writes, come here.
 *
 * Strings are read by JSON.parse one at a time, which has no key to expect. Throws SyntaxError on a
 * control character in a string. As with JSON.parse, the last of equal keys stands, and `__proto__`
 * becomes a member.
 */
export function build(bytes: Uint8Array): Built {
  return value({ bytes, at: skipSpace(bytes, 0) })
}

function value(reading: Reading): Built {
  switch (reading.bytes[reading.at]) {
    case QUOTE:
      return string(reading)
    case OPEN_BRACE:
      return object(reading)
    case OPEN_BRACKET:
      return array(reading)
    case LETTER_T:
      return word(reading, 4, true)
    case LETTER_F:
      return word(reading, 5, false)
    case LETTER_N:
      return word(reading, 4, null)
    default:
      return number(reading)
  }
}

function object(reading: Reading): Built {
  const made: { [key: string]: Built } = {}
  while (goesOn(reading, CLOSE_BRACE)) {
    const key = string(reading)
    // Over the colon.
    reading.at = skipSpace(reading.bytes, skipSpace(reading.bytes, reading.at) + 1)
    const member = value(reading)
    if (key === '__proto__') define(made, member)
    else made[key] = member
  }
  return made
}

const define = (made: object, member: Built) =>
  Object.defineProperty(made, '__proto__', {
    value: member,
    configurable: true,
    enumerable: true,
    writable: true,
  })

function array(reading: Reading): Built {
  const made: Built[] = []
  while (goesOn(reading, CLOSE_BRACKET)) made.push(value(reading))
  return made
}

/** From the opening bracket, or from behind a member, to the next one; false behind the closing bracket. */
function goesOn(reading: Reading, close: number): boolean {
  const { bytes } = reading
  const at = skipSpace(bytes, reading.at)
  if (bytes[at] === close) {
    reading.at = at + 1
    return false
  }
  const isComma = bytes[at] === COMMA
  const next = skipSpace(bytes, at + 1)
  const isEmpty = !isComma && bytes[next] === close
  reading.at = isEmpty ? next + 1 : next
  return !isEmpty
}

function string(reading: Reading): string {
  const { bytes, at: start } = reading
  let at = start + 1
  while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  reading.at = at + 1
  return textOf(bytes.subarray(start, at + 1))
}

function word<T>(reading: Reading, length: number, meaning: T): T {
  reading.at += length
  return meaning
}

function number(reading: Reading): number {
  const { bytes, at: start } = reading
  let at = start
  while (isOfNumber(bytes[at] ?? 0)) at++
  reading.at = at
  return Number(Buffer.from(bytes.subarray(start, at)).toString('latin1'))
}

/** `0`–`9`, `+`, `-`, `.`, `E` and `e`: what ends a number is none of them. */
const isOfNumber = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x2b ||
  byte === 0x2d ||
  byte === 0x2e ||
  byte === 0x45 ||
  byte === 0x65
