import type { IndexedField } from '#domain/indexed.ts'
import { isNamedWord, readCalled, type Series, type WordField } from '#domain/series.ts'
import { Fault } from '#lib/fault.ts'
import type { Asks, Group } from '#store/call-index/call-index.ts'
import { type CallFilter, type Field, fields, textsOf } from './filter.ts'
import { type Asked, ask, type Calls } from './indexed-search.ts'
import type { CallRecord } from './ledger.ts'
import { type CallsSought, listCalls } from './search.ts'
import { recordOfSeries, type Selection } from './selection.ts'

/** What every overview of calls says of itself. */
interface Overviewed {
  /** Calls of the whole range. */
  readonly total: number
  /** Entries that the index has not taken yet and that are too many to be read for it: nothing of them is in the answer. */
  readonly behind: number
}

export interface Histogram extends Overviewed {
  /** A bar is so wide, and begins at a multiple of it in UTC. */
  readonly stepMs: number
  /** In order of time; without those that would be empty. */
  readonly bars: readonly CountedBar[]
}
export interface CountedBar {
  readonly at: number
  readonly count: number
  readonly decisions: Readonly<Record<CallRecord['decision'], number>>
}

export interface Facets extends Overviewed {
  readonly facets: readonly Facet[]
}
export type FacetField = Exclude<Field, 'name'> | IndexedField
export interface Facet {
  readonly field: FacetField
  /** The most frequent first. */
  readonly values: readonly CountedValue[]
  /** Calls with another value than those. */
  readonly others: number
}
export interface CountedValue {
  readonly value: string
  readonly count: number
  /** When the first and the last of them began. */
  readonly first: number
  readonly last: number
}

export interface Ends extends Overviewed {
  /** How calls ended, each way once for every value. */
  readonly ends: readonly CountedEnd[]
}
export interface CountedEnd {
  /** Of the field that was asked about; undefined where the calls have none in common. */
  readonly value: string | undefined
  readonly decision: CallRecord['decision']
  readonly station: string
  /** Undefined where it was refused, and while it is under way. */
  readonly status: Series['status']
  readonly count: number
}

export interface Difference extends Overviewed {
  /** Calls that the selection is held against. */
  readonly rest: number
  /** The values that the selection has more of than the rest, the greatest difference first. */
  readonly values: readonly DifferentValue[]
}
export interface DifferentValue {
  readonly field: Field
  readonly value: string
  readonly count: number
  /** Of the selection, from 0 to 1, and of the rest. */
  readonly share: number
  readonly restShare: number
}

/** Calls that have something in common, as much as is known of all of them. */
interface Some {
  readonly record: CallRecord
  readonly count: number
  readonly first: number
  readonly last: number
}

/** Fields that are counted by series; all others take a look at every call. */
const ofSeries: readonly Field[] = fields.filter(
  (field) => !isNamedWord(field) && field !== 'name' && field !== 'capability',
)
/** What is compared where nobody says what. */
const compared: readonly Field[] = [...ofSeries, 'capability']

/** Single calls that one overview looks at; sums of hours and days are no single calls. */
const mostLooked = 1_000_000

export const histogramOf = async (
  calls: Calls,
  sought: CallsSought,
  stepMs: number,
): Promise<Histogram> => {
  const asked = await askAll(calls, sought, ({ groups, of }) => ({
    ask: 'histogram',
    stepMs,
    groups: groups.flatMap((group) => byDecision(group, of)),
  }))
  const { selection, looked, live, behind } = asked
  const decisions = selection.groups
    .flatMap((group) => byDecision(group, selection.of))
    .map(({ series: [first] }) => selection.of(first ?? 0).decision)
  const bars = new Map<number, { at: number; count: number; decisions: CountedBar['decisions'] }>()
  const add = (at: number, decision: CallRecord['decision'], count: number) => {
    const bar = bars.get(at) ?? { at, count: 0, decisions: none }
    const more = { ...bar.decisions, [decision]: bar.decisions[decision] + count }
    bars.set(at, { at, count: bar.count + count, decisions: more })
  }
  for (const { group, at, count } of looked.bars) add(at, decisions[group] ?? 'denied', count)
  for (const { at, decision, count } of live) add(at - (at % stepMs), decision, count)
  const all = [...bars.values()].sort((a, b) => a.at - b.at)
  return { stepMs, bars: all, total: sum(all), behind }
}
const none = { permitted: 0, denied: 0, limited: 0, held: 0 } as const

