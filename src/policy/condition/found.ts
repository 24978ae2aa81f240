import type { Tree } from './tree.ts'
import { can, type Members, type Type } from './types.ts'
import { kindsText, pathText, treeText } from './words.ts'

/** What is wrong with a condition for one capability. */
export type Found =
  /** The same sentence, whatever the capability is called. */
  | { readonly at: number; readonly says: string }
  /** It is no resource, and this is about its URI. */
  | { readonly at: number; readonly isUri: true }
  /** Something has no such member: what that means depends on which other capabilities have it. */
  | { readonly at: number; readonly lacks: Lack }

export interface Lack {
  /** `args.device`. */
  readonly of: string
  /** `args.device.id`. */
  readonly path: string
  readonly name: string
  /** What it has instead. */
  readonly names: readonly string[]
  /** Whether this only asks if it is there: then it is wrong where it is nowhere. */
  readonly isQuestion: boolean
}

export const lacking = (
  { at }: Tree,
  owner: Tree,
  { names }: Members,
  name: string,
  isQuestion: boolean,
): Found => ({
  at,
  lacks: {
    of: treeText(owner),
    path: pathText(owner, name),
    name,
    names,
    isQuestion,
  },
})

export const noFields = (tree: Tree, type: Type): string => {
  const name = treeText(tree)
  const fix = can(type, 'list') ? `; write ${name}.exists(one, …) or ${name}[0]` : ''
  return `${name} is ${kindsText(type)} and has no fields${fix}`
}

/** `why` is a sentence that ends in: true or false. */
export const requireBool = (tree: Tree, type: Type, found: Found[], why: string): void => {
  if (can(type, 'bool')) return
  const is = `${treeText(tree)} is ${kindsText(type)}`
  found.push({ at: tree.at, says: `${why} true or false, and ${is}; compare it with something` })
}
