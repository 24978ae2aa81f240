/** What is wrong with a condition for one capability. */
export type Found =
  /** The same sentence, whatever the capability is called. */
  | { readonly at: number; readonly says: string }
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
