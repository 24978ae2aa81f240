import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { indexedIn, indexedOf } from './indexed.ts'

const one = (value: unknown) => indexedOf(['line'], { line: value })['arg.line']

describe('an indexed argument', () => {
  test('is recorded as the text of what was given: a string, an integer, a boolean', () => {
    assert.equal(one('4'), '4')
    assert.equal(one(4), '4')
    assert.equal(one(-0), '0')
    assert.equal(one(true), 'true')
    assert.equal(one(false), 'false')
    assert.equal(one(''), '')
    assert.equal(one('日'.repeat(128)), '日'.repeat(128))
  })

  test('that was not given says so, and nothing is inherited', () => {
    assert.deepEqual(indexedOf(['line', 'constructor', 'toString'], {}), {
      'arg.line': null,
      'arg.constructor': null,
      'arg.toString': null,
    })
  })

  test('that was given as something else says that it was', () => {
    const others = [null, ['4'], { line: '4' }, 4.5, 1e300, 2 ** 53, 'x'.repeat(129)]
    for (const given of [...others, '4\n', '\u202e4', '\ud800'])
      assert.equal(one(given), true, JSON.stringify(given))
  })

  test('is found in an entry by its field, in order of the names', () => {
    const entry = { agent: 'a', argumentBytes: 1, ...indexedOf(['b', 'a'], { b: '2' }) }
    assert.deepEqual(indexedIn(entry), [
      ['arg.a', null],
      ['arg.b', '2'],
    ])
    assert.deepEqual(indexedIn({ agent: 'a', argumentBytes: 1 }), [])
  })
})
