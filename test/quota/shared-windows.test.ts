import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#lib/fault.ts'
import { createSharedWindows } from '#quota/shared-windows.ts'
import { bound, countersConformance, createPlainCounters, noon } from './counters.ts'

countersConformance('the plainest counters', async () => createPlainCounters())

test('what arrives while a question is under way goes into the next one', async () => {
  const counters = createPlainCounters()
  const shared = createSharedWindows(counters)
  const bounds = [bound('reads', { minute: 1000 })]
  await Promise.all(Array.from({ length: 500 }, () => shared.spend(bounds, noon)))
  assert.equal(counters.questions, 1)
})

test('what no quota counts is asked of nobody, and counts that cannot be reached let nothing pass', async () => {
  const fault = new Fault('uncounted', { detail: 'away' })
  const shared = createSharedWindows({ take: () => Promise.reject(fault) })
  assert.equal(shared.spend([], noon), undefined)
  const bounds = [bound('reads', { minute: 1000 })]
  await assert.rejects(async () => shared.spend(bounds, noon), { code: 'uncounted' })
  await assert.rejects(async () => shared.spend(bounds, noon), { code: 'uncounted' })
})
