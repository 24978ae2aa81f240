import { callId } from '#domain/name.ts'
import { isNamedWord, readCalled, type Series, type WordField } from '#domain/series.ts'
import type {
  Called,
  CallIndex,
  Group,
  Known,
  KnownSeries,
  Mark,
} from '#store/call-index/call-index.ts'
import {
  argumentOf,
  type Field,
  holds,
  isOf,
  isOfArgument,
  isOfResult,
  lookOf,
  splitCapability,
  type Term,
} from './filter.ts'
import type { CallRecord } from './ledger.ts'
import type { CallsSought } from './search.ts'

/** A question as the index answers it: every term that is about a series is decided here, by series. */
export interface Selection {
  readonly known: Known
  readonly of: (id: number) => Series
  readonly groups: readonly Group[]
  readonly marks: readonly Mark[]
  /** False where no call bears a word that was asked for. */
  readonly isPossible: boolean
  /** Calls of which the entry does not say what an argument was, though they may have been given it. */
  readonly unsaid: readonly { readonly argument: string; readonly group: Group }[]
  /** Those that are asked of whatever is unsaid: arguments aside. */
  readonly unsaidMarks: readonly Mark[]
  readonly isUnsaidPossible: boolean
  /** Floods that were counted without saying whose they were. */
  readonly unnamed: Group
  /** Calls under way among which there may be some that pass. */
  readonly open: readonly number[]
}

/** What is remembered of the series of one index. */
export interface KnownIndex {
  known: Known
  readonly series: Map<number, Series>
}
export const createKnown = (): KnownIndex => ({
  known: { generation: -1, id: 0 },
  series: new Map(),
})

const refresh = async (index: CallIndex, all: KnownIndex): Promise<void> => {
  const { generation, id, series } = await index.listSeries(all.known)
  if (generation !== all.known.generation) all.series.clear()
  for (const one of series) all.series.set(one.id, one.series)
  all.known = { generation, id }
}

/** Of names that somebody made up and of URIs so many are looked through; of more the ledger itself is asked. */
const mostCalled = 50_000

/** Undefined where the ledger itself has to be asked. */
export const select = async (
  index: CallIndex,
  all: KnownIndex,
  sought: CallsSought,
): Promise<Selection | undefined> => {
  await refresh(index, all)
  const { known } = all
  const sorted = sort(sought, all.series)
  const called = await calledAmong(index, sought, sorted.byName)
  if (called === undefined) return undefined
  const named = sortCalled(sought, called, all.series)
  const { terms } = sought.filter
  const words = await Promise.all(terms.filter(isOfWord).map((term) => markOf(index, term)))
  const others = words.filter(({ term }) => !isOfArgument(term))
  return {
    known,
    of: (id) => all.series.get(id) ?? nothing,
    groups: [{ series: sorted.match, called: undefined }, ...named.match],
    marks: words.map(({ mark }) => mark),
    isPossible: words.every(isPossible),
    unsaid: [...sorted.unsaid, ...named.unsaid],
    unsaidMarks: others.map(({ mark }) => mark),
    isUnsaidPossible: others.every(isPossible),
    unnamed: { series: sorted.unnamed, called: undefined },
    open: sorted.open,
  }
}

const isPossible = ({ mark }: { mark: Mark }): boolean => mark.not || mark.words.length > 0

type WordTerm = Term & { readonly field: WordField }
const isOfWord = (term: Term): term is WordTerm => isOfArgument(term) || isNamedWord(term.field)

const markOf = async (
  index: CallIndex,
  term: WordTerm,
): Promise<{ term: WordTerm; mark: Mark }> => {
  const texts = [...term.values, ...(term.hashes ?? [])]
  const words = await index.findWords(term.field, texts)
  return { term, mark: { words, not: term.not } }
}

interface Sorted {
  readonly match: number[]
  readonly unsaid: { argument: string; group: Group }[]
  readonly unnamed: number[]
  readonly open: number[]
  /** Of which the names of their calls decide. */
  readonly byName: KnownSeries[]
}

const sort = (sought: CallsSought, all: ReadonlyMap<number, Series>): Sorted => {
  const unsaid = new Map<string, number[]>()
  const sorted: Sorted = { match: [], unsaid: [], unnamed: [], open: [], byName: [] }
  const wantsRefused = lookOf(sought.filter).types.includes('call.refused')
  for (const [id, series] of all) {
    const record = recordOfSeries(series)
    const isUnderWay = series.decision === 'permitted' && series.status === undefined
    const needsName = series.name === undefined
    if (isUnderWay) {
      if (needsName || mayPass(sought, record)) sorted.open.push(id)
    } else if (series.reason === 'other' && !isAskedWhole(sought, record)) {
      if (wantsRefused && sought.sees(record)) sorted.unnamed.push(id)
    } else if (needsName && isOpenTo(sought, series, record)) sorted.byName.push({ id, series })
    else {
      const verdict = judge(sought, series, record)
      if (verdict === 'match') sorted.match.push(id)
      else if (verdict !== undefined) push(unsaid, verdict.unsaid, id)
    }
  }
  for (const [argument, series] of unsaid)
    sorted.unsaid.push({ argument, group: { series, called: undefined } })
  return sorted
}

const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const known = map.get(key)
  if (known) known.push(value)
  else map.set(key, [value])
}

