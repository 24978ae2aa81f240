import { type Station, stations } from '#domain/decision.ts'
import { isHashedText } from '#domain/indexed.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import { glyph, type Ink, type Shape } from './glyphs.ts'

export type State = Extract<
  Shape,
  'passed' | 'denied' | 'limited' | 'held' | 'failed' | 'not reached' | 'recorded' | 'unknown'
>

/** The six stations of a call in their order, each with what became of it. */
export type Path = readonly { readonly station: Station; readonly state: State }[]

/**
 * The way of one call. Every path that has ended ends in Record, refused ones as well. A call under
 * way has reached the server and is not yet recorded.
 */
export const pathOf = (record: Pick<CallRecord, 'decision' | 'station' | 'outcome'>): Path => {
  const [stop, state] = stopOf(record)
  const stopAt = stations.indexOf(stop)
  return stations.map((station, at) => {
    if (station === 'record')
      return { station, state: state === 'not reached' ? state : 'recorded' }
    if (at === stopAt) return { station, state }
    return { station, state: at < stopAt ? 'passed' : 'not reached' }
  })
}

/** Where the road ends and how; a call that went all the way ends at Forward, passed. */
const stopOf = ({
  decision,
  station,
  outcome,
}: Pick<CallRecord, 'decision' | 'station' | 'outcome'>): [Station, State] => {
  if (decision !== 'permitted') return [stationNamed(station), decision]
  if (outcome === undefined) return ['forward', 'not reached']
  if (outcome.status === 'unknown') return ['forward', 'unknown']
  if (outcome.status === 'complete' || outcome.status === 'input required')
    return ['forward', 'passed']
  return [outcome.code === 'no_credential' ? 'credential' : 'forward', 'failed']
}

const stationNamed = (name: string): Station =>
  stations.find((station) => station === name) ?? 'permit'

const inks: Record<State, Ink | undefined> = {
  passed: 'good',
  denied: 'bad',
  limited: 'limit',
  held: 'wait',
  failed: 'bad',
  'not reached': 'faint',
  recorded: undefined,
  unknown: 'wait',
}

/** Six columns, so that a column of strips shows by its edge where calls stop. */
export const drawStrip = (
  path: Path,
  { ascii, paint }: { ascii: boolean; paint: (text: string, colour: Ink | undefined) => string },
): string => path.map(({ state }) => paint(glyph(state, ascii), inks[state])).join('')

/** The same in words, for those who do not see shapes. */
export const tellResult = (
  record: Pick<CallRecord, 'decision' | 'because' | 'outcome' | 'count'>,
): string => {
  const times = record.count > 1 ? ` (${record.count} times)` : ''
  if (record.decision !== 'permitted') return `${record.decision}: ${record.because}${times}`
  if (!record.outcome) return 'under way'
  const { status, code } = record.outcome
  return code === '' ? status : `${status}: ${code}`
}

/** A call without a name is one of a whole server, such as a list. */
export const capabilityOf = ({
  server,
  name,
  method,
}: Pick<CallRecord, 'server' | 'name' | 'method'>): string =>
  name === '' ? `${server} ${method}`.trim() : `${server}/${name}`

/**
 * `line=4`: what was given for the arguments that were indexed; `?` for what is not recorded, and of
 * the hash of what is personal as much as tells it from others.
 */
export const tellIndexed = ({ indexed }: Pick<CallRecord, 'indexed'>): string =>
  Object.entries(indexed)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${tellValue(value)}`]))
    .join(' ')

const tellValue = (value: string | true): string => {
  if (value === true) return '?'
  return isHashedText(value) ? `${value.slice(0, 'hmac:'.length + 12)}…` : value
}
