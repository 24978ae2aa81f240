import { Fault } from '#lib/fault.ts'
import { type JsonObject, type JsonValue, parseJson } from '#lib/json.ts'
import { isObject } from './messages.ts'

/**
 * `key=value` words as a tool's arguments. The tool's schema says what a value is; where it says
 * nothing (or is not known) a value is the JSON that it reads as, else the text itself.
 */
export const readArguments = (
  words: readonly string[],
  inputSchema: JsonValue | undefined,
): JsonObject => {
  const found: Record<string, JsonValue> = {}
  for (const word of words) {
    const at = word.indexOf('=')
    if (at <= 0) throw new Fault('usage', { detail: `"${word.slice(0, 40)}" is not key=value.` })
    const key = word.slice(0, at)
    if (key === '__proto__' || Object.hasOwn(found, key))
      throw new Fault('usage', { detail: `The argument "${key}" stands twice or is not a name.` })
    found[key] = readValue(key, word.slice(at + 1), typesOf(propertyOf(inputSchema, key)))
  }
  return found
}

const propertyOf = (schema: JsonValue | undefined, key: string): JsonValue | undefined => {
  const properties = isObject(schema) ? schema.properties : undefined
  return isObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined
}

type Type = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'null'

/** The types that a schema allows; empty where it does not say. */
const typesOf = (schema: JsonValue | undefined): ReadonlySet<string> => {
  if (!isObject(schema)) return new Set()
  const { type, anyOf, oneOf, enum: values } = schema
  if (typeof type === 'string') return new Set([type])
  if (Array.isArray(type)) return new Set(type.filter((one) => typeof one === 'string'))
  if (Array.isArray(values)) return new Set(values.map(typeOf))
  const branches = [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? list : []))
  const types = branches.map((one) => typesOf(one as JsonValue))
  return types.some((set) => set.size === 0) ? new Set() : new Set(types.flatMap((set) => [...set]))
}

const typeOf = (value: JsonValue): Type => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as Type
}

const readValue = (key: string, text: string, types: ReadonlySet<string>): JsonValue => {
  if (types.size === 1 && types.has('string')) return text
  const value = readJsonWord(text)
  if (value !== undefined) {
    checkExact(key, text, value)
    if (types.size === 0 || types.has(typeOf(value))) return value
    if (types.has('integer') && Number.isInteger(value)) return value
  }
  if (types.size === 0 || types.has('string')) return text
  throw new Fault('usage', {
    detail: `The argument "${key}" must be of type ${[...types].join(' or ')}.`,
  })
}

const readJsonWord = (text: string): JsonValue | undefined => {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** A number that would silently become another one is refused: it may be money. */
const checkExact = (key: string, text: string, value: JsonValue): void => {
  if (typeof value !== 'number' || !/^-?\d+$/.test(text) || Number.isSafeInteger(value)) return
  throw new Fault('usage', {
    detail: `The argument "${key}" is a number with more digits than can be sent exactly.`,
    fix: 'send it as text, if the tool takes text',
  })
}

/** `--args`: one JSON object. */
export const readObject = (text: string): JsonObject => {
  const value = readJsonWord(text)
  if (isObject(value)) return value
  throw new Fault('usage', { detail: '--args takes one JSON object.' })
}
