import { hash } from 'node:crypto'
import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { EndedSessionRows } from '#store/store.ts'

/** Sessions that were ended, by id: whoever gives such an id again has none. */
export interface Ended {
  has(id: string): boolean
  /**
   * Ended here at once. Resolves when the store keeps it, of which the other processes are told;
   * rejects with the store's Fault where it could not be kept, which is then tried again with the next
   * one and when the store is found again.
   */
  add(id: string): Promise<void>
  /** Takes in what other processes have ended; for `Store.onWake`. */
  follow(): Promise<void>
}

/** A transaction can become visible so much later than its time says. */
const overlapMs = 10_000

/**
 * Remembers the last `most`, and those that the store had kept before. What is ended while the store
 * writes is one more write, however many they are.
 */
export const createEnded = ({
  rows,
  most,
  log,
}: {
  rows: EndedSessionRows
  most: number
  log: Log
}): Ended => {
  const digests = new Set<string>()
  let heardMs = 0
  let waiting: string[] = []
  let writing: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined

  const remember = (digest: string): void => {
    digests.add(digest)
    const oldest = digests.size > most ? digests.values().next().value : undefined
    if (oldest !== undefined) digests.delete(oldest)
  }
  const write = async (): Promise<void> => {
    next = undefined
    const some = waiting
    waiting = []
    writing = rows.add(some)
    try {
      await writing
    } catch (thrown) {
      waiting = [...some, ...waiting].slice(-most)
      log.warn('session.unkept', { sessions: some.length, code: asFault(thrown).code })
      throw thrown
    }
  }

  const keep = (): Promise<void> => {
    next ??= writing.catch(() => {}).then(write)
    return next
  }

  return {
    has: (id) => digests.has(hash('sha256', id)),
    add(id) {
      const digest = hash('sha256', id)
      remember(digest)
      waiting.push(digest)
      return keep()
    },
    async follow() {
      const found = await rows.list(heardMs - overlapMs, most)
      for (const { digest } of found.reverse()) remember(digest)
      heardMs = Math.max(heardMs, found.at(-1)?.endedAt ?? 0)
      if (waiting.length > 0) await keep()
    },
  }
}
