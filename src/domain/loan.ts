/** A secret named and not yet opened: what the credential step lends to a call. */
export interface Loan {
  readonly credential: string
  readonly version: number
  /** Opens it (about 3 µs). Whoever opens it writes it where it is lent to and forgets it. */
  open(): Buffer
}
