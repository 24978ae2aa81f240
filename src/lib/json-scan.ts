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

export interface Scan {
  readonly bytes: Uint8Array
  readonly depthLimit: number
  readonly nodeLimit: number
  readonly refuseInexact: boolean
  /** The members of all objects together. */
  members: number
  values: number
  readonly marks: number[]
}

const UNMARKED = MARKED_LEVELS + 1

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
const NULL = Buffer.from('null')

/** Fifteen digits are always below 2^53. */
const SURE_DIGITS = 15

/**
 * Checks the grammar of RFC 8259 over the whole text in one pass, builds nothing but the marks, and
 * throws JsonError at the first byte that breaks it or a bound. It recurses as deep as the limit.
 */
export function scan(bytes: Uint8Array, limits: JsonLimits): Scan {
  const s: Scan = {
    bytes,
    depthLimit: Math.min(limits.depth, DEPTH_CEILING),
    nodeLimit: limits.nodes,
    refuseInexact: limits.inexactNumbers !== 'keep',
    members: 0,
    values: 0,
    marks: [],
  }
  const end = skipSpace(bytes, scanValue(s, skipSpace(bytes, 0), 0, 1))
  if (end < bytes.length) throw new JsonError('syntax', end)
  return s
}

/** `level` is that of the members if the value is an object: 1 for the outermost. */
function scanValue(s: Scan, at: number, depth: number, level: number): number {
  if (++s.values > s.nodeLimit) throw new JsonError('nodes', at)
  const byte = s.bytes[at] ?? 0
  if (byte === QUOTE) return stringEnd(s.bytes, at)
  if (byte === OPEN_BRACE) return scanObject(s, at, depth + 1, level)
  if (byte === OPEN_BRACKET) return scanArray(s, at, depth + 1, depth === 0)
  if (byte === MINUS || (byte >= ZERO && byte <= NINE)) return numberEnd(s, at)
  if (byte === TRUE[0]) return wordEnd(s.bytes, at, TRUE)
  if (byte === FALSE[0]) return wordEnd(s.bytes, at, FALSE)
  if (byte === NULL[0]) return wordEnd(s.bytes, at, NULL)
  throw new JsonError('syntax', at)
}

function scanObject(s: Scan, open: number, depth: number, level: number): number {
  if (depth > s.depthLimit) throw new JsonError('depth', open)
  const { bytes, marks } = s
  let at = skipSpace(bytes, open + 1)
  if (bytes[at] === CLOSE_BRACE) return at + 1
  for (;;) {
    if (bytes[at] !== QUOTE) throw new JsonError('syntax', at)
    const keyEnd = stringEnd(bytes, at)
    s.members++
    const colon = skipSpace(bytes, keyEnd)
    if (bytes[colon] !== COLON) throw new JsonError('syntax', colon)
    const start = skipSpace(bytes, colon + 1)
    let end: number
    if (level < UNMARKED) {
      const mark = marks.push(level, at, keyEnd, start, 0) - 1
      end = scanValue(s, start, depth, level + 1)
      marks[mark] = end
    } else {
      end = scanValue(s, start, depth, UNMARKED)
    }
    at = skipSpace(bytes, end)
    if (bytes[at] === CLOSE_BRACE) return at + 1
    if (bytes[at] !== COMMA) throw new JsonError('syntax', at)
    at = skipSpace(bytes, at + 1)
  }
}

function scanArray(s: Scan, open: number, depth: number, outermost: boolean): number {
  if (depth > s.depthLimit) throw new JsonError('depth', open)
  const { bytes, marks } = s
  let at = skipSpace(bytes, open + 1)
  if (bytes[at] === CLOSE_BRACKET) return at + 1
  for (;;) {
    const end = scanValue(s, at, depth, UNMARKED)
    if (outermost) marks.push(0, at, at, at, end)
    at = skipSpace(bytes, end)
    if (bytes[at] === CLOSE_BRACKET) return at + 1
    if (bytes[at] !== COMMA) throw new JsonError('syntax', at)
    at = skipSpace(bytes, at + 1)
  }
}

/** RFC 8259 §2: these four and no other white space. */
function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break
    at++
  }
  return at
}

/** From the opening quote to just behind the closing one. */
export function stringEnd(bytes: Uint8Array, open: number): number {
  for (let at = open + 1; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === QUOTE) return at + 1
    if (byte === BACKSLASH) at = escapeEnd(bytes, at)
    else if (byte < 0x20) throw new JsonError('syntax', at)
  }
  throw new JsonError('syntax', bytes.length)
}

/** From a backslash to the last byte of what it escapes, a pair of surrogates together. */
function escapeEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at + 1] !== 0x75) {
    if (!SIMPLE_ESCAPES.has(bytes[at + 1] ?? 0)) throw new JsonError('syntax', at)
    return at + 1
  }
  const unit = hexUnit(bytes, at)
  if (unit < 0xd800 || unit > 0xdfff) return at + 5
  const isPair = unit <= 0xdbff && bytes[at + 6] === BACKSLASH && bytes[at + 7] === 0x75
  const low = isPair ? hexUnit(bytes, at + 6) : 0
  if (low < 0xdc00 || low > 0xdfff) throw new JsonError('surrogate', at)
  return at + 11
}

