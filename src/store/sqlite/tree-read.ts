import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { hashBytes, leafHash } from '#lib/merkle.ts'
import { type TileId, tileWidth } from '#lib/tile.ts'
import type { CheckpointRow, TreeStanding } from '../store.ts'
import { prepare } from './statements.ts'

export type TreeReadQuestion = { readonly plane: string } & (
  | { readonly ask: 'treeStanding' }
  | { readonly ask: 'leafHashes'; readonly from: number; readonly most: number }
  | {
      readonly ask: 'tiles'
      readonly places: readonly TileId[]
      readonly generation: number | undefined
    }
  | { readonly ask: 'countCheckpoints'; readonly generation: number }
  | {
      readonly ask: 'checkpoints'
      readonly generation: number
      readonly from: number
      readonly most: number
    }
)

type Row = readonly (string | number | Uint8Array)[]

const rowsOf = (db: DatabaseSync, sql: string, values: readonly SQLInputValue[] = []): Row[] =>
  prepare(db, sql).all(...values) as unknown as Row[]

export const readTree = (db: DatabaseSync, question: TreeReadQuestion): unknown => {
  switch (question.ask) {
    case 'treeStanding':
      return treeStanding(db)
    case 'leafHashes':
      return leafHashes(db, question)
    case 'tiles':
      return tiles(db, question)
    case 'countCheckpoints': {
      const sql = 'select count(*) from checkpoint where generation = ?'
      return rowsOf(db, sql, [question.generation])[0]?.[0]
    }
    case 'checkpoints':
      return rowsOf(db, `${columns} where generation = ? and number >= ? order by number limit ?`, [
        question.generation,
        question.from,
        question.most,
      ]).map(checkpointOf)
  }
}

const columns = 'select generation, number, size, root, at, note from checkpoint'

const checkpointOf = ([generation, number, size, root, at, note]: Row): CheckpointRow =>
  ({ generation, number, size, root, at, note }) as CheckpointRow

export const treeStanding = (db: DatabaseSync): Omit<TreeStanding, 'plane'> => {
  const [row] = rowsOf(
    db,
    `select generation, size, (select coalesce(max(position), 0) from entry)
     from tree order by generation desc limit 1`,
  )
  const [generation, size, entries] = row as readonly number[] as readonly [number, number, number]
  const newest = `${columns} where generation = ? order by number desc limit 1`
  const [checkpoint] = rowsOf(db, newest, [generation]).map(checkpointOf)
  return { generation, entries, size, checkpoint }
}

/** One buffer of its own, so that nothing else crosses threads with it. */
const leafHashes = (
  db: DatabaseSync,
  { from, most }: TreeReadQuestion & { ask: 'leafHashes' },
): Uint8Array => {
  const sql = 'select body from entry where position between ? and ? order by position'
  const bodies = rowsOf(db, sql, [from, from + most - 1])
  const hashes = new Uint8Array(bodies.length * hashBytes)
  for (const [at, [body]] of bodies.entries())
    hashes.set(body === '' ? keptLeaf(db, from + at) : leafHash(String(body)), at * hashBytes)
  return hashes
}

/** Of an entry whose body has gone: what the newest tree that has it says. */
const keptLeaf = (db: DatabaseSync, position: number): Uint8Array => {
  const index = position - 1
  const place = index % tileWidth
  const sql = `select substr(hashes, ? + 1, ${hashBytes}) from tile
    where level = 0 and number = ? and length(hashes) >= ? + ${hashBytes}
    order by generation desc limit 1`
  const begins = place * hashBytes
  const [row] = rowsOf(db, sql, [begins, Math.floor(index / tileWidth), begins])
  return (row?.[0] as Uint8Array | undefined) ?? new Uint8Array(hashBytes)
}

const tiles = (
  db: DatabaseSync,
  { places, generation }: TreeReadQuestion & { ask: 'tiles' },
): (Uint8Array | undefined)[] => {
  const sql = `select hashes from tile
    where generation = coalesce(?, (select max(generation) from tree)) and level = ? and number = ?`
  return places.map(
    ({ level, index }) => rowsOf(db, sql, [generation ?? null, level, index])[0]?.[0] as Uint8Array,
  )
}
