import type { Intent, Outcome, Refused, RefusedCount } from '#domain/entry.ts'
import { type CallId, callId, type PlaneId } from '#domain/name.ts'
import { idTime } from '#lib/id.ts'
import type { EntryFilter, LedgerFile, Store, StoredEntry } from '#store/store.ts'
import type { CallRecord } from './ledger.ts'

export interface CallQuery {
  /** Calls newest first, with what became of each; `before` is the position of the last one seen. */
  calls(about: CallsAsked): Promise<CallRecord[]>
  /** One call and its entries; undefined where the plane's ledger holds none of that id. */
  findCall(plane: PlaneId, call: CallId): Promise<FoundCall | undefined>
}
export interface CallsAsked {
  readonly plane: PlaneId
  readonly most: number
  readonly agent?: string
  readonly before?: number
}
export interface FoundCall {
  readonly record: CallRecord
  readonly entries: StoredEntry[]
}

type Begun = Intent | Refused | RefusedCount
interface StoredBegun extends StoredEntry {
  readonly entry: Begun
}

const begins = ['call.intent', 'call.refused', 'call.refused.count'] as const
/** The id is drawn while a request is worked on, its entry bears the request's time: seconds apart at most. */
const nearMs = 2000
/** Where it is not found there, the machine's clock was set meanwhile. */
const farMs = 10 * 60_000
const outcomesAtOnce = 1000

export const createCallQuery = (store: Store): CallQuery => ({
  async calls({ plane, most, agent, before }) {
    const file = store.plane(plane).ledger
    const filter = { types: begins, ...(agent !== undefined && { fields: { agent } }) }
    const found = (await file.readBack(before, most, filter)).filter(hasBegun)
    const outcomes = await findOutcomes(file, found)
    return found.map((begun) => recordOf(begun, outcomes.get(idOf(begun.entry))))
  },

  async findCall(plane, call) {
    const file = store.plane(plane).ledger
    const madeAt = call.startsWith('cal_') ? idTime(call.slice('cal_'.length)) : undefined
    if (madeAt === undefined) return undefined
    const begun = await findBegun(file, call, madeAt)
    if (begun === undefined) return undefined
    const outcome = (await findOutcomes(file, [begun])).get(call)
    return {
      record: recordOf(begun, outcome),
      entries: outcome === undefined ? [begun] : [begun, outcome],
    }
  },
})

/** By the moment in the id: from shortly before it to the end, then from long before it up to there. */
const findBegun = async (
  file: LedgerFile,
  call: CallId,
  madeAt: number,
): Promise<StoredBegun | undefined> => {
  const filter: EntryFilter = { types: begins, fields: { call } }
  const near = await file.seek(madeAt - nearMs)
  const [found] = (await file.read(near, 1, filter)).filter(hasBegun)
  if (found !== undefined) return found
  const far = await file.seek(madeAt - farMs)
  return (await file.read(far, 1, { ...filter, before: near })).find(hasBegun)
}

/**
 * The outcomes of the intents among these, by call. An outcome stands soon after its intent, so
 * what is read begins at each intent that still lacks one; calls under way are not looked for.
 */
const findOutcomes = async (
  file: LedgerFile,
  begun: readonly StoredBegun[],
): Promise<Map<CallId, StoredEntry & { entry: Outcome }>> => {
  const outcomes = new Map<CallId, StoredEntry & { entry: Outcome }>()
  const open = new Set(await file.listOpen())
  const intents = begun
    .filter(({ position, entry }) => entry.type === 'call.intent' && !open.has(position))
    .sort((one, other) => one.position - other.position)
  let from = 0
  for (const { position, entry } of intents) {
    from = Math.max(from, position)
    while (!outcomes.has(idOf(entry))) {
      const found = await file.read(from, outcomesAtOnce, { types: ['call.outcome'] })
      for (const stored of found) {
        if (isOutcome(stored)) outcomes.set(stored.entry.call, stored)
      }
      const last = found.at(-1)
      if (last === undefined) break
      from = last.position + 1
    }
  }
  return outcomes
}

const hasBegun = (stored: StoredEntry): stored is StoredBegun =>
  (begins as readonly string[]).includes(stored.entry.type)

const isOutcome = (stored: StoredEntry): stored is StoredEntry & { entry: Outcome } =>
  stored.entry.type === 'call.outcome'

/** Empty for a count, which stands for many calls. */
const idOf = (entry: Begun | Outcome): CallId => ('call' in entry ? entry.call : callId(''))

const recordOf = (
  { position, entry }: StoredBegun,
  outcome: { entry: Outcome } | undefined,
): CallRecord => ({
  call: idOf(entry),
  at: entry.at,
  position,
  agent: entry.agent,
  consumer: entry.consumer,
  user: entry.user,
  method: entry.method,
  server: entry.server,
  kind: entry.kind,
  name: entry.name,
  ...decisionOf(entry),
  outcome: outcome && outcomeOf(outcome.entry),
  count: 'count' in entry ? entry.count : 1,
})

const decisionOf = (entry: Begun): Pick<CallRecord, 'decision' | 'station' | 'because'> => {
  if (entry.type === 'call.intent') {
    return { decision: 'permitted', station: 'forward', because: `grant ${entry.grant}` }
  }
  const { station, reason, because } = entry
  const decision = reason === 'limited' || reason === 'held' ? reason : 'denied'
  return { decision, station, because }
}

const outcomeOf = ({ status, code, ms, resultBytes }: Outcome): CallRecord['outcome'] => ({
  status,
  code,
  ms,
  resultBytes,
})
