import type { Edit } from '#change/change.ts'
import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { ByWhich } from '#policy/trials.ts'

/** Documents as `apply` would take them, and the set that they would belong to. */
export interface Draft {
  readonly files: { readonly name: string; readonly text: string }[]
  readonly set?: string | undefined
}

/** What is wrong with a document tells of the plane that it is for: a draft is for the one that is asked. */
export const draftFor = (plane: PlaneId, { files, set }: Draft): NonNullable<ByWhich['draft']> => ({
  files,
  set,
  permit: onlyIn(plane),
})

const onlyIn =
  (plane: PlaneId) =>
  (edits: readonly Edit[]): void => {
    const other = edits.find((one) => one.plane !== plane)
    if (!other) return
    throw new Fault('usage', {
      detail: `The draft has documents of other planes; only plane ${plane} is asked.`,
    })
  }
