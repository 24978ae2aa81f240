import type { Change } from '#change/change.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Store } from '#store/store.ts'

export interface Membership {
  /**
   * Whether what stands here may still be decided by: not once the store has been away for a while,
   * since then somebody may have been suspended without this process having heard of it; and not once
   * something that stands has not come into force here for as long.
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
 * in force, and follows what the others change as soon as it is told. What could not be followed is
 * tried again each second.
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
  /** Since when something that stands is not in force here. */
  let behindAt: number | undefined
  let catchingUp: Promise<void> | undefined

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
    catchUp()
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
  const isBehind = (): boolean => !isFollowing || change.isBehind()
  const catchUp = (): void => {
    behindAt = isBehind() ? (behindAt ?? clock.elapsed()) : undefined
    if (behindAt === undefined || catchingUp) return
    catchingUp = follow()
      .catch(() => {})
      .finally(() => {
        catchingUp = undefined
      })
  }
  again()
  store.onWake(follow)

  const isShared = store.counters !== undefined
  const isRecent = (at: number): boolean => clock.elapsed() - at < staleAfterMs
  const isCurrent = (): boolean =>
    (!isShared || isRecent(heardAt)) &&
    (behindAt === undefined || !isBehind() || isRecent(behindAt))
  return {
    isCurrent,
    problems: () => [
      ...(store.reachable ? [] : ['the store is away']),
      ...(isBehind() ? ['a change that stands is not in force here yet'] : []),
      ...(isCurrent() ? [] : ['nothing was heard of the store for too long to decide by']),
    ],
    async close() {
      closed = true
      cancel()
      await beating
      await catchingUp
    },
  }
}
