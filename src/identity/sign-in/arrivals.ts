import type { Clock } from '#lib/clock.ts'
import { createFlood } from '#lib/flood.ts'
import { networkOf } from '#lib/network.ts'

/**
 * How many strangers may come to the pages of the issuer: each leaves a row that lasts for minutes, a
 * registration one for a day. The answer is how long to wait, milliseconds; 0 where there is room.
 */
export const createArrivals = (clock: Clock) => {
  const bounds = {
    visits: { each: { atOnce: 60, intervalMs: 500 }, all: { atOnce: 600, intervalMs: 10 } },
    registrations: {
      each: { atOnce: 10, intervalMs: 60_000 },
      all: { atOnce: 60, intervalMs: 1000 },
    },
  }
  const floodsOf = ({ each, all }: (typeof bounds)['visits']) => ({
    each: createFlood(each),
    all: createFlood(all),
  })
  const visits = floodsOf(bounds.visits)
  const registrations = floodsOf(bounds.registrations)
  return (path: string, address: string): number => {
    const { each, all } = path === '/register' ? registrations : visits
    const now = clock.elapsed()
    return each.attempt(networkOf(address), now) || all.attempt('all', now)
  }
}
