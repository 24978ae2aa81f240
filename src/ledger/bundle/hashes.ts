import { Fault } from '#lib/fault.ts'
import { type Hash, hashBytes, type TreeNode } from '#lib/merkle.ts'
import { nodeInTile, placeOf } from '#lib/tile.ts'
import type { LedgerTree } from '#store/store.ts'

/** The hashes of nodes of a tree, from its tiles. Fault('unrecordable') where one is missing. */
export const hashesOf = async (
  tree: Pick<LedgerTree, 'tiles'>,
  nodes: readonly TreeNode[],
  generation: number,
): Promise<Hash[]> => {
  const places = nodes.map(placeOf)
  const tiles =
    places.length === 0
      ? []
      : await tree.tiles(
          places.map(({ tile }) => tile),
          generation,
        )
  return places.map((place, at) => {
    const tile = tiles[at]
    if (tile === undefined || tile.length < (place.first + place.count) * hashBytes)
      throw new Fault('unrecordable', { detail: 'a tile of the tree is missing' })
    return nodeInTile(tile, place)
  })
}
