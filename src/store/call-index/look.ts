import { hourMs, readWord } from './batch.ts'
import type {
  Answers,
  Asks,
  Bar,
  CountedWord,
  Found,
  Group,
  Looked,
  Mark,
  Question,
  Tallied,
} from './call-index.ts'
import { type Piece, piecesOf } from './pieces.ts'
import type { Dialect, Statement, Write } from './statement.ts'

export type Row = readonly (number | string | null)[]
/** Asks the database for rows, one statement after the other; whoever runs it does so in one transaction. */
export type Asking<T> = Generator<Statement, T, readonly Row[]>

/** Answers a question; undefined where there is a series that it does not know of. */
export function* look(
  write: Write,
  question: Question,
): Asking<(Looked & Answers[Asks['ask']]) | undefined> {
  const [newest] = yield write(
    (d) => `select max(s.id) from ${d.table('series')} s where ${d.own('s')}true`,
  )
  if (Number(newest?.[0] ?? 0) > question.known.id) return undefined
  const [stands] = yield write((d) => d.cursor)
  const cursor = Number(stands?.[0] ?? 0)
  const open = yield* openCalls(write, question.open)
  // Everything that the index holds is below that.
  const before = (question.before ?? cursor + 1) > cursor ? undefined : question.before
  const from = (question.from ?? 1) <= 1 ? undefined : question.from
  return { cursor, open, ...(yield* answerOf(write, { ...question, before, from })) }
}

function* openCalls(write: Write, series: readonly number[]): Asking<number[]> {
  if (series.length === 0) return []
  const rows = yield write(
    (d) => `select o.position from ${d.table('open')} o
      where ${d.own('o')}${d.among('o.series', series)} order by o.position desc`,
  )
  return rows.map(([position]) => Number(position))
}

function* answerOf(
  write: Write,
  question: Question,
): Asking<{ read: number } & Answers[Asks['ask']]> {
  switch (question.ask) {
    case 'page':
      return yield* page(write, question, question.most)
    case 'tally':
      return yield* tally(write, question)
    case 'histogram':
      return yield* histogram(write, question, question.stepMs)
    case 'words':
      return yield* words(write, question)
  }
}

/** Where calls are looked for one by one. */
interface Reach {
  readonly group: Group
  readonly marks: readonly Mark[]
  readonly since: number
  readonly until: number
  /** Positions, both included. */
  readonly low: number
  readonly high: number
}

/** Undefined where no call can be there. */
function* reachOf(
  write: Write,
  { marks, from: lowest, before }: Question,
  group: Group,
  { from, to }: Pick<Piece, 'from' | 'to'>,
): Asking<Reach | undefined> {
  const [row] = yield write(
    (d) => `select min(s.low), max(s.high) from ${d.table('span')} s
      where ${d.own('s')}s.hour >= ${d.bind(from - (from % hourMs))} and s.hour < ${d.bind(to)}`,
  )
  const [low, high] = row ?? []
  if (low === null || low === undefined) return undefined
  const top = Math.min(Number(high), (before ?? Number.MAX_SAFE_INTEGER) - 1)
  const bottom = Math.max(Number(low), lowest ?? 1)
  return bottom > top ? undefined : { group, marks, since: from, until: to, low: bottom, high: top }
}

/** Of the marks that a call must bear the one that it is looked up by. */
const driverOf = ({ group, marks }: Reach): readonly number[] | undefined =>
  marks.find(({ not }) => !not)?.words ?? group.called

/** What no sum of whole hours says. */
const isOfSingleCalls = ({ groups, marks, from, before }: Question): boolean =>
  marks.length > 0 ||
  from !== undefined ||
  before !== undefined ||
  groups.some(({ called }) => called !== undefined)

/** `from` and `where` of calls within reach; by `series` in order of them, by position over all. */
export const within =
  (reach: Reach, way: 'series' | 'positions', joined = '') =>
  (d: Dialect): string => {
    const driver = driverOf(reach)
    const { group, since, until, low, high } = reach
    const source =
      driver === undefined
        ? `${d.table('call')} c ${joined} where ${d.own('c')}`
        : `${d.table('mark')} m cross join ${d.table('call')} c ${joined}
           where ${d.own('m')}${d.own('c')}c.position = m.position and ${d.among('m.word', driver)} and
             m.position between ${d.bind(low)} and ${d.bind(high)} and `
    const isBySeries = driver === undefined && way === 'series'
    const series = d.among(isBySeries ? 'c.series' : d.plain('c.series'), group.series)
    const positions = `c.position between ${d.bind(low)} and ${d.bind(high)}`
    const times = `c.at >= ${d.bind(since)} and c.at < ${d.bind(until)}`
    return `from ${source}${series} and ${positions} and ${times}${bears(reach, driver, d)}`
  }

