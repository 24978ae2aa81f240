import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createNaiveTree } from '../../test/ledger/naive-tree.ts'
import { createCompactRange, emptyRoot, leafHash, nodeHash, nodesOf, rootOf } from './merkle.ts'

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex')

// The eight leaves of the reference implementation of RFC 6962 and the root of every size of them.
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'].concat(
  '606162636465666768696a6b6c6d6e6f',
)
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

describe('A Merkle tree of RFC 9162', () => {
  test('hashes a leaf and a node with their prefixes, texts as UTF-8', () => {
    const leaf = '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56'
    assert.equal(hex(leafHash('L123456')), leaf)
    assert.equal(hex(leafHash(Buffer.from('L123456'))), leaf)
    assert.deepEqual(leafHash('çağrı 😀'), leafHash(Buffer.from('çağrı 😀')))
    const [left, right] = [leafHash('left'), leafHash('right')]
    const node = Buffer.concat([Uint8Array.of(1), left, right])
    assert.equal(hex(nodeHash(left, right)), createHash('sha256').update(node).digest('hex'))
  })

  test('has the published root for each size of the eight published leaves', () => {
    const tree = createCompactRange()
    assert.equal(hex(emptyRoot), roots[0])
    for (const [at, leaf] of leaves.entries()) {
      assert.equal(hex(tree.root()), roots[at])
      tree.append(leafHash(Buffer.from(leaf, 'hex')))
    }
    assert.equal(hex(tree.root()), roots[8])
  })

  test('is at every size what the naive tree is, goes on from any frontier, and tells each subtree once', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 70 }), fc.nat(70), (texts, cut) => {
        const naive = createNaiveTree(texts)
        const told = new Map<string, Uint8Array>()
        let tree = createCompactRange()
        for (const [at, text] of texts.entries()) {
          assert.deepEqual(tree.root(), naive.root(0, at))
          if (at === cut) {
            tree = createCompactRange({ size: tree.size, hashes: tree.hashes }, (node, hash) =>
              told.set(`${node.level}/${node.index}`, hash),
            )
          }
          tree.append(leafHash(text))
        }
        assert.equal(tree.size, texts.length)
        assert.deepEqual(tree.root(), naive.root(0, texts.length))
        for (const [name, hash] of told) {
          const [level = 0, index = 0] = name.split('/').map(Number)
          const begin = index * 2 ** level
          assert.deepEqual(hash, naive.root(begin, begin + 2 ** level))
        }
      }),
    )
  })

  test('covers any span with perfect subtrees that make its root again, and the rest of the tree from there', () => {
    fc.assert(
      fc.property(fc.nat(150), fc.nat(150), fc.nat(150), (...numbers) => {
        const [begin = 0, end = 0, size = 0] = numbers.sort((a, b) => a - b)
        const naive = createNaiveTree(Array.from({ length: size }, (_, at) => `leaf ${at}`))
        const hashOf = (level: number, index: number) =>
          naive.root(index * 2 ** level, (index + 1) * 2 ** level)
        const hashes = (from: number, to: number) =>
          nodesOf({ begin: from, end: to }).map(({ level, index }) => hashOf(level, index))
        assert.deepEqual(rootOf(hashes(0, begin)), naive.root(0, begin))
        // A range proof: what is left of the range, its leaves, what is right of it.
        const tree = createCompactRange({ size: begin, hashes: hashes(0, begin) })
        for (let at = begin; at < end; at++) tree.append(hashOf(0, at))
        for (const { level, index } of nodesOf({ begin: end, end: size })) {
          tree.appendNode(level, hashOf(level, index))
        }
        assert.equal(tree.size, size)
        assert.deepEqual(tree.root(), naive.root(0, size))
      }),
    )
  })

  test('counts beyond 32 bits', () => {
    const begin = 2 ** 40
    const nodes = nodesOf({ begin: begin - 1, end: begin + 3 })
    assert.deepEqual(nodes, [
      { level: 0, index: begin - 1 },
      { level: 1, index: begin / 2 },
      { level: 0, index: begin + 2 },
    ])
    assert.equal(nodesOf({ begin: 0, end: Number.MAX_SAFE_INTEGER }).length, 53)
  })

  test('takes no frontier of another size, and no subtree where none can stand', () => {
    assert.throws(() => createCompactRange({ size: 3, hashes: [emptyRoot] }), RangeError)
    const tree = createCompactRange()
    tree.append(leafHash(''))
    assert.throws(() => tree.appendNode(1, emptyRoot), RangeError)
  })
})
