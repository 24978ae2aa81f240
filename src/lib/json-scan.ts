import { isExact, KEPT_DIGITS } from './json-number.ts'

/** Bytes from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** What may be read. Each bound is inclusive. */
export interface JsonLimits {
  /** How many arrays and objects may stand inside each other; at most DEPTH_CEILING. */
  readonly depth: number
  /** How many values there may be, containers included, keys not. */
  readonly nodes: number
  /**
   * `refuse` (the default) rejects numbers that a double does not hold; `keep` reads them as the
   * nearest double. Keep them only in what is relayed as it came: the value then differs from the text.
   */
  readonly inexactNumbers?: 'refuse' | 'keep'
}

export type JsonProblem =
  | 'utf8'
  | 'bom'
  | 'syntax'
  | 'depth'
  | 'nodes'
  | 'surrogate'
  | 'number'
  | 'duplicate-key'
  | 'proto-key'

/** Why a text was refused, and at which byte. It never contains any of the text. */
export class JsonError extends Error {
  readonly reason: JsonProblem
  readonly offset: number

  constructor(reason: JsonProblem, offset: number) {
    super(`JSON refused: ${reason} at byte ${offset}`)
    this.name = 'JsonError'
    this.reason = reason
    this.offset = offset
  }
}

/** Deeper than any honest message, and far from where recursion over a value would overflow. */
export const DEPTH_CEILING = 512

/** Marks are kept for members that at most this many objects, and no array, stand around. */
export const MARKED_LEVELS = 3

/** level (0 for an element of the outermost array), key start, key end, value start, value end. */
export const MARK_SIZE = 5

interface Scan {
  readonly bytes: Uint8Array
  /** The same bytes in Latin-1, one character a byte: what the engine can search fast. */
  readonly text: string
  readonly depthLimit: number
  readonly nodeLimit: number
  readonly refuseInexact: boolean
  /** The members of all objects together. */
  members: number
  values: number
  readonly marks: number[]
  /** The next quote and the next backslash that were searched for, so that nothing is searched twice. */
  quote: number
  backslash: number
  /** Backslashes that were read so far. */
  escapes: number
  /** Whether any key is spelled with one. */
  escapedKeys: boolean
}

const UNMARKED = MARKED_LEVELS + 1

const QUOTE = 0x22
const COMMA = 0x2c
const PLUS = 0x2b
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const CAPITAL_E = 0x45
const LETTER_E = 0x65
const LETTER_F = 0x66
const LETTER_N = 0x6e
const LETTER_T = 0x74
const LETTER_U = 0x75
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/**
 * Checks the grammar of RFC 8259 in one pass, builds nothing but the marks, and throws JsonError at
 * the first byte that breaks it or a bound. It recurses as deep as the limit. One thing it leaves to
 * the parser: control characters inside strings, which it may leap over. Gives the number of members
 * of all objects together, whether any key is spelled with an escape, and the marks.
 *
 * `text` is the bytes in Latin-1, whatever their encoding.
 */
export function scan(
  bytes: Uint8Array,
  text: string,
  limits: JsonLimits,
): {
  readonly members: number
  readonly escapedKeys: boolean
  readonly marks: readonly number[]
} {
  const s = startScan(bytes, text, limits)
  const end = skipSpace(bytes, scanValue(s, skipSpace(bytes, 0), 0, 1))
  if (end < bytes.length) throw new JsonError('syntax', end)
  return s
}

function startScan(bytes: Uint8Array, text: string, limits: JsonLimits): Scan {
  return {
    bytes,
    text,
    depthLimit: Math.min(limits.depth, DEPTH_CEILING),
    nodeLimit: limits.nodes,
    refuseInexact: limits.inexactNumbers !== 'keep',
    members: 0,
    values: 0,
    marks: [],
    quote: -1,
    backslash: -1,
    escapes: 0,
    escapedKeys: false,
  }
}

