import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRuns } from './runs.ts'

const second = 1000
const minute = 60 * second
const numbered = () => {
  let last = 0
  return createRuns(() => String(++last))
}

describe('Which run a call belongs to', () => {
  test('the same, as long as no quarter of an hour lies between two calls of its caller', () => {
    const runs = numbered()
    const first = runs.of('planner', 0)
    for (let at = 0; at < 60 * minute; at += 14 * minute)
      assert.equal(runs.of('planner', at), first)
    assert.notEqual(runs.of('clerk', 0), first)
    assert.notEqual(runs.of('planner', 56 * minute + 15 * minute), first)
  })

  test('however often its caller calls meanwhile, and however little lies between', () => {
    const runs = numbered()
    const first = runs.of('planner', 0)
    for (let at = 0; at < 20 * minute; at += 900) assert.equal(runs.of('planner', at), first)
    assert.equal(runs.of('planner', 34 * minute), first)
  })

  test('attack: of callers without end the one heard of longest ago is forgotten, and nobody else', () => {
    const runs = numbered()
    const silent = runs.of('silent', 0)
    const kept = runs.of('kept', 0)
    const at = 2 * second
    for (let n = 0; n < 99_998; n++) runs.of(`caller ${n}`, at)
    assert.equal(runs.of('kept', 2 * at), kept)
    runs.of('one more', 2 * at)
    assert.equal(runs.of('kept', 2 * at), kept)
    assert.notEqual(runs.of('silent', 2 * at), silent)
  })
})
