/** Further back than this the machine's clock was set; nearer, something merely came late. */
const lateSeconds = 60

/**
 * Whether a window of UTC seconds moves on to `next`. What comes late stays in the window as it
 * stands; a clock that was set back begins a new one, or nothing would have room until it caught up.
 */
export const movesTo = (next: number, current: number): boolean =>
  !(next <= current && next >= current - lateSeconds)
