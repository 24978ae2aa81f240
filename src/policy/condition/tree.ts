import type { Callable } from './functions.ts'

/** A text, a double, an int (bigint), true or false, null. */
export type Scalar = string | number | bigint | boolean | null

export type Loop = 'exists' | 'all' | 'exists_one' | 'filter' | 'map'

/**
 * A condition as it was written: what the parser expands (`has`, the loops) is folded back, so that
 * whoever walks it meets nothing that no person wrote. `at` is where it stands in the source.
 */
export type Tree =
  | { readonly is: 'scalar'; readonly at: number; readonly value: Scalar }
  | { readonly is: 'name'; readonly at: number; readonly name: string }
  /** `of.field` and `of["field"]`. */
  | { readonly is: 'field'; readonly at: number; readonly of: Tree; readonly field: string }
  /** `has(of.field)`. */
  | { readonly is: 'has'; readonly at: number; readonly of: Tree; readonly field: string }
  | { readonly is: 'index'; readonly at: number; readonly of: Tree; readonly index: Tree }
  /** Operators and functions; what a method is called on is the first of `args`. */
  | {
      readonly is: 'call'
      readonly at: number
      readonly name: string
      readonly callable: Callable
      readonly args: readonly Tree[]
    }
  | { readonly is: 'list'; readonly at: number; readonly elements: readonly Tree[] }
  | {
      readonly is: 'map'
      readonly at: number
      readonly entries: readonly { readonly key: string; readonly value: Tree }[]
    }
  | {
      readonly is: 'loop'
      readonly at: number
      readonly loop: Loop
      readonly over: Tree
      readonly variable: string
      readonly test: Tree | undefined
      /** What `map` makes of each element. */
      readonly step: Tree | undefined
    }

/** The text that is written there, in quotes; undefined for whatever else stands there. */
export const writtenText = (tree: Tree | undefined): string | undefined =>
  tree?.is === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined
