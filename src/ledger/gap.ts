import type { Gap } from '#domain/entry.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'

/** Time in which one plane could not record. */
export interface Gaps {
  /** An entry could not be written, or a call was refused because none could be. */
  missed(problem: string, calls: number): void
  /** Writes the gap now, where there is one; nothing is waited for after that. */
  close(): Promise<void>
}

const everyMs = 1000
const mostText = 500

/**
 * Enters a gap when it is over: from the first failure to the moment that entries were found to be
 * written again, with the calls that were refused for it. One entry for a gap, however many failed.
 */
export const createGaps = ({
  plane,
  clock,
  isOpen,
  write,
}: {
  plane: PlaneId
  clock: Clock
  /** Whether entries can be written now. */
  isOpen: () => boolean
  write: (entry: Gap) => Promise<unknown>
}): Gaps => {
  let gap: { from: number; problem: string; refused: number } | undefined
  let armed = false
  let closed = false

  const missed = (problem: string, calls: number): void => {
    gap ??= { from: clock.now(), problem: clip(problem), refused: 0 }
    gap.refused += calls
    arm()
  }

  const flush = async (): Promise<void> => {
    const over = gap
    if (over === undefined) return
    gap = undefined
    const to = clock.now()
    try {
      await write({ v: 1, type: 'ledger.gap', at: to, plane, to, ...over })
    } catch {
      // It is not over; what was missed meanwhile belongs to it. That write has begun one anew.
      const since = gap as typeof over | undefined
      gap = { ...over, refused: over.refused + (since?.refused ?? 0) }
      arm()
    }
  }

  const arm = (): void => {
    if (armed || closed) return
    armed = true
    clock.after(everyMs, () => {
      armed = false
      if (isOpen()) void flush()
      else arm()
    })
  }

  return {
    missed,
    async close() {
      closed = true
      await flush()
    },
  }
}

const clip = (text: string): string => text.slice(0, mostText).toWellFormed()
