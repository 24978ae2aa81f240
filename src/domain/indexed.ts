import { isPrintable } from './fields.ts'

/**
 * Arguments that the classification of a capability names in `index`, one field of the entry for
 * each: the text of a string, an integer or a boolean; null where it was not given; true where
 * something else was given (a list, a fraction, a text that is long or not printable). An entry
 * without the field was made while nobody had named that argument: it does not say.
 */
export interface Indexed {
  readonly [field: IndexedField]: IndexedValue
}
export type IndexedField = `arg.${string}`
export type IndexedValue = string | null | true

export const indexedField = (argument: string): IndexedField => `arg.${argument}`

const prefix = indexedField('')

/** So that eight of them, whatever they say, fit an entry beside everything else. */
const longestText = 128

export const isIndexedText = (text: string): boolean =>
  text.length <= longestText && isPrintable(text)

/** A number of JSON has no form of its own for `4` and `4.0`, and so they are the same here too. */
const indexedValue = (given: unknown): IndexedValue => {
  if (given === undefined) return null
  if (typeof given === 'string') return isIndexedText(given) ? given : true
  if (typeof given === 'boolean' || Number.isSafeInteger(given)) return String(given)
  return true
}

/** What the entry of a call says whose arguments, by name, are these. */
export const indexedOf = (
  names: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Indexed =>
  Object.fromEntries(
    names.map((name) => [
      indexedField(name),
      indexedValue(Object.hasOwn(given, name) ? given[name] : undefined),
    ]),
  )

type Said = readonly (readonly [IndexedField, IndexedValue])[]
const none: Said = []

/** The fields of an entry that are such, in order of their names; nearly every entry has none. */
export const indexedIn = (entry: object): Said => {
  let found: [IndexedField, IndexedValue][] | undefined
  for (const name in entry) {
    if (name.charCodeAt(3) !== dot || !isIndexedField(name)) continue
    found ??= []
    found.push([name, (entry as Indexed)[name] ?? null])
  }
  return found ? found.sort(([a], [b]) => (a < b ? -1 : 1)) : none
}

const dot = 0x2e
const isIndexedField = (name: string): name is IndexedField => name.startsWith(prefix)
