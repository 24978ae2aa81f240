import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { skeletonOf } from './skeleton.ts'

const areAlike = (a: string, b: string) => skeletonOf(a) === skeletonOf(b)

test('texts that are taken for each other have one skeleton', () => {
  for (const [a, b] of [
    ['search', 's\u0435arch'],
    ['paypal', 'p\u0430yp\u0430l'],
    ['scope', '\u0455\u0441\u043e\u0440\u0435'],
    ['search', 'search\u200b'],
    ['search', 'sea\u00adrch'],
    ['paypal', '\u{1d5c9}\u{1d5ba}\u{1d5d2}\u{1d5c9}\u{1d5ba}\u{1d5c5}'],
    ['item1', 'iteml'],
    ['itemI', 'iteml'],
    ['O2', '02'],
    ['modern', 'rnodern'],
    ['\u00e9tat', 'e\u0301tat'],
  ] as const)
    assert.ok(areAlike(a, b), `${a} ${b}`)
})

test('texts that nobody takes for each other have different ones', () => {
  for (const [a, b] of [
    ['search', 'find'],
    ['search', 'Search'],
    ['item1', 'item2'],
    ['read_line', 'read-line'],
    ['', 'a'],
  ] as const)
    assert.ok(!areAlike(a, b), `${a} ${b}`)
})

// UTS 39 §4: the table is applied once, and its targets are prototypes already.
test('a skeleton is its own skeleton', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(skeletonOf(skeletonOf(text)), skeletonOf(text))
    }),
  )
})

test('ASCII has the skeleton that it has beside other text', () => {
  const beside = '\u4e00'
  for (let code = 0; code < 0x80; code++) {
    const one = String.fromCharCode(code)
    assert.equal(skeletonOf(one + beside), skeletonOf(one) + skeletonOf(beside), `U+${code}`)
  }
})

test('the table is of the Unicode that this program runs with', async () => {
  const { readFile } = await import('node:fs/promises')
  const text = await readFile(new URL('./confusables.ts', import.meta.url), 'utf8')
  assert.ok(text.includes(`version ${process.versions.unicode}.0,`), process.versions.unicode)
})
