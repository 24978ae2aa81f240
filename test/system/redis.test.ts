// Needs from Debian: redis-server
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { systemClock as clock } from '#lib/clock.ts'
import { silentLog } from '#lib/log.ts'
import { createRedisCounters, type Refill } from '#quota/redis.ts'
import { createSharedWindows } from '#quota/shared-windows.ts'
import { startRedis } from '../peers/redis.ts'
import { bound, countersConformance, noon } from '../quota/counters.ts'

const peer = await startRedis()
after(() => peer.stop())

let opened = 0
const open = (refills: () => Promise<readonly Refill[]> = async () => []) =>
  createRedisCounters({
    redis: peer.redis,
    prefix: `test${++opened}:`,
    refills,
    clock,
    log: silentLog,
  })

countersConformance('Redis', async () => open())

test('attack: a flush of Redis opens no window again: the counts come back from the ledger', async () => {
  let used = 0
  const windows = () => ({
    second: { start: noon, used: 0 },
    minute: { start: noon, used },
    day: { start: noon - 12 * 3_600_000, used },
  })
  const counters = open(async () => [{ key: 'ops/reads/planner', windows: windows() }])
  const shared = createSharedWindows(counters)
  const bounds = [bound('reads', { day: 10 })]
  const spend = async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => shared.spend(bounds, noon)))
    const passed = answers.filter((one) => one === undefined).length
    used += passed
    return passed
  }
  assert.equal(await spend(), 8)
  await peer.redis.flushAll()
  assert.equal(await spend(), 2)
  await peer.redis.flushAll()
  assert.equal(await spend(), 0)
})

test('a Redis that is gone lets nothing pass, and is used again as soon as it is back', async () => {
  const shared = createSharedWindows(open())
  const bounds = [bound('reads', { minute: 10 })]
  assert.equal(await shared.spend(bounds, noon), undefined)
  await peer.kill()
  await assert.rejects(async () => shared.spend(bounds, noon), { code: 'uncounted' })
  const back = new Promise((resolve) => peer.redis.once('ready', resolve))
  await peer.start()
  await back
  assert.equal(await shared.spend(bounds, noon), undefined)
})
