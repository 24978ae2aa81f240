import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { LedgerFile } from '#store/store.ts'
import {
  argumentOf,
  type CallFilter,
  holds,
  isOfArgument,
  isOfResult,
  isWithin,
  lookOf,
  type Term,
} from './filter.ts'
import type { CallRecord } from './ledger.ts'
import { findOutcomes } from './outcomes.ts'
import { type Begun, hasBegun, idOf, recordOf, type StoredBegun } from './record.ts'

/**
 * Which calls, and whose eyes. What a filter asks of an argument is answered from entries that say
 * it. Where one that all else selects was made without, though what was called takes such an
 * argument, nobody knows: that is Fault('not_indexed'), never an answer that leaves it out.
 */
export interface CallsSought {
  readonly plane: PlaneId
  readonly filter: CallFilter
  /** Below this position; undefined: from the newest on. */
  readonly before?: number | undefined
  /** Whether whoever asks may read it: what is not seen is in no answer, no count and no fault. */
  sees(record: CallRecord): boolean
  /** Whether what was called takes an argument of that name, or may have taken it. */
  takes(record: CallRecord, argument: string): boolean
}

export interface Looked {
  /** The `before` with which to go on; undefined: everything has been looked at. */
  readonly next: number | undefined
  /**
   * Refusals of floods in what was looked at that were counted without saying whose they were, where
   * the question could be about them: none of them is in the answer.
   */
  readonly unnamed: number
}
export interface CallsFound extends Looked {
  /** Newest first. */
  readonly records: readonly CallRecord[]
}
export interface CallsCounted extends Looked {
  /** Calls; a flood that was counted stands for as many as it was. */
  readonly count: number
}

/** How much of a ledger one question looks at, so that none takes long; whoever wants more goes on with `next`. */
interface Bounds {
  readonly positions: number
  /** Entries that are loaded at a time. */
  readonly atOnce: number
}
const usual: Bounds = { positions: 250_000, atOnce: 250 }

/** What is looked at: positions above this one. */
interface Above {
  readonly above?: number
}

/**
 * An entry may bear an earlier time than those before it, where the machine's clock was set back. It
 * is found by its time where it was set back by no more than this.
 */
const setBackMs = 10 * 60_000

export const searchCalls = async (
  file: LedgerFile,
  sought: CallsSought & Above & { readonly most: number },
  bounds: Bounds = usual,
): Promise<CallsFound> => {
  const range = await rangeOf(file, sought, bounds)
  const records: CallRecord[] = []
  let unnamed = 0
  const ahead = { ...bounds, outcomes: true }
  for await (const { record, isUnnamed } of walk(file, sought, range, ahead)) {
    if (isUnnamed) unnamed += record.count
    else records.push(record)
    if (records.length === sought.most) return { records, next: record.position, unnamed }
  }
  return { records, next: range.next, unnamed }
}

export const countCalls = async (
  file: LedgerFile,
  sought: CallsSought & Above,
  bounds: Bounds = usual,
): Promise<CallsCounted> => {
  const range = await rangeOf(file, sought, bounds)
  let count = 0
  let unnamed = 0
  const ahead = { ...bounds, outcomes: sought.filter.terms.some(isOfResult) }
  for await (const { record, isUnnamed } of walk(file, sought, range, ahead))
    if (isUnnamed) unnamed += record.count
    else count += record.count
  return { count, next: range.next, unnamed }
}

/** Every call that is selected above a position, newest first; undefined where that is too much to look at. */
export const listCalls = async (
  file: LedgerFile,
  sought: CallsSought & Above,
  bounds: Bounds = usual,
): Promise<{ records: CallRecord[]; unnamed: number } | undefined> => {
  const range = await rangeOf(file, sought, bounds)
  if (range.next !== undefined) return undefined
  const records: CallRecord[] = []
  let unnamed = 0
  for await (const { record, isUnnamed } of walk(file, sought, range, {
    ...bounds,
    outcomes: true,
  }))
    if (isUnnamed) unnamed += record.count
    else records.push(record)
  return { records, unnamed }
}