/** A group for each decision, so that its bars are that one's. */
const byDecision = (group: Group, of: Selection['of']): Group[] => {
  const parts = new Map<string, number[]>()
  for (const id of group.series) {
    const { decision } = of(id)
    parts.set(decision, [...(parts.get(decision) ?? []), id])
  }
  return [...parts.values()].map((series) => ({ ...group, series }))
}

export const facetsOf = async (
  calls: Calls,
  sought: CallsSought,
  { fields: wanted, most }: { fields: readonly FacetField[]; most: number },
): Promise<Facets> => {
  const { some, total, behind, live } = await tallyAll(calls, sought)
  const facets: Facet[] = []
  for (const field of wanted) {
    const words = wordFieldOf(field)
    if (words !== undefined) checkBounds(total)
    const counted =
      words === undefined
        ? await valuesOfField(calls, sought, field as Field, some)
        : await countWords(calls, sought, words, live, (record) => valuesOf(field, record))
    const values = [...counted.values()].sort(byCount)
    facets.push({ field, values: values.slice(0, most), others: sum(values.slice(most)) })
  }
  return { facets, total, behind }
}

/** How calls ended, by a field that is told of whole series. */
export const endsOf = async (
  calls: Calls,
  sought: CallsSought,
  by: SeriesField | undefined,
): Promise<Ends> => {
  const { some, total, behind } = await tallyAll(calls, sought)
  const ends = new Map<string, CountedEnd>()
  for (const { record, count } of some) {
    const { decision, station, outcome } = record
    const [value] = by === undefined ? [] : valuesOf(by, record)
    const end = { value, decision, station, status: outcome?.status as Series['status'] }
    const key = JSON.stringify([value, decision, station, end.status])
    ends.set(key, { ...end, count: (ends.get(key)?.count ?? 0) + count })
  }
  return { ends: [...ends.values()], total, behind }
}
/** What every call has one of. */
export const seriesFields = ['capability', 'server', 'agent', 'consumer', 'class'] as const
export type SeriesField = (typeof seriesFields)[number]

const byCount = (a: CountedValue, b: CountedValue): number =>
  b.count - a.count || (a.value < b.value ? -1 : 1)

const checkBounds = (total: number): void => {
  if (total <= mostLooked) return
  throw new Fault('usage', {
    detail: `These are ${total} calls; users, API keys, runs, traces and arguments are counted over at most ${mostLooked} of them.`,
    fix: 'ask about a shorter time, or with another condition',
  })
}

const wordFieldOf = (field: FacetField): WordField | undefined =>
  isNamedWord(field) || isArgument(field) ? field : undefined
const isArgument = (field: FacetField): field is IndexedField => field.startsWith('arg.')

const valuesOf = (field: FacetField, record: CallRecord): readonly string[] => {
  if (field === 'capability') return capabilityOf(record)
  // Of the two that a permitted call has, what came of it.
  if (field === 'result') return textsOf(field, record).slice(-1)
  return textsOf(field, record).filter((text) => text !== '')
}

/** None of a whole server, nor of a series of many names. */
const capabilityOf = ({ server, name, template = name }: CallRecord): readonly string[] =>
  template === '' ? [] : [`${server}/${template}`]

type Values = Map<string, CountedValue>

const countValues = (field: Field, some: readonly Some[]): Values => {
  const values: Values = new Map()
  for (const { record, ...counted } of some)
    for (const value of valuesOf(field as FacetField, record))
      addValue(values, { value, ...counted })
  return values
}

const addValue = (values: Values, { value, count, first, last }: CountedValue): void => {
  const known = values.get(value) ?? { value, count: 0, first, last }
  values.set(value, {
    value,
    count: known.count + count,
    first: Math.min(known.first, first),
    last: Math.max(known.last, last),
  })
}

const countWords = async (
  calls: Calls,
  sought: CallsSought,
  field: WordField,
  live: readonly CallRecord[],
  textsIn: (record: CallRecord) => readonly string[],
  among: (series: Series) => boolean = () => true,
): Promise<Values> => {
  const asked = await ask(calls, sought, ({ groups, of }) => ({
    ask: 'words',
    field,
    most: mostWords,
    groups: groups.map((group) => ({
      ...group,
      series: group.series.filter((id) => among(of(id))),
    })),
  }))
  const values: Values = new Map()
  for (const { text, ...counted } of asked?.looked.words ?? [])
    addValue(values, { value: text, ...counted })
  for (const record of live)
    for (const value of textsIn(record)) addValue(values, { value, ...onceAt(record) })
  return values
}
/** Different values of a field that are told apart. */
const mostWords = 100_000

