import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CallRow, merged, type Step } from './merge.ts'

const row = (plane: string, at: number) => ({ plane, at, position: at, call: '' }) as CallRow
const step = (rows: CallRow[], cursor?: Step['cursor']): Step => ({ rows, cursor, problems: [] })
const told = (steps: Step[]) => merged(steps).map(({ plane, at }) => `${plane}${at}`)

test('calls of several planes stand in order of time', () => {
  const all = [row('a', 9), row('a', 3), row('b', 7), row('b', 1)]
  assert.deepEqual(told([step(all)]), ['a9', 'b7', 'a3', 'b1'])
})

test('what is older than a plane was looked at waits, for a row of that plane may belong before it', () => {
  const first = step([row('a', 9), row('a', 8), row('b', 7), row('b', 1)], { a: '8' })
  assert.deepEqual(told([first]), ['a9', 'a8'])
  assert.deepEqual(told([first, step([row('a', 2)])]), ['a9', 'a8', 'b7', 'a2', 'b1'])
})

test('a plane in which nothing was found so far holds all others back', () => {
  assert.deepEqual(told([step([row('b', 7)], { a: '8', b: '6' })]), [])
})

test('of one plane the server says the order', () => {
  assert.deepEqual(told([step([row('a', 3), row('a', 9)], { a: '3' })]), ['a3', 'a9'])
})
