import type { LedgerTree, TreeStanding } from '#store/store.ts'
import { checkItself, checkPublished } from './check.ts'
import type { LedgerKeys } from './keys.ts'
import type { Place } from './origin.ts'
import type { Publisher } from './publisher.ts'
import { type VerifiedCheckpoint, verifyCheckpoint } from './sign.ts'

/** What a ledger was found to be; or what speaks against it, with the published notes that it does not continue. */
export type Checked =
  | { readonly standing: TreeStanding; readonly published: readonly VerifiedCheckpoint[] }
  | {
      readonly problem: string
      readonly notes: readonly string[]
      /** The published checkpoints could not be read: nothing is known, and a later look may find it right. */
      readonly unreadable: boolean
    }

/**
 * Holds a ledger against itself, against its checkpoints and against those that were published. What a
 * restored backup, a failover that lost commits, or a hand in the database has done shows here.
 */
export const selfCheck = async ({
  tree,
  place,
  keys,
  publisher,
}: {
  tree: LedgerTree
  place: (standing: TreeStanding) => Promise<Place>
  keys: LedgerKeys
  publisher: Publisher
}): Promise<Checked> => {
  await keys.load()
  const standing = await tree.standing()
  const where = await place(standing)
  const own = await checkItself(tree, standing, where, keys.all)
  const published = await publisher.newest(where.plane).catch(unreadable)
  if ('problem' in published) return own === undefined ? published : found(own, [])
  const notes = published.map(({ note }) => note)
  if (own !== undefined) return found(own, notes)
  for (const one of published) {
    const problem = await checkPublished(tree, standing, where, one, keys.all)
    if (problem !== undefined) return found(problem, notes)
  }
  const verified = notes.map((note) => verifyCheckpoint(note, keys.all))
  return { standing, published: verified.filter((one) => one !== undefined) }
}

const found = (problem: string, notes: readonly string[]): Checked => ({
  problem,
  notes,
  unreadable: false,
})

const unreadable = (error: unknown) => {
  const says = error instanceof Error ? error.message : 'unknown'
  const problem = `its published checkpoints cannot be read: ${says}`
  return { problem, notes: [], unreadable: true }
}
