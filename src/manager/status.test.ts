import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Trouble } from '#upstream/upstream.ts'
import { healthOf } from './status.ts'

const now = Date.UTC(2026, 10, 27, 12)
const minute = 60_000
const down: Trouble = { code: 'upstream_timeout', side: 'server', says: 'No answer in time' }

test('health is told in words, and how long ago it was known where that is long', () => {
  const rows = [
    ['Server', undefined, undefined, undefined, 'Not connected'],
    ['API', undefined, undefined, undefined, 'Not called yet'],
    ['Server', 'starting', undefined, undefined, 'Starting'],
    ['Server', 'down', down, 0, 'No answer in time'],
    ['API', 'down', down, undefined, 'No answer in time'],
    // Up, and what it offers cannot be read.
    ['Server', 'up', down, 200 * minute, 'No answer in time'],
    ['Server', 'up', undefined, 0, 'Ready'],
    ['API', 'up', undefined, undefined, 'Ready'],
    ['Server', 'up', undefined, 15 * minute, 'Ready'],
    ['Server', 'up', undefined, 15 * minute + 1, 'Not checked for 15 min'],
    ['Server', 'up', undefined, 119 * minute, 'Not checked for 119 min'],
    ['Server', 'up', undefined, 120 * minute, 'Not checked for 2 h'],
    ['Server', 'up', undefined, 239 * minute, 'Not checked for 3 h'],
    ['Server', 'up', undefined, 47 * 60 * minute, 'Not checked for 47 h'],
    ['Server', 'up', undefined, 48 * 60 * minute, 'Not checked for 2 d'],
  ] as const
  for (const [kind, state, trouble, ago, says] of rows) {
    const checkedAt = ago === undefined ? undefined : now - ago
    assert.equal(healthOf({ kind }, { state, trouble, checkedAt, now }), says)
  }
})
