import { callsPerToken } from './request.ts'
import type { Row } from './row.ts'

/** Made at once, so that what making them leaves behind in a gateway's memory lies far from most windows. */
const atOnce = 1000

/** Tokens that a row has made and not seen yet. */
export interface Stock {
  take(count: number): Promise<readonly string[]>
  /** After so many calls with the tokens that were taken last: the others are unseen and come back. */
  giveBack(calls: number): void
}

export const createStock = (row: Row): Stock => {
  let unseen: string[] = []
  let taken: string[] = []
  return {
    async take(count) {
      while (unseen.length < count) unseen.push(...(await row.tokens(atOnce)))
      taken = unseen.slice(0, count)
      unseen = unseen.slice(count)
      return taken
    },
    giveBack(calls) {
      // The first one was seen while the window was prepared.
      unseen.push(...taken.slice(1 + Math.ceil(calls / callsPerToken)))
      taken = []
    },
  }
}
