import { createHash } from 'node:crypto'
import type { Target } from './postgres/target.ts'
import type { Source, TreeTable } from './sqlite/source.ts'

const tables: readonly TreeTable[] = [
  { name: 'tree', keys: ['generation'], others: ['size'] },
  { name: 'tile', keys: ['generation', 'level', 'number'], others: ['hashes'] },
  { name: 'checkpoint', keys: ['generation', 'number'], others: ['size', 'root', 'at', 'note'] },
]
const chunk = 500

/** What was moved of a plane's tree. */
export interface MovedTree {
  readonly tiles: number
  readonly checkpoints: number
}

/** Both sides of one table: what was sent, and what stands when it is read back. */
export type Compare = (what: string, sent: string, found: string) => void

/** Tiles and checkpoints of a plane as they stand, read back and compared byte for byte. */
export const moveTree = async (
  source: Source,
  target: Target,
  plane: string,
  compare: Compare,
): Promise<MovedTree> => {
  const counts = new Map<string, number>()
  for (const table of tables) {
    const sent = await send(source, target, plane, table)
    const found = await readBack(target, plane, table)
    compare(`the ${table.name} of ${plane}`, sent.digest, found.digest)
    counts.set(table.name, sent.rows)
  }
  return { tiles: counts.get('tile') ?? 0, checkpoints: counts.get('checkpoint') ?? 0 }
}

const send = async (source: Source, target: Target, plane: string, table: TreeTable) => {
  const tally = createTally()
  const columns = ['plane', ...table.keys, ...table.others]
  for (const rows of source.tree(plane, table, chunk)) {
    await target.insert(
      `ledger_${table.name}`,
      columns,
      rows.map((row) => [plane, ...row]),
    )
    for (const row of rows) tally.add(row)
  }
  return tally.sum()
}

const readBack = async (target: Target, plane: string, { name, keys, others }: TreeTable) => {
  const tally = createTally()
  const about = { plane, columns: [...keys, ...others], keys: keys.length, most: chunk }
  for (let last: readonly unknown[] | undefined; ; ) {
    const rows = await target.rows(`ledger_${name}`, about, last)
    for (const row of rows) tally.add(row)
    last = rows.at(-1)
    if (last === undefined) return tally.sum()
  }
}

const createTally = () => {
  const hash = createHash('sha256')
  let rows = 0
  return {
    add(row: readonly unknown[]): void {
      for (const value of row) {
        const bytes = value instanceof Uint8Array ? value : Buffer.from(String(value))
        hash.update(`${bytes.length} `).update(bytes)
      }
      rows++
    },
    sum: () => ({ rows, digest: hash.digest('hex') }),
  }
}
