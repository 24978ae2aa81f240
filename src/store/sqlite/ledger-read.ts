import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Look, Way } from '../search.ts'
import { prepare } from './statements.ts'
import { readTree, type TreeReadQuestion } from './tree-read.ts'

/** What can be asked of one ledger file by reading alone; the reader's questions, and in memory the writer's too. */
export type LedgerReadQuestion =
  | ({ readonly ask: 'entries'; readonly plane: string } & Look)
  | { readonly ask: 'positions'; readonly plane: string; readonly positions: readonly number[] }
  | { readonly ask: 'seek'; readonly plane: string; readonly atMs: number }
  | { readonly ask: 'size' | 'pruning'; readonly plane: string }
  | { readonly ask: 'payload'; readonly plane: string; readonly position: number }
  | { readonly ask: 'payloads'; readonly plane: string; readonly positions: readonly number[] }
  | TreeReadQuestion

export interface EntriesAnswer {
  readonly positions: readonly number[]
  /** The bodies, joined by commas: one string clones and parses faster than many. */
  readonly bodies: string
}

type Rows = readonly (readonly [number, string])[]

const rowsOf = (db: DatabaseSync, sql: string, values: readonly SQLInputValue[]): Rows =>
  prepare(db, sql).all(...values) as unknown as Rows

export const readLedger = (db: DatabaseSync, question: LedgerReadQuestion): unknown => {
  switch (question.ask) {
    case 'entries':
      return entries(db, question)
    case 'positions':
      return answerOf(
        question.positions.flatMap((position) =>
          rowsOf(db, "select position, body from entry where position = ? and body <> ''", [
            position,
          ]),
        ),
      )
    case 'seek':
      return seek(db, question.atMs)
    case 'size':
      return size(db)
    case 'pruning': {
      const [to = 0, done = 0] = (prepare(db, 'select up_to, done from pruning').all()[0] ??
        []) as unknown as readonly number[]
      return { to, done }
    }
    case 'payloads': {
      const sql = `select position, '' from payload
        where position in (select value from json_each(?)) order by position`
      return rowsOf(db, sql, [JSON.stringify(question.positions)]).map(([position]) => position)
    }
    case 'payload': {
      const sql = 'select position, sealed from payload where position = ?'
      return rowsOf(db, sql, [question.position])[0]?.[1]
    }
    default:
      return readTree(db, question)
  }
}

const entries = (
  db: DatabaseSync,
  { from, to, most, back, types, ways, calls }: LedgerReadQuestion & { ask: 'entries' },
): EntriesAnswer => {
  const conditions = ['position between ? and ?', "body <> ''"]
  if (types !== undefined) conditions.push(`type in (${types.map(() => '?').join(', ')})`)
  if (ways.length > 0) conditions.push(`(${ways.map(passing).join(' or ')})`)
  if (calls !== undefined) conditions.push("body ->> 'call' in (select value from json_each(?))")
  const sql = `select position, body from entry where ${conditions.join(' and ')}
    order by position ${back ? 'desc' : 'asc'} limit ?`
  const pieces = ways.flatMap(({ holds, lacks }) => [...holds, ...lacks])
  const wanted = calls === undefined ? [] : [JSON.stringify(calls)]
  return answerOf(rowsOf(db, sql, [from, to, ...(types ?? []), ...pieces, ...wanted, most]))
}

const passing = ({ holds, lacks }: Way): string => {
  const tests = [...holds.map(() => 'instr(body, ?) > 0'), ...lacks.map(() => 'instr(body, ?) = 0')]
  return tests.length === 0 ? 'true' : tests.join(' and ')
}

const answerOf = (rows: Rows): EntriesAnswer => ({
  positions: rows.map(([position]) => position),
  bodies: rows.map(([, body]) => body).join(','),
})

const size = (db: DatabaseSync): number =>
  rowsOf(db, "select coalesce(max(position), 0), '' from entry", [])[0]?.[0] ?? 0

/** `latest` never falls, so bisection over positions finds the first entry that has reached `atMs`. */
const seek = (db: DatabaseSync, atMs: number): number => {
  let low = 1
  let high = size(db) + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const sql = "select latest, '' from entry where position = ?"
    const latest = rowsOf(db, sql, [middle])[0]?.[0] ?? 0
    if (latest < atMs) low = middle + 1
    else high = middle
  }
  return low
}
