import { createFlood } from '#lib/flood.ts'
import { networkOf } from '#lib/network.ts'

/**
 * How often a password or a code may be tried. An address has a limit of its own, an account has one
 * for all addresses together; but whoever has signed in from an address before is counted apart there,
 * so that strangers who try an account never lock its owner out. No limit lasts: an attempt comes back
 * every few seconds.
 */
export interface Limits {
  /** 0, or how long to wait, milliseconds. */
  attempt(account: string, address: string, nowMs: number): number
  succeeded(account: string, address: string): void
}

const knownPlaces = 10_000

export const createLimits = (): Limits => {
  const byAddress = createFlood({ atOnce: 20, intervalMs: 3000 })
  const byAccount = createFlood({ atOnce: 10, intervalMs: 10_000 })
  const known = new Set<string>()
  const placeOf = (account: string, address: string) => `${account} ${networkOf(address)}`
  return {
    attempt(account, address, nowMs) {
      const waitMs = byAddress.attempt(networkOf(address), nowMs)
      if (waitMs > 0) return waitMs
      const place = placeOf(account, address)
      return byAccount.attempt(known.has(place) ? place : account, nowMs)
    },
    succeeded(account, address) {
      const place = placeOf(account, address)
      known.delete(place)
      known.add(place)
      const [oldest] = known
      if (known.size > knownPlaces && oldest !== undefined) known.delete(oldest)
    },
  }
}
