import { type Station, stations } from '#domain/decision.ts'
import type { PlaneId } from '#domain/name.ts'
import type { CallFilter } from '#ledger/filter.ts'
import type { CountedEnd, SeriesField } from '#ledger/overview.ts'
import { type Asking, everything, inEach, type Looked, type Sight } from './asking.ts'
import { pathOf, type StationState } from './call-path.ts'
import { type Desk, findPlane } from './desk.ts'

type About = Pick<Looked, 'plane' | 'unknown'>
type Overview = Omit<Asking, 'before'>

/** The way of many calls: how many came past each station, and how many ended there and how. */
export interface SummedPath extends About {
  /** All that were let in, and those that were turned away because nothing could be recorded. */
  readonly arrived: number
  /** Of which the end stands in the ledger: refused, answered, or known to be unknown. */
  readonly recorded: number
  /** Sent to a server, the outcome not recorded yet. With those recorded they are all that arrived. */
  readonly underWay: number
  readonly stations: readonly {
    readonly station: Station
    readonly passed: number
    readonly stopped: readonly { readonly state: StationState; readonly count: number }[]
  }[]
  /** Times in which calls were turned away because nothing could be recorded, newest first. */
  readonly gaps: readonly GapTold[]
  readonly behind: number
}
interface GapTold {
  readonly position: number
  readonly from: number
  readonly to: number
  readonly refused: number
}

export interface Traffic extends About {
  readonly total: number
  readonly behind: number
  /** The most frequent first. */
  readonly values: readonly TrafficOf[]
  /** Calls with another value than those, or with none. */
  readonly others: number
}
interface TrafficOf {
  readonly value: string
  readonly count: number
  readonly outcomes: Readonly<Record<TrafficOutcome, number>>
}

export const trafficOutcomes = [
  'permitted',
  'denied',
  'limited',
  'held',
  'failed',
  'unknown',
  'underWay',
] as const
export type TrafficOutcome = (typeof trafficOutcomes)[number]

export const summedPathOf = (
  desk: Desk,
  input: Overview,
  sight: Sight = everything,
): Promise<SummedPath[]> =>
  inEach(desk, input, sight, async (sought, about) => {
    const { ends, total, behind } = await desk.installation.calls.ends(sought)
    const { policy } = findPlane(desk.installation.change.current(), about.plane)
    const isOfAll = sought.filter.terms.length === 0 && sight.names(policy, 'status.read')
    const gaps = isOfAll ? await findGaps(desk, sought.plane, sought.filter) : []
    const turnedAway = gaps.reduce((all, { refused }) => all + refused, 0)
    const underWay = sum(ends.filter((end) => outcomeOf(end) === 'underWay'))
    return {
      ...about,
      arrived: total + turnedAway,
      recorded: total - underWay,
      underWay,
      stations: summed(ends),
      ...{ gaps, behind },
    }
  })

/** So many of the newest entries are looked through for it, and so many gaps are told of. */
const gapBounds = { entries: 50_000, gaps: 20 }

/** Who was turned away then has no entry: the entry of the gap says how many they were. */
const findGaps = async (
  { installation }: Desk,
  plane: PlaneId,
  { since = 0, until = Number.POSITIVE_INFINITY }: CallFilter,
): Promise<GapTold[]> => {
  const file = installation.ledgerFile(plane)
  const from = Math.max(await file.seek(since), (await file.size()) - gapBounds.entries)
  const stored = await file.readBack(undefined, gapBounds.gaps, { types: ['ledger.gap'], from })
  return stored.flatMap(({ position, entry }) => {
    if (entry.type !== 'ledger.gap' || entry.at >= until || entry.refused === 0) return []
    return [{ position, from: entry.from, to: entry.to, refused: entry.refused }]
  })
}

const summed = (ends: readonly CountedEnd[]): SummedPath['stations'] => {
  const ways = ends.map((end) => ({ path: wayOf(end), count: end.count }))
  return stations.map((station, at) => {
    let passed = 0
    const stopped = new Map<StationState, number>()
    for (const { path, count } of ways) {
      const state = path[at]?.state ?? 'not reached'
      if (state === 'passed' || state === 'recorded') passed += count
      else if (state !== 'not reached') stopped.set(state, (stopped.get(state) ?? 0) + count)
    }
    return { station, passed, stopped: [...stopped].map(([state, count]) => ({ state, count })) }
  })
}

const wayOf = ({ decision, station, status }: CountedEnd) =>
  pathOf({
    decision,
    station,
    because: '',
    outcome: status && { status, code: '', ms: 0, resultBytes: 0 },
  })

/** What became of the calls of each of the most frequent values of a field. */
export const trafficOf = (
  desk: Desk,
  { by, top, ...input }: Overview & { readonly by: SeriesField; readonly top: number },
  sight: Sight = everything,
): Promise<Traffic[]> =>
  inEach(desk, input, sight, async (sought, about) => {
    const { ends, total, behind } = await desk.installation.calls.ends({ ...sought, by })
    const all = new Map<string, CountedEnd[]>()
    for (const end of ends)
      if (end.value !== undefined) all.set(end.value, [...(all.get(end.value) ?? []), end])
    const values = [...all]
      .map(([value, of]) => ({ value, count: sum(of), outcomes: outcomesOf(of) }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, top)
    return { ...about, total, behind, values, others: total - sum(values) }
  })

const outcomesOf = (ends: readonly CountedEnd[]): TrafficOf['outcomes'] => {
  const counts: Record<TrafficOutcome, number> = {
    ...{ permitted: 0, denied: 0, limited: 0, held: 0 },
    ...{ failed: 0, unknown: 0, underWay: 0 },
  }
  for (const end of ends) counts[outcomeOf(end)] += end.count
  return counts
}

/** In one word, as its path has it. */
const outcomeOf = ({ decision, status }: CountedEnd): TrafficOutcome => {
  if (decision !== 'permitted') return decision
  if (status === undefined) return 'underWay'
  if (status === 'unknown') return 'unknown'
  return status === 'complete' || status === 'input required' ? 'permitted' : 'failed'
}

const sum = (all: readonly { readonly count: number }[]): number =>
  all.reduce((total, { count }) => total + count, 0)
