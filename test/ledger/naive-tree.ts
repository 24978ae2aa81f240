import { createHash } from 'node:crypto'

// The definitions of RFC 9162 §2.1 word by word, by recursion, for tests to compare with. It imports
// nothing of ours.

const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** The largest power of two below n. */
const split = (n: number): number => 2 ** (Math.ceil(Math.log2(n)) - 1)

const rootOf = (leaves: readonly string[]): Buffer => {
  if (leaves.length === 0) return sha256()
  if (leaves.length === 1) return sha256('\0', leaves[0] ?? '')
  const k = split(leaves.length)
  return sha256('\u0001', rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)))
}

const inclusion = (m: number, leaves: readonly string[]): Buffer[] => {
  if (leaves.length <= 1) return []
  const k = split(leaves.length)
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)]
  return m < k ? [...inclusion(m, left), rootOf(right)] : [...inclusion(m - k, right), rootOf(left)]
}

const subproof = (m: number, leaves: readonly string[], known: boolean): Buffer[] => {
  if (m === leaves.length) return known ? [] : [rootOf(leaves)]
  const k = split(leaves.length)
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)]
  return m <= k
    ? [...subproof(m, left, known), rootOf(right)]
    : [...subproof(m - k, right, false), rootOf(left)]
}

export interface NaiveTree {
  root(begin: number, end: number): Buffer
  inclusion(index: number, size: number): Buffer[]
  /** For 0 < from. */
  consistency(from: number, to: number): Buffer[]
}

export const createNaiveTree = (leaves: readonly string[]): NaiveTree => ({
  root: (begin, end) => rootOf(leaves.slice(begin, end)),
  inclusion: (index, size) => inclusion(index, leaves.slice(0, size)),
  consistency: (from, to) => subproof(from, leaves.slice(0, to), true),
})
