import { isPrintable } from './fields.ts'

/**
 * Arguments that the classification of a capability names in `index`, one field of the entry for
 * each: the text of a string, an integer or a boolean, or its keyed hash where it is personal; null where it was not given; true where
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

/** In place of a personal argument stands a keyed hash (HMAC-SHA-256), which goes with its key. */
const hashForm = /^hmac2?:[0-9a-f]{64}$/

/** Of what a person is found by: see `vault/argument-hash.ts`. */
export const hashedText = (hex: string): string => `hmac2:${hex}`
/** As entries of earlier versions have it, of the text itself. */
export const earlierHash = (hex: string): string => `hmac:${hex}`
export const isHashedText = (text: string): boolean => hashForm.test(text)

/** So that eight of them, whatever they say, fit an entry beside everything else. */
const longestText = 128

export const isIndexedText = (text: string): boolean =>
  text.length <= longestText && isPrintable(text)

/** A number of JSON has no form of its own for `4` and `4.0`, and so they are the same here too. */
const indexedValue = (given: unknown): IndexedValue => {
  if (given === undefined) return null
  // What has the form of a hash is not recorded: whoever reads an entry may take it for one.
  if (typeof given === 'string') return isIndexedText(given) && !isHashedText(given) ? given : true
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

/** Texts that are personal, by field: an entry holds their hashes, and never one of them. */
export interface PersonalTexts {
  readonly [field: IndexedField]: string
}

/** What an entry may say as it was given, and what it may not. */
export const splitPersonal = (
  indexed: Indexed,
  isPersonal: (argument: string) => boolean,
): { readonly plain: Indexed; readonly personal: PersonalTexts | undefined } => {
  const plain: { [field: IndexedField]: IndexedValue } = {}
  let personal: { [field: IndexedField]: string } | undefined
  for (const [field, value] of indexedIn(indexed))
    if (typeof value === 'string' && isPersonal(field.slice(prefix.length))) {
      personal ??= {}
      personal[field] = value
    } else plain[field] = value
  return { plain, personal }
}

/** With hashes in place of the texts. */
export const hashPersonal = (
  personal: PersonalTexts,
  hash: (argument: string, text: string) => string,
): Indexed =>
  Object.fromEntries(
    Object.entries(personal).map(([field, text]) => [
      field,
      hash(field.slice(prefix.length), text),
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
