import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { silentLog } from '#lib/log.ts'
import { createSharedWindows } from '#quota/shared-windows.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { createTestClock } from '../store/clock.ts'
import { bound, countersConformance, noon } from './counters.ts'

let server: PostgresServer
let stores: Store[]
before(async () => {
  server = await startPostgres()
  const url = await server.createDatabase()
  const about = { folder: 'none', url, appendDeadlineMs: 2000, log: silentLog } as const
  const open = () => openStore({ ...about, clock: createTestClock() })
  stores = [await open(), await open()]
})
after(async () => {
  await Promise.all(stores.map((store) => store.close()))
  await server.stop()
})

/** Each under a key of its own, so that every test finds its windows unused. */
let opened = 0
const countersOf = (store: Store | undefined, prefix: string) => ({
  take: (asks: Parameters<NonNullable<Store['counters']>['take']>[0]) => {
    assert(store?.counters)
    return store.counters.take(
      asks.map(({ calls, counts }) => ({
        calls,
        counts: counts.map((one) => ({ ...one, key: `${prefix}${one.key}` })),
      })),
    )
  },
})

countersConformance('PostgreSQL', async () => countersOf(stores[0], `${++opened}/`))

test('two processes that take from the same quotas in another order do not wait for each other for ever', async () => {
  const [first, second] = stores.map((store) => createSharedWindows(countersOf(store, 'both/')))
  const [a, b] = [bound('a', { day: 500 }), bound('b', { day: 500 })]
  const calls = Array.from({ length: 400 }, (_, n) => [
    first?.spend(n % 2 ? [a, b] : [b, a], noon),
    second?.spend(n % 3 ? [b, a] : [a, b], noon),
  ])
  const answers = await Promise.all(calls.flat())
  assert.equal(answers.filter((one) => one === undefined).length, 500)
})

test('a store that is gone lets nothing pass', async () => {
  const url = await server.createDatabase()
  const about = { folder: 'none', url, appendDeadlineMs: 500, log: silentLog } as const
  const store = await openStore({ ...about, clock: createTestClock() })
  const shared = createSharedWindows(countersOf(store, 'gone/'))
  const bounds = [bound('a', { day: 5 })]
  assert.equal(await shared.spend(bounds, noon), undefined)
  await server.query('drop table quota_count cascade', url)
  await assert.rejects(async () => shared.spend(bounds, noon), { code: 'uncounted' })
  await store.close()
})
