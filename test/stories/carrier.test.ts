// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { PlaneId } from '#domain/name.ts'
import type { Calls } from '#ledger/indexed-search.ts'
import type { Store } from '#store/store.ts'
import { flows } from '../ledger/flows.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { busy, cost, holdsExactly, openLedger, windows } from './carrier.ts'
import { pageRows, screenCost } from './ledger-screen.ts'

const isPostgres = process.env.TEST_STORE === 'postgres'
const plane = 'carrier' as PlaneId
const few = isPostgres ? 1_000 : 10_000
const many = isPostgres ? 10_000 : 100_000

describe(`carrier: ${flows} flows`, () => {
  let server: PostgresServer | undefined
  const opened: { store: Store; at: Calls; calls: number }[] = []
  before(async () => {
    server = isPostgres ? await startPostgres() : undefined
    for (const calls of [few, many]) {
      const where = server && { folder: 'none', url: await server.createDatabase() }
      opened.push({ ...(await openLedger(plane, calls, where)), calls })
    }
  })
  after(async () => {
    for (const { store } of opened) await store.close()
    await server?.stop()
  })

  test('who used a tool in a window is said exactly, of a busy tool and of a rare one', async () => {
    for (const { at, calls } of opened)
      for (const window of windows)
        for (const capability of [busy, 'server-7/tool_39'])
          await holdsExactly(at, plane, { calls, window, capability })
  })

  test('the screen of the ledger reads sums for what it counts, and a page of entries', async () => {
    const [small, large] = opened
    assert(small && large)
    const [before, now] = [
      await screenCost(small.at, plane, windows[0]),
      await screenCost(large.at, plane, windows[0]),
    ]
    assert(now.calls > before.calls * 9)
    assert(now.entries <= 2 * pageRows, `${now.entries} entries for a page of ${pageRows}`)
    // Of a small ledger each series has a row of its own for nearly every call.
    assert(now.read < before.read * 8, `${before.read} rows, then ${now.read}`)
    assert(now.read < now.calls || many < 100_000, `${now.read} rows for ${now.calls} calls`)
  })

  test('what that reads grows with the answer and not with the ledger', async () => {
    const [small, large] = opened
    assert(small && large)
    const month = windows[0]
    const [before, now] = [
      await cost(small.at, plane, month, busy),
      await cost(large.at, plane, month, busy),
    ]
    assert(now.calls > before.calls * (many / few) * 0.8, 'the same share of more calls')
    // A row for each series and day, the hours at both ends, and the calls of two ragged hours.
    const rowsMost = (one: typeof now) => one.series * (30 + 2 * 23) + (one.calls / 720) * 4 + 100
    assert(now.read <= rowsMost(now), `${now.read} rows for ${now.series} series`)
    assert(now.read < now.calls || many < 100_000, `${now.read} rows for ${now.calls} calls`)
    const rare = await cost(large.at, plane, windows[2], 'server-7/tool_39')
    assert(rare.read <= rare.calls, `${rare.read} rows for ${rare.calls} calls`)
  })
})
