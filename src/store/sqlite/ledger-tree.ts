import type { PlaneId } from '#domain/name.ts'
import type { CheckpointRow, Growth, LedgerTree, TreeStanding } from '../store.ts'
import type { TreeReadQuestion } from './tree-read.ts'
import type { TreeWriteQuestion } from './tree-write.ts'

/** A plane's tree: read by whoever reads, written by the one writer, between two groups of entries. */
export const ledgerTreeOf = (
  plane: PlaneId,
  read: <Value>(question: TreeReadQuestion) => Promise<Value>,
  write: (question: TreeWriteQuestion) => Promise<boolean>,
): LedgerTree => ({
  async standing() {
    const standing = await read<Omit<TreeStanding, 'plane'>>({ ask: 'treeStanding', plane })
    return { plane, ...standing }
  },
  leafHashes: (from, most) => read({ ask: 'leafHashes', plane, from, most }),
  tiles: (places, generation) => read({ ask: 'tiles', plane, places, generation }),
  grow: (growth) => write(growQuestion(plane, growth)),
  addCheckpoint: (row) => write({ ask: 'addCheckpoint', plane, row: ownBytes(row) }),
  checkpoints: (generation, from, most) =>
    read({ ask: 'checkpoints', plane, generation, from, most }),
  countCheckpoints: (generation) => read({ ask: 'countCheckpoints', plane, generation }),
  thin: async (generation, numbers) =>
    void (await write({ ask: 'thin', plane, generation, numbers })),
  begin: (generation) => write({ ask: 'begin', plane, generation }),
  hold: async () => true,
})

/** Tiles travel as one buffer: cloned one by one, each could take a pool along. */
const growQuestion = (plane: PlaneId, { generation, from, to, tiles }: Growth) => {
  const hashes = new Uint8Array(tiles.reduce((bytes, tile) => bytes + tile.hashes.length, 0))
  let offset = 0
  for (const tile of tiles) {
    hashes.set(tile.hashes, offset)
    offset += tile.hashes.length
  }
  const places = tiles.flatMap(({ level, index, hashes: { length } }) => [level, index, length])
  return { ask: 'grow', plane, generation, from, to, places, hashes } as const
}

const ownBytes = (row: CheckpointRow): CheckpointRow => ({
  ...row,
  root: Uint8Array.from(row.root),
})