const onceAt = ({ at, count }: CallRecord): Omit<CountedValue, 'value'> => ({
  count,
  first: at,
  last: at,
})

/** With what was called where neither the series says it, nor by which template. */
const withCalled = async (calls: Calls, sought: CallsSought, counted: Values): Promise<Values> => {
  const isSilent = ({ name, template }: Series) => name === undefined && template === undefined
  const called = await countWords(calls, sought, 'called', [], () => [], isSilent)
  for (const { value, ...rest } of called.values()) {
    const { server, name } = readCalled(value)
    addValue(counted, { value: `${server}/${name}`, ...rest })
  }
  return counted
}

export const differenceOf = async (
  calls: Calls,
  sought: CallsSought,
  { base, most }: { base: CallFilter; most: number },
): Promise<Difference> => {
  const all = { ...sought, filter: base }
  const chosen = { ...sought, filter: both(sought.filter, base) }
  const [among, selected] = [await tallyAll(calls, all), await tallyAll(calls, chosen)]
  const rest = among.total - selected.total
  const values: DifferentValue[] = []
  for (const field of compared) {
    const others = await valuesOfField(calls, all, field, among.some)
    const own = await valuesOfField(calls, chosen, field, selected.some)
    for (const { value, count } of own.values()) {
      const left = (others.get(value)?.count ?? count) - count
      const restShare = rest === 0 ? 0 : left / rest
      values.push({ field, value, count, share: count / selected.total, restShare })
    }
  }
  const more = values.filter(({ share, restShare }) => share > restShare)
  more.sort((a, b) => b.share - b.restShare - (a.share - a.restShare) || b.count - a.count)
  const behind = Math.max(among.behind, selected.behind)
  return { total: selected.total, rest, values: more.slice(0, most), behind }
}

const valuesOfField = async (
  calls: Calls,
  sought: CallsSought,
  field: Field,
  some: readonly Some[],
): Promise<Values> => {
  const counted = countValues(field, some)
  return field === 'capability' ? withCalled(calls, sought, counted) : counted
}

/** What both select. */
const both = (one: CallFilter, other: CallFilter): CallFilter => ({
  since: Math.max(one.since ?? 0, other.since ?? 0) || undefined,
  until: least(one.until, other.until),
  terms: [...one.terms, ...other.terms.filter((term) => !one.terms.includes(term))],
})
const least = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)

/** Everything that is selected, by series, and single calls for what the index does not hold as ended. */
const tallyAll = async (calls: Calls, sought: CallsSought) => {
  const { selection, looked, live, behind } = await askAll(calls, sought, () => ({ ask: 'tally' }))
  const some = looked.tally.map(
    ({ series, ...counted }): Some => ({
      record: recordOfSeries(selection.of(series)),
      ...counted,
    }),
  )
  const alone = live.map((record): Some => ({ record, ...onceAt(record) }))
  const all = [...some, ...alone]
  return { some: all, live, total: sum(all), behind }
}

const sum = (all: readonly { readonly count: number }[]): number =>
  all.reduce((total, { count }) => total + count, 0)

type All<A extends Asks> = Omit<Asked<A>, 'underWay' | 'unsaid'> & {
  /** Read from the ledger: under way, or newer than the index. */
  readonly live: readonly CallRecord[]
  readonly behind: number
}

/** Positions that are read for an overview where the index is behind. */
const tailBounds = { positions: 50_000, atOnce: 1000 }

const askAll = async <A extends Asks>(
  calls: Calls,
  sought: CallsSought,
  asks: (selection: Selection) => A & { readonly groups?: readonly Group[] },
): Promise<All<A>> => {
  const asked = await ask(calls, sought, asks)
  if (asked === undefined) throw tooMany()
  const { selection, looked, underWay, unsaid } = asked
  const above = looked.cursor
  const tail = await listCalls(calls.file, { ...sought, above }, tailBounds)
  if (unsaid !== undefined) throw unsaid.fault
  const behind = tail === undefined ? (await calls.file.size()) - above : 0
  return { selection, looked, live: [...(tail?.records ?? []), ...underWay], behind }
}

const tooMany = (): Fault =>
  new Fault('usage', {
    detail: 'Too many different URIs and unknown names are to be looked through for this.',
    fix: 'name the capability, or a server',
  })
