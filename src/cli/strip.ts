import { isHashedText } from '#domain/indexed.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import type { CallPath, StationState } from '#manager/call-path.ts'
import { glyph, type Ink } from './glyphs.ts'

const inks: Record<StationState, Ink | undefined> = {
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
  path: CallPath,
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
  return isHashedText(value) ? `${value.slice(0, value.indexOf(':') + 13)}…` : value
}
