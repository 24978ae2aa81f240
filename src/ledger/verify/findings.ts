/** One thing that is not as it must be: where it was found, and what was expected there. */
export interface Finding {
  /** `entry 31044`, `checkpoint 7 of 120 entries`, `proof.json`. */
  readonly where: string
  readonly says: string
}

export interface Findings {
  add(where: string, says: string): void
  /** The first of them. */
  readonly list: readonly Finding[]
  /** All of them. */
  readonly count: number
}

/** Of a ledger that was exchanged as a whole, everything is wrong: what is kept is bounded. */
const mostKept = 100

export const createFindings = (): Findings => {
  const list: Finding[] = []
  let count = 0
  return {
    add(where, says) {
      count++
      if (list.length < mostKept) list.push({ where, says })
    },
    list,
    get count() {
      return count
    },
  }
}
