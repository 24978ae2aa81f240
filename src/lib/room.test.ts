import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRoom } from './room.ts'

test('so many run at once, so many wait in order, and the rest is sent away', async () => {
  const room = createRoom(2, 3)
  const started: number[] = []
  const gates: (() => void)[] = []
  const task = (name: number) => () => {
    started.push(name)
    return new Promise<number>((resolve) => {
      gates[name] = () => resolve(name)
    })
  }
  const answers = [0, 1, 2, 3, 4, 5].map((name) => room(task(name)))
  assert.deepEqual(started, [0, 1])
  assert.equal(await answers[5], undefined)
  for (const name of [1, 0, 2, 3, 4]) {
    gates[name]?.()
    assert.equal(await answers[name], name)
  }
  assert.deepEqual(started, [0, 1, 2, 3, 4])
})

test('a task that fails gives its place back', async () => {
  const room = createRoom(1, 0)
  const failing = room(() => Promise.reject(new Error('no')))
  await assert.rejects(failing)
  assert.equal(await room(async () => 'in'), 'in')
})
