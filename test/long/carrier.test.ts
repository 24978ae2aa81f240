import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PlaneId } from '#domain/name.ts'
import { busy, cost, holdsExactly, openLedger, windows } from '../stories/carrier.ts'
import { pageRows, type ScreenCost, screenCost } from '../stories/ledger-screen.ts'

const plane = 'carrier' as PlaneId

describe('carrier, at a million calls', () => {
  test('who used a tool is said exactly, and ten times the calls are not ten times the rows', async () => {
    const costs: Awaited<ReturnType<typeof cost>>[] = []
    const screens: ScreenCost[] = []
    for (const calls of [100_000, 1_000_000]) {
      const { store, at } = await openLedger(plane, calls)
      for (const window of windows)
        await holdsExactly(at, plane, { calls, window, capability: busy })
      costs.push(await cost(at, plane, windows[0], busy))
      screens.push(await screenCost(at, plane, windows[0]))
      await store.close()
    }
    const [small, large] = costs
    assert(small && large)
    assert(large.calls > small.calls * 9)
    assert(large.read < small.read * 3, `${small.read} rows, then ${large.read}`)
    const [before, now] = screens
    assert(before && now)
    assert(now.read < before.read * 3, `${before.read} rows for the screen, then ${now.read}`)
    assert(now.entries <= 2 * pageRows)
  })
})
