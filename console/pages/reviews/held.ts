import { type All, type RowOf, useAll } from '../../api/all.ts'

const path = '/api/v1/planes/{plane}/status/capabilities'
export type Held = RowOf<typeof path>

/** What waits for a person: definitions that changed, and what is classified and gone from its server. */
export const useHeld = (planes: readonly string[], state: 'held' | 'absent'): All<Held> =>
  useAll(path, planes, { query: { state: [state] }, everyMs: 10_000 })
