import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPeriods, endOf, monthsBack } from './period.ts'

test('a period is a month of UTC, whichever instants it was asked for before', () => {
  const periodOf = createPeriods()
  for (const [instant, period] of [
    ['2026-11-30T23:59:59.999Z', '2026-11'],
    ['2026-12-01T00:00:00.000Z', '2026-12'],
    ['2026-11-30T23:59:59.999Z', '2026-11'],
    ['2026-12-31T23:59:59.999Z', '2026-12'],
    ['2027-01-01T00:00:00.000Z', '2027-01'],
    ['1970-01-01T00:00:00.000Z', '1970-01'],
  ] as const)
    assert.equal(periodOf(Date.parse(instant)), period)
})

test('months are told back from one instant to another, both with theirs, over the turn of a year', () => {
  const back = (from: string, to: string) => [...monthsBack(Date.parse(from), Date.parse(to))]
  assert.deepEqual(back('2027-02-01T00:00:00Z', '2026-11-30T23:59:59.999Z'), [
    '2027-02',
    '2027-01',
    '2026-12',
    '2026-11',
  ])
  assert.deepEqual(back('2026-11-01T00:00:00Z', '2026-11-01T00:00:00Z'), ['2026-11'])
  assert.deepEqual(back('2026-11-30T00:00:00Z', '2026-11-01T00:00:00Z'), ['2026-11'])
})

test('a month ends where the next one begins', () => {
  assert.equal(endOf('2026-11'), Date.UTC(2026, 11))
  assert.equal(endOf('2026-12'), Date.UTC(2027, 0))
})
