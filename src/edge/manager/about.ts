import type { About } from '#change/change.ts'
import { permitEdits } from '#manager/permit.ts'
import { readKey, readReason } from './conditions.ts'
import type { Asked } from './route.ts'

/** Who changes something, why, once, and whether all of it is theirs to change. */
export const aboutOf = (
  { desk, head, access }: Asked<unknown, unknown>,
  reason?: string | undefined,
): About => {
  const key = readKey(head)
  return {
    by: desk.by,
    why: reason ?? readReason(head),
    // Two people may think of the same key.
    key: key === undefined ? undefined : `${desk.by} ${key}`,
    permit: (edits, policy) => permitEdits(access, policy, edits),
  }
}