interface Range {
  readonly from: number
  readonly before: number
  readonly next: number | undefined
}

const rangeOf = async (
  file: LedgerFile,
  { filter, before, above = 0 }: CallsSought & Above,
  { positions }: Bounds,
): Promise<Range> => {
  const { since, until } = filter
  const first = Math.max(above + 1, since === undefined ? 1 : await file.seek(since))
  const end = until === undefined ? (await file.size()) + 1 : await file.seek(until + setBackMs)
  const top = Math.min(end, before ?? end)
  const from = Math.max(first, top - positions)
  return { from, before: top, next: from > first ? from : undefined }
}

interface Step {
  readonly record: CallRecord
  readonly isUnnamed: boolean
}

/** Newest first; what cannot be answered is thrown where it is reached, so that a page before it stands. */
async function* walk(
  file: LedgerFile,
  sought: CallsSought,
  range: Range,
  { atOnce, outcomes }: Bounds & { readonly outcomes: boolean },
): AsyncGenerator<Step> {
  const look = { ...lookOf(sought.filter), from: range.from }
  for (let { before } = range; before > range.from; ) {
    const stored = await file.readBack(before, atOnce, look)
    const begun = stored.filter(hasBegun).filter((one) => mayPass(sought, one))
    const found = await findOutcomes(file, outcomes ? begun : [])
    for (const one of begun) {
      const record = recordOf(one, found.get(idOf(one.entry)))
      if (isUnnamed(sought.filter, one.entry, record)) yield { record, isUnnamed: true }
      else if (passes(sought, record)) yield { record, isUnnamed: false }
    }
    const last = stored.at(-1)
    if (last === undefined || stored.length < atOnce) return
    before = last.position
  }
}

/** By what an entry says alone, before its outcome is looked for. */
const mayPass = ({ filter, sees }: CallsSought, stored: StoredBegun): boolean => {
  const record = recordOf(stored, undefined)
  if (!isWithin(filter, record) || !sees(record)) return false
  if (isOther(stored.entry)) return true
  const { terms } = filter
  return terms.every((term) => isOfResult(term) || isUnsaid(term, record) || holds(term, record))
}

const isOther = (entry: Begun): boolean =>
  entry.type === 'call.refused.count' && entry.reason === 'other'

/** Nobody can tell of such a flood whether it is what was asked for, unless all was. */
const isUnnamed = ({ terms }: CallFilter, entry: Begun, record: CallRecord): boolean =>
  isOther(entry) && !terms.every((term) => isOfResult(term) && holds(term, record))

const isUnsaid = (term: Term, { indexed }: CallRecord): boolean =>
  isOfArgument(term) && !Object.hasOwn(indexed, argumentOf(term.field))

/** Throws where nobody knows, for the entry does not say. */
export const passes = ({ filter, takes }: CallsSought, record: CallRecord): boolean => {
  const { terms } = filter
  if (!terms.every((term) => isOfArgument(term) || holds(term, record))) return false
  for (const term of terms.filter(isOfArgument)) {
    const argument = argumentOf(term.field)
    if (isUnsaid(term, record) && takes(record, argument)) throw unsaid(record, argument)
  }
  return terms.every((term) => holds(term, record))
}

/** Of what is asked of calls that came later than this, everything is recorded. */
export class Unsaid extends Fault {
  /** UTC milliseconds. */
  readonly recordedSince: number

  constructor(recordedSince: number, detail: string) {
    const since = new Date(recordedSince).toISOString()
    super('not_indexed', {
      detail,
      fix: `ask for later calls, --since ${since}, or for others, --capability`,
    })
    this.name = 'Unsaid'
    this.recordedSince = recordedSince
  }
}

export const unsaid = (
  { server, name, template, at, position }: CallRecord,
  argument: string,
): Fault => {
  const what = `${server}/${template ?? name}`
  return new Unsaid(
    at + 1,
    `What ${what} was called with as ${argument} is not recorded up to ${new Date(at).toISOString()} (#${position}).`,
  )
}
