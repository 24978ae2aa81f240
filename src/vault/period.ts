/** UTC months by instants, `2026-11`: of one instant after the other it is nearly always the same. */
export function createPeriods(): (at: number) => string {
  let from = 0
  let to = 0
  let period = ''
  return (at) => {
    if (at >= from && at < to) return period
    const date = new Date(at)
    from = Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
    to = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)
    period = date.toISOString().slice(0, 7)
    return period
  }
}

/** The months from the one instant back to the other, the latest first. */
export function* monthsBack(from: number, to: number): Generator<string> {
  const date = new Date(from)
  for (let month = date.getUTCMonth(); ; month--) {
    const at = Date.UTC(date.getUTCFullYear(), month)
    yield new Date(at).toISOString().slice(0, 7)
    if (at <= to) return
  }
}

/** Where the month behind this one begins. */
export const endOf = (period: string): number =>
  Date.UTC(Number(period.slice(0, 4)), Number(period.slice(5)))
