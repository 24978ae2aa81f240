// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { PlaneId } from '#domain/name.ts'
import { readAsk } from '#ledger/ask.ts'
import { bodyOf } from '#ledger/body.ts'
import { countIndexed, searchIndexed } from '#ledger/indexed-search.ts'
import { differenceOf, facetsOf, histogramOf } from '#ledger/overview.ts'
import type { CallsSought } from '#ledger/search.ts'
import { createKnown } from '#ledger/selection.ts'
import { Fault } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { createTestClock } from '../store/clock.ts'
import { noon } from '../store/entries.ts'
import {
  asking,
  entriesOf,
  type Happening,
  happening,
  type Naive,
  naive,
  naiveValues,
  takes,
  written,
} from './happenings.ts'

describe('The index of calls', () => {
  let server: PostgresServer | undefined
  let store: Store
  let planes = 0
  before(async () => {
    server = process.env.TEST_STORE === 'postgres' ? await startPostgres() : undefined
    const where = server
      ? { folder: 'none', url: await server.createDatabase() }
      : { folder: 'memory' }
    const clock = createTestClock()
    store = await openStore({ ...where, appendDeadlineMs: 5000, clock, log: silentLog })
  })
  after(async () => {
    await store.close()
    await server?.stop()
  })

  const filled = async (happenings: readonly Happening[]) => {
    const plane = `p${planes++}` as PlaneId
    const entries = entriesOf(happenings, plane)
    const file = store.plane(plane).ledger
    await Promise.all(
      entries.map((entry) =>
        file.append({
          type: entry.type,
          at: entry.at,
          call: 'call' in entry ? entry.call : '',
          body: bodyOf(entry),
        }),
      ),
    )
    assert.equal(await file.size(), entries.length)
    return { plane, entries, file, index: store.plane(plane).calls }
  }
  const refused = (into: Naive) => (thrown: unknown) => {
    assert(thrown instanceof Fault && thrown.code === 'not_indexed', String(thrown))
    into.unsaid = Number(/#(\d+)/.exec(thrown.detail ?? '')?.[1])
    return undefined
  }

  test('answers as reading everything does, however far behind it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 60 }),
        fc.array(asking, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 4 }),
        async (happenings, questions, most, steps) => {
          const { plane, entries, file, index } = await filled(happenings)
          const calls = { file, index, known: createKnown() }
          for (const [n, asked] of questions.entries()) {
            const step = steps[n]
            if (step !== undefined) await index.step(step)
            const wanted = naive(entries, asked)
            const sought: CallsSought = {
              plane,
              filter: readAsk(written(asked), noon),
              sees: ({ agent }) =>
                asked.agentOfReader === undefined || agent === asked.agentOfReader,
              takes,
            }
            const listed: Naive = { found: [], count: 0, unnamed: 0, unsaid: undefined }
            for (let from: number | undefined, on = true; on; on = from !== undefined) {
              const page = await searchIndexed(calls, { ...sought, most, before: from }).catch(
                refused(listed),
              )
              listed.found.push(
                ...(page?.records.map((one) => [one.position, one.outcome?.status] as const) ?? []),
              )
              listed.unnamed += page?.unnamed ?? 0
              from = page?.next
            }
            const told: Naive = { found: [], count: 0, unnamed: 0, unsaid: undefined }
            const part = await countIndexed(calls, sought).catch(refused(told))
            assert.equal(part?.next, undefined)
            assert.equal(listed.unsaid, wanted.unsaid)
            assert.equal(told.unsaid, wanted.unsaid)
            if (wanted.unsaid !== undefined) continue
            assert.deepEqual(listed.found, wanted.found)
            assert.equal(listed.unnamed, wanted.unnamed)
            assert.deepEqual([part?.count, part?.unnamed], [wanted.count, wanted.unnamed])
          }
        },
      ),
      { numRuns: server ? 60 : 300 },
    )
  })

  test('counts over the whole range what reading everything counts', async () => {
    const fields = [
      'agent',
      'capability',
      'result',
      'reason',
      'user',
      'apiKey',
      'arg.line',
    ] as const
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 80 }),
        fc.array(asking, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 80 }),
        fc.constantFrom(1000, 60_000, 3_600_000, 86_400_000),
        async (happenings, questions, step, stepMs) => {
          const { plane, entries, file, index } = await filled(happenings)
          await index.step(step)
          const calls = { file, index, known: createKnown() }
          for (const asked of questions) {
            const wanted = naive(entries, asked)
            const filter = readAsk(written(asked), noon)
            const sees: CallsSought['sees'] = ({ agent }) =>
              asked.agentOfReader === undefined || agent === asked.agentOfReader
            const sought: CallsSought = { plane, filter, sees, takes }
            if (wanted.unsaid !== undefined) {
              await assert.rejects(histogramOf(calls, sought, stepMs), { code: 'not_indexed' })
              continue
            }
            const { facets, total, behind } = await facetsOf(calls, sought, { fields, most: 50 })
            assert.deepEqual([total, behind], [wanted.count, 0])
            for (const { field, values, others } of facets) {
              const counted = Object.fromEntries(
                values
                  .filter(({ value }) => value !== '')
                  .map(({ value, count }) => [value, count]),
              )
              const { '': _, ...told } = naiveValues(entries, wanted.found, field)
              assert.deepEqual([counted, others], [told, 0], field)
            }
            const bars: Record<string, number> = {}
            for (const [position] of wanted.found) {
              const one = entries[position - 1] as unknown as { at: number; count?: number }
              const at = one.at - (one.at % stepMs)
              bars[at] = (bars[at] ?? 0) + (one.count ?? 1)
            }
            const drawn = await histogramOf(calls, sought, stepMs)
            assert.deepEqual(
              Object.fromEntries(drawn.bars.map(({ at, count }) => [at, count])),
              bars,
            )
            assert.equal(drawn.total, wanted.count)
          }
        },
      ),
      { numRuns: server ? 40 : 200 },
    )
  })

  test('says which values a selection has more of than the rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 80 }), async (happenings) => {
        const { plane, entries, file, index } = await filled(happenings)
        await index.step(50)
        const all = { since: 0, until: 2 ** 42, results: [], unequal: {}, agentOfReader: undefined }
        const base = naive(entries, { ...all, equal: {} })
        const mine = naive(entries, { ...all, equal: { agent: 'a' } })
        const filter = readAsk({ agent: 'a' }, noon)
        const about = { base: readAsk({}, noon), most: 100 }
        const sought: CallsSought = { plane, filter, sees: () => true, takes }
        const told = await differenceOf({ file, index, known: createKnown() }, sought, about)
        assert.deepEqual([told.total, told.total + told.rest], [mine.count, base.count])
        for (const field of ['capability', 'result', 'reason']) {
          const among = naiveValues(entries, base.found, field)
          const selected = naiveValues(entries, mine.found, field)
          const share = (value: string) => (selected[value] ?? 0) / told.total
          const rest = (value: string) =>
            told.rest === 0 ? 0 : ((among[value] ?? 0) - (selected[value] ?? 0)) / told.rest
          const wanted = Object.keys(selected).filter((value) => share(value) > rest(value))
          const found = told.values.filter((one) => one.field === field)
          assert.deepEqual(found.map(({ value }) => value).sort(), wanted.sort())
          for (const one of found)
            assert.deepEqual([one.share, one.restShare], [share(one.value), rest(one.value)])
        }
      }),
      { numRuns: server ? 20 : 100 },
    )
  })

  test('says the same whatever the steps that it was made in, and made anew', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 }),
        async (happenings, steps) => {
          const { index, entries } = await filled(happenings)
          for (const step of steps) await index.step(step)
          const whole = await index.step(1000)
          assert.deepEqual(whole, { cursor: entries.length, size: entries.length })
          const followed = await index.dump()
          await index.clear()
          assert.deepEqual(await index.dump(), [])
          await index.step(1000)
          assert.deepEqual(await index.dump(), followed)
        },
      ),
      { numRuns: server ? 20 : 100 },
    )
  })
})
