import { createHash } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  type Batch,
  batchOf,
  digestOfSeries,
  endedFromBefore,
  type OpenCall,
  type WordRef,
  writtenWord,
} from '../call-index/batch.ts'
import type { StoredEntry } from '../store.ts'

const sum = (table: string) => `
  insert into ${table} (series, start, count, first, last) values (?, ?, ?, ?, ?)
  on conflict (series, start) do update set count = count + excluded.count,
    first = min(first, excluded.first), last = max(last, excluded.last)`

const texts = {
  findSeries: 'select id from series where digest = ?',
  addSeries: 'insert into series (digest, said) values (?, ?)',
  findWord: 'select id from word where digest = ?',
  addWord: 'insert into word (digest, field, said) values (?, ?, ?)',
  addCall: 'insert into call (position, at, series, count, outcome) values (?, ?, ?, ?, ?)',
  addMark: 'insert or ignore into mark (word, position) values (?, ?)',
  addMarked: 'insert or ignore into marked (position, word) values (?, ?)',
  addLoose: 'insert or ignore into loose (series, word) values (?, ?)',
  addOpen: 'insert into open (call, position, at, series, called) values (?, ?, ?, ?, ?)',
  findOpen: `select position, at, said, called from open join series on series.id = open.series where call = ?`,
  removeOpen: 'delete from open where call = ?',
  addHour: sum('hour'),
  addDay: sum('day'),
  addSpan: `insert into span (hour, low, high) values (?, ?, ?)
    on conflict (hour) do update set low = min(low, excluded.low), high = max(high, excluded.high)`,
  stands: 'select position from cursor',
  move: 'update cursor set position = ?, digest = ?',
  begin: 'begin immediate',
  commit: 'commit',
} as const
type Statements = { readonly [Name in keyof typeof texts]: StatementSync }

const prepared = new WeakMap<DatabaseSync, Statements>()
const statementsOf = (db: DatabaseSync): Statements => {
  const known = prepared.get(db)
  if (known) return known
  const made = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, db.prepare(text)]),
  ) as Statements
  prepared.set(db, made)
  return made
}

/**
 * Adds what follows `from`, and moves the cursor, in one transaction: `from` is where it stands, or lies
 * behind that where entries have lost their bodies.
 */
export const takeEntries = (
  db: DatabaseSync,
  entries: readonly StoredEntry[],
  from: number,
): void => {
  const last = entries.at(-1)
  if (last === undefined) return
  const statements = statementsOf(db)
  statements.begin.run()
  try {
    const stands = Number(statements.stands.get()?.position)
    if (stands > from || entries[0]?.position !== from + 1)
      throw new Error('entries that do not follow the cursor')
    writeBatch(statements, batchOf(entries, findOpen(statements, entries)))
    statements.move.run(last.position, digestOfEntry(last))
    statements.commit.run()
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

export const digestOfEntry = ({ entry }: StoredEntry): string =>
  createHash('sha256').update(JSON.stringify(entry)).digest('base64url')

const findOpen = (
  { findOpen: find }: Statements,
  entries: readonly StoredEntry[],
): Map<string, OpenCall> => {
  const found = new Map<string, OpenCall>()
  for (const call of endedFromBefore(entries)) {
    const row = find.get(call)
    if (row === undefined) continue
    const { position, at, said, called } = row
    found.set(call, {
      call,
      position: Number(position),
      at: Number(at),
      series: String(said),
      called: called === null ? undefined : Number(called),
    })
  }
  return found
}

const writeBatch = (statements: Statements, batch: Batch): void => {
  const { addCall, addMark, addMarked, addLoose, addOpen, removeOpen } = statements
  const series = seriesIds(statements, batch)
  const words = wordIds(statements, batch)
  const seriesOf = (key: string) => series.get(key) ?? 0
  const wordOf = (ref: WordRef) => (typeof ref === 'number' ? ref : (words.get(ref) ?? 0))
  for (const { position, at, series, count, outcome } of batch.calls)
    addCall.run(position, at, seriesOf(series), count, outcome)
  for (const [word, position] of batch.marks) {
    addMark.run(wordOf(word), position)
    addMarked.run(position, wordOf(word))
  }
  for (const [key, word] of batch.loose) addLoose.run(seriesOf(key), wordOf(word))
  for (const { call, position, at, series, called } of batch.opened)
    addOpen.run(call, position, at, seriesOf(series), called === undefined ? null : wordOf(called))
  for (const call of batch.closed) removeOpen.run(call)
  for (const { series, from, count, first, last } of batch.hours)
    statements.addHour.run(seriesOf(series), from, count, first, last)
  for (const { series, from, count, first, last } of batch.days)
    statements.addDay.run(seriesOf(series), from, count, first, last)
  for (const { hour, low, high } of batch.spans) statements.addSpan.run(hour, low, high)
}

const seriesIds = ({ findSeries, addSeries }: Statements, batch: Batch): Map<string, number> =>
  new Map(
    [...batch.series].map((key) => {
      const digest = digestOfSeries(key)
      const id = findSeries.get(digest)?.id ?? addSeries.run(digest, key).lastInsertRowid
      return [key, Number(id)]
    }),
  )

const wordIds = ({ findWord, addWord }: Statements, batch: Batch): Map<string, number> =>
  new Map(
    [...batch.words].map(([key, word]) => {
      const id =
        findWord.get(key)?.id ?? addWord.run(key, word.field, writtenWord(word)).lastInsertRowid
      return [key, Number(id)]
    }),
  )
