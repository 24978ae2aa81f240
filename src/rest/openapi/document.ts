import { isObject, JsonError, type JsonObject, type JsonValue, readJson } from '#lib/json.ts'
import { type Finding, pointerTo } from './finding.ts'
import { readYaml } from './yaml-document.ts'

export interface DocumentBounds {
  /** Of the text. */
  readonly characters: number
  /** Of a text in YAML, which is read at about a megabyte a second. */
  readonly yamlCharacters: number
  /** How many mappings and lists may stand inside each other. */
  readonly depth: number
  /** How many values there may be, with what aliases of YAML stand for counted each time. */
  readonly values: number
}

export const documentBounds: DocumentBounds = {
  characters: 4 * 1024 * 1024,
  yamlCharacters: 1024 * 1024,
  depth: 64,
  values: 500_000,
}

export type Reading<T> = T | { readonly problems: readonly Finding[] }

/**
 * The one object that a text in JSON or YAML 1.2 is. What begins with a brace is JSON. Nothing that two
 * readers could read differently is taken: no key twice, no `__proto__`, no tags, no merge keys, no
 * infinite numbers. Time and size are in proportion to the text, and aliases do not multiply it past the bounds.
 */
export function readDocument(
  text: string,
  bounds: DocumentBounds = documentBounds,
): Reading<{ readonly root: JsonObject }> {
  if (text.length > bounds.characters) return tooLong(text, bounds.characters, '')
  if (!text.isWellFormed() || text.includes('\ufffd')) return refuse('the text is not UTF-8')
  const isJson = /^\s*\{/.test(text)
  if (!isJson && text.length > bounds.yamlCharacters)
    return tooLong(text, bounds.yamlCharacters, ' in YAML, more in JSON')
  const read = isJson ? readJsonText(text, bounds) : readYaml(text, bounds)
  if ('problems' in read) return read
  if (!isObject(read.value)) return refuse('the document must be an object')
  const infinite = findInfinite(read.value, '')
  if (infinite !== undefined) return refuse('a number is larger than any that is read', infinite)
  return { root: read.value }
}

function readJsonText(
  text: string,
  { depth, values }: DocumentBounds,
): Reading<{ readonly value: JsonValue }> {
  const bytes = Buffer.from(text)
  try {
    return readJson(bytes, { depth, nodes: values, inexactNumbers: 'keep' })
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown
    const line = bytes.subarray(0, thrown.offset).toString('latin1').split('\n').length
    return refuse(
      `not JSON that every reader reads alike (${thrown.reason}), line ${line}; a text that begins with { is read as JSON`,
    )
  }
}

const tooLong = (text: string, most: number, where: string) =>
  refuse(`the document has ${text.length} characters; at most ${most} are read${where}`)

const refuse = (message: string, pointer = ''): { readonly problems: readonly Finding[] } => ({
  problems: [{ pointer, message, effect: 'refused' }],
})

/** The depth has been bounded by whoever read the value. */
function findInfinite(value: JsonValue, pointer: string): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : pointer
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === 'string') continue
    const found = findInfinite(member, pointerTo(pointer, key))
    if (found !== undefined) return found
  }
  return undefined
}
