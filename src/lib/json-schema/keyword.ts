import type { Pattern } from './pattern.ts'
import type { Check, Subschema } from './run.ts'

/** A subschema as it is written; its keywords are not checked yet. */
export type Written = Readonly<Record<string, unknown>>

/** What a keyword's compiler may ask for. The subschemas it gets are complete once the whole is. */
export interface Compiling {
  /** A subschema that stands under a keyword of the one that is being compiled, or under a key in it. */
  subschema(written: unknown, keyword: string, key?: string | number): Subschema
  /** The subschema that `$ref` means. */
  reference(ref: string): Subschema
  /** Whether a `$dynamicRef` or `$recursiveRef` leads to the same subschema on every way to it. */
  isOneTarget(ref: string): boolean
  /** Undefined where it cannot be checked; that has been noted. */
  pattern(source: string): Pattern | undefined
  /** Notes that something of the subschema is not checked. */
  unchecked(what: string): void
}

/** Makes one check of some keywords of a subschema that belong together; undefined where none is there. */
export type Keyword = (written: Written, compiling: Compiling) => Check | undefined

export function isObject(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A member of a subschema in the form that its keyword has, or undefined; another form is noted. */
function read<T>(
  written: Written,
  keyword: string,
  compiling: Compiling,
  isForm: (value: unknown) => value is T,
): T | undefined {
  const value = written[keyword]
  if (value === undefined || isForm(value)) return value
  compiling.unchecked(`${keyword} has a form that this keyword does not have`)
  return undefined
}

export const readCount = (written: Written, keyword: string, compiling: Compiling) =>
  read(
    written,
    keyword,
    compiling,
    (value): value is number => Number.isInteger(value) && Number(value) >= 0,
  )

export const readNumber = (written: Written, keyword: string, compiling: Compiling) =>
  read(written, keyword, compiling, (value): value is number => Number.isFinite(value))

export const readText = (written: Written, keyword: string, compiling: Compiling) =>
  read(written, keyword, compiling, (value): value is string => typeof value === 'string')

export const readMap = (written: Written, keyword: string, compiling: Compiling) =>
  read(written, keyword, compiling, isObject)

export const readList = (written: Written, keyword: string, compiling: Compiling) =>
  read(written, keyword, compiling, (value): value is readonly unknown[] => Array.isArray(value))

export const readNames = (written: Written, keyword: string, compiling: Compiling) =>
  read(written, keyword, compiling, isNames)

export function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

/** A name as it may stand in a sentence. */
export function quoted(name: string): string {
  if (/^[\w$.-]{1,64}$/.test(name)) return name
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 63)}…` : name)
}

/** Of a message, a pointer or a note, in characters. */
const MOST_TEXT = 300

export function shortened(text: string): string {
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT - 1).toWellFormed()}…`
}

export function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`
}