const bears = (
  { group, marks }: Reach,
  driver: readonly number[] | undefined,
  d: Dialect,
): string =>
  [...marks, ...(group.called === undefined ? [] : [{ words: group.called, not: false }])]
    .filter(({ words }) => words !== driver)
    .map(
      ({ words, not }) => ` and ${not ? 'not ' : ''}exists (
        select 1 from ${d.table('marked')} k
        where ${d.own('k')}k.position = c.position and ${d.among('k.word', words)})`,
    )
    .join('')

/** So many look-ups of a series cost what reading one after the other costs. */
const rowsPerSeek = 4

const wayOf = ({ group, low, high }: Reach): 'series' | 'positions' =>
  group.series.length * rowsPerSeek < high - low ? 'series' : 'positions'

function* tally(write: Write, question: Question): Asking<{ read: number; tally: Tallied[] }> {
  const sums = new Map<number, Tallied>()
  let read = 0
  const finest = isOfSingleCalls(question) ? 'call' : 'day'
  for (const group of question.groups) {
    for (const piece of piecesOf(question.since, question.until, finest)) {
      const rows = yield* tallyPiece(write, question, group, piece)
      for (const [series, count, first, last, rowsRead] of rows) {
        read += Number(rowsRead)
        add(sums, Number(series), Number(count), Number(first), Number(last))
      }
    }
  }
  return { read, tally: [...sums.values()] }
}

function* tallyPiece(
  write: Write,
  question: Question,
  group: Group,
  piece: Piece,
): Asking<readonly Row[]> {
  if (group.series.length === 0) return []
  if (piece.by !== 'call') return yield write((d) => rollup(d, group, piece, 'r.series'))
  const reach = yield* reachOf(write, question, group, piece)
  if (reach === undefined) return []
  return yield write(
    (d) => `select c.series, sum(c.count), min(c.at), max(c.at), count(*)
      ${within(reach, wayOf(reach))(d)} group by c.series`,
  )
}

export const rollup = (
  d: Dialect,
  group: Group,
  piece: Piece,
  by: 'r.series' | 'r.start',
): string =>
  `select ${by}, sum(r.count), min(r.first), max(r.last), count(*)
    from ${d.table(piece.by === 'day' ? 'day' : 'hour')} r
    where ${d.own('r')}${d.among('r.series', group.series)}
      and r.start >= ${d.bind(piece.from)} and r.start < ${d.bind(piece.to)}
    group by ${by}`

const add = (
  sums: Map<number, Tallied>,
  series: number,
  count: number,
  first: number,
  last: number,
): void => {
  const sum = sums.get(series) ?? { series, count: 0, first, last }
  sums.set(series, {
    series,
    count: sum.count + count,
    first: Math.min(sum.first, first),
    last: Math.max(sum.last, last),
  })
}

function* histogram(
  write: Write,
  question: Question,
  stepMs: number,
): Asking<{ read: number; bars: Bar[] }> {
  const counts = new Map<string, Bar>()
  let read = 0
  const isRaw = isOfSingleCalls(question) || stepMs % hourMs !== 0
  const finest = isRaw ? 'call' : stepMs % (24 * hourMs) === 0 ? 'day' : 'hour'
  for (const [group, asked] of question.groups.entries()) {
    for (const piece of piecesOf(question.since, question.until, finest)) {
      for (const [start, count, , , rowsRead] of yield* barsOf(
        write,
        question,
        asked,
        piece,
        stepMs,
      )) {
        read += Number(rowsRead)
        const at = Number(start) - (Number(start) % stepMs)
        const key = `${group} ${at}`
        counts.set(key, { group, at, count: (counts.get(key)?.count ?? 0) + Number(count) })
      }
    }
  }
  return { read, bars: [...counts.values()] }
}

function* barsOf(
  write: Write,
  question: Question,
  group: Group,
  piece: Piece,
  stepMs: number,
): Asking<readonly Row[]> {
  if (group.series.length === 0) return []
  if (piece.by !== 'call') return yield write((d) => rollup(d, group, piece, 'r.start'))
  const reach = yield* reachOf(write, question, group, piece)
  if (reach === undefined) return []
  return yield write(
    (d) => `select c.at - c.at % ${d.bind(stepMs)} as start, sum(c.count), 0, 0, count(*)
      ${within(reach, wayOf(reach))(d)} group by 1`,
  )
}

