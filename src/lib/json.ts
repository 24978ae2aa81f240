import { isAscii, isUtf8 } from 'node:buffer'
import { build } from './json-build.ts'
import {
  findUnseen,
  JsonError,
  type JsonLimits,
  MARK_SIZE,
  MARKED_LEVELS,
  type Span,
  scan,
  textOf,
} from './json-scan.ts'

export { JsonError, type JsonLimits, type Span } from './json-scan.ts'

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

/**
 * An object as JSON.parse made it. It inherits from Object.prototype: with a name that comes from
 * outside, ask Object.hasOwn first. `__proto__` is never among its keys.
 */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** Neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A checked text: what it says, the bytes it says it in, and where in them its members stand. */
export interface JsonDocument {
  readonly value: JsonValue
  readonly bytes: Uint8Array
  /** Five numbers a member, in the order of the text; read them with spanOf and elementSpans. */
  readonly marks: readonly number[]
}

/**
 * Reads one JSON text (RFC 8259) and refuses whatever two parsers could read differently: bytes
 * that are not UTF-8, a byte order mark, a key that occurs twice in one object, `__proto__` as a
 * key, a lone surrogate, a number that a double does not hold. The bounds are checked before
 * anything is built from the text. Throws JsonError with the first problem of the earliest check.
 *
 * `bytes` is kept, not copied: it must not change while the document is in use.
 */
export function readJson(bytes: Uint8Array, limits: JsonLimits): JsonDocument {
  const buffer = asBuffer(bytes)
  const isPlain = isAscii(buffer)
  if (!isPlain) checkEncoding(buffer)
  // One character a byte, so that indices are offsets; for ASCII that is the text itself.
  const units = buffer.toString('latin1')
  const { members, escapedKeys, marks } = scan(buffer, units, limits)
  const value = attempt<JsonValue>(() =>
    escapedKeys ? build(buffer) : JSON.parse(isPlain ? units : buffer.toString('utf8')),
  )
  // A key that occurs twice leaves one member in the tree where the text has two.
  if (value === undefined || countMembers(value) !== members) {
    throw findUnseen(buffer, units) ?? new JsonError('syntax', 0)
  }
  return { value, bytes, marks }
}

/**
 * What JSON.parse promises, for a text that we wrote ourselves: see `build` for why its own reading
 * of keys is not to be trusted. Throws SyntaxError.
 */
export function parseJson(text: string): JsonValue {
  if (!text.includes('\\')) return JSON.parse(text)
  const checked: unknown = JSON.parse(text)
  if (typeof checked !== 'object' || checked === null) return checked as JsonValue
  return build(Buffer.from(text))
}

/**
 * Where the value of a member stands: `spanOf(doc, 'params', '_meta', 'progressToken')`. Up to
 * three names, each of a member of an object; undefined when there is no such member.
 */
export function spanOf(doc: JsonDocument, ...path: readonly string[]): Span | undefined {
  if (path.length === 0 || path.length > MARKED_LEVELS) return undefined
  const { marks, bytes } = doc
  let level = 1
  for (let i = 0; i < marks.length; i += MARK_SIZE) {
    const at = marks[i] ?? 0
    // Back among the uncles: the member before them, which had the name, has no such child.
    if (at < level) return undefined
    if (at > level || !isKey(bytes, marks[i + 1] ?? 0, marks[i + 2] ?? 0, path[level - 1] ?? '')) {
      continue
    }
    if (level === path.length) return { start: marks[i + 3] ?? 0, end: marks[i + 4] ?? 0 }
    level++
  }
  return undefined
}

/** Where the elements of a text that is an array stand; empty for anything else. */
export function elementSpans(doc: JsonDocument): Span[] {
  const spans: Span[] = []
  for (let i = 0; i < doc.marks.length; i += MARK_SIZE) {
    if (doc.marks[i] === 0) spans.push({ start: doc.marks[i + 3] ?? 0, end: doc.marks[i + 4] ?? 0 })
  }
  return spans
}

/** What stands in the place of a span. An empty span inserts. */
export interface Edit {
  readonly span: Span
  readonly text: string | Uint8Array
}

/**
 * The bytes with each span replaced; everything else stays as it was, byte for byte. Edits must be
 * in order and must not overlap (a RangeError otherwise: the caller made them). The texts are not
 * looked at: the caller sees to it that they are JSON.
 */
export function splice(bytes: Uint8Array, edits: readonly Edit[]): Buffer {
  const parts: Uint8Array[] = []
  let from = 0
  for (const { span, text } of edits) {
    if (span.start < from || span.end < span.start || span.end > bytes.length) {
      throw new RangeError('edits are out of order, overlap or reach past the end')
    }
    parts.push(bytes.subarray(from, span.start))
    parts.push(typeof text === 'string' ? Buffer.from(text, 'utf8') : text)
    from = span.end
  }
  parts.push(bytes.subarray(from))
  return Buffer.concat(parts)
}

/**
 * RFC 8785 (JCS): the one spelling of a value, for hashing and signing. Members are sorted by their
 * UTF-16 code units; a member whose value is undefined is absent. Throws a TypeError on what JSON
 * cannot carry exactly: numbers that are not finite, lone surrogates, anything but plain objects.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return canonicalString(value)
  if (typeof value === 'number') return canonicalNumber(value)
  if (value === null || value === true || value === false) return String(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isPlainObject(value)) throw new TypeError('not a JSON value')
  let members = ''
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member === undefined) continue
    members += `${members === '' ? '' : ','}${canonicalString(key)}:${canonicalJson(member)}`
  }
  return `{${members}}`
}

function canonicalString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('a lone surrogate has no canonical spelling')
  return JSON.stringify(text)
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError('a number that is not finite is not JSON')
  // RFC 8785 §3.2.2.3: ECMAScript's own spelling, which writes minus nought as 0.
  return String(value)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function checkEncoding(bytes: Buffer): void {
  if (!isUtf8(bytes)) throw new JsonError('utf8', invalidUtf8At(bytes))
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) throw new JsonError('bom', 0)
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The first byte that a decoder would repair, or one just behind it. */
function invalidUtf8At(bytes: Buffer): number {
  const repaired = Buffer.from(bytes.toString('utf8'), 'utf8')
  let at = 0
  while (at < bytes.length && bytes[at] === repaired[at]) at++
  return at
}

/** Undefined where the engine refuses the text; its message would quote it. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}

/** The members of all objects in the tree together; NaN when one is called `__proto__`. */
function countMembers(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (isArray(value)) {
    for (const element of value) {
      if (typeof element === 'object') count += countMembers(element)
    }
    return count
  }
  for (const key in value) {
    if (key === '__proto__') return Number.NaN
    const member = value[key]
    count += typeof member === 'object' ? 1 + countMembers(member) : 1
  }
  return count
}

const isArray = Array.isArray as (value: unknown) => value is readonly JsonValue[]

const BACKSLASH = 0x5c

/** Whether the string token, quotes included, says `name`. */
function isKey(bytes: Uint8Array, start: number, end: number, name: string): boolean {
  let at = 0
  while (at < name.length) {
    const byte = bytes[start + 1 + at]
    if (byte !== name.charCodeAt(at) || byte === BACKSLASH) break
    at++
  }
  if (at === name.length) return end - start === at + 2
  // From here on it may be spelled with escapes, or be outside ASCII, where bytes are not code units.
  const mayBe = bytes[start + 1 + at] === BACKSLASH || name.charCodeAt(at) > 0x7f
  return mayBe && textOf(bytes.subarray(start, end)) === name
}
