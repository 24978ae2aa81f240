import { Fault } from '#lib/fault.ts'
import type {
  Answers,
  Asks,
  CallIndex,
  Group,
  Looked as LookedUp,
  Question,
  Tallied,
} from '#store/call-index/call-index.ts'
import type { LedgerFile, StoredEntry } from '#store/store.ts'
import { isWithin } from './filter.ts'
import type { CallRecord } from './ledger.ts'
import { findOutcomes } from './outcomes.ts'
import { hasBegun, idOf, isOutcome, recordOf } from './record.ts'
import {
  type CallsCounted,
  type CallsFound,
  type CallsSought,
  countCalls,
  passes,
  searchCalls,
  unsaid,
} from './search.ts'
import { type KnownIndex, type Selection, select } from './selection.ts'

/** A plane's calls: the ledger, what is derived from it, and what is remembered of that. */
export interface Calls {
  readonly file: LedgerFile
  readonly index: CallIndex
  readonly known: KnownIndex
}

/** What the index says of a question, all of one moment. */
export interface Asked<A extends Asks> {
  readonly selection: Selection
  readonly looked: LookedUp & Answers[A['ask']]
  /** Calls that were under way then and pass by what is known of them now, newest first. */
  readonly underWay: readonly CallRecord[]
  /** The newest call of which nobody knows whether it passes. */
  readonly unsaid: { readonly position: number; readonly fault: Fault } | undefined
}

/** New series come while a question is thought out: seldom, and after so many times a moment later. */
const attempts = 20

/** Undefined where the ledger itself has to be asked. */
export const ask = async <A extends Asks>(
  calls: Calls,
  sought: CallsSought,
  asks: (selection: Selection) => A & { readonly groups?: readonly Group[] },
): Promise<Asked<A> | undefined> => {
  for (let left = attempts; left > 0; left--) {
    const selection = await select(calls.index, calls.known, sought)
    if (selection === undefined) return undefined
    const { marks, isPossible, open } = selection
    const rest = { ...questionOf(selection, sought), marks, open }
    const { groups = selection.groups, ...wanted } = asks(selection)
    const question = {
      ...wanted,
      ...rest,
      groups: isPossible ? groups : [],
    } as unknown as Question<A>
    const looked = await calls.index.look(question)
    if (looked === undefined) continue
    const underWay = await underWayOf(calls, sought, looked.open)
    const newest = newer(underWay.unsaid, await newestUnsaid(calls, sought, selection))
    return { selection, looked, underWay: underWay.records, unsaid: newest }
  }
  throw new Fault('store_unreachable', { detail: `${sought.plane}: the index does not keep still` })
}

const questionOf = ({ known }: Selection, { filter, before }: CallsSought) => ({
  known,
  since: filter.since,
  until: filter.until,
  from: undefined,
  before,
  open: [],
})

type Unsaid = Asked<Asks>['unsaid']
const newer = (a: Unsaid, b: Unsaid): Unsaid =>
  a === undefined || (b !== undefined && b.position > a.position) ? b : a

/** Read anew from the ledger: what was under way when the index was asked may have ended by now. */
const underWayOf = async (
  { file }: Calls,
  sought: CallsSought,
  positions: readonly number[],
): Promise<{ records: CallRecord[]; unsaid: Unsaid }> => {
  const begun = (await file.at(positions)).filter(hasBegun)
  const outcomes = await findOutcomes(file, begun)
  const records: CallRecord[] = []
  let newest: Unsaid
  for (const one of begun) {
    const record = recordOf(one, outcomes.get(idOf(one.entry)))
    if (record.position >= (sought.before ?? Number.POSITIVE_INFINITY)) continue
    if (!isWithin(sought.filter, record) || !sought.sees(record)) continue
    try {
      if (passes(sought, record)) records.push(record)
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault
      newest = newer(newest, { position: record.position, fault })
    }
  }
  return { records, unsaid: newest }
}

