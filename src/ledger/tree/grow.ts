import assert from 'node:assert/strict'
import { createCompactRange, type Hash, hashBytes, nodesOf, rootOf } from '#lib/merkle.ts'
import { nodeInTile, placeOf, type TileId, tileHeight, tileWidth, tileWidthIn } from '#lib/tile.ts'
import type { Growth, LedgerTree } from '#store/store.ts'

/** The hashes that the root of a tree is made of, and the tiles in which they stand. */
export interface Frontier {
  readonly size: number
  readonly hashes: readonly Hash[]
  /** The last tile of each level, where it is not full: a later append goes on in it. */
  readonly edge: readonly (TileId & { readonly hashes: Uint8Array })[]
}

/**
 * Of the tree when it had that many entries; undefined where tiles are missing. Reads a tile for each
 * level, O(log n).
 */
export const frontierAt = async (
  tree: Pick<LedgerTree, 'tiles'>,
  size: number,
  generation: number,
): Promise<Frontier | undefined> => {
  const places = nodesOf({ begin: 0, end: size }).map(placeOf)
  const edge = [...new Map(places.map(({ tile }) => [tile.level, tile])).values()]
  const tiles = edge.length === 0 ? [] : await tree.tiles(edge, generation)
  const hashesOf = new Map(edge.map(({ level }, at) => [level, tiles[at]]))
  const hashes: Hash[] = []
  for (const place of places) {
    const tile = hashesOf.get(place.tile.level)
    if (tile === undefined || tile.length < (place.first + place.count) * hashBytes)
      return undefined
    hashes.push(nodeInTile(tile, place))
  }
  const asOf = (tile: TileId, at: number) => ({
    ...tile,
    hashes: (tiles[at] ?? none).subarray(0, tileWidthIn(tile, size) * hashBytes),
  })
  return { size, hashes, edge: edge.map(asOf) }
}
const none = new Uint8Array(0)

export const rootOfFrontier = ({ hashes }: Frontier): Hash => rootOf(hashes)

/** The root of the tree when it had that many entries; undefined where tiles are missing. */
export const rootAt = async (
  tree: Pick<LedgerTree, 'tiles'>,
  size: number,
  generation: number,
): Promise<Hash | undefined> => {
  const frontier = await frontierAt(tree, size, generation)
  return frontier && rootOfFrontier(frontier)
}

/** What leaves that follow, one behind the other, make of a tree: which tiles change, each whole. */
export const grown = (frontier: Frontier, leaves: Uint8Array): Omit<Growth, 'generation'> => {
  const added = new Map<string, TileId & { readonly hashes: Hash[] }>()
  const range = createCompactRange(frontier, ({ level, index }, hash) => {
    if (level % tileHeight !== 0) return
    const tile = { level: level / tileHeight, index: Math.floor(index / tileWidth) }
    const name = `${tile.level}/${tile.index}`
    const known = added.get(name) ?? { ...tile, hashes: [] }
    known.hashes.push(hash)
    added.set(name, known)
  })
  assert(leaves.length % hashBytes === 0, 'leaves are whole hashes')
  for (let at = 0; at < leaves.length; at += hashBytes)
    range.append(leaves.subarray(at, at + hashBytes))
  const before = ({ level, index }: TileId): Uint8Array =>
    frontier.edge.find((tile) => tile.level === level && tile.index === index)?.hashes ?? none
  const tiles = [...added.values()].map(({ level, index, hashes }) => ({
    level,
    index,
    hashes: Buffer.concat([before({ level, index }), ...hashes]),
  }))
  return { from: frontier.size, to: range.size, tiles }
}
