import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonValue } from './json.ts'
import { compileRedaction } from './redaction.ts'

const redacted = (
  value: JsonValue,
  { remove = [], mask = [] }: { remove?: readonly string[]; mask?: readonly string[] },
): JsonValue | undefined => {
  const redaction = compileRedaction({ remove, mask })
  assert.ok(!('problem' in redaction), JSON.stringify(redaction))
  return redaction.apply(value, { left: 1000 })
}

describe('a redaction', () => {
  test('removes members, and leaves the value that it was given', () => {
    const value = { a: 1, b: { a: 2, c: 3 } }
    assert.deepEqual(redacted(value, { remove: ['$..a'] }), { b: { c: 3 } })
    assert.deepEqual(value, { a: 1, b: { a: 2, c: 3 } })
  })

  test('removes elements by where they were, however many go', () => {
    const value = [0, 1, 2, 3, 4, 5]
    assert.deepEqual(redacted(value, { remove: ['$[0]', '$[1]', '$[-1]'] }), [2, 3, 4])
    assert.deepEqual(redacted(value, { remove: ['$[::2]', '$[4]'] }), [1, 3, 5])
    assert.deepEqual(redacted([[1, 2], [3]], { remove: ['$[*][0]'] }), [[2], []])
    assert.deepEqual(redacted(value, { remove: ['$[?@ > 1]'] }), [0, 1])
  })

  test('masks a scalar, an object and a list alike, whole', () => {
    const value = { a: 1, b: { c: 'x' }, d: ['x'], e: null }
    assert.deepEqual(redacted(value, { mask: ['$.*'] }), {
      a: '[masked]',
      b: '[masked]',
      d: '[masked]',
      e: '[masked]',
    })
    assert.deepEqual(redacted([1, [2]], { mask: ['$[0]', '$[1][0]'] }), ['[masked]', ['[masked]']])
  })

  test('removes what is to be removed and masked, and what stands inside either', () => {
    const value = { a: { b: 1 }, c: { b: 2 } }
    const paths = { remove: ['$.a', '$.a.b'], mask: ['$.a', '$.c', '$..b'] }
    assert.deepEqual(redacted(value, paths), { c: '[masked]' })
  })

  test('sees the value as it was, not as another path left it', () => {
    const value = {
      items: [
        { kind: 'private', text: 'x' },
        { kind: 'public', text: 'y' },
      ],
    }
    const paths = { remove: ["$.items[?@.kind == 'private'].text", '$.items[*].kind'] }
    assert.deepEqual(redacted(value, paths), { items: [{}, { text: 'y' }] })
  })

  test('leaves what its paths do not select, a scalar included', () => {
    const value = { b: 1 }
    assert.equal(redacted(value, { remove: ['$.a'] }), value)
    assert.equal(redacted('a', { remove: ['$.a'] }), 'a')
    assert.deepEqual(redacted({ A: 1, a: 2 }, { remove: ['$.a'] }), { A: 1 })
  })

  test('shows nothing where it could not look at everything', () => {
    const value = Array.from({ length: 2000 }, (_, n) => ({ n }))
    assert.equal(redacted(value, { remove: ['$[*].n'] }), undefined)
    assert.equal(redacted(value, { remove: ['$.a'], mask: ['$..n'] }), undefined)
  })

  test('of no path, too many, or one that cannot be taken, is refused by name', () => {
    const problem = (remove: readonly string[], mask: readonly string[] = []) => {
      const redaction = compileRedaction({ remove, mask })
      return 'problem' in redaction ? redaction.problem : undefined
    }
    assert.equal(problem([]), 'nothing is removed or masked')
    assert.match(problem(Array.from({ length: 65 }, () => '$.a')) ?? '', /more than 64 paths/)
    assert.match(problem(['$.a', '$..a..b']) ?? '', /^\$\.\.a\.\.b descends twice/)
    assert.match(problem(['$.a'], ['email']) ?? '', /^email is no path of RFC 9535/)
  })
})
