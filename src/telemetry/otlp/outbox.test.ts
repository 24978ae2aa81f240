import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { createFamilies } from '../families.ts'
import { readHeaders } from './collector.ts'
import { createOutbox } from './outbox.ts'

const span = {} as ReadableSpan

const setUp = (most: number, isTaken: () => boolean) => {
  const { spans } = createFamilies(10)
  const sent: number[] = []
  const due: (() => void)[] = []
  const outbox = createOutbox({
    ...{ most, everyMs: 5000, spans },
    clock: {
      ...{ now: () => 0, elapsed: () => 0 },
      after(_, task) {
        due.push(task)
        return () => {}
      },
    },
    async send(group) {
      sent.push(group.length)
      return isTaken()
    },
  })
  const count = (result: string) => spans.of(result).value
  return { outbox, sent, due, count }
}

test('what does not fit is dropped, and what is not taken has failed: all of it is counted', async () => {
  let isTaken = false
  const { outbox, sent, count } = setUp(3, () => isTaken)
  for (let n = 0; n < 5; n++) outbox.onEnd(span)
  assert.equal(count('dropped'), 2)
  await outbox.forceFlush()
  assert.deepEqual([sent, count('failed'), count('exported')], [[3], 3, 0])
  isTaken = true
  outbox.onEnd(span)
  await outbox.shutdown()
  assert.deepEqual([sent, count('exported')], [[3, 1], 1])
  outbox.onEnd(span)
  assert.equal(count('dropped'), 3)
})

test('a collector that takes nothing holds up no end', async () => {
  const { outbox, sent, count } = setUp(10_000, () => false)
  for (let n = 0; n < 2000; n++) outbox.onEnd(span)
  await outbox.shutdown()
  assert.ok(sent.length <= 2)
  assert.equal(count('failed') + count('dropped'), 2000)
})

test('headers of the environment are read strictly, and never quoted', () => {
  assert.deepEqual(readHeaders(undefined), [])
  assert.deepEqual(readHeaders('Authorization=Bearer%20a%3Db, x=1'), [
    ...['authorization', 'Bearer a=b'],
    ...['x', '1'],
  ])
  for (const bad of ['secret', '=secret', 'a b=secret', 'a=secret%0d%0ab: c', 'a=%zzsecret'])
    assert.throws(
      () => readHeaders(bad),
      (thrown: Error & { detail?: string }) =>
        !`${thrown.message}${thrown.detail}`.includes('secret'),
    )
})
