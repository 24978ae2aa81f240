import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTime } from './in-time.ts'

const ringing = () => {
  const waiting = new Map<() => void, number>()
  const after = (ms: number, task: () => void) => {
    waiting.set(task, ms)
    return () => void waiting.delete(task)
  }
  return { waiting, after }
}

test('attack: a verifier that hangs has said no when its time is over', async () => {
  const clock = ringing()
  const answer = inTime<string>(clock, 10_000, new Promise(() => {}), 'unverified')
  assert.deepEqual([...clock.waiting.values()], [10_000])
  for (const ring of clock.waiting.keys()) ring()
  assert.equal(await answer, 'unverified')
})

test('one that answers is believed, one that fails has failed, and nothing goes on ringing', async () => {
  const clock = ringing()
  assert.equal(await inTime(clock, 1, Promise.resolve('a token'), 'unverified'), 'a token')
  await assert.rejects(inTime(clock, 1, Promise.reject(new Error('a bug')), undefined), /a bug/)
  assert.equal(clock.waiting.size, 0)
})
