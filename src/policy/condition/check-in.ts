import { problemOfEqual } from './check-equal.ts'
import type { Tree } from './tree.ts'
import { can, type Type } from './types.ts'
import { kindsText, treeText } from './words.ts'

export const problemOfSides = (
  [a, b]: readonly [Tree, Tree],
  [typeA, typeB]: readonly [Type, Type],
): string | undefined => problemOfEqual({ tree: a, type: typeA }, { tree: b, type: typeB })

export const problemOfIn = (
  value: Tree,
  type: Type,
  range: Tree,
  within: Type,
): string | undefined => {
  const name = treeText(range)
  if (!can(within, 'list', 'map')) {
    const fix = can(within, 'string') ? `; of a text write ${name}.contains(…)` : ''
    return `in looks into a list or a map, and ${name} is ${kindsText(within)}${fix}`
  }
  if (can(within, 'list'))
    return range.is !== 'list' && !can(within, 'map') && within.element
      ? problemOfEqual(
          { tree: value, type },
          { tree: range, type: within.element(), name: `an element of ${name}` },
        )
      : undefined
  return can(type, 'string')
    ? undefined
    : `a key of ${name} is text, and ${treeText(value)} is ${kindsText(type)}`
}
