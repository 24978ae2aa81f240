import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type SortedMap, sortedMap } from './sorted-map.ts'

/** The same by the plainest means: a native map that is copied and sorted. */
const plainly = (before: ReadonlyMap<string, number>, changes: Iterable<Change>) => {
  const after = new Map(before)
  for (const [key, value] of changes)
    if (value === undefined) after.delete(key)
    else after.set(key, value)
  return new Map([...after].sort(([a], [b]) => (a < b ? -1 : 1)))
}
type Change = readonly [string, number | undefined]

const same = (map: SortedMap<number>, plain: ReadonlyMap<string, number>) => {
  assert.deepEqual([...map], [...plain])
  assert.equal(map.size, plain.size)
  for (const [key, value] of plain) assert.equal(map.get(key), value)
}

// Few different keys, so that changes meet what stands; and any text at all, for the order.
const key = fc.oneof(
  fc.nat(400).map((n) => `grant-${n}`),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const change = fc.tuple(key, fc.option(fc.nat(), { nil: undefined, freq: 3 }))
const change10 = fc.array(change, { maxLength: 10 })
const change1000 = fc.array(change, { minLength: 300, maxLength: 1000 })

describe('A sorted map', () => {
  test('is what a native map would be after the same changes, in order of key, and what it was before stays', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(change10, change1000), { maxLength: 12 }), (rounds) => {
        const made: { map: SortedMap<number>; plain: ReadonlyMap<string, number> }[] = []
        let map = sortedMap<number>()
        let plain: ReadonlyMap<string, number> = new Map()
        for (const changes of rounds) {
          map = map.with(changes)
          plain = plainly(plain, changes)
          made.push({ map, plain })
        }
        for (const one of made) same(one.map, one.plain)
      }),
      { numRuns: 100 },
    )
  })

  test('answers has, keys, values, entries and forEach as a native map does', () => {
    fc.assert(
      fc.property(change1000, key, (changes, other) => {
        const plain = plainly(new Map(), changes)
        const map = sortedMap(plain)
        assert.equal(map.has(other), plain.has(other))
        assert.equal(map.get(other), plain.get(other))
        assert.deepEqual([...map.keys()], [...plain.keys()])
        assert.deepEqual([...map.values()], [...plain.values()])
        assert.deepEqual([...map.entries()], [...plain.entries()])
        const visited: [string, number][] = []
        map.forEach((value, name, of) => {
          assert.equal(of, map)
          visited.push([name, value])
        })
        assert.deepEqual(visited, [...plain])
      }),
      { numRuns: 50 },
    )
  })

  test('goes on after a key, whether or not the key stands in it', () => {
    fc.assert(
      fc.property(change1000, key, (changes, from) => {
        const plain = plainly(new Map(), changes)
        const rest = [...plain].filter(([name]) => name > from)
        assert.deepEqual([...sortedMap(plain).after(from)], rest)
      }),
      { numRuns: 50 },
    )
  })

  test('is empty again when everything was removed, however it was removed', () => {
    const names = Array.from({ length: 2000 }, (_, n) => `n${n}`)
    let map = sortedMap(names.map((name): [string, number] => [name, 1]))
    for (const name of names.slice(0, 1000)) map = map.with([[name, undefined]])
    assert.equal(map.size, 1000)
    map = map.with(names.map((name) => [name, undefined]))
    assert.equal(map.size, 0)
    assert.deepEqual([...map], [])
    assert.equal(map.with([['a', 1]]).get('a'), 1)
  })
})
