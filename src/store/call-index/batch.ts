import { createHash } from 'node:crypto'
import type { Outcome } from '#domain/entry.ts'
import type { CallId } from '#domain/name.ts'
import {
  type Beginning,
  calledOf,
  keyOfSeries,
  readSeries,
  seriesOf,
  type Word,
  wordsOf,
} from '#domain/series.ts'
import type { StoredEntry } from '../store.ts'

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/** A call under way as the index keeps it. */
export interface OpenCall {
  readonly call: string
  readonly position: number
  readonly at: number
  /** Key of its series. */
  readonly series: string
  /** The word that says what was called; undefined where the series does. */
  readonly called: WordRef | undefined
}
/** A word by its key in the batch, or by its id where an earlier batch has written it. */
export type WordRef = string | number

/** A call that has ended or was refused. */
interface EndedCall {
  readonly position: number
  readonly at: number
  readonly series: string
  readonly count: number
  /** Position of its outcome; 0 where it was refused. */
  readonly outcome: number
}

/** Of one series, in one hour or day that begins at `from`. */
interface Sum {
  readonly series: string
  readonly from: number
  count: number
  first: number
  last: number
}
/** Positions of calls that began in an hour: no other ones did. */
interface Span {
  readonly hour: number
  low: number
  high: number
}

/** What a batch of entries adds to the index. */
export interface Batch {
  readonly series: ReadonlySet<string>
  readonly words: ReadonlyMap<string, Word>
  readonly marks: readonly (readonly [word: string, position: number])[]
  readonly calls: readonly EndedCall[]
  readonly hours: readonly Sum[]
  readonly days: readonly Sum[]
  readonly spans: readonly Span[]
  /** What was called in series of many names. */
  readonly loose: readonly (readonly [series: string, word: WordRef])[]
  readonly opened: readonly OpenCall[]
  /** Calls of earlier batches that have ended. */
  readonly closed: readonly string[]
}

/** Calls that end in these entries and have begun before them. */
export const endedFromBefore = (entries: readonly StoredEntry[]): string[] => {
  const begun = new Set<CallId>()
  const found: string[] = []
  for (const { entry } of entries) {
    if (entry.type === 'call.intent') begun.add(entry.call)
    else if (entry.type === 'call.outcome' && !begun.has(entry.call)) found.push(entry.call)
  }
  return found
}

/** `before`: of the calls that have begun before, those that the index knows. */
export const batchOf = (
  entries: readonly StoredEntry[],
  before: ReadonlyMap<string, OpenCall>,
): Batch => {
  const words = new Map<string, Word>()
  const marks: [string, number][] = []
  const calls: EndedCall[] = []
  const loose = new Map<string, readonly [string, WordRef]>()
  const opened = new Map<string, OpenCall>()
  const closed: string[] = []
  const concluded = createConcluded()

  const begin = (position: number, entry: Beginning): void => {
    for (const word of wordsOf(entry)) {
      const key = keyOfWord(word)
      words.set(key, word)
      marks.push([key, position])
    }
    const text = calledOf(entry)
    const called = text === undefined ? undefined : keyOfWord({ field: 'called', text })
    const series = keyOfSeries(seriesOf(entry))
    const { at } = entry
    if (entry.type === 'call.intent')
      opened.set(entry.call, { call: entry.call, position, at, series, called })
    else end({ position, at, series, called }, 'count' in entry ? entry.count : 1, 0)
  }
  const end = (call: Omit<OpenCall, 'call'>, count: number, outcome: number): void => {
    const { position, at, series, called } = call
    calls.push({ position, at, series, count, outcome })
    if (called !== undefined) loose.set(`${called} ${series}`, [series, called])
  }

  for (const { position, entry } of entries) {
    if (entry.type === 'call.outcome') {
      const here = opened.get(entry.call)
      const call = here ?? before.get(entry.call)
      if (call === undefined) continue
      if (here) opened.delete(entry.call)
      else closed.push(entry.call)
      end({ ...call, series: concluded(call.series, entry.status) }, 1, position)
    } else if (isBeginning(entry)) begin(position, entry)
  }
  const hours = sumsOf(calls.map(sumOf), hourMs)
  return {
    series: new Set([...calls, ...opened.values()].map(({ series }) => series)),
    words,
    marks,
    calls,
    hours,
    days: sumsOf(hours, dayMs),
    spans: spansOf(calls),
    loose: [...loose.values()],
    opened: [...opened.values()],
    closed,
  }
}

const isBeginning = (entry: StoredEntry['entry']): entry is Beginning =>
  entry.type === 'call.intent' ||
  entry.type === 'call.refused' ||
  entry.type === 'call.refused.count'

/** The series of calls that have ended like this; a batch has many of few. */
const createConcluded = () => {
  const keys = new Map<string, string>()
  return (series: string, status: Outcome['status']): string => {
    const about = `${status} ${series}`
    const known = keys.get(about)
    if (known !== undefined) return known
    const key = keyOfSeries({ ...readSeries(series), status })
    keys.set(about, key)
    return key
  }
}

const sumOf = ({ series, at, count }: EndedCall): Sum => ({
  series,
  from: at,
  count,
  first: at,
  last: at,
})

/** Sums of shorter times added up for longer ones. */
const sumsOf = (parts: readonly Sum[], stepMs: number): Sum[] => {
  const bySeries = new Map<string, Map<number, Sum>>()
  for (const { series, from, count, first, last } of parts) {
    const begin = from - (from % stepMs)
    const sums = bySeries.get(series) ?? new Map<number, Sum>()
    if (sums.size === 0) bySeries.set(series, sums)
    const sum = sums.get(begin)
    if (sum === undefined) sums.set(begin, { series, from: begin, count, first, last })
    else {
      sum.count += count
      sum.first = Math.min(sum.first, first)
      sum.last = Math.max(sum.last, last)
    }
  }
  return [...bySeries.values()].flatMap((sums) => [...sums.values()])
}

const spansOf = (calls: readonly EndedCall[]): Span[] => {
  const spans = new Map<number, Span>()
  for (const { at, position } of calls) {
    const hour = at - (at % hourMs)
    const span = spans.get(hour)
    if (span === undefined) spans.set(hour, { hour, low: position, high: position })
    else {
      span.low = Math.min(span.low, position)
      span.high = Math.max(span.high, position)
    }
  }
  return [...spans.values()]
}

const longestKey = 128

/** What no index of a database has to bear in full: a long text is known by its SHA-256. */
const shortKey = (text: string): string =>
  text.length <= longestKey ? `=${text}` : `#${createHash('sha256').update(text).digest('hex')}`

export const keyOfWord = (word: Word): string => `${word.field}${shortKey(writtenWord(word))}`

/** As JSON: a text of PostgreSQL takes no U+0000, which a stranger may well choose. */
export const writtenWord = ({ text }: Pick<Word, 'text'>): string => JSON.stringify(text)
export const readWord = (written: unknown): string => JSON.parse(String(written))

/** The key of a series as it is looked up. */
export const digestOfSeries = (key: string): string =>
  createHash('sha256').update(key).digest('base64url')
