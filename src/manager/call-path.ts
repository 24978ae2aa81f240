import { type Station, stations } from '#domain/decision.ts'
import type { CallRecord } from '#ledger/ledger.ts'

/** What became of a call at a station. Each has a shape of its own (`console.md` §5.5). */
export const stationStates = [
  'passed',
  'denied',
  'limited',
  'held',
  'failed',
  'not reached',
  'recorded',
  'unknown',
] as const
export type StationState = (typeof stationStates)[number]

/** The six stations of a call in their order: what the terminal and the console draw. */
export type CallPath = readonly {
  readonly station: Station
  readonly state: StationState
  readonly ms?: number
  readonly note?: string
}[]

type Ended = Pick<CallRecord, 'decision' | 'station' | 'outcome' | 'because'>

/**
 * The way of one call. Every path that has ended ends in Record, refused ones as well. A call under
 * way has reached the server and is not yet recorded.
 */
export const pathOf = (record: Ended): CallPath => {
  const { at: stop, state, ...about } = stopOf(record)
  const stopAt = stations.indexOf(stop)
  return stations.map((station, at) => {
    if (station === 'record')
      return { station, state: state === 'not reached' ? state : 'recorded' }
    if (at === stopAt) return { station, state, ...about }
    return { station, state: at < stopAt ? 'passed' : 'not reached' }
  })
}

interface Stop {
  readonly at: Station
  readonly state: StationState
  readonly ms?: number
  readonly note?: string
}

/** Where the road ends and how; a call that went all the way ends at Forward, passed. */
const stopOf = ({ decision, station, outcome, because }: Ended): Stop => {
  if (decision !== 'permitted') return { at: stationNamed(station), state: decision, note: because }
  if (outcome === undefined) return { at: 'forward', state: 'not reached' }
  const { status, code, ms } = outcome
  if (status === 'unknown') return { at: 'forward', state: 'unknown' }
  if (status === 'complete') return { at: 'forward', state: 'passed', ms }
  if (status === 'input required') return { at: 'forward', state: 'passed', ms, note: status }
  const at = code === 'no_credential' ? 'credential' : 'forward'
  return { at, state: 'failed', ms, note: code === '' ? status : code }
}

const stationNamed = (name: string): Station =>
  stations.find((station) => station === name) ?? 'permit'
