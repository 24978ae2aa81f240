/** Those without a valid token, all planes together: so many of them a second are heard. */
export interface Strangers {
  /** Counts one more; false where there have been too many in this second. */
  hear(now: number): boolean
}

export const createStrangers = (perSecond: number): Strangers => {
  let second = 0
  let count = 0
  return {
    hear(now) {
      const current = Math.floor(now / 1000)
      if (second !== current) count = 0
      second = current
      count++
      return count <= perSecond
    },
  }
}
