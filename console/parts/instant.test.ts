import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inList } from './instant.ts'

const now = Date.parse('2026-11-29T00:10:00.000Z')
const shown = (text: string, language: 'en' | 'tr' = 'en') =>
  inList(Date.parse(text), now, language, 'utc')

describe('An instant in a list', () => {
  test('of today is its time, to the millisecond', () => {
    assert.equal(shown('2026-11-29T00:09:59.042Z'), '00:09:59.042')
  })

  test('of another day has the day: a row of yesterday is never read as one of today', () => {
    assert.equal(shown('2026-11-28T23:59:59.999Z'), '28 Nov, 23:59:59')
    assert.equal(shown('2026-11-28T23:59:59.999Z', 'tr'), '28 Kas 23:59:59')
    assert.equal(shown('2026-11-30T00:00:00.000Z'), '30 Nov, 00:00:00')
  })

  test('of another year has the year', () => {
    assert.equal(shown('2025-11-29T00:09:59.042Z'), '29 Nov 2025')
    assert.equal(shown('2025-11-29T00:09:59.042Z', 'tr'), '29 Kas 2025')
  })
})
