import { compilePath } from '#lib/json-path.ts'
import type { Classification } from './item-documents.ts'
import { marksOf } from './marks.ts'

/** One name of an `index`: as a text, or with what is said of it. */
type Written = NonNullable<Classification['index']>[number]

export const argumentIn = (written: Written): string =>
  typeof written === 'string' ? written : written.argument

/** Arguments that a classification indexes, by name. */
export const indexedNames = (classification: Classification | undefined): readonly string[] =>
  (classification?.index ?? []).map(argumentIn)

const known = new WeakMap<Classification, Map<string, boolean>>()

/**
 * Whether by this classification an argument of that name may stand in no entry as it was given: where
 * the index says so, and where the argument is marked as data of a class, whatever the index says.
 * Worked out once; from then on a look-up.
 */
export const isPersonal = (classification: Classification, name: string): boolean => {
  const names = known.get(classification) ?? new Map<string, boolean>()
  known.set(classification, names)
  const found =
    names.get(name) ?? (isDeclared(classification, name) || isMarked(classification, name))
  names.set(name, found)
  return found
}

const isDeclared = ({ index = [] }: Classification, name: string): boolean =>
  index.some((one) => typeof one !== 'string' && one.argument === name && one.personal)

const isMarked = (classification: Classification, name: string): boolean =>
  [...marksOf(classification).arguments.keys()].some((path) => selectsArgument(path, name))

/**
 * Asked of an object that holds the argument, and of what a filter could want of it, whatever it is:
 * a filter may select it for some values, and is taken as if it did.
 */
export const selectsArgument = (path: string, name: string): boolean => {
  const bare = path.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "''")
  if (/^\$(\.\.)?\[[^\]]*\?/.test(bare)) return true
  const made = compilePath(path)
  if ('problem' in made) return true
  let isFound = false
  made.select({ [name]: '' }, { left: 100 }, () => {
    isFound = true
  })
  return isFound
}
