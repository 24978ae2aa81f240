import type { Clock } from '#lib/clock.ts'
import { createFlood } from '#lib/flood.ts'
import { networkOf } from '#lib/network.ts'

/**
 * How many strangers may begin a sign-in, which leaves a row for minutes, or register, which leaves one
 * for a day. An office has one address. The answer is how long to wait, milliseconds; 0 where there is room.
 */
export const createArrivals = (clock: Clock) => {
  const bounds = {
    visits: { each: { atOnce: 300, intervalMs: 200 }, all: { atOnce: 600, intervalMs: 10 } },
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
    if (!isBeginning.test(path)) return 0
    const { each, all } = path === '/register' ? registrations : visits
    const now = clock.elapsed()
    return each.attempt(networkOf(address), now) || all.attempt('all', now)
  }
}

/** Of a visit, a registration, or a sign-in at an organisation. */
const isBeginning = /^\/(?:authorize|register|sign-in\/[^/]+\/with\/[^/]+)$/
