import type { StrangersCount } from '#domain/entry.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'

type What = StrangersCount['type']
interface Count {
  readonly type: What
  readonly reason: string
  readonly count: number
  readonly from: number
  readonly to: number
}

export interface StrangerCount {
  /** See `PlaneLedger.count`. */
  add(type: What, reason: string, now: number): void
  /** Writes every count now. */
  flush(): Promise<void>
}

const everyMs = 60_000
/** Reasons come from closed tables; a bound all the same. */
const reasonsMost = 100

/** Counts what strangers were refused in one plane by reason: one entry a minute and reason at most. */
export const createStrangerCount = ({
  plane,
  clock,
  write,
}: {
  plane: PlaneId
  clock: Clock
  write: (entry: StrangersCount) => Promise<unknown>
}): StrangerCount => {
  let counts = new Map<string, Count>()
  let armed = false

  const merge = (more: Count): void => {
    const isKnown = counts.has(keyOf(more)) || counts.size < reasonsMost
    const reason = isKnown ? more.reason : 'other'
    const key = keyOf({ type: more.type, reason })
    const known = counts.get(key)
    counts.set(key, {
      type: more.type,
      reason,
      count: (known?.count ?? 0) + more.count,
      from: Math.min(known?.from ?? more.from, more.from),
      to: Math.max(known?.to ?? more.to, more.to),
    })
    arm()
  }

  const flush = async (): Promise<void> => {
    const due = [...counts.values()]
    counts = new Map()
    const at = clock.now()
    await Promise.all(
      due.map(async (count) => {
        try {
          await write({ v: 1, at, plane, ...count })
        } catch {
          // Counted on, and written with the next minute.
          merge(count)
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

  return {
    add: (type, reason, now) => merge({ type, reason, count: 1, from: now, to: now }),
    flush,
  }
}

const keyOf = ({ type, reason }: Pick<Count, 'type' | 'reason'>): string => `${type} ${reason}`
