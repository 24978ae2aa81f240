import type { Pruned } from '#domain/entry.ts'
import type { LedgerFile } from '#store/store.ts'

const saidAtOnce = 1000

/** The entry that says that the body of a position went; undefined where it is kept. */
export const findPruned = async (
  file: Pick<LedgerFile, 'pruning' | 'read'>,
  position: number,
): Promise<Pruned | undefined> => {
  if (position > (await file.pruning()).to) return undefined
  for (let from = position; ; ) {
    const said = await file.read(from, saidAtOnce, { types: ['ledger.pruned'] })
    for (const { entry } of said)
      if (entry.type === 'ledger.pruned' && entry.bodies !== undefined && position <= entry.to)
        return entry
    const last = said.at(-1)
    if (last === undefined || said.length < saidAtOnce) return undefined
    from = last.position + 1
  }
}
