import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RE2JS, RE2Set } from 're2js'
import { weightOf } from './pattern-weight.ts'

const sizeOf = (source: string): number => {
  const set = new RE2Set()
  set.add(RE2JS.translateRegExp(source))
  set.compile()
  return set.prog.numInst()
}

test('a pattern weighs what it becomes with its counts written out', () => {
  assert.equal(weightOf('abc'), 3)
  assert.equal(weightOf('a{30}'), 30)
  assert.equal(weightOf('(?:a{30}){30}'), 990)
  assert.ok(weightOf('\\p{L}{100}') >= 3000)
  assert.ok(weightOf('[a\\p{L}]{100}') >= 3000)
  assert.equal(weightOf('\\Q[\\E(?:a{30}){30}]'), Number.POSITIVE_INFINITY)
})

test('a compiled program is never many times longer than the weight', () => {
  const atom = fc.constantFrom(
    'a',
    '.',
    '\\d',
    '[a-z]',
    '[^\\]]',
    '\\{',
    '^',
    '$',
    '\\b',
    '[[]',
    '\\(',
  )
  const count = fc.constantFrom('', '', '{3}', '{0,4}', '{2,}', '*', '+', '?', '{9}')
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { depthSize: 'small' },
      fc.tuple(atom, count).map((parts) => parts.join('')),
      fc.tuple(tie('pattern'), tie('pattern')).map((parts) => parts.join('')),
      fc.tuple(tie('pattern'), tie('pattern')).map((parts) => `(?:${parts.join('|')})`),
      fc.tuple(tie('pattern'), count).map(([inner, times]) => `(${inner})${times}`),
    ),
  }))
  fc.assert(
    fc.property(pattern, (source) => {
      fc.pre(weightOf(source) < 3000)
      assert.ok(sizeOf(source) <= 10 + 4 * weightOf(source), source)
    }),
  )
})
