import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { WordField } from '#domain/series.ts'
import type { Known, Question } from '../call-index/call-index.ts'
import { dump, findWords, listCalled, listSeries } from '../call-index/known.ts'
import { type Asking, look, type Row } from '../call-index/look.ts'
import { writeForSqlite } from '../call-index/statement.ts'
import { entriesOf } from '../search.ts'
import { type Folder, indexFolder, makeFolder } from './files.ts'
import { openIndex, removeIndex } from './index-file.ts'
import { digestOfEntry, takeEntries } from './index-write.ts'
import type { EntriesAnswer } from './ledger-read.ts'

export type IndexQuestion =
  | { readonly ask: 'cursor' | 'clear' | 'dump'; readonly plane: string }
  | ({ readonly ask: 'take'; readonly plane: string; readonly from: number } & EntriesAnswer)
  | ({ readonly ask: 'begin'; readonly plane: string } & EntriesAnswer)
  | { readonly ask: 'series'; readonly plane: string; readonly known: Known }
  | {
      readonly ask: 'words'
      readonly plane: string
      readonly field: WordField
      readonly texts: readonly string[]
    }
  | {
      readonly ask: 'called'
      readonly plane: string
      readonly series: readonly number[]
      readonly words: readonly number[] | undefined
      readonly most: number
    }
  | { readonly ask: 'look'; readonly plane: string; readonly question: Question }
  | { readonly ask: 'close' }

/** Owns the index of every plane, writing and reading. Runs in a worker. */
export const createCallIndexes = (folder: Folder): ((question: IndexQuestion) => unknown) => {
  const indexes = new Map<string, DatabaseSync>()
  if (folder !== 'memory') makeFolder(indexFolder(folder))

  const opened = (plane: string): DatabaseSync => {
    const known = indexes.get(plane)
    if (known !== undefined) return known
    const db = openIndex(folder, plane)
    indexes.set(plane, db)
    return db
  }
  const clear = (plane: string): void => {
    indexes.get(plane)?.close()
    indexes.delete(plane)
    removeIndex(folder, plane)
  }

  return (question) => {
    if (question.ask === 'close') {
      for (const db of indexes.values()) db.close()
      return indexes.clear()
    }
    if (question.ask === 'clear') return clear(question.plane)
    const db = opened(question.plane)
    switch (question.ask) {
      case 'cursor':
        return run(db, cursorOf())
      case 'begin': {
        const [entry] = entriesOf(question.positions, question.bodies)
        if (!isOf(db, entry && digestOfEntry(entry))) clear(question.plane)
        return run(opened(question.plane), cursorOf())
      }
      case 'take':
        return takeEntries(db, entriesOf(question.positions, question.bodies), question.from)
      case 'series':
        return seriesOf(db, question.known)
      case 'words':
        return run(db, findWords(writeForSqlite, question.field, question.texts))
      case 'called':
        return run(db, listCalled(writeForSqlite, question))
      case 'look':
        return question.question.known.generation === generationOf(db)
          ? run(db, look(writeForSqlite, question.question))
          : undefined
      case 'dump':
        return run(db, dump(writeForSqlite))
    }
  }
}

let generations = 0
const generation = new WeakMap<DatabaseSync, number>()
/** What was known of an index that is open no longer is known no longer. */
const generationOf = (db: DatabaseSync): number => {
  const known = generation.get(db) ?? ++generations
  generation.set(db, known)
  return known
}

const seriesOf = (db: DatabaseSync, known: Known) => {
  const now = generationOf(db)
  const above = now === known.generation ? known.id : 0
  const series = run(db, listSeries(writeForSqlite, above))
  return { generation: now, id: series.at(-1)?.id ?? above, series }
}

/** Whether the last entry that the index has taken is this one. */
const isOf = (db: DatabaseSync, digest: string | undefined): boolean => {
  const row = db.prepare('select position, digest from cursor').get()
  return row?.position === 0 || row?.digest === digest
}

function* cursorOf(): Asking<number> {
  const [row] = yield writeForSqlite((d) => d.cursor)
  return Number(row?.[0] ?? 0)
}

const keptStatements = 200
const prepared = new WeakMap<DatabaseSync, Map<string, StatementSync>>()

const prepare = (db: DatabaseSync, text: string): StatementSync => {
  const statements = prepared.get(db) ?? new Map<string, StatementSync>()
  prepared.set(db, statements)
  const known = statements.get(text)
  if (known !== undefined) return known
  if (statements.size >= keptStatements) statements.clear()
  const statement = db.prepare(text)
  statement.setReturnArrays(true)
  statements.set(text, statement)
  return statement
}

/** All of it sees one state: nothing is written meanwhile, for this thread is the one that writes. */
const run = <T>(db: DatabaseSync, asking: Asking<T>): T => {
  let next = asking.next()
  while (!next.done) {
    const { text, values } = next.value
    const rows = prepare(db, text).all(...(values as SQLInputValue[])) as unknown as readonly Row[]
    next = asking.next(rows)
  }
  return next.value
}
