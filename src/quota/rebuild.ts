import type { Policy } from '#change/change.ts'
import type { Intent } from '#domain/entry.ts'
import { type PlaneId, quotaKey } from '#domain/name.ts'
import { dayOf } from '#domain/time.ts'
import { createWindows, type OwnWindows } from './windows.ts'

/** The windows as the ledger's intents left them, so that no restart opens one anew. */
export const rebuildWindows = async (about: {
  policy: Policy
  now: number
  /** Visits the intents of a plane since that instant. */
  scan(plane: PlaneId, sinceMs: number, visit: (intent: Intent) => void): Promise<void>
}): Promise<OwnWindows> => {
  const windows = createWindows()
  for (const [plane, documents] of about.policy.planes) {
    const timeZone = documents.plane.timeZone ?? 'UTC'
    await about.scan(plane, dayOf(about.now, timeZone).start, ({ quotas, agent, at }) => {
      for (const quota of quotas) windows.count(quotaKey(plane, quota, agent), timeZone, at)
    })
  }
  return windows
}
