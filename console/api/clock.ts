/**
 * How far the gateway's clock is from this computer's, milliseconds: positive where the gateway's is ahead;
 * 0 while nothing says otherwise. By the `Date` of an answer, which counts whole seconds (RFC 9110 §6.6.1)
 * and was written between the question and the answer: what could be the way is no difference.
 */
export const differenceOf = (date: string | null, askedAt: number, answeredAt: number): number => {
  const said = Date.parse(date ?? '')
  if (Number.isNaN(said)) return 0
  if (said > answeredAt) return said - answeredAt
  return Math.min(0, said + 1000 - askedAt)
}

let differenceMs = 0

export const noteClock = (date: string | null, askedAt: number): void => {
  differenceMs = differenceOf(date, askedAt, Date.now())
}

/** By the last answer. */
export const clockDifferenceMs = (): number => differenceMs
