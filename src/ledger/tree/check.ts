import { hashBytes } from '#lib/merkle.ts'
import { tileWidth } from '#lib/tile.ts'
import type { LedgerTree, TreeStanding } from '#store/store.ts'
import { rootAt } from './grow.ts'
import type { LedgerKey } from './keys.ts'
import { generationOf, originOf, type Place } from './origin.ts'
import { type VerifiedCheckpoint, verifyCheckpoint } from './sign.ts'

/** A tree at a size, as something outside of the tree says that it was. */
export interface Claim {
  readonly size: number
  readonly root: Uint8Array
}

/**
 * Why the tree as it stands does not continue what was signed; undefined where it does. `what` names
 * it: `published`, `its last checkpoint`.
 */
export const contradiction = async (
  tree: Pick<LedgerTree, 'tiles'>,
  { size, generation }: Pick<TreeStanding, 'size' | 'generation'>,
  claim: Claim,
  what: string,
): Promise<string | undefined> => {
  if (size < claim.size) return `smaller than ${what}: ${size} entries in its tree of ${claim.size}`
  const root = await rootAt(tree, claim.size, generation)
  if (root === undefined)
    return `tiles are missing of the ${claim.size} entries that ${what} covers`
  if (!equal(root, claim.root)) return `differs from ${what} at ${claim.size} entries`
  return undefined
}

/** What a plane's ledger says of itself: fewer entries than its tree, or others, or other checkpoints. */
export const checkItself = async (
  tree: LedgerTree,
  standing: TreeStanding,
  place: Place,
  keys: readonly LedgerKey[],
): Promise<string | undefined> => {
  const { entries, size, checkpoint } = standing
  if (entries < size) return `cut: ${entries} entries are left of the ${size} in its tree`
  if (checkpoint !== undefined) {
    const said = verifyCheckpoint(checkpoint.note, keys)
    if (said === undefined || said.origin !== originOf(place) || !isSame(said, checkpoint)) {
      return `its checkpoint ${checkpoint.number} is not signed by a key of this ledger`
    }
    const found = await contradiction(tree, standing, checkpoint, 'its last checkpoint')
    if (found !== undefined) return found
  }
  return findChanged(tree, standing)
}

const isSame = (said: VerifiedCheckpoint, row: Claim): boolean =>
  said.size === row.size && equal(said.root, row.root)

/** Of the last few hundred entries: all of them are `bailiwick verify`'s to look at. */
const findChanged = async (
  tree: LedgerTree,
  { size, generation }: TreeStanding,
): Promise<string | undefined> => {
  if (size === 0) return undefined
  const index = Math.floor((size - 1) / tileWidth)
  const first = index * tileWidth
  const [tile] = await tree.tiles([{ level: 0, index }], generation)
  const leaves = await tree.leafHashes(first + 1, size - first)
  for (let at = 0; at < size - first; at++) {
    const [leaf, hash] = [leaves, tile ?? leaves.subarray(0, 0)].map((bytes) =>
      bytes.subarray(at * hashBytes, (at + 1) * hashBytes),
    )
    if (!leaf || !hash || leaf.length === 0 || !equal(leaf, hash)) {
      return `entry ${first + at + 1} is not the one that is in its tree`
    }
  }
  return undefined
}

/** Against a checkpoint that was published, whoever wrote the file. */
export const checkPublished = async (
  tree: LedgerTree,
  standing: TreeStanding,
  place: Place,
  published: { readonly place: string; readonly note: string },
  keys: readonly LedgerKey[],
): Promise<string | undefined> => {
  const said = verifyCheckpoint(published.note, keys)
  // Signed by a key that this store does not know: the key may have come after the backup was made.
  if (said === undefined) {
    return `differs from published: ${published.place} has a checkpoint that no key of this ledger has signed`
  }
  const generation = generationOf(said.origin, place)
  if (generation === undefined || generation > place.generation) {
    return `differs from published: ${published.place} has a checkpoint of ${said.origin}`
  }
  if (generation === place.generation) {
    const found = await contradiction(tree, standing, said, 'published')
    return found && `${found} (${published.place})`
  }
  // A break that was accepted is vouched for by a checkpoint of the new generation.
  return standing.checkpoint === undefined
    ? `differs from published: ${published.place} has a checkpoint of ${said.origin}, and nothing is signed of ${originOf(place)}`
    : undefined
}

export const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  Buffer.compare(Buffer.from(a.buffer, a.byteOffset, a.length), b) === 0
