import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createNaiveTree } from '../../test/ledger/naive-tree.ts'
import { emptyRoot, leafHash, nodesOf, rootOf, type Span } from './merkle.ts'
import {
  consistencySpans,
  inclusionRoot,
  inclusionSpans,
  verifyConsistency,
  verifyInclusion,
} from './merkle-proof.ts'

// github.com/transparency-dev/merkle, testdata/ (commit 417fb0c, Apache-2.0): each case with its file.
interface Vectors {
  readonly inclusion: readonly {
    readonly file: string
    readonly leafIdx: number
    readonly treeSize: number
    readonly root: string
    readonly leafHash: string
    readonly proof: readonly string[] | null
    readonly wantErr: boolean
  }[]
  readonly consistency: readonly {
    readonly file: string
    readonly size1: number
    readonly size2: number
    readonly root1: string
    readonly root2: string
    readonly proof: readonly string[] | null
    readonly wantErr: boolean
  }[]
}
const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../../test/ledger/vectors/merkle.json', import.meta.url), 'utf8'),
)
const bytes = (base64: string) => Buffer.from(base64, 'base64')

const texts = Array.from({ length: 34 }, (_, at) => `leaf ${at}`)
const naive = createNaiveTree(texts)
const hashOf = (span: Span) =>
  rootOf(
    nodesOf(span).map(({ level, index }) =>
      naive.root(index * 2 ** level, (index + 1) * 2 ** level),
    ),
  )
const flipped = (hash: Uint8Array, bit: number): Uint8Array => {
  const changed = Uint8Array.from(hash)
  const at = (bit >> 3) % changed.length
  changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7))
  return changed
}

describe('A proof of inclusion', () => {
  test('is judged as every published vector says', () => {
    assert.equal(vectors.inclusion.length, 98)
    for (const {
      file,
      leafIdx,
      treeSize,
      root,
      leafHash: leaf,
      proof,
      wantErr,
    } of vectors.inclusion) {
      const holds = verifyInclusion({
        leaf: bytes(leaf),
        index: leafIdx,
        size: treeSize,
        proof: (proof ?? []).map(bytes),
        root: bytes(root),
      })
      assert.equal(holds, !wantErr, file)
    }
  })

  test('is the one of the specification for every leaf of every size, and verifies', () => {
    for (let size = 1; size <= texts.length; size++) {
      for (let index = 0; index < size; index++) {
        const proof = inclusionSpans(index, size).map(hashOf)
        assert.deepEqual(proof, naive.inclusion(index, size))
        const leaf = leafHash(texts[index] ?? '')
        assert.ok(verifyInclusion({ leaf, index, size, proof, root: naive.root(0, size) }))
      }
    }
  })

  test('of the only leaf is empty, and there is none of an empty tree', () => {
    const leaf = leafHash('one')
    assert.deepEqual(inclusionSpans(0, 1), [])
    assert.ok(verifyInclusion({ leaf, index: 0, size: 1, proof: [], root: leaf }))
    assert.throws(() => inclusionSpans(0, 0), RangeError)
    assert.equal(inclusionRoot({ leaf, index: 0, size: 0, proof: [] }), undefined)
  })

  test('with one bit changed anywhere, or of another leaf or size, proves nothing', () => {
    const size = fc.integer({ min: 2, max: texts.length })
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(), fc.nat(), (size, leafSeed, at, bit) => {
        const index = leafSeed % size
        const proof = naive.inclusion(index, size)
        const whole = {
          leaf: naive.root(index, index + 1),
          index,
          size,
          proof,
          root: naive.root(0, size),
        }
        const one = at % proof.length
        const changed = proof.map((hash, place) => (place === one ? flipped(hash, bit) : hash))
        assert.equal(verifyInclusion({ ...whole, proof: changed }), false)
        assert.equal(verifyInclusion({ ...whole, leaf: flipped(whole.leaf, bit) }), false)
        assert.equal(verifyInclusion({ ...whole, root: flipped(whole.root, bit) }), false)
        assert.equal(verifyInclusion({ ...whole, index: index === 0 ? 1 : index - 1 }), false)
        assert.equal(verifyInclusion({ ...whole, proof: proof.slice(1) }), false)
        assert.equal(verifyInclusion({ ...whole, proof: [...proof, proof[0] ?? emptyRoot] }), false)
      }),
    )
  })
})

describe('A proof of consistency', () => {
  test('is judged as every published vector says', () => {
    assert.equal(vectors.consistency.length, 98)
    for (const { file, size1, size2, root1, root2, proof, wantErr } of vectors.consistency) {
      const holds = verifyConsistency({
        from: size1,
        fromRoot: bytes(root1),
        to: size2,
        toRoot: bytes(root2),
        proof: (proof ?? []).map(bytes),
      })
      // One case takes any text for roots that are the same; of SHA-256 they have 32 bytes.
      assert.equal(holds, !wantErr && bytes(root1).length === 32, file)
    }
  })

  test('is the one of the specification between any two sizes, and verifies', () => {
    for (let to = 1; to <= texts.length; to++) {
      for (let from = 1; from <= to; from++) {
        const proof = consistencySpans(from, to).map(hashOf)
        assert.deepEqual(proof, from === to ? [] : naive.consistency(from, to))
        const [fromRoot, toRoot] = [naive.root(0, from), naive.root(0, to)]
        assert.ok(verifyConsistency({ from, fromRoot, to, toRoot, proof }))
      }
    }
  })

  test('from the empty tree says nothing and is taken for nothing, size 0 to 0 with no hashes included', () => {
    assert.deepEqual(consistencySpans(0, 5), [])
    const empty = { from: 0, fromRoot: emptyRoot, proof: [] }
    assert.equal(verifyConsistency({ ...empty, to: 0, toRoot: emptyRoot }), false)
    assert.equal(verifyConsistency({ ...empty, to: 5, toRoot: naive.root(0, 5) }), false)
    assert.throws(() => consistencySpans(2, 1), RangeError)
  })

  test('with one bit changed anywhere, or of other sizes, proves nothing', () => {
    const size = fc.integer({ min: 2, max: texts.length })
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(), fc.nat(), (to, fromSeed, at, bit) => {
        const from = 1 + (fromSeed % (to - 1))
        const proof = naive.consistency(from, to)
        const whole = { from, fromRoot: naive.root(0, from), to, toRoot: naive.root(0, to), proof }
        const one = at % proof.length
        const changed = proof.map((hash, place) => (place === one ? flipped(hash, bit) : hash))
        assert.equal(verifyConsistency({ ...whole, proof: changed }), false)
        assert.equal(verifyConsistency({ ...whole, fromRoot: flipped(whole.fromRoot, bit) }), false)
        assert.equal(verifyConsistency({ ...whole, toRoot: flipped(whole.toRoot, bit) }), false)
        assert.equal(verifyConsistency({ ...whole, proof: [...proof, emptyRoot] }), false)
        assert.equal(verifyConsistency({ ...whole, proof: proof.slice(1) }), false)
      }),
    )
  })
})
