import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isMultiple } from './decimal.ts'

test('a decimal is divided as it is written', () => {
  const digits = fc.integer({ min: -1e9, max: 1e9 })
  const places = fc.integer({ min: 0, max: 6 })
  fc.assert(
    fc.property(digits, fc.integer({ min: 1, max: 1000 }), places, (times, divisor, fraction) => {
      const [value, by] = [times * divisor, divisor].map((n) => Number(`${n}e-${fraction}`))
      if (value === undefined || by === undefined) return
      assert.equal(isMultiple(value, by), true)
      const between = Number(`${times * divisor * 10 + 1}e-${fraction + 1}`)
      assert.equal(isMultiple(between, by), false)
    }),
  )
})

test('what is far apart is divided as well', () => {
  assert.equal(isMultiple(1.7976931348623157e308, 5e-324), true)
  assert.equal(isMultiple(5e-324, 1.7976931348623157e308), false)
  assert.equal(isMultiple(1e308, 0.123456789), false)
  assert.equal(isMultiple(0, 0.7), true)
})
