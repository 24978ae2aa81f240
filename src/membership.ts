import type { Change } from '#change/change.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Store } from '#store/store.ts'

export interface Membership {
  /**
   * Whether what stands here may still be decided by: not once the store has been away for a while,
   * since then somebody may have been suspended without this process having heard of it.
   */
  isCurrent(): boolean
  /** Why this process is not ready, as far as its place among the others goes. */
  problems(): readonly string[]
  close(): Promise<void>
}

const beatEveryMs = 1000
/** So long decisions are made from what was heard last. */
const staleAfterMs = 10_000

/**
 * This process among those that share its store: it says each second that it is there and what it has
 * in force, and follows what the others change as soon as it is told. On a data folder it is alone,
 * and never stale.
 */
export const joinMembers = ({
  store,
  change,
  clock,
  log,
  address,
}: {
  store: Store
  change: Change
  clock: Clock
  log: Log
  /** Where it serves, for the others to see. */
  address: string
}): Membership => {
  let closed = false
  let cancel = () => {}
  let beating: Promise<void> = Promise.resolve()
  let heardAt = clock.elapsed()
  let isFollowing = true

  const beat = async (): Promise<void> => {
    try {
      await store.members.beat({ revision: change.current().revision, address })
      heardAt = clock.elapsed()
    } catch (thrown) {
      log.warn('member.unheard', { code: asFault(thrown).code })
    }
  }
  const again = (): void => {
    if (closed) return
    beating = beat().then(() => {
      if (!closed) cancel = clock.after(beatEveryMs, again)
    })
  }
  const follow = async (): Promise<void> => {
    try {
      await change.follow()
      isFollowing = true
    } catch (thrown) {
      isFollowing = false
      log.error('change.unfollowed', { code: asFault(thrown).code, detail: asFault(thrown).detail })
      throw thrown
    }
  }
  again()
  store.onWake(follow)

  const isShared = store.counters !== undefined
  const isCurrent = (): boolean => !isShared || clock.elapsed() - heardAt < staleAfterMs
  return {
    isCurrent,
    problems: () => [
      ...(store.reachable ? [] : ['the store is away']),
      ...(isFollowing ? [] : ['a change of another process could not be followed']),
      ...(isCurrent() ? [] : ['nothing was heard of the store for too long to decide by']),
    ],
    async close() {
      closed = true
      cancel()
      await beating
    },
  }
}