function* words(
  write: Write,
  question: Question & { ask: 'words' },
): Asking<{ read: number; words: CountedWord[] }> {
  const found = new Map<string, CountedWord>()
  let read = 0
  for (const group of question.groups) {
    const reach = yield* windowOf(write, question, group)
    if (reach === undefined) continue
    const rows = yield write(
      (d) => `select w.said, sum(c.count), min(c.at), max(c.at), count(*)
        ${within(reach, wayOf(reach), joinedWords(d))(d)}
          and ${d.own('k')}k.position = c.position
          and ${d.own('w')}w.id = k.word and w.field = ${d.bind(question.field)}
        group by w.id, w.said`,
    )
    for (const [written, count, first, last, rowsRead] of rows) {
      read += Number(rowsRead)
      const text = readWord(written)
      const known = found.get(text)
      found.set(text, {
        text,
        count: Number(count) + (known?.count ?? 0),
        first: Math.min(Number(first), known?.first ?? Number.MAX_SAFE_INTEGER),
        last: Math.max(Number(last), known?.last ?? 0),
      })
    }
  }
  const most = [...found.values()].sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
  return { read, words: most.slice(0, question.most) }
}

const joinedWords = (d: Dialect): string =>
  `cross join ${d.table('marked')} k cross join ${d.table('word')} w`

function* windowOf(write: Write, question: Question, group: Group): Asking<Reach | undefined> {
  const { since: from = 0, until: to = Number.MAX_SAFE_INTEGER } = question
  if (group.series.length === 0) return undefined
  return yield* reachOf(write, question, group, { from, to })
}

/** Fewer lists than these are asked each for its newest at once. */
const fewLists = 16
/** Else so many positions are tried first: where many calls are asked for, they are among the newest. */
const triedPositions = 2000

function* page(
  write: Write,
  question: Question,
  most: number,
): Asking<{ read: number; found: Found[] }> {
  let found: Found[] = []
  let read = 0
  for (const group of question.groups) {
    const reach = yield* windowOf(write, question, group)
    if (reach === undefined) continue
    // What is older than a whole page of others is on none.
    const last = found.length < most ? undefined : found.at(-1)
    const low = Math.max(reach.low, (last?.position ?? 0) + 1)
    if (low > reach.high) continue
    const more = yield* newest(write, { ...reach, low }, most)
    read += more.length
    found = [...found, ...more].sort((a, b) => b.position - a.position).slice(0, most)
  }
  return { read, found }
}

function* newest(write: Write, reach: Reach, most: number): Asking<Found[]> {
  const driver = driverOf(reach)
  const lists = driver ?? reach.group.series
  if (lists.length <= fewLists) return yield* fromLists(write, reach, most)
  if (driver === undefined) {
    const low = Math.max(reach.low, reach.high - triedPositions + 1)
    const tried = yield* ordered(write, { ...reach, low }, 'positions', most)
    if (tried.length >= most || low === reach.low) return tried
  }
  return yield* fromLists(write, reach, most)
}

const listOf = (reach: Reach, id: number): Reach => {
  const driver = driverOf(reach)
  if (driver === undefined) return { ...reach, group: { ...reach.group, series: [id] } }
  const { group, marks } = reach
  return group.called === driver
    ? { ...reach, group: { ...group, called: [id] } }
    : {
        ...reach,
        marks: marks.map((one) => (one.words === driver ? { ...one, words: [id] } : one)),
      }
}

function* fromLists(write: Write, reach: Reach, most: number): Asking<Found[]> {
  let found: Found[] = []
  for (const id of driverOf(reach) ?? reach.group.series) {
    const last = found.length < most ? undefined : found.at(-1)
    const low = Math.max(reach.low, (last?.position ?? 0) + 1)
    const one = listOf({ ...reach, low }, id)
    if (low > reach.high) return found
    const more = yield* ordered(write, one, 'series', most)
    found = [...found, ...more].sort((a, b) => b.position - a.position).slice(0, most)
  }
  return found
}

function* ordered(
  write: Write,
  reach: Reach,
  way: 'series' | 'positions',
  most: number,
): Asking<Found[]> {
  const by = driverOf(reach) === undefined ? 'c.position' : 'm.position'
  const rows = yield write(
    (d) => `select c.position, c.outcome ${within(reach, way)(d)}
      order by ${by} desc limit ${d.bind(most)}`,
  )
  return rows.map(([position, outcome]) => ({
    position: Number(position),
    outcome: Number(outcome),
  }))
}
