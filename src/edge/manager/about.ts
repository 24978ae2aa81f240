import type { About } from '#change/change.ts'
import { permitEdits } from '#manager/permit.ts'
import { readKey, readReason } from './conditions.ts'
import type { Asked } from './route.ts'

/** Who changes something, why, once, and whether all of it is theirs to change. */
export const aboutOf = (
  { desk, head, access }: Asked<unknown, unknown>,
  reason?: string | undefined,
): About => {
  return {
    by: desk.by,
    why: reason ?? readReason(head),
    key: readKey(head),
    permit: (edits, policy) => permitEdits(access, policy, edits),
  }
}
