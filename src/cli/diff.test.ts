import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { diffLines, onlyChanges } from './diff.ts'

test('A diff shows what went and what came, in place', () => {
  assert.deepEqual(diffLines('a\nb\nc', 'a\nx\nc\nd'), ['  a', '- b', '+ x', '  c', '+ d'])
})

test('A diff holds both texts: without + it is the old one, without - the new one', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1 })
    .map((l) => l.join('\n'))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after)
      const side = (not: string) =>
        lines
          .filter((line) => !line.startsWith(not))
          .map((line) => line.slice(2))
          .join('\n')
      assert.equal(side('+'), before)
      assert.equal(side('-'), after)
    }),
  )
})

test('Only the surroundings of a change are shown', () => {
  const lines = ['  1', '  2', '  3', '- 4', '+ 5', '  6', '  7', '  8']
  assert.deepEqual(onlyChanges(lines, 1, '…'), ['  …', '  3', '- 4', '+ 5', '  6', '  …'])
})
