import type { Unauthenticated } from '#domain/entry.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'

export interface StrangerCount {
  /** See `PlaneLedger.unauthenticated`. */
  add(reason: string, now: number): void
  /** Writes every count now. */
  flush(): Promise<void>
}

const everyMs = 60_000
/** Reasons come from a closed table; a bound all the same. */
const reasonsMost = 100

/** Counts the unauthenticated of one plane by reason: one entry a minute and reason at most. */
export const createStrangerCount = ({
  plane,
  clock,
  write,
}: {
  plane: PlaneId
  clock: Clock
  write: (entry: Unauthenticated) => Promise<unknown>
}): StrangerCount => {
  let counts = new Map<string, { count: number; from: number; to: number }>()
  let armed = false

  const add = (reason: string, now: number): void => merge(reason, { count: 1, from: now, to: now })

  const merge = (reason: string, more: { count: number; from: number; to: number }): void => {
    const name = counts.has(reason) || counts.size < reasonsMost ? reason : 'other'
    const known = counts.get(name)
    counts.set(name, {
      count: (known?.count ?? 0) + more.count,
      from: Math.min(known?.from ?? more.from, more.from),
      to: Math.max(known?.to ?? more.to, more.to),
    })
    arm()
  }

  const flush = async (): Promise<void> => {
    const due = counts
    counts = new Map()
    const at = clock.now()
    await Promise.all(
      [...due].map(async ([reason, count]) => {
        try {
          await write({ type: 'unauthenticated.count', v: 1, at, plane, reason, ...count })
        } catch {
          // Counted on, and written with the next minute.
          merge(reason, count)
        }
      }),
    )
  }

  const arm = (): void => {
    if (armed) return
    armed = true
    clock.after(everyMs, () => {
      armed = false
      void flush()
    })
  }

  return { add, flush }
}
