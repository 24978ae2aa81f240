// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { PlaneId } from '#domain/name.ts'
import { readAsk } from '#ledger/ask.ts'
import { bodyOf } from '#ledger/body.ts'
import { type CallsSought, countCalls, searchCalls } from '#ledger/search.ts'
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
  takes,
  written,
} from './happenings.ts'

describe('Calls that a question selects', () => {
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
    return { plane, entries, file }
  }

  test('are what reading everything finds, whatever the page and however much is looked at in one go', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { maxLength: 60 }),
        fc.array(asking, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        fc.record({
          positions: fc.integer({ min: 1, max: 80 }),
          atOnce: fc.integer({ min: 1, max: 9 }),
        }),
        async (happenings, questions, most, bounds) => {
          const { plane, entries, file } = await filled(happenings)
          for (const asked of questions) {
            const wanted = naive(entries, asked)
            const sought: CallsSought = {
              plane,
              filter: readAsk(written(asked), noon),
              sees: ({ agent }) =>
                asked.agentOfReader === undefined || agent === asked.agentOfReader,
              takes,
            }
            const told: Naive = { found: [], count: 0, unnamed: 0, unsaid: undefined }
            const listed: Naive = { ...told, found: [] }
            const refused = (into: Naive) => (thrown: unknown) => {
              assert(thrown instanceof Fault && thrown.code === 'not_indexed', String(thrown))
              into.unsaid = Number(/#(\d+)/.exec(thrown.detail ?? '')?.[1])
              return undefined
            }
            for (let from: number | undefined, on = true; on; on = from !== undefined) {
              const page = await searchCalls(file, { ...sought, most, before: from }, bounds).catch(
                refused(listed),
              )
              listed.found.push(
                ...(page?.records.map((one) => [one.position, one.outcome?.status] as const) ?? []),
              )
              listed.unnamed += page?.unnamed ?? 0
              from = page?.next
            }
            for (let from: number | undefined, on = true; on; on = from !== undefined) {
              const part = await countCalls(file, { ...sought, before: from }, bounds).catch(
                refused(told),
              )
              told.count += part?.count ?? 0
              told.unnamed += part?.unnamed ?? 0
              from = part?.next
            }
            assert.equal(listed.unsaid, wanted.unsaid)
            assert.equal(told.unsaid, wanted.unsaid)
            if (wanted.unsaid !== undefined) continue
            assert.deepEqual(listed.found, wanted.found)
            assert.equal(listed.unnamed, wanted.unnamed)
            assert.deepEqual([told.count, told.unnamed], [wanted.count, wanted.unnamed])
          }
        },
      ),
      { numRuns: server ? 60 : 300 },
    )
  })
})
