import { emptyRoot, type Hash, hashBytes, rootOf, type TreeNode } from './merkle.ts'

/**
 * Where hashes of a tree lie in tiles (C2SP tlog-tiles): tile (level, index) holds up to 256 hashes,
 * those of nodes of the tree's level 8 × level. A full tile never changes; the last of each level
 * grows. The hashes between are made again from the ones below them.
 */
export interface TileId {
  readonly level: number
  readonly index: number
}

export const tileHeight = 8
export const tileWidth = 256

/** How many hashes each tile of a tree of that size has; empty ones are not there. */
export const tileWidthIn = ({ level, index }: TileId, size: number): number => {
  const nodes = Math.floor(size / tileWidth ** level)
  return Math.max(0, Math.min(tileWidth, nodes - index * tileWidth))
}

export interface Tile extends TileId {
  readonly width: number
}

/** All tiles that differ between the trees of these sizes, level by level: what an append has to write. */
export const tilesBetween = (from: number, to: number): Tile[] => {
  const tiles: Tile[] = []
  for (let level = 0, span = 1; span <= to; level++, span *= tileWidth) {
    const before = Math.floor(from / span)
    const after = Math.floor(to / span)
    for (let index = Math.floor(before / tileWidth); index * tileWidth < after; index++) {
      const width = tileWidthIn({ level, index }, to)
      if (width > tileWidthIn({ level, index }, from)) tiles.push({ level, index, width })
    }
  }
  return tiles
}

/** The hashes of one tile that make the hash of a node: `count` of them from `first` on, a power of two. */
export interface InTile {
  readonly tile: TileId
  readonly first: number
  readonly count: number
}

/** Where the node is made from: the lowest tile that has it, or what is right below it. */
export const placeOf = ({ level, index }: TreeNode): InTile => {
  const tileLevel = Math.floor(level / tileHeight)
  const count = 2 ** (level - tileLevel * tileHeight)
  const at = index * count
  return {
    tile: { level: tileLevel, index: Math.floor(at / tileWidth) },
    first: at % tileWidth,
    count,
  }
}

/** The hash of what `placeOf` named, from the tile's bytes; RangeError where the tile is not that wide. */
export const nodeInTile = (bytes: Uint8Array, { first, count }: InTile): Hash => {
  if ((first + count) * hashBytes > bytes.length) {
    throw new RangeError(`${first + count} hashes in a tile of ${bytes.length / hashBytes}`)
  }
  const hashes = Array.from({ length: count }, (_, at) => hashInTile(bytes, first + at))
  return perfectRoot(hashes)
}

export const hashInTile = (bytes: Uint8Array, at: number): Hash =>
  bytes.subarray(at * hashBytes, (at + 1) * hashBytes)

/** Over a power of two of hashes, level by level. */
const perfectRoot = (hashes: readonly Hash[]): Hash => {
  let level = hashes
  while (level.length > 1) {
    const above: Hash[] = []
    for (let at = 0; at < level.length; at += 2) above.push(rootOf(level.slice(at, at + 2)))
    level = above
  }
  return level[0] ?? emptyRoot
}

/** `tile/0/x001/x234/067.p/12`: the path of tlog-tiles, so that tiles can be served as files. */
export const tilePath = ({ level, index, width }: Tile): string => {
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${level}/${path}${width < tileWidth ? `.p/${width}` : ''}`
}
