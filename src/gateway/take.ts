import type { Permitted } from '#policy/policy.ts'
import type { Spent, Windows } from '#quota/windows.ts'

/** By which decision a call goes, and is counted; or what has no room left, and until when. */
export type Taken = { readonly decision: Permitted } | { readonly spent: Spent }

/**
 * Takes what a call needs, by the first of its grants whose quota has room. Each try takes all its
 * windows or none, so that however many processes try, no window gives more than it has, and what is
 * refused has spent nothing. Where none has room, the wait that is told is the shortest of theirs.
 */
export const take = async (windows: Windows, decision: Permitted, at: number): Promise<Taken> => {
  let soonest: Spent | undefined
  for (let next: Permitted | undefined = decision; next; next = next.otherwise?.()) {
    const spent: Spent | undefined = await windows.spend(next.quotas, at)
    if (!spent) return { decision: next }
    if (!soonest || spent.retryAfterMs < soonest.retryAfterMs) soonest = spent
    // A quota that is nobody's own counts by every grant.
    if (spent.quota !== next.own?.name) break
  }
  if (!soonest) throw new Error('a decision by no grant')
  return { spent: soonest }
}
