import type { About, Change } from '#change/change.ts'
import { createChange } from '#change/create-change.ts'
import type { Clock } from '#lib/clock.ts'
import { silentLog } from '#lib/log.ts'
import type { Store } from '#store/store.ts'

/** The real door over a store, for tests of one room; its revisions are entered nowhere. */
export const openDoor = (store: Store, clock: Clock): Promise<Change> =>
  createChange({ store, clock, log: silentLog, enter: async () => {} })

export const about: About = { by: 'local:tester' }
