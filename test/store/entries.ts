import type { Changed, Entry, Intent, Opened, Outcome, Refused } from '#domain/entry.ts'
import { type CallId, callId, clientId, type PlaneId, planeId } from '#domain/name.ts'
import { canonicalJson } from '#lib/json.ts'
import type { Commit, EntryRow } from '#store/store.ts'

export const ops = planeId('ops')
export const finance = planeId('finance')
export const noon = Date.UTC(2026, 10, 20, 12)

/** Ids that can be told apart, with the time of `at` in them as the real ones have. */
export const callAt = (number: number, at: number = noon): CallId => {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  const digits = (value: number, length: number): string =>
    length === 0 ? '' : digits(Math.floor(value / 32), length - 1) + alphabet.charAt(value % 32)
  return callId(`cal_${digits(at, 10)}${digits(number, 16)}`)
}

const caller = {
  agent: 'planner',
  consumer: 'workplace-ai',
  client: clientId('planner', 'workplace-ai'),
}
const operation = {
  method: 'tools/call',
  server: 'calendar',
  kind: 'tool',
  name: 'read_calendar',
} as const

export const intentOf = (call: CallId, about: Partial<Intent> = {}): Intent => ({
  type: 'call.intent',
  v: 1,
  at: noon,
  plane: ops,
  ...caller,
  ...operation,
  call,
  definition: 'd'.repeat(64),
  grant: 'planner-reads',
  quotas: ['reads'],
  credential: 'calendar-api#1',
  era: 'modern',
  revision: 3,
  argumentBytes: 17,
  ...about,
})

export const outcomeOf = (call: CallId, about: Partial<Outcome> = {}): Outcome => ({
  type: 'call.outcome',
  v: 1,
  at: noon,
  plane: ops,
  call,
  status: 'complete',
  code: '',
  ms: 5,
  resultBytes: 12,
  ...about,
})

export const refusedOf = (call: CallId, about: Partial<Refused> = {}): Refused => ({
  type: 'call.refused',
  v: 1,
  at: noon,
  plane: ops,
  ...caller,
  ...operation,
  call,
  station: 'permit',
  reason: 'unknown',
  because: 'no grant',
  revision: 3,
  argumentBytes: 17,
  ...about,
})

export const openedOf = (about: Partial<Opened> = {}): Opened => ({
  type: 'ledger.open',
  v: 1,
  at: noon,
  plane: ops,
  version: '1',
  orphans: 0,
  ...about,
})

export const changedOf = (revision: number): Changed => ({
  type: 'policy.changed',
  v: 1,
  at: noon,
  plane: ops,
  revision,
  by: 'local:alice',
  set: '',
  summary: 'a change',
})

/** The entry as the store takes it. */
export const rowOf = (entry: Entry, payload?: Uint8Array): EntryRow => ({
  type: entry.type,
  at: entry.at,
  call: 'call' in entry ? entry.call : '',
  body: canonicalJson(entry),
  ...(payload && { payload }),
})

export type { PlaneId }

/** A change of nothing, onto a revision. */
export const emptyChange = (onto: number): Commit => ({
  by: 'local:alice',
  at: noon,
  why: '',
  set: undefined,
  summary: 'a change',
  diff: '',
  key: undefined,
  documents: [],
  rows: [],
  onto,
})