const SIMPLE_ESCAPES = new Set(Buffer.from('"\\/bfnrt'))

/** The value of `\uXXXX` whose backslash stands at `at`. */
function hexUnit(bytes: Uint8Array, at: number): number {
  let unit = 0
  for (let i = at + 2; i < at + 6; i++) {
    const byte = bytes[i] ?? 0
    const digit = byte - ZERO
    const letter = (byte | 0x20) - 0x61
    if (digit >= 0 && digit <= 9) unit = unit * 16 + digit
    else if (letter >= 0 && letter <= 5) unit = unit * 16 + letter + 10
    else throw new JsonError('syntax', at)
  }
  return unit
}

function wordEnd(bytes: Uint8Array, at: number, word: Uint8Array): number {
  for (let i = 1; i < word.length; i++) {
    if (bytes[at + i] !== word[i]) throw new JsonError('syntax', at)
  }
  return at + word.length
}

/** RFC 8259 §6. */
function numberEnd(s: Scan, start: number): number {
  const { bytes } = s
  const whole = bytes[start] === MINUS ? start + 1 : start
  let at = digitsEnd(bytes, whole)
  if (at === whole || (bytes[whole] === ZERO && at > whole + 1))
    throw new JsonError('syntax', start)
  const integerEnd = at
  if (bytes[at] === POINT) at = someDigitsEnd(bytes, at + 1)
  if (((bytes[at] ?? 0) | 0x20) === 0x65) {
    const sign = bytes[at + 1] === MINUS || bytes[at + 1] === 0x2b
    at = someDigitsEnd(bytes, sign ? at + 2 : at + 1)
  }
  const isPlain = at === integerEnd
  if (isPlain && at - whole <= SURE_DIGITS) return at
  if (s.refuseInexact && !isExact(bytes, start, at, isPlain)) throw new JsonError('number', start)
  return at
}

function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0
    if (byte < ZERO || byte > NINE) break
    at++
  }
  return at
}

function someDigitsEnd(bytes: Uint8Array, from: number): number {
  const end = digitsEnd(bytes, from)
  if (end === from) throw new JsonError('syntax', from)
  return end
}

/** A double keeps this many significant digits of what it was written from (IEEE 754 §5.12.2). */
const KEPT_DIGITS = 17

/** Long enough for every honest spelling; past it, digits would only be there to cost us time. */
const LONGEST_NUMBER = 400

/**
 * Whether every parser reads the same number. A plain integer has to be safe (RFC 7493 §2.2: one
 * that reads 64 bits and one that reads a double must agree). With a fraction or an exponent it is
 * read as a double everywhere, so it must be finite, and be either that double's shortest spelling
 * or one of the longer ones that honest printers make (`%.17g`); never a rounded whole number.
 */
function isExact(bytes: Uint8Array, start: number, end: number, isPlain: boolean): boolean {
  if (end - start > LONGEST_NUMBER) return false
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
  const value = Number(text)
  if (isPlain) return Number.isSafeInteger(value)
  if (!Number.isFinite(value)) return false
  const written = decimalOf(text)
  if (!Number.isInteger(value) && written.digits.length <= KEPT_DIGITS) return true
  const shortest = decimalOf(String(value))
  return written.digits === shortest.digits && written.exponent === shortest.exponent
}

/** The absolute value as digits without outer zeros, times ten to the exponent; nought is ''. */
function decimalOf(text: string): { digits: string; exponent: number } {
  const [mantissa = '', power = '0'] = (text[0] === '-' ? text.slice(1) : text).split(/[eE]/)
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = whole + fraction
  let end = all.length
  while (end > 0 && all[end - 1] === '0') end--
  let start = 0
  while (start < end && all[start] === '0') start++
  if (start === end) return { digits: '', exponent: 0 }
  return {
    digits: all.slice(start, end),
    exponent: Number(power) - fraction.length + all.length - end,
  }
}

/** Where a key stands that occurs twice in its object, or that is `__proto__`; undefined if none does. */
export function findBadKey(bytes: Uint8Array): JsonError | undefined {
  const open: Set<string>[] = []
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) open.push(new Set())
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) open.pop()
    if (byte !== QUOTE) continue
    const end = stringEnd(bytes, at)
    if (bytes[skipSpace(bytes, end)] === COLON) {
      const key = textOf(bytes, at, end)
      if (key === '__proto__') return new JsonError('proto-key', at)
      if (open.at(-1)?.has(key)) return new JsonError('duplicate-key', at)
      open.at(-1)?.add(key)
    }
    at = end - 1
  }
  return undefined
}

/** What a string token, quotes included, says. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  const token = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
  return JSON.parse(token) as string
}