const newestUnsaid = async (
  { file, index }: Calls,
  sought: CallsSought,
  selection: Selection,
): Promise<Unsaid> => {
  if (!selection.isUnsaidPossible) return undefined
  let newest: Unsaid
  for (const { argument, group } of selection.unsaid) {
    const looked = await lookAgain(index, {
      ...questionOf(selection, sought),
      ask: 'page',
      most: 1,
      groups: [group],
      marks: selection.unsaidMarks,
    })
    const [begun] = (await file.at(looked.found.map(({ position }) => position))).filter(hasBegun)
    if (begun === undefined) continue
    const { position } = begun
    newest = newer(newest, { position, fault: unsaid(recordOf(begun, undefined), argument) })
  }
  return newest
}

/** About series of a question before this one: newer ones do not matter. */
const lookAgain = async <A extends Asks>(index: CallIndex, question: Question<A>) => {
  const known = { ...question.known, id: Number.MAX_SAFE_INTEGER }
  const looked = await index.look({ ...question, known })
  if (looked) return looked
  throw new Fault('store_unreachable', { detail: 'the index of calls has just been made anew' })
}

/** Of floods without a name: the rows of what stands below the cursor stay as they are. */
const countUnnamed = async (
  { index }: Calls,
  sought: CallsSought,
  selection: Selection,
  from: number | undefined,
): Promise<number> => {
  if (selection.unnamed.series.length === 0) return 0
  const looked = await lookAgain(index, {
    ...questionOf(selection, sought),
    ask: 'tally',
    groups: [selection.unnamed],
    marks: [],
    from,
  })
  return sum(looked.tally)
}

const sum = (all: readonly Pick<Tallied, 'count'>[]): number =>
  all.reduce((total, { count }) => total + count, 0)

/** As `searchCalls`, by the index for everything that it has taken, and by the ledger for what is newer. */
export const searchIndexed = async (
  calls: Calls,
  sought: CallsSought & { readonly most: number },
): Promise<CallsFound> => {
  const { file } = calls
  const { most } = sought
  const asked = await ask(calls, sought, () => ({ ask: 'page', most }))
  if (asked === undefined) return searchCalls(file, sought)
  const { looked, selection } = asked
  const tail = await searchCalls(file, { ...sought, above: looked.cursor })
  if (tail.next !== undefined) return tail
  const found = await recordsAt(file, looked.found)
  const older = [...asked.underWay, ...found].sort((a, b) => b.position - a.position)
  const page = older.slice(0, most - tail.records.length)
  const isFull = page.length + tail.records.length === most
  const last = page.at(-1)
  const next = isFull ? last?.position : undefined
  if (asked.unsaid !== undefined && asked.unsaid.position > (next ?? 0)) throw asked.unsaid.fault
  const unnamed = await countUnnamed(calls, sought, selection, next)
  return { records: [...tail.records, ...page], next, unnamed: tail.unnamed + unnamed }
}

const recordsAt = async (
  file: LedgerFile,
  found: Answers['page']['found'],
): Promise<CallRecord[]> => {
  const positions = found.flatMap(({ position, outcome }) =>
    outcome === 0 ? [position] : [position, outcome],
  )
  const entries = await file.at(positions)
  const byPosition = new Map<number, StoredEntry>(entries.map((one) => [one.position, one]))
  return found.flatMap(({ position, outcome }) => {
    const begun = byPosition.get(position)
    const ended = byPosition.get(outcome)
    if (begun === undefined || !hasBegun(begun)) return []
    return [recordOf(begun, ended !== undefined && isOutcome(ended) ? ended : undefined)]
  })
}

/** As `countCalls`; all of them at once, unless the index is far behind. */
export const countIndexed = async (calls: Calls, sought: CallsSought): Promise<CallsCounted> => {
  const { file } = calls
  const asked = await ask(calls, sought, () => ({ ask: 'tally' }))
  if (asked === undefined) return countCalls(file, sought)
  const { looked, selection } = asked
  const tail = await countCalls(file, { ...sought, above: looked.cursor })
  if (tail.next !== undefined) return tail
  if (asked.unsaid !== undefined) throw asked.unsaid.fault
  const unnamed = await countUnnamed(calls, sought, selection, undefined)
  const count = tail.count + sum(looked.tally) + sum(asked.underWay)
  return { count, next: undefined, unnamed: tail.unnamed + unnamed }
}
