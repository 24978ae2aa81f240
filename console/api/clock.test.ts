import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { differenceOf } from './clock.ts'

const at = Date.parse('2026-11-20T08:00:00.500Z')
const said = (ms: number) => new Date(at + ms).toUTCString()

describe('The difference of two clocks', () => {
  test('is none where the answer was written on its way, slow as it was', () => {
    assert.equal(differenceOf(said(0), at, at), 0)
    assert.equal(differenceOf(said(0), at, at + 90_000), 0)
    assert.equal(differenceOf(said(45_000), at, at + 90_000), 0)
  })

  test('is how far the other one is ahead or behind', () => {
    assert.equal(differenceOf(said(300_000), at, at), 299_500)
    assert.equal(differenceOf(said(-300_000), at, at), -299_500)
  })

  test('is none where nothing is said of it', () => {
    assert.equal(differenceOf(null, at, at), 0)
    assert.equal(differenceOf('soon', at, at), 0)
  })
})
