import type { Change } from '#change/change.ts'
import { scanIntents } from '#ledger/recover.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import { rebuildWindows } from '#quota/rebuild.ts'
import { createRedisCounters } from '#quota/redis.ts'
import { createSharedWindows } from '#quota/shared-windows.ts'
import type { Windows } from '#quota/windows.ts'
import type { Store } from '#store/store.ts'

/**
 * Where quotas are counted: in Redis where one is configured, else in the store where processes share
 * it, else in this process's memory, as the ledger's intents left it.
 */
export const openWindows = async (about: {
  store: Store
  change: Change
  clock: Clock
  log: Log
  redis:
    | { readonly url: string; readonly password: string | undefined; readonly timeoutMs: number }
    | undefined
}): Promise<{ windows: Windows; close(): Promise<void> }> => {
  const { store, change, clock, log } = about
  const rebuild = () =>
    rebuildWindows({
      policy: change.current(),
      now: clock.now(),
      scan: (plane, sinceMs, visit) => scanIntents(store.plane(plane).ledger, sinceMs, visit),
    })
  if (about.redis) {
    const { connectRedis } = await import('#quota/connect-redis.ts')
    const { redis, close } = await connectRedis({ ...about.redis, log })
    const refills = async () => (await rebuild()).counts()
    const counters = createRedisCounters({ redis, prefix: 'bailiwick:', refills, clock, log })
    return { windows: createSharedWindows(counters), close }
  }
  const close = async () => {}
  if (store.counters) return { windows: createSharedWindows(store.counters), close }
  return { windows: await rebuild(), close }
}
