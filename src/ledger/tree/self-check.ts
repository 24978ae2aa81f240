import type { LedgerTree, TreeStanding } from '#store/store.ts'
import { checkItself, checkPublished } from './check.ts'
import type { LedgerKeys } from './keys.ts'
import type { Place } from './origin.ts'
import type { Publisher } from './publisher.ts'
import { type VerifiedCheckpoint, verifyCheckpoint } from './sign.ts'

/** What speaks against a ledger. */
export interface Against {
  readonly problem: string
  /** The published notes, of which there is one that it does not continue. */
  readonly notes: readonly string[]
  /** Published checkpoints could not be read: nothing is known, and a later look may find it right. */
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
}): Promise<{
  readonly standing: TreeStanding
  readonly published: readonly VerifiedCheckpoint[]
  readonly against: Against | undefined
}> => {
  await keys.load()
  const standing = await tree.standing()
  const where = await place(standing)
  const own = await checkItself(tree, standing, where, keys.all)
  const published = await publisher.newest(where.plane).catch(unreadable)
  if ('problem' in published) {
    return { standing, published: [], against: own === undefined ? published : found(own, []) }
  }
  const notes = published.map(({ note }) => note)
  const others = published.map((one) => checkPublished(tree, standing, where, one, keys.all))
  const problem = [own, ...(await Promise.all(others))].find((one) => one !== undefined)
  const verified = notes.map((note) => verifyCheckpoint(note, keys.all))
  return {
    standing,
    published: verified.filter((one) => one !== undefined),
    against: problem === undefined ? undefined : found(problem, notes),
  }
}

const found = (problem: string, notes: readonly string[]): Against => ({
  problem,
  notes,
  unreadable: false,
})

const unreadable = (error: unknown): Against => {
  const says = error instanceof Error ? error.message : 'unknown'
  const problem = `its published checkpoints cannot be read: ${says}`
  return { problem, notes: [], unreadable: true }
}
