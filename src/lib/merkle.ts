import { hash } from 'node:crypto'

/**
 * The tree of RFC 9162 §2.1 (and RFC 6962) over SHA-256. Sizes and indexes are safe integers. A node
 * is a perfect subtree: of level L and index I, it covers the leaves from I × 2^L on, 2^L of them.
 */
export type Hash = Uint8Array

export const hashBytes = 32

/** The leaves from `begin` on, without `end`. */
export interface Span {
  readonly begin: number
  readonly end: number
}

export interface TreeNode {
  readonly level: number
  readonly index: number
}

/** Through hex, which takes half as long as having Node.js make the bytes. */
const sha256 = (data: string | Uint8Array): Hash => Buffer.from(hash('sha256', data, 'hex'), 'hex')

/** A text is hashed as UTF-8. */
export const leafHash = (data: string | Uint8Array): Hash =>
  sha256(typeof data === 'string' ? `\0${data}` : Buffer.concat([leafPrefix, data]))

const leafPrefix = Uint8Array.of(0)

export const nodeHash = (left: Hash, right: Hash): Hash => {
  pair.set(left, 1)
  pair.set(right, 1 + hashBytes)
  return sha256(pair)
}

/** Written anew by every call, so that hashing a tree allocates nothing but its hashes. */
const pair = Buffer.alloc(1 + 2 * hashBytes, 1)

/** Of a tree without leaves: the hash of nothing. */
export const emptyRoot: Hash = sha256('')

/**
 * The fewest nodes that cover the span, from left to right: what a proof about its leaves needs of
 * it. Of a span that begins at 0 they are the frontier of the tree of that size.
 */
export const nodesOf = ({ begin, end }: Span): TreeNode[] => {
  const nodes: TreeNode[] = []
  for (let at = begin; at < end; ) {
    let level = 0
    let width = 1
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      width *= 2
      level++
    }
    nodes.push({ level, index: at / width })
    at += width
  }
  return nodes
}

/**
 * The root over a span from the hashes of its nodes, where each is smaller than the one before it:
 * of a tree, and of every span that stands in a proof of inclusion or consistency.
 */
export const rootOf = (hashes: readonly Hash[]): Hash => {
  let root = hashes.at(-1) ?? emptyRoot
  for (let i = hashes.length - 2; i >= 0; i--) root = nodeHash(hashes[i] ?? emptyRoot, root)
  return root
}

/** Called with each perfect subtree that an append completes, leaves among them, from below. */
export type Completed = (node: TreeNode, hash: Hash) => void

/** A tree that grows at its right edge, known by its frontier alone: O(log n) in memory. */
export interface CompactRange {
  readonly size: number
  /** Of nodesOf({ begin: 0, end: size }). */
  readonly hashes: readonly Hash[]
  append(leaf: Hash): void
  /**
   * 2^level leaves at once by the hash over them. RangeError where the size is no multiple of that
   * many: no perfect subtree can stand there.
   */
  appendNode(level: number, hash: Hash): void
  root(): Hash
}

/** RangeError where the hashes are not as many as the frontier of that size. */
export const createCompactRange = (
  from: { readonly size: number; readonly hashes: readonly Hash[] } = { size: 0, hashes: [] },
  completed: Completed = () => {},
): CompactRange => {
  let size = from.size
  const hashes = [...from.hashes]
  if (nodesOf({ begin: 0, end: size }).length !== hashes.length) {
    throw new RangeError(`${hashes.length} hashes are not the frontier of ${size} leaves`)
  }

  const appendNode = (level: number, appended: Hash): void => {
    const width = 2 ** level
    if (size % width !== 0) throw new RangeError(`no subtree of ${width} leaves begins at ${size}`)
    let index = size / width
    let height = level
    let made = appended
    completed({ level: height, index }, made)
    for (; index % 2 === 1; index = (index - 1) / 2) {
      made = nodeHash(hashes.pop() ?? emptyRoot, made)
      completed({ level: ++height, index: (index - 1) / 2 }, made)
    }
    hashes.push(made)
    size += width
  }

  return {
    get size() {
      return size
    },
    hashes,
    append: (leaf) => appendNode(0, leaf),
    appendNode,
    root: () => rootOf(hashes),
  }
}