const ofSeries = (terms: readonly Term[]): Term[] => terms.filter((term) => !isOfWord(term))

/** What becomes of a call under way only its entries say. */
const mayPass = ({ filter, sees }: CallsSought, record: CallRecord): boolean =>
  sees(record) && ofSeries(filter.terms).every((term) => isOfResult(term) || holds(term, record))

const isAskedWhole = ({ filter }: CallsSought, record: CallRecord): boolean =>
  filter.terms.every((term) => isOfResult(term) && holds(term, record))

/** By a record that says everything of a call that the terms about series are about. */
const judge = (
  { filter, sees, takes }: CallsSought,
  { says }: Series,
  record: CallRecord,
): 'match' | { readonly unsaid: string } | undefined => {
  if (!sees(record) || !ofSeries(filter.terms).every((term) => holds(term, record)))
    return undefined
  for (const term of filter.terms.filter(isOfArgument)) {
    const argument = argumentOf(term.field)
    if (!says.includes(argument) && takes(record, argument)) return { unsaid: argument }
  }
  return 'match'
}

const nameFields: readonly Field[] = ['server', 'capability', 'name']

/** Whether a series of many names is decided only with the name of each call. */
const isOpenTo = (sought: CallsSought, series: Series, record: CallRecord): boolean => {
  const { terms } = sought.filter
  const isNowhere = series.server === ''
  if (!isNowhere && !sought.sees(record)) return false
  const decided = ofSeries(terms).filter((term) => !isAboutName(term))
  if (!decided.every((term) => holds(term, record))) return false
  if (isNowhere) return true
  const mayBeUnsaid = terms.some(
    (term) => isOfArgument(term) && !series.says.includes(argumentOf(term.field)),
  )
  return mayBeUnsaid || terms.some((term) => isAboutName(term) && isUndecided(term, record))
}

const isAboutName = ({ field }: Term): boolean => (nameFields as readonly string[]).includes(field)

const isUndecided = (term: Term, record: CallRecord): boolean => {
  if (term.field === 'server') return false
  if (term.field === 'name') return true
  // By its template it is one of them, or by its server it is none.
  if (term.values.some((value) => isOf(value, record))) return false
  return term.values.some((value) => splitCapability(value).server === record.server)
}

const calledAmong = async (
  index: CallIndex,
  { filter }: CallsSought,
  byName: readonly KnownSeries[],
): Promise<Called[] | undefined> => {
  if (byName.length === 0) return []
  const named = filter.terms.find(({ field, not }) => field === 'capability' && !not)
  const areExact = named?.values.every((value) => !value.includes('{'))
  const texts = areExact ? named?.values.map(calledAs) : undefined
  const series = byName.map(({ id }) => id)
  const found = await index.listCalled({ series, texts, most: mostCalled + 1 })
  return found.length > mostCalled ? undefined : found
}

const calledAs = (capability: string): string => {
  const { server, name } = splitCapability(capability)
  return `${server.length}/${server}/${name}`
}

/** Words of each series that pass; series with the same ones are one group. */
const sortCalled = (
  sought: CallsSought,
  called: readonly Called[],
  all: ReadonlyMap<number, Series>,
): { match: Group[]; unsaid: { argument: string; group: Group }[] } => {
  const match = new Map<number, number[]>()
  const unsaid = new Map<string, Map<number, number[]>>()
  for (const { series: id, word, text } of called) {
    const series = all.get(id)
    if (series === undefined) continue
    const verdict = judge(sought, series, recordOfSeries(series, text))
    if (verdict === 'match') push(match, id, word)
    else if (verdict !== undefined) {
      const words = unsaid.get(verdict.unsaid) ?? new Map<number, number[]>()
      unsaid.set(verdict.unsaid, words)
      push(words, id, word)
    }
  }
  return {
    match: groupsOf(match),
    unsaid: [...unsaid].flatMap(([argument, words]) =>
      groupsOf(words).map((group) => ({ argument, group })),
    ),
  }
}

const groupsOf = (words: ReadonlyMap<number, number[]>): Group[] => {
  const groups = new Map<string, { series: number[]; called: number[] }>()
  for (const [series, ids] of words) {
    const called = ids.sort((a, b) => a - b)
    const key = called.join()
    const group = groups.get(key)
    if (group) group.series.push(series)
    else groups.set(key, { series: [series], called })
  }
  return [...groups.values()]
}

const nothing: Series = {
  agent: '',
  consumer: '',
  method: '',
  server: '',
  kind: 'tool',
  name: '',
  template: undefined,
  class: undefined,
  decision: 'denied',
  station: '',
  reason: undefined,
  rules: [],
  grant: undefined,
  quota: undefined,
  status: undefined,
  says: [],
}

/** A call of the series, as far as the series says it; `called` as `readCalled` reads it. */
export const recordOfSeries = (series: Series, called?: string): CallRecord => {
  const { status, says, ...said } = series
  const named = called === undefined ? { name: series.name ?? '' } : readCalled(called)
  return {
    ...said,
    ...named,
    call: callId(''),
    at: 0,
    position: 0,
    user: undefined,
    apiKey: undefined,
    run: undefined,
    trace: undefined,
    indexed: Object.fromEntries(says.map((name) => [name, true as const])),
    because: '',
    outcome: status && { status, code: '', ms: 0, resultBytes: 0 },
    count: 1,
  }
}
