import { readSeries, type WordField } from '#domain/series.ts'
import { keyOfWord, readWord } from './batch.ts'
import type { Called, KnownSeries } from './call-index.ts'
import type { Asking } from './look.ts'
import type { Dialect, TableName, Write } from './statement.ts'

export function* listSeries(write: Write, above: number): Asking<KnownSeries[]> {
  const rows = yield write(
    (d) => `select s.id, s.said from ${d.table('series')} s
      where ${d.own('s')}s.id > ${d.bind(above)} order by s.id`,
  )
  return rows.map(([id, said]) => ({ id: Number(id), series: readSeries(String(said)) }))
}

/** Of a hashed argument there is one for each subject and month. */
const textsAtOnce = 1000

export function* findWords(
  write: Write,
  field: WordField,
  texts: readonly string[],
): Asking<number[]> {
  const found: number[] = []
  for (let from = 0; from < texts.length; from += textsAtOnce) {
    const some = texts.slice(from, from + textsAtOnce)
    const digests = some.map((text) => keyOfWord({ field, text }))
    const rows = yield write(
      (d) => `select w.id from ${d.table('word')} w
        where ${d.own('w')}${d.amongTexts('w.digest', digests)}`,
    )
    found.push(...rows.map(([id]) => Number(id)))
  }
  return found
}

export function* listCalled(
  write: Write,
  {
    series,
    words,
    most,
  }: { series: readonly number[]; words: readonly number[] | undefined; most: number },
): Asking<Called[]> {
  const rows = yield write(
    (d) => `select l.series, l.word, w.said from ${d.table('loose')} l
      cross join ${d.table('word')} w
      where ${d.own('l')}${d.own('w')}w.id = l.word and ${d.among('l.series', series)}
        ${words === undefined ? '' : `and ${d.among('l.word', words)}`}
      limit ${d.bind(most)}`,
  )
  return rows.map(([one, word, text]) => ({
    series: Number(one),
    word: Number(word),
    text: readWord(text),
  }))
}

/** Every row, ids resolved: two indexes of one ledger say the same, in whichever steps they were made. */
export function* dump(write: Write): Asking<string[]> {
  const said: string[] = []
  for (const text of dumps) {
    const rows = yield write(text)
    said.push(...rows.map((row) => row.join(' ')))
  }
  return said.sort()
}

const dumps: readonly ((d: Dialect) => string)[] = [
  (d) => `select 'call', c.position, c.at, c.count, c.outcome, s.said
    from ${d.table('call')} c cross join ${d.table('series')} s where ${d.own('c')}${d.own('s')}s.id = c.series`,
  (d) => `select 'mark', m.position, w.field, w.said, (select count(*) from ${d.table('marked')} k
      where ${d.own('k')}k.position = m.position and k.word = m.word)
    from ${d.table('mark')} m cross join ${d.table('word')} w where ${d.own('m')}${d.own('w')}w.id = m.word`,
  (d) => `select 'loose', w.said, s.said from ${d.table('loose')} l
    cross join ${d.table('word')} w cross join ${d.table('series')} s
    where ${d.own('l')}${d.own('w')}${d.own('s')}w.id = l.word and s.id = l.series`,
  (d) => `select 'open', o.call, o.position, o.at, s.said from ${d.table('open')} o
    cross join ${d.table('series')} s where ${d.own('o')}${d.own('s')}s.id = o.series`,
  ...(['hour', 'day'] as const satisfies TableName[]).map(
    (table) => (d: Dialect) =>
      `select '${table}', r.start, r.count, r.first, r.last, s.said
      from ${d.table(table)} r cross join ${d.table('series')} s where ${d.own('r')}${d.own('s')}s.id = r.series`,
  ),
  (d) => `select 'span', p.hour, p.low, p.high from ${d.table('span')} p where ${d.own('p')}true`,
]
