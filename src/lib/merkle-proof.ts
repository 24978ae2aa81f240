import { type Hash, hashBytes, nodeHash, type Span } from './merkle.ts'

/**
 * Proofs of RFC 9162 §2.1.3 and §2.1.4. What a proof holds is told as spans of leaves, in its order:
 * the hash of each is `rootOf` the hashes of its `nodesOf`, wherever those are kept.
 */

/** Of the leaf at the index in the tree of that size; RangeError where it is not in it. */
export const inclusionSpans = (index: number, size: number): Span[] => {
  checkSize(size)
  if (!(index >= 0 && index < size)) throw new RangeError(`no leaf ${index} among ${size}`)
  const spans: Span[] = []
  for (let begin = 0, end = size; end - begin > 1; ) {
    const middle = begin + halfOf(end - begin)
    const inLeft = index < middle
    spans.push(inLeft ? { begin: middle, end } : { begin, end: middle })
    if (inLeft) end = middle
    else begin = middle
  }
  return spans.reverse()
}

/**
 * That the tree of size `to` continues the one of size `from`; RangeError where it is smaller.
 * Nothing needs to be proved of the empty tree, nor of the same size.
 */
export const consistencySpans = (from: number, to: number): Span[] => {
  checkSize(to)
  if (!(from >= 0 && from <= to)) throw new RangeError(`${to} leaves do not continue ${from}`)
  if (from === 0) return []
  const spans: Span[] = []
  let begin = 0
  let end = to
  while (from < end) {
    const middle = begin + halfOf(end - begin)
    const inLeft = from <= middle
    spans.push(inLeft ? { begin: middle, end } : { begin, end: middle })
    if (inLeft) end = middle
    else begin = middle
  }
  // SUBPROOF with b = false (§2.1.4.1): the verifier cannot know this one.
  if (begin > 0) spans.push({ begin, end })
  return spans.reverse()
}

/** RFC 9162 §2.1.3.2, the root that the proof leads to; undefined where it cannot be one for that leaf. */
export const inclusionRoot = (of: {
  readonly leaf: Hash
  readonly index: number
  readonly size: number
  readonly proof: readonly Hash[]
}): Hash | undefined => {
  const { leaf, index, size, proof } = of
  if (!isSize(index) || !isSize(size) || index >= size) return undefined
  if (![leaf, ...proof].every(isHash)) return undefined
  let fn = index
  let sn = size - 1
  let root = leaf
  for (const sibling of proof) {
    if (sn === 0) return undefined
    if (fn % 2 === 1 || fn === sn) {
      root = nodeHash(sibling, root)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else {
      root = nodeHash(root, sibling)
    }
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 ? root : undefined
}

export const verifyInclusion = (of: {
  readonly leaf: Hash
  readonly index: number
  readonly size: number
  readonly proof: readonly Hash[]
  readonly root: Hash
}): boolean => equal(inclusionRoot(of), of.root)

/**
 * RFC 9162 §2.1.4.2. False for `from` 0: every tree continues the empty one, so that a proof of it
 * would prove nothing; whoever holds such a root compares it with `emptyRoot`.
 */
export const verifyConsistency = (of: {
  readonly from: number
  readonly fromRoot: Hash
  readonly to: number
  readonly toRoot: Hash
  readonly proof: readonly Hash[]
}): boolean => {
  const { from, fromRoot, to, toRoot, proof } = of
  if (!isSize(from) || !isSize(to) || from === 0 || from > to) return false
  if (![fromRoot, toRoot, ...proof].every(isHash)) return false
  if (from === to) return equal(fromRoot, toRoot) && proof.length === 0
  const roots = consistencyRoots(of)
  return roots !== undefined && equal(roots.from, fromRoot) && equal(roots.to, toRoot)
}

/** Both roots by the proof's own hashes, for 0 < from < to. */
const consistencyRoots = ({
  from,
  fromRoot,
  to,
  proof,
}: {
  readonly from: number
  readonly fromRoot: Hash
  readonly to: number
  readonly proof: readonly Hash[]
}): { from: Hash; to: Hash } | undefined => {
  const path = isPowerOfTwo(from) ? [fromRoot, ...proof] : proof
  const first = path[0]
  if (first === undefined) return undefined
  let fn = from - 1
  let sn = to - 1
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)]
  const roots = { from: first, to: first }
  for (const sibling of path.slice(1)) {
    if (sn === 0) return undefined
    if (fn % 2 === 1 || fn === sn) {
      roots.from = nodeHash(sibling, roots.from)
      roots.to = nodeHash(sibling, roots.to)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else {
      roots.to = nodeHash(roots.to, sibling)
    }
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 ? roots : undefined
}

/** The largest power of two below it (RFC 9162 §2.1.1), for sizes beyond 32 bits as well. */
const halfOf = (size: number): number => {
  let width = 1
  while (width * 2 < size) width *= 2
  return width
}

const half = (value: number): number => Math.floor(value / 2)
const isPowerOfTwo = (size: number): boolean => halfOf(size) * 2 === size || size === 1
const isHash = (value: Hash): boolean => value.length === hashBytes
const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
const equal = (a: Hash | undefined, b: Hash): boolean =>
  a !== undefined && Buffer.compare(a, b) === 0

const checkSize = (size: number): void => {
  if (!isSize(size)) throw new RangeError(`${size} is no size of a tree`)
}
