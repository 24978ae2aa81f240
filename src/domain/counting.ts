import type { QuotaWindow } from './decision.ts'

/** Where one window of one count stands: from when on, and how many may be taken from it. */
export interface WindowAsk {
  /** UTC milliseconds. A later start opens the window anew; an earlier one counts in what stands. */
  readonly start: number
  /** Undefined: it is counted and bounds nothing. */
  readonly most: number | undefined
}
export interface CountAsk {
  /** Whose count: `quotaKey`. */
  readonly key: string
  readonly windows: Readonly<Record<QuotaWindow, WindowAsk>>
}
/** So many calls that each need one from every window of every count. */
export interface QuotaAsk {
  readonly calls: number
  readonly counts: readonly CountAsk[]
}
export interface QuotaTaken {
  /** How many of the calls got theirs; the others took nothing. */
  readonly granted: number
  /** What is used now of each count, in the order of the question. */
  readonly used: readonly Readonly<Record<QuotaWindow, number>>[]
}

/**
 * Counts that several processes share. Every ask is taken in one step that no other's comes between:
 * together they never take more from a window than it has. Rejects with Fault('uncounted') where the
 * counts cannot be reached in time; then they may have been taken, and nothing may be called.
 */
export interface QuotaCounters {
  take(asks: readonly QuotaAsk[]): Promise<readonly QuotaTaken[]>
}
