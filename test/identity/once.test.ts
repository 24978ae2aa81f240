import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createOnce } from '#identity/once.ts'
import { Fault } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { TakenOnceRows } from '#store/store.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { createTestClock } from '../store/clock.ts'
import { finance, ops } from './world.ts'

const log = silentLog

/** Rows in memory that answer when they are told to. */
const createRows = () => {
  const all = new Set<string>()
  const asked: string[][] = []
  let gate = Promise.resolve()
  let forgotten = 0
  const rows: TakenOnceRows = {
    async take(some) {
      asked.push(some.map(({ digest }) => digest))
      await gate
      const first = some.filter(({ digest }) => !all.has(digest) && all.add(digest))
      return new Set(first.map(({ digest }) => digest))
    },
    async forget() {
      forgotten++
    },
  }
  return {
    rows,
    asked,
    forgotten: () => forgotten,
    hold(until: Promise<void>) {
      gate = until
    },
  }
}

describe('what is good for one use', () => {
  test('is taken once by plane, kind and id', async () => {
    const clock = createTestClock()
    const { take } = createOnce({ rows: createRows().rows, clock, log })
    const until = clock.now() + 60_000
    assert.equal(await take(ops, 'dpop', 'one', until), true)
    assert.equal(await take(ops, 'dpop', 'one', until), false)
    assert.equal(await take(ops, 'assertion', 'one', until), true)
    assert.equal(await take(finance, 'dpop', 'one', until), true)
    assert.equal(await take(ops, 'dpop', 'One', until), true)
  })

  test('an id of any length is a row of one length', async () => {
    const clock = createTestClock()
    const { rows, asked } = createRows()
    const { take } = createOnce({ rows, clock, log })
    await take(ops, 'dpop', 'x'.repeat(1_000_000), clock.now() + 60_000)
    assert.equal(asked.flat()[0]?.length, 43)
  })

  test('what comes while a statement is under way shares the next one', async () => {
    const clock = createTestClock()
    const { rows, asked, hold } = createRows()
    const gate = Promise.withResolvers<void>()
    hold(gate.promise)
    const { take } = createOnce({ rows, clock, log })
    const until = clock.now() + 60_000
    const taking = Array.from({ length: 300 }, (_, n) => take(ops, 'dpop', `${n % 100}`, until))
    gate.resolve()
    const taken = await Promise.all(taking)
    assert.equal(taken.filter(Boolean).length, 100)
    assert.deepEqual(
      asked.map((digests) => digests.length),
      [1, 299],
    )
  })

  test('a store that cannot say refuses, and the next is asked again', async () => {
    const clock = createTestClock()
    const { rows } = createRows()
    let isAway = true
    const take: TakenOnceRows['take'] = (some) => {
      if (isAway) return Promise.reject(new Fault('store_unreachable'))
      return rows.take(some)
    }
    const once = createOnce({ rows: { ...rows, take }, clock, log })
    const until = clock.now() + 60_000
    await assert.rejects(once.take(ops, 'dpop', 'one', until), { code: 'store_unreachable' })
    isAway = false
    assert.equal(await once.take(ops, 'dpop', 'one', until), true)
  })

  test('no more than ten thousand wait for a store that stands still', async () => {
    const clock = createTestClock()
    const { rows, hold } = createRows()
    const gate = Promise.withResolvers<void>()
    hold(gate.promise)
    const { take } = createOnce({ rows, clock, log })
    const until = clock.now() + 60_000
    const taking = Array.from({ length: 10_001 }, (_, n) => take(ops, 'dpop', `${n}`, until))
    await assert.rejects(take(ops, 'dpop', 'one too many', until), { code: 'flood' })
    gate.resolve()
    assert.equal((await Promise.all(taking)).filter(Boolean).length, 10_001)
  })

  test('nothing is kept that ends later than a day from now', () => {
    const clock = createTestClock()
    const { take } = createOnce({ rows: createRows().rows, clock, log })
    assert.throws(() => take(ops, 'dpop', 'one', clock.now() + 25 * 60 * 60_000))
  })

  test('the store lets go of what ended, a minute after something was taken', async () => {
    const clock = createTestClock()
    const { rows, forgotten } = createRows()
    const { take } = createOnce({ rows, clock, log })
    await take(ops, 'dpop', 'one', clock.now() + 60_000)
    await take(ops, 'dpop', 'two', clock.now() + 60_000)
    clock.advance(60_000)
    assert.equal(forgotten(), 1)
  })
})

describe('over two processes on one PostgreSQL', () => {
  let server: PostgresServer
  before(async () => {
    server = await startPostgres()
  })
  after(() => server.stop())

  test('each of a thousand ids is taken by one of both', async () => {
    const clock = createTestClock(Date.now())
    const url = await server.createDatabase()
    const open = () => openStore({ folder: 'none', url, appendDeadlineMs: 5000, clock, log })
    const stores = [await open(), await open()]
    const both = stores.map(({ takenOnce }) => createOnce({ rows: takenOnce, clock, log }))
    const ids = Array.from({ length: 1000 }, (_, n) => `${n}`)
    const until = clock.now() + 60_000
    const taken = await Promise.all(
      both.map(({ take }) => Promise.all(ids.map((id) => take(ops, 'dpop', id, until)))),
    )
    const [one = [], other = []] = taken
    assert(ids.every((_, n) => one[n] !== other[n]))
    await Promise.all(stores.map((store) => store.close()))
  })
})
