import { Fault } from '#lib/fault.ts'

/** Documents as `apply` would take them, and the set that they would belong to. */
export interface Draft {
  readonly files: { readonly name: string; readonly text: string }[]
  readonly set: string
}

/** What is wrong with a document tells of the plane that it is for: a draft is for the one that is asked. */
export const onlyIn =
  (plane: string) =>
  (edits: readonly { readonly plane: string }[]): void => {
    const other = edits.find((one) => one.plane !== plane)
    if (!other) return
    throw new Fault('usage', {
      detail: `The draft has documents of plane ${other.plane}; only plane ${plane} is asked.`,
    })
  }
