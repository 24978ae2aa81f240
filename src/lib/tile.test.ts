import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createCompactRange, leafHash, nodesOf, rootOf } from './merkle.ts'
import { nodeInTile, placeOf, tilePath, tilesBetween, tileWidthIn } from './tile.ts'

describe('Tiles of a tree', () => {
  test('are as many and as wide as tlog-tiles says of a tree of 70,000', () => {
    const tiles = tilesBetween(0, 70_000)
    const at = (level: number) => tiles.filter((tile) => tile.level === level)
    assert.equal(at(0).filter(({ width }) => width === 256).length, 273)
    assert.deepEqual(at(0).at(-1), { level: 0, index: 273, width: 112 })
    assert.deepEqual(
      at(1).map(({ width }) => width),
      [256, 17],
    )
    assert.deepEqual(at(2), [{ level: 2, index: 0, width: 1 }])
    assert.equal(at(3).length, 0)
    assert.deepEqual(tilesBetween(0, 256), [
      { level: 0, index: 0, width: 256 },
      { level: 1, index: 0, width: 1 },
    ])
  })

  test('of an empty tree are none, of one leaf is one', () => {
    assert.deepEqual(tilesBetween(0, 0), [])
    assert.deepEqual(tilesBetween(0, 1), [{ level: 0, index: 0, width: 1 }])
    assert.equal(tileWidthIn({ level: 0, index: 1 }, 256), 0)
  })

  test('that an append writes are those that grow, and no others', () => {
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(2000), (from, more) => {
        const grown = new Map(
          tilesBetween(from, from + more).map((tile) => [
            `${tile.level}/${tile.index}`,
            tile.width,
          ]),
        )
        for (const { level, index, width } of tilesBetween(0, from + more)) {
          const grew = tileWidthIn({ level, index }, from) < width
          assert.equal(grown.get(`${level}/${index}`), grew ? width : undefined)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('hold every node of the tree, or what it is made of', () => {
    const size = 1500
    const hashes = new Map<string, Uint8Array>()
    const tree = createCompactRange(undefined, ({ level, index }, hash) => {
      hashes.set(`${level}/${index}`, hash)
    })
    for (let at = 0; at < size; at++) tree.append(leafHash(`leaf ${at}`))
    const bytesOf = ({ level, index }: { level: number; index: number }) =>
      Buffer.concat(
        Array.from(
          { length: tileWidthIn({ level, index }, size) },
          (_, at) => hashes.get(`${level * 8}/${index * 256 + at}`) ?? Buffer.alloc(0),
        ),
      )
    for (const [name, hash] of hashes) {
      const [level = 0, index = 0] = name.split('/').map(Number)
      const place = placeOf({ level, index })
      assert.deepEqual(nodeInTile(bytesOf(place.tile), place), hash, name)
    }
    const frontier = nodesOf({ begin: 0, end: size }).map((node) => {
      const place = placeOf(node)
      return nodeInTile(bytesOf(place.tile), place)
    })
    assert.deepEqual(rootOf(frontier), tree.root())
    assert.throws(() => nodeInTile(Buffer.alloc(32), placeOf({ level: 1, index: 0 })), RangeError)
  })

  test('have the paths of tlog-tiles', () => {
    assert.equal(tilePath({ level: 0, index: 1234067, width: 256 }), 'tile/0/x001/x234/067')
    assert.equal(tilePath({ level: 2, index: 0, width: 17 }), 'tile/2/000.p/17')
    assert.equal(tilePath({ level: 1, index: 1000, width: 1 }), 'tile/1/x001/000.p/1')
  })
})
