/** What a family of figures is about. Its name is OpenTelemetry's; Prometheus's is made of it. */
export interface FamilyRow {
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  /** Of UCUM, as OpenTelemetry writes it: seconds, bytes, a share of one. */
  readonly unit?: 's' | 'By' | '1'
  readonly labels: readonly string[]
  readonly says: string
  /** Where Prometheus knows it by a name of its own. */
  readonly prometheus?: string
}

/** One figure. Whoever counts holds on to it and adds: that is all that a call pays. */
export interface Series {
  readonly labels: readonly string[]
  value: number
}

/** How durations are spread: `counts[i]` of those up to `bounds[i]`, the last one of all that are longer. */
export interface Spread extends Series {
  readonly counts: number[]
}

export interface Family<S extends Series = Series> {
  readonly row: FamilyRow
  /** The figure with those labels, in the order of the row's; made where there is none yet. */
  of(...labels: string[]): S
  /** Forgets all: for what is read anew whenever somebody asks. */
  clear(): void
  all(): Iterable<S>
}

/** Upper bounds of durations, seconds: those of the semantic conventions of MCP. */
export const bounds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300] as const

/** No plane, server, agent or tool can be called so. */
export const OTHER = '_other'

const create = <S extends Series>(
  row: FamilyRow,
  most: number,
  make: (labels: readonly string[]) => S,
): Family<S> => {
  const series = new Map<string, S>()
  const add = (key: string, labels: readonly string[]): S => {
    const made = make(labels)
    series.set(key, made)
    return made
  }
  const overflowing = ([plane = '']: readonly string[]): S => {
    const labels = row.labels.map((label) => (label === 'plane' ? plane : OTHER))
    const key = labels.join('\n')
    return series.get(key) ?? add(key, labels)
  }
  return {
    row,
    of(...labels) {
      const key = labels.join('\n')
      const known = series.get(key)
      if (known) return known
      return series.size < most ? add(key, labels) : overflowing(labels)
    },
    clear: () => series.clear(),
    all: () => series.values(),
  }
}

/** At most so many series; what comes beyond is counted together, of each plane in one. */
export const createFamily = (row: FamilyRow, most: number): Family =>
  create(row, most, (labels) => ({ labels, value: 0 }))

export const createSpreads = (row: FamilyRow, most: number): Family<Spread> =>
  create(row, most, (labels) => ({
    labels,
    value: 0,
    counts: new Array<number>(bounds.length + 1).fill(0),
  }))

/** `value` is their sum. */
export const observe = (spread: Spread, seconds: number): void => {
  let at = 0
  while (at < bounds.length && seconds > (bounds[at] ?? 0)) at++
  spread.counts[at] = (spread.counts[at] ?? 0) + 1
  spread.value += seconds
}
