import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PlaneId } from '#domain/name.ts'
import { readAsk } from '#ledger/ask.ts'
import { bodyOf } from '#ledger/body.ts'
import { facetsOf, histogramOf } from '#ledger/overview.ts'
import { createKnown } from '#ledger/selection.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import { entriesOf, happening, naiveValues, written } from '../ledger/happenings.ts'
import { createTestClock } from '../store/clock.ts'
import { noon } from '../store/entries.ts'

const plane = 'ops' as PlaneId
const fields = ['agent', 'capability', 'result', 'reason', 'user'] as const
const hourMs = 3_600_000

test('rollups of 100,000 calls and more equal a recount from their entries', async () => {
  const happenings = fc.sample(happening, { numRuns: 200_000, seed: 8 })
  const entries = entriesOf(happenings, plane)
  const outcomes = new Map(
    entries.flatMap((one) => (one.type === 'call.outcome' ? [[one.call, one.status]] : [])),
  )
  const calls = [...entries.entries()].flatMap(([at, one]): [number, string | undefined][] =>
    one.type === 'call.intent' || one.type.startsWith('call.refused')
      ? [[at + 1, 'call' in one ? outcomes.get(one.call) : undefined]]
      : [],
  )
  const countOf = (one: object): number => ('count' in one ? Number(one.count) : 1)
  const all = calls.reduce((sum, [at]) => sum + countOf(entries[at - 1] ?? {}), 0)
  assert.ok(all >= 100_000, `${all} calls`)

  const clock = createTestClock()
  const store = await openStore({
    ...{ folder: 'memory', appendDeadlineMs: 600_000, clock, log: silentLog },
  })
  try {
    const { ledger: file, calls: index } = store.plane(plane)
    for (let from = 0; from < entries.length; from += 10_000)
      await Promise.all(
        entries.slice(from, from + 10_000).map((entry) =>
          file.append({
            ...{ type: entry.type, at: entry.at, body: bodyOf(entry) },
            call: 'call' in entry ? entry.call : '',
          }),
        ),
      )
    for (let at = await index.step(2000); at && at.cursor < entries.length; )
      at = await index.step(2000)
    const about = { file, index, known: createKnown() }
    const range = { since: 0, until: 2 ** 42, results: [], equal: {}, unequal: {} }
    const filter = readAsk(written({ ...range, agentOfReader: undefined }), noon)
    const sought = { plane, filter, sees: () => true, takes: () => true }
    const { facets, total } = await facetsOf(about, sought, { fields, most: 50 })
    assert.equal(total, all)
    for (const { field, values, others } of facets) {
      const { '': _, ...told } = naiveValues(entries, calls, field)
      const counted = values.filter(({ value }) => value !== '')
      assert.deepEqual(Object.fromEntries(counted.map(({ value, count }) => [value, count])), told)
      assert.equal(others, 0)
    }
    const bars: Record<string, number> = {}
    for (const [position] of calls) {
      const one = entries[position - 1]
      if (!one) continue
      const at = one.at - (one.at % hourMs)
      bars[at] = (bars[at] ?? 0) + countOf(one)
    }
    const drawn = await histogramOf(about, sought, hourMs)
    assert.deepEqual(Object.fromEntries(drawn.bars.map(({ at, count }) => [at, count])), bars)
  } finally {
    await store.close()
  }
})
