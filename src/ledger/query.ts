import type { IndexedField } from '#domain/indexed.ts'
import { type CallId, callId, type PlaneId } from '#domain/name.ts'
import { idTime } from '#lib/id.ts'
import type { Stepped } from '#store/call-index/call-index.ts'
import type { EntryFilter, LedgerFile, Store, StoredEntry } from '#store/store.ts'
import { indexedAtOnce } from './create-ledger.ts'
import type { CallFilter } from './filter.ts'
import { type PersonalHashes, soughtTerm, withHashes } from './hashed.ts'
import { type Calls, countIndexed, searchIndexed } from './indexed-search.ts'
import type { CallRecord } from './ledger.ts'
import { findOutcomes } from './outcomes.ts'
import {
  type Difference,
  differenceOf,
  type Ends,
  endsOf,
  type FacetField,
  type Facets,
  facetsOf,
  type Histogram,
  histogramOf,
  type SeriesField,
} from './overview.ts'
import { findPruned } from './pruned.ts'
import { begins, hasBegun, idOf, recordOf, type StoredBegun } from './record.ts'
import { type Scanned, scanCalls } from './scan.ts'
import type { CallsCounted, CallsFound, CallsSought } from './search.ts'
import { createKnown } from './selection.ts'

export interface CallQuery {
  /** The newest calls, each with what became of it; `before` is the position of the last one seen. */
  list(about: CallsAsked): Promise<CallRecord[]>
  /** Those that a filter selects. Fault('not_indexed') where the entries do not say: see `CallsSought`. */
  search(about: CallsSought & { readonly most: number }): Promise<CallsFound>
  /** Those about whom a page looks for by what its argument is found by: see `vault/argument-hash.ts`. */
  person(about: PersonSought): Promise<PersonFound>
  count(about: CallsSought): Promise<CallsCounted>
  histogram(about: CallsSought & { readonly stepMs: number }): Promise<Histogram>
  facets(
    about: CallsSought & { readonly fields: readonly FacetField[]; readonly most: number },
  ): Promise<Facets>
  ends(about: CallsSought & { readonly by?: SeriesField | undefined }): Promise<Ends>
  difference(
    about: CallsSought & { readonly base: CallFilter; readonly most: number },
  ): Promise<Difference>
  /** What is derived of a plane's ledger is thrown away, and made anew by whoever follows it. */
  forget(plane: PlaneId): Promise<void>
  /** Brings it a step further; undefined where another process does. */
  followOn(plane: PlaneId): Promise<Stepped | undefined>
  /** Shows calls since an instant, newest first, without what became of them; `most` of them. */
  scan(
    about: { readonly plane: PlaneId; readonly since: number; readonly most: number },
    visit: (record: CallRecord) => Promise<void>,
  ): Promise<Scanned>
  /** One call and its entries; undefined where the plane's ledger holds none of that id. */
  find(plane: PlaneId, call: CallId): Promise<FoundCall | undefined>
  /** When the entries of its time were pruned, UTC milliseconds; undefined where they were not. */
  prunedAt(plane: PlaneId, call: CallId): Promise<number | undefined>
}
export interface PersonSought extends CallsSought {
  readonly field: IndexedField
  /** 64 of 0-9 and a-f. */
  readonly sought: string
  /** Before this instant, UTC milliseconds. */
  readonly until: number
  readonly most: number
}
export interface PersonFound extends CallsFound {
  /** Of calls before it nothing is told, for there are too many keys; undefined: all that were asked for were looked at. */
  readonly cutAt: number | undefined
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

/** Keys that one search for a person tries: some seconds of computing, between which other work is done. */
const mostKeys = 200_000

/** The id is drawn while a request is worked on, its entry bears the request's time: seconds apart at most. */
const nearMs = 2000
/** Where it is not found there, the machine's clock was set meanwhile. */
const farMs = 10 * 60_000

export const createCallQuery = (store: Store, hashes: PersonalHashes): CallQuery => {
  const known = new Map<PlaneId, Calls>()
  const callsOf = (id: PlaneId): Calls => {
    const plane = store.plane(id)
    const calls = known.get(id) ?? { file: plane.ledger, index: plane.calls, known: createKnown() }
    known.set(id, calls)
    return calls
  }
  const hashed = async <S extends CallsSought>(sought: S): Promise<S> => ({
    ...sought,
    filter: await withHashes(sought.filter, sought.plane, hashes),
  })
  return {
    async list({ plane, most, agent, before }) {
      const file = store.plane(plane).ledger
      const filter = { types: begins, ...(agent !== undefined && { fields: { agent } }) }
      const found = (await file.readBack(before, most, filter)).filter(hasBegun)
      const outcomes = await findOutcomes(file, found)
      return found.map((begun) => recordOf(begun, outcomes.get(idOf(begun.entry))))
    },

    search: async (about) => searchIndexed(callsOf(about.plane), await hashed(about)),
    async person({ field, sought, until, ...about }) {
      const { plane, filter } = about
      const asked = { plane, field, sought, since: filter.since, until, most: mostKeys }
      const { term, since, isCut } = await soughtTerm(asked, hashes)
      const narrowed = { ...filter, since, until, terms: [...filter.terms, term] }
      const found = await searchIndexed(callsOf(plane), { ...about, filter: narrowed })
      return { ...found, cutAt: isCut ? since : undefined }
    },
    histogram: async (about) =>
      histogramOf(callsOf(about.plane), await hashed(about), about.stepMs),
    facets: async (about) => facetsOf(callsOf(about.plane), await hashed(about), about),
    ends: async (about) => endsOf(callsOf(about.plane), await hashed(about), about.by),
    async difference(about) {
      const base = await withHashes(about.base, about.plane, hashes)
      return differenceOf(callsOf(about.plane), await hashed(about), { ...about, base })
    },
    forget: (plane) => store.plane(plane).calls.clear(),
    followOn: (plane) => store.plane(plane).calls.step(indexedAtOnce),
    count: async (about) => countIndexed(callsOf(about.plane), await hashed(about)),

    scan: (about, visit) => scanCalls(store.plane(about.plane).ledger, about, visit),

    async prunedAt(plane, call) {
      const file = store.plane(plane).ledger
      const madeAt = call.startsWith('cal_') ? idTime(call.slice('cal_'.length)) : undefined
      if (madeAt === undefined) return undefined
      return (await findPruned(file, await file.seek(madeAt)))?.at
    },

    async find(plane, call) {
      const file = store.plane(plane).ledger
      const madeAt = call.startsWith('cal_') ? idTime(call.slice('cal_'.length)) : undefined
      if (madeAt === undefined) return undefined
      const begun = await findBegun(file, call, madeAt)
      if (begun === undefined) return undefined
      const outcome = (await findOutcomes(file, [begun])).get(callId(call))
      return {
        record: recordOf(begun, outcome),
        entries: outcome === undefined ? [begun] : [begun, outcome],
      }
    },
  }
}

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
