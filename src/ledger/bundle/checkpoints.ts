import type { CheckpointRow, LedgerTree } from '#store/store.ts'

const atOnce = 500

/** The oldest checkpoint of a generation that covers so many entries; sizes never fall. */
export const firstCovering = async (
  tree: Pick<LedgerTree, 'checkpoints' | 'standing'>,
  generation: number,
  size: number,
): Promise<CheckpointRow | undefined> => {
  let low = 1
  let high = ((await tree.standing()).checkpoint?.number ?? 0) + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [row] = await tree.checkpoints(generation, middle, 1)
    if (row === undefined || row.size >= size) high = middle
    else low = middle + 1
  }
  return (await tree.checkpoints(generation, low, 1))[0]
}

/** Notes of sizes from `from` − 1 to `to`, and the last one. */
export async function* checkpointsOf(
  tree: Pick<LedgerTree, 'checkpoints' | 'standing'>,
  about: {
    readonly generation: number
    readonly from: number
    readonly to: number
    readonly last: CheckpointRow
  },
): AsyncGenerator<string> {
  const { generation, from, to, last } = about
  const first = await firstCovering(tree, generation, from - 1)
  for (let number = first?.number ?? last.number; ; ) {
    const rows = await tree.checkpoints(generation, number, atOnce)
    for (const row of rows) {
      if (row.size > to || row.number >= last.number) return yield last.note
      yield row.note
    }
    const next = rows.at(-1)
    if (next === undefined) return yield last.note
    number = next.number + 1
  }
}
