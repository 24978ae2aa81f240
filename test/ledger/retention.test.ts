// Runs on both stores.
import assert from 'node:assert/strict'
import { after, afterEach, beforeEach, describe, test } from 'node:test'
import type { Intent, Pruned } from '#domain/entry.ts'
import { createLedger } from '#ledger/create-ledger.ts'
import type { Ledger } from '#ledger/ledger.ts'
import { createRecordedQuery } from '#ledger/recorded.ts'
import type { Keeping } from '#ledger/retain.ts'
import { createRetention, type Retention } from '#ledger/retention.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { createTestClock, type TestClock } from '../store/clock.ts'
import { callAt, intentOf, noon, ops, outcomeOf } from '../store/entries.ts'
import { sealerOf, unsuspected } from './sealer.ts'

const dayMs = 86_400_000

let server: PostgresServer | undefined
const urlOfStore = async (): Promise<{ url?: string }> => {
  if (process.env.TEST_STORE !== 'postgres') return {}
  server ??= await startPostgres()
  return { url: await server.createDatabase() }
}
after(() => server?.stop())

describe('What is recorded and older than its plane keeps it', () => {
  let clock: TestClock
  let store: Store
  let ledger: Ledger
  let keeping: Keeping
  let retention: Retention
  let made: number

  const startRetention = () =>
    createRetention({
      store,
      ledger,
      clock,
      log: silentLog,
      planes: () => [{ plane: ops, document: { ledger: keeping } }],
    })

  beforeEach(async () => {
    clock = createTestClock()
    made = 0
    keeping = { retain: { payloads: '400d' } }
    const about = { clock, log: silentLog }
    store = await openStore({
      folder: 'memory',
      ...(await urlOfStore()),
      appendDeadlineMs: 20_000,
      ...about,
    })
    ledger = createLedger({
      store,
      ...about,
      seal: sealerOf,
      integrity: unsuspected,
      version: '1',
      budget: () => undefined,
    })
    retention = startRetention()
  })
  afterEach(async () => {
    await retention.close()
    await store.close()
  })

  /** A call of so many days ago, with arguments and a result. */
  const call = async (daysAgo: number, about: Partial<Intent> = {}): Promise<number> => {
    const number = ++made
    const at = noon - daysAgo * dayMs
    const plane = ledger.plane(ops)
    await plane.intend(intentOf(callAt(number, at), { at, ...about }), Buffer.from('{"n":1}'))
    const result = { subject: 'user:anna', at, bytes: Buffer.from('result') } as const
    await plane.conclude(outcomeOf(callAt(number, at), { at }), result)
    return number
  }
  const stored = async () => store.plane(ops).ledger.read(1, 10_000)
  /** Numbers of the calls of which both sides still stand; a call of which one stands fails. */
  const standing = async (): Promise<number[]> => {
    const recorded = createRecordedQuery({ store, seal: sealerOf })
    const numbers: number[] = []
    let number = 0
    let state = ''
    for (const one of await stored()) {
      const { type } = one.entry
      if (type !== 'call.intent' && type !== 'call.outcome') continue
      const opened = await recorded.open(ops, one)
      if (type === 'call.intent') {
        number++
        state = opened.state
        if (state === 'whole') numbers.push(number)
      } else assert.equal(opened.state, state)
    }
    return numbers
  }
  const pruned = async () =>
    (await stored()).flatMap(({ entry }) => (entry.type === 'ledger.pruned' ? [entry] : []))
  const run = async () => {
    while (await retention.step());
  }

  test('goes, with an entry that says how much; entries stay as they are, and what is younger stays', async () => {
    await call(500)
    await call(401)
    await call(399)
    const before = await stored()
    await run()
    assert.deepEqual(await standing(), [3])
    assert.deepEqual((await stored()).slice(0, before.length), before)
    const [entry, ...others] = await pruned()
    assert.deepEqual(others, [])
    assert.deepEqual(entry, {
      v: 1,
      type: 'ledger.pruned',
      at: noon,
      plane: ops,
      from: 2,
      to: 5,
      payloads: 4,
      retain: '400d',
    } satisfies Pruned)
    await run()
    assert.equal((await pruned()).length, 1)
  })

  test('goes by the shortest time of its data classes', async () => {
    keeping = { retain: { payloads: '400d', classes: { personal: '90d', health: '30d' } } }
    await call(100, { data: ['personal'] })
    await call(100)
    await call(40, { data: ['health', 'personal'] })
    await call(40, { data: ['personal'] })
    await run()
    assert.deepEqual(await standing(), [2, 4])
    clock.advance(60 * dayMs)
    await run()
    assert.deepEqual(await standing(), [2])
  })

  test('stays whole under a hold, however old, and goes once the hold is lifted', async () => {
    const hold = [{ name: 'case-17', user: 'anna', reason: 'a suit' }]
    keeping = { ...keeping, hold }
    await call(500, { user: 'anna' })
    await call(500, { user: 'ben' })
    await run()
    assert.deepEqual(await standing(), [1])
    clock.advance(1000 * dayMs)
    await run()
    assert.deepEqual(await standing(), [1])
    keeping = { retain: { payloads: '400d' } }
    await run()
    assert.deepEqual(await standing(), [])
  })

  test('stays where nothing says how long, and all of it goes in small steps where something does', async () => {
    keeping = {}
    const many = 1100
    await Promise.all(Array.from({ length: many }, () => call(500)))
    await run()
    assert.equal(await store.plane(ops).retention.find(), undefined)
    keeping = { retain: { classes: { personal: '1d' } } }
    await run()
    assert.equal((await pruned()).length, 0)
    keeping = { retain: { payloads: '1d' } }
    let steps = 1
    while (await retention.step()) steps++
    assert.ok(steps >= 3, `${steps} steps`)
    const entries = await pruned()
    assert.equal(
      entries.reduce((sum, { payloads }) => sum + payloads, 0),
      2 * many,
    )
    for (const { payloads } of entries) assert.ok(payloads <= 1000)
  })

  test('goes by itself, and by a process that begins where another one stopped', async () => {
    await call(401)
    await retention.close()
    retention = startRetention()
    await call(401)
    clock.advance(10 * 60_000)
    const payloads = async () => store.plane(ops).ledger.listPayloads([2, 3, 4, 5])
    for (let turn = 0; turn < 2000 && (await payloads()).length > 0; turn++)
      await new Promise(setImmediate)
    assert.deepEqual(await standing(), [])
  })

  test('does not go where that it goes cannot be written down', async () => {
    await call(401)
    const failing: Ledger = {
      ...ledger,
      plane: (id) => ({
        ...ledger.plane(id),
        append: () => Promise.reject(new Error('the disk is full')),
      }),
    }
    const unheard = createRetention({
      store,
      ledger: failing,
      clock,
      log: silentLog,
      planes: () => [{ plane: ops, document: { ledger: keeping } }],
    })
    await assert.rejects(unheard.step(), /the disk is full/)
    await unheard.close()
    assert.deepEqual(await standing(), [1])
  })
})
