import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  filtersOf,
  readSearch,
  readValues,
  toggled,
  unknownKeys,
  writeSearch,
  writeValues,
} from './grammar.ts'
import { frozen, readRange } from './time.ts'

describe('The state of a list in its address', () => {
  test('is what it was after it was written and read, whatever its texts hold', () => {
    const texts = fc.string({ minLength: 1, unit: 'binary' })
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('q', 't', 'f.agent', 'f.tool!'), texts),
        (search) => {
          assert.deepEqual(readSearch(writeSearch(search).slice(1)), { ...search })
        },
      ),
    )
  })

  test('holds values with commas and backslashes in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (values) => {
        assert.deepEqual(readValues(writeValues(values)), values)
      }),
    )
  })

  test('reads what a person would type', () => {
    assert.deepEqual(filtersOf(readSearch('f.outcome=denied,limited&f.tool!=search&q=x')), [
      { field: 'outcome', not: false, values: ['denied', 'limited'] },
      { field: 'tool', not: true, values: ['search'] },
    ])
  })

  test('never asks for what it excludes', () => {
    const asked = toggled({}, 'agent', 'planner')
    assert.deepEqual(asked, { 'f.agent': 'planner' })
    assert.deepEqual(toggled(asked, 'agent', 'planner', true), { 'f.agent!': 'planner' })
    assert.deepEqual(toggled(asked, 'agent', 'planner'), {})
  })

  test('keeps and names what a page does not know', () => {
    const search = { plane: 'ops', 'f.agent': 'x', 'f.foo': 'y', t: 'yesterday', odd: '1' }
    assert.deepEqual(unknownKeys(search, { fields: ['agent'] }), ['f.foo', 't=yesterday', 'odd'])
  })

  test('freezes a relative time, so that a link means the same tomorrow', () => {
    const now = Date.UTC(2026, 10, 28, 12)
    const range = readRange('24h')
    assert.ok(range)
    assert.equal(frozen(range, now), '2026-11-27T12:00Z..2026-11-28T12:00Z')
    assert.equal(readRange('2026-11-28T12:00Z..2026-11-27T12:00Z'), undefined)
  })
})
