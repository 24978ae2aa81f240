import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStrangers } from './strangers.ts'

test('So many strangers a second are heard, and as many in the next one', () => {
  const strangers = createStrangers(2)
  const heard = [1000, 1500, 1999, 2000, 2001, 2002, 9000].map((now) => strangers.hear(now))
  assert.deepEqual(heard, [true, true, false, true, true, false, true])
})
