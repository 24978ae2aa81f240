import type { Series, WordField } from '#domain/series.ts'

/**
 * What is derived from a plane's ledger so that calls are found and counted without reading it: never
 * an authority, and built anew from the first entry where it was lost. One row a call that has ended or
 * was refused, counts of them by series, per hour and per day of UTC, and beside them the calls that
 * are under way. All of it moves on together with the cursor, in one transaction.
 */
export interface CallIndex {
  /**
   * Takes the entries behind the cursor, at most `most` of them, each once whoever takes them.
   * Undefined where another process does.
   */
  step(most: number): Promise<Stepped | undefined>
  /** Forgets everything: the next step begins with the first entry. */
  clear(): Promise<void>
  /** Series that are not known yet, in order of their ids; all, where the index was made anew. */
  listSeries(known: Known): Promise<Known & { readonly series: readonly KnownSeries[] }>
  /** The ids of those words that any call bears. */
  findWords(field: WordField, texts: readonly string[]): Promise<number[]>
  /** What was called in series of many names, at most `most` of it; all of it, or where it is one of these texts. */
  listCalled(about: {
    readonly series: readonly number[]
    readonly texts: readonly string[] | undefined
    readonly most: number
  }): Promise<Called[]>
  /** Undefined where there is a series that the question does not know of. */
  look<A extends Asks>(question: Question<A>): Promise<(Looked & Answers[A['ask']]) | undefined>
  /** Everything that it says, in one order, for comparing; a few thousand calls at most. */
  dump(): Promise<string[]>
}

/** Where a follower of a ledger stands: the last position that it has taken, and the newest that there is. */
export interface Stepped {
  readonly cursor: number
  readonly size: number
}

/** As far as the series of an index are known: each that it was made anew is another generation. */
export interface Known {
  readonly generation: number
  /** Of the newest. */
  readonly id: number
}
export interface KnownSeries {
  readonly id: number
  readonly series: Series
}
export interface Called {
  readonly series: number
  readonly word: number
  /** See `readCalled`. */
  readonly text: string
}

/** Calls of these series, and where `called` is given those among them that bear one of these words. */
export interface Group {
  readonly series: readonly number[]
  readonly called: readonly number[] | undefined
}

/** Calls that bear one of these words, or with `not` none of them. */
export interface Mark {
  readonly words: readonly number[]
  readonly not: boolean
}

export type Asks =
  /** The newest so many, newest first. */
  | { readonly ask: 'page'; readonly most: number }
  /** How many they are, by series. */
  | { readonly ask: 'tally' }
  /** How many they are, by group and by steps of time. */
  | { readonly ask: 'histogram'; readonly stepMs: number }
  /** The most frequent words of a field. */
  | { readonly ask: 'words'; readonly field: WordField; readonly most: number }

export type Question<A extends Asks = Asks> = A & {
  readonly known: Known
  /** No call is in two groups. */
  readonly groups: readonly Group[]
  /** All of them hold. */
  readonly marks: readonly Mark[]
  /** By the time of its beginning: from the one on and before the other, UTC milliseconds. */
  readonly since: number | undefined
  readonly until: number | undefined
  /** By position: from the one on, and below the other. */
  readonly from: number | undefined
  readonly before: number | undefined
  /** Series of calls that are under way, which are told whatever else is asked. */
  readonly open: readonly number[]
}

export interface Looked {
  /** What is answered is so up to this position. */
  readonly cursor: number
  /** Positions of calls under way, of the series that were asked for. */
  readonly open: readonly number[]
  /** Rows of the index that were read for it: what an answer costs. */
  readonly read: number
}

export interface Answers {
  readonly page: { readonly found: readonly Found[] }
  readonly tally: { readonly tally: readonly Tallied[] }
  readonly histogram: { readonly bars: readonly Bar[] }
  readonly words: { readonly words: readonly CountedWord[] }
}
/** Where a call stands in the ledger. */
export interface Found {
  readonly position: number
  /** Of its outcome; 0 where it was refused. */
  readonly outcome: number
}
interface Counted {
  readonly count: number
  /** When the first and the last of them began. */
  readonly first: number
  readonly last: number
}
export interface Tallied extends Counted {
  readonly series: number
}
export interface CountedWord extends Counted {
  readonly text: string
}
export interface Bar {
  readonly group: number
  readonly at: number
  readonly count: number
}
