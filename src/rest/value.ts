import type { JsonValue } from '#lib/json.ts'
import { isExact } from '#lib/json-number.ts'
import type { Parameter, ScalarType } from './operation.ts'

type Written = Pick<Parameter, 'type' | 'list'>

/** RFC 8259 §6. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const INTEGER = /^(?:0|-?[1-9]\d*)$/

/**
 * The value of all texts that stand under one name. A list that is joined has no item with a comma,
 * however it was encoded, so that nobody can read another list in it.
 */
export function readTexts(
  { type, list }: Written,
  texts: readonly string[],
): { readonly value: JsonValue } | { readonly problem: string } {
  const [text = '', another] = texts
  if (another !== undefined && list !== 'repeated') return { problem: 'it stands more than once' }
  const wanted = list === undefined ? [text] : list === 'joined' ? text.split(',') : texts
  const items = wanted.map((one) => readScalar(type, one))
  if (!items.every((item) => item !== undefined)) return { problem: `it must be ${NAMES[type]}` }
  return { value: list === undefined ? (items[0] as JsonValue) : items }
}

/** The texts that a value is written as under its name. */
export function writeTexts(
  { type, list }: Written,
  value: JsonValue,
): { readonly texts: readonly string[] } | { readonly problem: string } {
  const items = list === undefined ? [value] : value
  if (!Array.isArray(items)) return { problem: 'it must be a list' }
  if (items.length === 0) return { problem: 'an empty list cannot be written; leave it out' }
  const texts = items.map((item: JsonValue) => writeScalar(type, item))
  if (!texts.every((text) => text !== undefined)) return { problem: `it must be ${NAMES[type]}` }
  if (list !== 'joined') return { texts }
  return texts.some((text) => text.includes(','))
    ? { problem: 'an item of it must not contain a comma' }
    : { texts: [texts.join(',')] }
}

/** The value that a text is, exactly; undefined where it is none of that type. */
function readScalar(type: ScalarType, text: string): string | number | boolean | undefined {
  if (type === 'string') return text
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  const isInteger = INTEGER.test(text)
  if (!isInteger && (type === 'integer' || !NUMBER.test(text))) return undefined
  return isExact(text, isInteger) ? Number(text) : undefined
}

/** The one text that a value is written as; undefined where the value is none of that type. */
function writeScalar(type: ScalarType, value: JsonValue): string | undefined {
  if (type === 'string') return typeof value === 'string' ? value : undefined
  if (type === 'boolean') return typeof value === 'boolean' ? String(value) : undefined
  if (typeof value !== 'number') return undefined
  const text = String(value)
  return readScalar(type, text) === undefined ? undefined : text
}

const NAMES: Readonly<Record<ScalarType, string>> = {
  string: 'a text',
  integer: 'a whole number that is exact, such as 42',
  number: 'a number that is exact, such as 4.2',
  boolean: 'true or false',
}
