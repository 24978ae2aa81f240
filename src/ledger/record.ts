import type { Outcome } from '#domain/entry.ts'
import { indexedIn } from '#domain/indexed.ts'
import { type CallId, callId } from '#domain/name.ts'
import { type Beginning, decidedOf } from '#domain/series.ts'
import type { StoredEntry } from '#store/store.ts'
import type { CallRecord } from './ledger.ts'

/** What a call, or a count of them, begins with in the ledger. */
export type Begun = Beginning
export interface StoredBegun extends StoredEntry {
  readonly entry: Begun
}
export interface StoredOutcome extends StoredEntry {
  readonly entry: Outcome
}

export const begins = ['call.intent', 'call.refused', 'call.refused.count'] as const

export const hasBegun = (stored: StoredEntry): stored is StoredBegun =>
  (begins as readonly string[]).includes(stored.entry.type)

export const isOutcome = (stored: StoredEntry): stored is StoredOutcome =>
  stored.entry.type === 'call.outcome'

/** Empty for a count, which stands for many calls. */
export const idOf = (entry: Begun | Outcome): CallId => ('call' in entry ? entry.call : callId(''))

export const recordOf = (
  { position, entry }: StoredBegun,
  outcome: StoredOutcome | undefined,
): CallRecord => ({
  call: idOf(entry),
  at: entry.at,
  position,
  agent: entry.agent,
  consumer: entry.consumer,
  user: entry.user,
  apiKey: entry.apiKey,
  method: entry.method,
  server: entry.server,
  kind: entry.kind,
  name: entry.name,
  template: entry.template,
  class: entry.class,
  run: 'run' in entry ? entry.run : undefined,
  trace: 'trace' in entry ? entry.trace : undefined,
  indexed: Object.fromEntries(indexedIn(entry).map(([field, value]) => [field.slice(4), value])),
  ...decidedOf(entry),
  because: becauseOf(entry),
  outcome: outcome && outcomeOf(outcome.entry),
  count: 'count' in entry ? entry.count : 1,
})

/** Why, for those who may know. */
const becauseOf = (entry: Begun): string =>
  entry.type === 'call.intent' ? `grant ${entry.grant}` : entry.because

const outcomeOf = ({ status, code, ms, resultBytes }: Outcome): CallRecord['outcome'] => ({
  status,
  code,
  ms,
  resultBytes,
})
