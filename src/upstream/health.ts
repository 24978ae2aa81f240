import type { Clock } from '#lib/clock.ts'
import type { Health, Trouble } from './upstream.ts'

/** The state of one connection and since when, told to the log when it changes. */
export interface HealthKeeper {
  readonly current: Health
  set(state: Health['state'], detail: string, trouble?: Trouble): void
  /** What is known besides of a child process. */
  about(more: { isolation?: string; restarts?: number; processes?: number }): void
}

export function createHealth(
  clock: Clock,
  told: (health: Health, before: Health['state']) => void,
): HealthKeeper {
  let current: Health = { state: 'starting', detail: 'not asked yet', since: clock.now() }
  return {
    get current() {
      return current
    },
    set(state, detail, trouble) {
      const { trouble: _, ...before } = current
      if (before.state === state && before.detail === detail) return
      current = {
        ...before,
        state,
        detail,
        ...(trouble && { trouble }),
        since: before.state === state ? before.since : clock.now(),
      }
      told(current, before.state)
    },
    about(more) {
      current = { ...current, ...more }
    },
  }
}
