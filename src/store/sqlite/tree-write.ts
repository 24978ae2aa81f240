import type { DatabaseSync } from 'node:sqlite'
import type { CheckpointRow } from '../store.ts'
import { prepare } from './statements.ts'

export type TreeWriteQuestion = { readonly plane: string } & (
  | {
      readonly ask: 'grow'
      readonly generation: number
      readonly from: number
      readonly to: number
      /** Flat, three a tile: level, index, bytes. */
      readonly places: readonly number[]
      /** Of all tiles, one behind the other. */
      readonly hashes: Uint8Array
    }
  | { readonly ask: 'addCheckpoint'; readonly row: CheckpointRow }
  | { readonly ask: 'begin'; readonly generation: number }
  | { readonly ask: 'thin'; readonly generation: number; readonly numbers: readonly number[] }
)

/** Within a transaction. False, and nothing is written: see `LedgerTree`. */
export const writeTree = (db: DatabaseSync, question: TreeWriteQuestion): boolean => {
  switch (question.ask) {
    case 'grow':
      return grow(db, question)
    case 'addCheckpoint':
      return addCheckpoint(db, question.row)
    case 'begin':
      return begin(db, question.generation)
    case 'thin':
      return thin(db, question)
  }
}

const grow = (
  db: DatabaseSync,
  { generation, from, to, places, hashes }: TreeWriteQuestion & { ask: 'grow' },
): boolean => {
  const size = prepare(
    db,
    `update tree set size = ?3
     where generation = ?1 and size = ?2 and ?2 <= ?3
       and generation = (select max(generation) from tree)
       and ?3 <= (select coalesce(max(position), 0) from entry)`,
  )
  if (size.run(generation, from, to).changes === 0) return false
  const put = prepare(
    db,
    `insert into tile (generation, level, number, hashes) values (?, ?, ?, ?)
     on conflict do update set hashes = excluded.hashes`,
  )
  let offset = 0
  for (let at = 0; at < places.length; at += 3) {
    const [level = 0, index = 0, bytes = 0] = places.slice(at, at + 3)
    put.run(generation, level, index, hashes.subarray(offset, offset + bytes))
    offset += bytes
  }
  return true
}

const addCheckpoint = (
  db: DatabaseSync,
  { generation, number, size, root, at, note }: CheckpointRow,
): boolean => {
  const add = prepare(
    db,
    `insert into checkpoint (generation, number, size, root, at, note)
     select ?1, ?2, ?3, ?4, ?5, ?6
     where ?3 <= (
       select size from tree where generation = ?1 and generation = (select max(generation) from tree)
     ) and case when ?2 = 1
       then not exists (select 1 from checkpoint where generation = ?1)
       else (
         select number = ?2 - 1 and at <= ?5 and (size < ?3 or size = ?3 and root = ?4)
         from checkpoint where generation = ?1 order by number desc limit 1
       ) end`,
  )
  return add.run(generation, number, size, root, at, note).changes === 1
}

const thin = (
  db: DatabaseSync,
  { generation, numbers }: TreeWriteQuestion & { ask: 'thin' },
): boolean => {
  // The oldest first: what makes one needless is a later one of its hour or day.
  const remove = prepare(db, 'delete from checkpoint where generation = ? and number = ?')
  for (const number of numbers) remove.run(generation, number)
  return true
}

const begin = (db: DatabaseSync, generation: number): boolean => {
  const add = prepare(
    db,
    'insert into tree (generation, size) select ?1, 0 where ?1 - 1 = (select max(generation) from tree)',
  )
  return add.run(generation).changes === 1
}
