import { shown } from '#change/wording.ts'
import type { Kind } from './functions.ts'
import type { Scalar, Tree } from './tree.ts'
import { json, type Type } from './types.ts'

const kindWords: Readonly<Record<Kind, string>> = {
  null: 'null',
  bool: 'true or false',
  int: 'a whole number',
  double: 'a number',
  string: 'text',
  timestamp: 'a time',
  duration: 'a duration',
  list: 'a list',
  map: 'a map',
}

/** `text`, `a number or null`. */
export const kindsText = ({ kinds }: Type): string =>
  kinds.length >= json.kinds.length
    ? 'of any kind'
    : kinds.map((kind) => kindWords[kind]).join(' or ') || 'nothing'

/** `args.device.id`, as it was written; something general for what is worked out. */
export const treeText = (tree: Tree): string => {
  switch (tree.is) {
    case 'name':
      return tree.name
    case 'field':
      return pathText(tree.of, tree.field)
    case 'has':
      return `has(${pathText(tree.of, tree.field)})`
    case 'index':
      return `${treeText(tree.of)}[…]`
    case 'scalar':
      return scalarText(tree.value)
    case 'call':
      return tree.name.includes('_') ? 'this' : `${tree.name}(…)`
    default:
      return 'this'
  }
}

/** A member as CEL writes it: with a dot where its name allows one. */
export const pathText = (of: Tree, field: string): string => {
  const isPlain = /^[A-Za-z_]\w*$/.test(field) && !['in', 'true', 'false', 'null'].includes(field)
  return isPlain ? `${treeText(of)}.${shown(field)}` : `${treeText(of)}[${quoted(field)}]`
}

/** Names and texts may come from a server: `shown` makes them short and printable. */
const quoted = (text: string): string => {
  const printable = shown(text)
  return printable.startsWith('"') ? printable : `"${printable}"`
}

export const scalarText = (value: Scalar): string =>
  typeof value === 'string' ? quoted(value) : String(value)

/** `a`, `a and b`, `a, b and 7 more`. */
export const listText = (names: readonly string[], most = 3): string => joined(names, most, 'and')

/** `a`, `a or b`, `a, b or one of 7 more`. */
export const orText = (names: readonly string[]): string => joined(names, 12, 'or')

/** Of a great many, as many as anybody might have meant. */
export const shownNames = (names: Iterable<string>): readonly string[] =>
  Iterator.from(names).take(5000).map(shown).toArray()

const joined = (names: readonly string[], most: number, word: string): string => {
  if (names.length <= 1) return names[0] ?? ''
  const isLong = names.length > most + 1
  const told = isLong ? names.slice(0, most) : names.slice(0, -1)
  const last = isLong ? `${names.length - most} more` : names.at(-1)
  return `${told.join(', ')} ${word} ${last}`
}
