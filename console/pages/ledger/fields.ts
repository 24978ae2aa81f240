import { sayStation, stations } from '../../parts/path.ts'
import type { Key, Words } from '../../words/words.ts'

/** By what calls are asked for, as it stands in the address; the usual ones first. */
export const callFields = [
  'capability',
  'outcome',
  'agent',
  'consumer',
  'station',
  'server',
  'class',
  'reason',
  'grant',
  'kind',
  'method',
  'quota',
  'rule',
  'user',
  'run',
  'apiKey',
  'trace',
  'name',
] as const
export type CallField = (typeof callFields)[number]

/** Counted without being asked for; the others when somebody wants to see them. */
export const usualFacets = callFields.slice(0, 9)
export const moreFacets = callFields.slice(9, 15)

/** What the API calls it. What the address says is what the screen says. */
export const fieldOfApi = (field: string): string => (field === 'outcome' ? 'result' : field)
export const fieldOfAddress = (field: string): string => (field === 'result' ? 'outcome' : field)

export const isCallField = (field: string): field is CallField =>
  (callFields as readonly string[]).includes(field)

export const titleOf = ({ say }: Words, field: string): string =>
  isCallField(field) ? say(`ledger.field.${field}`) : field

const outcomes: Readonly<Record<string, Key>> = {
  denied: 'ui.outcome.denied',
  limited: 'ui.outcome.limited',
  held: 'ui.outcome.held',
  permitted: 'ui.outcome.permitted',
  complete: 'ledger.outcome.complete',
  failed: 'ui.outcome.failed',
  unknown: 'ui.outcome.unknown',
  'under way': 'ledger.outcome.underWay',
  'tool error': 'ledger.outcome.toolError',
  'protocol error': 'ledger.outcome.protocolError',
  'input required': 'ledger.outcome.inputRequired',
  cancelled: 'ledger.outcome.cancelled',
}

/** Results of calls that were permitted and came to nothing. */
export const failing = ['failed', 'tool error', 'protocol error', 'cancelled'] as const

/** A value in words, where it is one of ours; a name is a name in every language. */
export const sayValue = (words: Words, field: string, value: string): string => {
  if (field === 'outcome') {
    const key = outcomes[value]
    return key === undefined ? value : words.say(key)
  }
  if (field === 'reason' && value === 'unknown') return words.say('ledger.reason.unknown')
  const station = stations.find((one) => one === value)
  if (field === 'station' && station) return sayStation(words, station)
  if (field !== 'class') return value
  const known = ['read', 'write', 'destructive', 'unclassified'] as const
  const one = known.find((one) => one === value)
  return one ? words.say(`ui.class.${one}`) : value
}
