import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFlood } from './flood.ts'

const make = () => createFlood({ atOnce: 3, intervalMs: 1000 })

test('so many attempts at once, then one per interval, and the answer says how long to wait', () => {
  const flood = make()
  const waits = [0, 0, 0, 0, 999, 1000, 1000].map((atMs) => flood.attempt('planner', atMs))
  assert.deepEqual(waits, [0, 0, 0, 1000, 1, 0, 1000])
})

test('a pause gives back as many attempts as may be made at once, and no more', () => {
  const flood = make()
  for (let i = 0; i < 4; i++) flood.attempt('planner', 0)
  const later = [1e6, 1e6, 1e6, 1e6].map((atMs) => flood.attempt('planner', atMs))
  assert.deepEqual(later, [0, 0, 0, 1000])
})

test("one name's flood is not another's", () => {
  const flood = make()
  for (let i = 0; i < 100; i++) flood.attempt('planner', 0)
  assert.equal(flood.attempt('lone', 0), 0)
})
