import type { ProblemCode } from './change.ts'
import type { Path } from './path.ts'

export interface SourceFile {
  readonly name: string
  readonly text: string
}

/** Where one document stands in its file: the offset of its first character, and behind its last. */
export interface Source {
  readonly file: SourceFile
  readonly start: number
  readonly end: number
}

/**
 * A problem before its place is worked out. Lines and columns are looked up only for what is wrong,
 * by reading that one document again, so that reading a hundred thousand keeps no positions.
 */
export interface Finding {
  readonly code: ProblemCode
  readonly message: string
  readonly at: FindingPlace
}

export type FindingPlace =
  | { readonly source: Source; readonly path: Path; readonly part: 'key' | 'value' }
  | { readonly file: SourceFile; readonly offset: number }
  /** In no file. */
  | undefined