/** `level` is that of the members if the value is an object: 1 for the outermost. */
function scanValue(s: Scan, at: number, depth: number, level: number): number {
  if (++s.values > s.nodeLimit) throw new JsonError('nodes', at)
  switch (s.bytes[at]) {
    case QUOTE:
      return stringEnd(s, at)
    case OPEN_BRACE:
      return scanObject(s, at, depth + 1, level)
    case OPEN_BRACKET:
      return scanArray(s, at, depth + 1)
    case LETTER_T:
      return wordEnd(s.text, at, 'true')
    case LETTER_F:
      return wordEnd(s.text, at, 'false')
    case LETTER_N:
      return wordEnd(s.text, at, 'null')
    default:
      return numberEnd(s, at)
  }
}

function scanObject(s: Scan, open: number, depth: number, level: number): number {
  if (depth > s.depthLimit) throw new JsonError('depth', open)
  const { bytes, marks } = s
  let at = skipSpace(bytes, open + 1)
  if (bytes[at] === CLOSE_BRACE) return at + 1
  for (;;) {
    if (bytes[at] !== QUOTE) throw new JsonError('syntax', at)
    const escapes = s.escapes
    const keyEnd = stringEnd(s, at)
    if (s.escapes !== escapes) s.escapedKeys = true
    s.members++
    const colon = skipSpace(bytes, keyEnd)
    if (bytes[colon] !== COLON) throw new JsonError('syntax', colon)
    const start = skipSpace(bytes, colon + 1)
    const mark = level < UNMARKED ? marks.push(level, at, keyEnd, start, 0) : 0
    const end = scanValue(s, start, depth, level + 1)
    if (mark > 0) marks[mark - 1] = end
    at = skipSpace(bytes, end)
    if (bytes[at] === CLOSE_BRACE) return at + 1
    if (bytes[at] !== COMMA) throw new JsonError('syntax', at)
    at = skipSpace(bytes, at + 1)
  }
}

function scanArray(s: Scan, open: number, depth: number): number {
  if (depth > s.depthLimit) throw new JsonError('depth', open)
  const { bytes, marks } = s
  let at = skipSpace(bytes, open + 1)
  if (bytes[at] === CLOSE_BRACKET) return at + 1
  for (;;) {
    const end = scanValue(s, at, depth, UNMARKED)
    if (depth === 1) marks.push(0, at, at, at, end)
    at = skipSpace(bytes, end)
    if (bytes[at] === CLOSE_BRACKET) return at + 1
    if (bytes[at] !== COMMA) throw new JsonError('syntax', at)
    at = skipSpace(bytes, at + 1)
  }
}

/** RFC 8259 §2: these four and no other white space. */
export function skipSpace(bytes: Uint8Array, from: number): number {
  const end = bytes.length
  let at = from
  while (at < end) {
    const byte = bytes[at] as number
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break
    at++
  }
  return at
}

/** From the opening quote to just behind the closing one. */
function stringEnd(s: Scan, open: number): number {
  let at = open + 1
  for (;;) {
    at = nextSpecial(s, at)
    if (s.bytes[at] === QUOTE) return at + 1
    at = escapeEnd(s, at) + 1
    s.escapes++
  }
}

/** So far a loop is cheaper than asking the engine, whose search is faster by the byte but has a price. */
const NEAR = 24

/** The next quote or backslash. What the engine found is kept, so that no byte is searched twice. */
function nextSpecial(s: Scan, from: number): number {
  const { bytes, text } = s
  const near = Math.min(from + NEAR, bytes.length)
  for (let at = from; at < near; at++) {
    const byte = bytes[at]
    if (byte === QUOTE || byte === BACKSLASH) return at
  }
  if (s.quote < near) s.quote = text.indexOf('"', near)
  if (s.quote < 0) throw new JsonError('syntax', text.length)
  if (s.backslash < near) {
    const found = text.indexOf('\\', near)
    s.backslash = found < 0 ? text.length : found
  }
  return Math.min(s.quote, s.backslash)
}

/** From a backslash to the last byte of what it escapes, a pair of surrogates together. */
function escapeEnd(s: Scan, at: number): number {
  const escaped = s.bytes[at + 1] ?? 0
  if (escaped !== LETTER_U) {
    if (SIMPLE_ESCAPES[escaped] !== 1) throw new JsonError('syntax', at)
    return at + 1
  }
  const unit = hexUnit(s.bytes, at)
  if (unit < 0xd800 || unit > 0xdfff) return at + 5
  const low = unit <= 0xdbff && s.text.startsWith('\\u', at + 6) ? hexUnit(s.bytes, at + 6) : 0
  if (low < 0xdc00 || low > 0xdfff) throw new JsonError('surrogate', at)
  return at + 11
}

const SIMPLE_ESCAPES = new Uint8Array(256)
for (const letter of '"\\/bfnrt') SIMPLE_ESCAPES[letter.charCodeAt(0)] = 1

/** The value of `\uXXXX` whose backslash stands at `at`. */
function hexUnit(bytes: Uint8Array, at: number): number {
  let unit = 0
  for (let i = at + 2; i < at + 6; i++) {
    const byte = bytes[i] ?? 0
    const letter = (byte | 0x20) - 0x61
    if (byte >= ZERO && byte <= NINE) unit = unit * 16 + byte - ZERO
    else if (letter >= 0 && letter <= 5) unit = unit * 16 + letter + 10
    else throw new JsonError('syntax', at)
  }
  return unit
}

function wordEnd(text: string, at: number, word: string): number {
  if (!text.startsWith(word, at)) throw new JsonError('syntax', at)
  return at + word.length
}

/** RFC 8259 §6. */
function numberEnd(s: Scan, start: number): number {
  const { bytes } = s
  const whole = bytes[start] === MINUS ? start + 1 : start
  const wholeEnd = someDigitsEnd(bytes, whole)
  if (bytes[whole] === ZERO && wholeEnd > whole + 1) throw new JsonError('syntax', start)
  const isPoint = bytes[wholeEnd] === POINT
  const mantissaEnd = isPoint ? someDigitsEnd(bytes, wholeEnd + 1) : wholeEnd
  const end = exponentEnd(bytes, mantissaEnd)
  const isSure = end === mantissaEnd && wholeEnd - whole <= SURE && end - whole <= KEPT_DIGITS + 1
  if (isSure || !s.refuseInexact) return end
  if (!isExact(s.text.slice(start, end), end === wholeEnd)) throw new JsonError('number', start)
  return end
}

function exponentEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== LETTER_E && bytes[at] !== CAPITAL_E) return at
  const sign = bytes[at + 1]
  return someDigitsEnd(bytes, sign === MINUS || sign === PLUS ? at + 2 : at + 1)
}

function someDigitsEnd(bytes: Uint8Array, from: number): number {
  const end = bytes.length
  let at = from
  while (at < end) {
    const byte = bytes[at] as number
    if (byte < ZERO || byte > NINE) break
    at++
  }
  if (at === from) throw new JsonError('syntax', from)
  return at
}

/** A whole number of so many digits is always below 2^53. */
const SURE = 15

/**
 * What the scan does not see, looked for once it is known to be there: a control character in a
 * string, a key that is `__proto__` or that its object has already. Only for a text that scan took.
 */
export function findUnseen(bytes: Uint8Array, text: string): JsonError | undefined {
  const s = startScan(bytes, text, { depth: 0, nodes: 0 })
  const open: Set<string>[] = []
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) open.push(new Set())
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) open.pop()
    if (byte !== QUOTE) continue
    const end = stringEnd(s, at)
    const control = bytes.subarray(at, end).findIndex((inside) => inside < 0x20)
    if (control >= 0) return new JsonError('syntax', at + control)
    if (bytes[skipSpace(bytes, end)] === COLON) {
      const key = textOf(bytes.subarray(at, end))
      if (key === '__proto__') return new JsonError('proto-key', at)
      if (open.at(-1)?.has(key)) return new JsonError('duplicate-key', at)
      open.at(-1)?.add(key)
    }
    at = end - 1
  }
  return undefined
}

/** What a string token, quotes included, says. */
export function textOf(token: Uint8Array): string {
  return JSON.parse(Buffer.from(token).toString('utf8')) as string
}
