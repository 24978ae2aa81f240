import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPeriods } from './period.ts'

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
