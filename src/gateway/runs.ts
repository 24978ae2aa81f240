/**
 * Which flow a call belongs to: calls of one caller with less than a quarter of an hour between them
 * are one run. Each process names its own.
 */
export interface Runs {
  /** `caller` as `callerKey` writes it. */
  of(caller: string, now: number): string
}

const longestPauseMs = 15 * 60_000
/** The caller that was heard of longest ago is forgotten first; its next call begins a run. */
const most = 100_000
/** How exactly they are kept in that order: putting a caller last with each call costs more than the rest. */
const reorderMs = 1000

export const createRuns = (nextId: () => string): Runs => {
  const known = new Map<string, { readonly id: string; at: number; readonly putAt: number }>()
  return {
    of(caller, now) {
      const last = known.get(caller)
      const goesOn = last !== undefined && now - last.at < longestPauseMs
      if (goesOn && now - last.putAt < reorderMs) {
        last.at = now
        return last.id
      }
      const run = { id: goesOn ? last.id : `run_${nextId()}`, at: now, putAt: now }
      known.delete(caller)
      known.set(caller, run)
      const oldest = known.size > most ? known.keys().next().value : undefined
      if (oldest !== undefined) known.delete(oldest)
      return run.id
    },
  }
}
