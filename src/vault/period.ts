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
