/** What is wrong with a condition as it is written, and where: an offset in UTF-16 code units. */
export interface Problem {
  readonly problem: string
  readonly at?: number
}

/** Ends the reading of a condition; becomes a Problem where the reading began. */
export class Refused extends Error {
  readonly at: number | undefined

  constructor(message: string, at?: number) {
    super(message)
    this.at = at
  }

  get problem(): Problem {
    return { problem: this.message, ...(this.at !== undefined && { at: this.at }) }
  }
}
