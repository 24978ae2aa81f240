import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Entry } from '#domain/entry.ts'
import { type CallId, callId, clientId } from '#domain/name.ts'
import { type CallQuery, createCallQuery } from '#ledger/query.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { createTestClock } from '../store/clock.ts'
import {
  callAt,
  finance,
  intentOf,
  noon,
  openedOf,
  ops,
  outcomeOf,
  refusedOf,
  rowOf,
} from '../store/entries.ts'
import { noHashes } from './kept.ts'

let store: Store
let query: CallQuery

const append = (entry: Entry, plane = ops) => store.plane(plane).ledger.append(rowOf(entry))
const countOf = (count: number, at = noon): Entry => ({
  type: 'call.refused.count',
  v: 1,
  at,
  plane: ops,
  agent: 'planner',
  consumer: 'workplace-ai',
  client: clientId('planner', 'workplace-ai'),
  method: 'tools/call',
  server: 'calendar',
  kind: 'tool',
  name: 'read_calendar',
  station: 'limit',
  reason: 'limited',
  because: 'quota reads, 2 per second',
  count,
  from: at - 900,
  to: at,
})

describe('the calls of a plane', () => {
  beforeEach(async () => {
    const clock = createTestClock()
    store = await openStore({ folder: 'memory', appendDeadlineMs: 2000, clock, log: silentLog })
    query = createCallQuery(store, noHashes)
  })
  afterEach(() => store.close())

  test('are told newest first, each with its decision and what became of it', async () => {
    await append(openedOf())
    await append(intentOf(callAt(1)))
    await append(refusedOf(callAt(2), { 'arg.room': '7', 'arg.day': null }))
    await append(intentOf(callAt(3), { user: 'alice@example.com' }))
    await append(outcomeOf(callAt(1), { status: 'tool error', code: '-1', ms: 7, resultBytes: 9 }))
    await append(countOf(490))
    await append(refusedOf(callAt(4), { reason: 'held', because: 'definition changed' }))
    await append(intentOf(callAt(9), { plane: finance }), finance)

    const operation = {
      at: noon,
      agent: 'planner',
      consumer: 'workplace-ai',
      user: undefined,
      apiKey: undefined,
      method: 'tools/call',
      server: 'calendar',
      kind: 'tool',
      name: 'read_calendar',
      template: undefined,
      class: undefined,
      run: undefined,
      trace: undefined,
      indexed: {},
      reason: undefined,
      rules: [],
      quota: undefined,
      grant: undefined,
      outcome: undefined,
      count: 1,
    }
    const permitted = {
      decision: 'permitted',
      station: 'forward',
      because: 'grant planner-reads',
      grant: 'planner-reads',
    }
    assert.deepEqual(await query.list({ plane: ops, most: 10 }), [
      {
        ...operation,
        call: callAt(4),
        position: 7,
        decision: 'held',
        station: 'permit',
        because: 'definition changed',
        reason: 'held',
      },
      {
        ...operation,
        call: '',
        position: 6,
        decision: 'limited',
        station: 'limit',
        because: 'quota reads, 2 per second',
        reason: 'limited',
        count: 490,
      },
      { ...operation, call: callAt(3), user: 'alice@example.com', position: 4, ...permitted },
      {
        ...operation,
        call: callAt(2),
        position: 3,
        indexed: { day: null, room: '7' },
        decision: 'denied',
        station: 'permit',
        because: 'no grant',
        reason: 'unknown',
      },
      {
        ...operation,
        call: callAt(1),
        position: 2,
        ...permitted,
        outcome: { status: 'tool error', code: '-1', ms: 7, resultBytes: 9 },
      },
    ])
  })

  test('come a page at a time, and a page knows outcomes that stand on a later one', async () => {
    for (let n = 0; n < 30; n++) await append(intentOf(callAt(n)))
    for (let n = 0; n < 30; n++) await append(outcomeOf(callAt(n)))
    const pages: CallId[][] = []
    let before: number | undefined
    for (;;) {
      const page = await query.list({ plane: ops, most: 7, ...(before && { before }) })
      if (page.length === 0) break
      assert(page.every(({ outcome }) => outcome?.status === 'complete'))
      pages.push(page.map(({ call }) => call))
      before = page.at(-1)?.position
    }
    const newestFirst = Array.from({ length: 30 }, (_, n) => callAt(29 - n))
    assert.deepEqual(pages.flat(), newestFirst)
    assert.equal(pages.length, 5)
  })

  test('of one agent are found among those of others', async () => {
    for (let n = 0; n < 60; n++) {
      await append(intentOf(callAt(n), { agent: n % 20 === 0 ? 'rare' : 'rarely' }))
      await append(outcomeOf(callAt(n)))
    }
    const calls = await query.list({ plane: ops, most: 2, agent: 'rare' })
    assert.deepEqual(
      calls.map(({ call, outcome }) => [call, outcome?.status]),
      [
        [callAt(40), 'complete'],
        [callAt(20), 'complete'],
      ],
    )
  })

  test('whatever their order, agree with reading everything', async () => {
    const step = fc.record({
      do: fc.constantFrom('intend', 'conclude', 'refuse', 'count'),
      pick: fc.nat(1000),
      agent: fc.constantFrom('a', 'b'),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
        async (steps, most, agent) => {
          const clock = createTestClock()
          const own = await openStore({
            folder: 'memory',
            appendDeadlineMs: 2000,
            clock,
            log: silentLog,
          })
          try {
            const file = own.plane(ops).ledger
            const open: CallId[] = []
            const done: Entry[] = []
            for (const [n, { do: what, pick, agent: by }] of steps.entries()) {
              const closing =
                what === 'conclude' ? open.splice(pick % (open.length + 1), 1)[0] : undefined
              const entry =
                what === 'count'
                  ? { ...countOf(3), agent: by }
                  : what === 'refuse'
                    ? refusedOf(callAt(n), { agent: by })
                    : closing
                      ? outcomeOf(closing)
                      : intentOf(callAt(n), { agent: by })
              if (entry.type === 'call.intent') open.push(entry.call)
              done.push(entry as Entry)
              await file.append(rowOf(entry as Entry))
            }
            const wanted = done
              .flatMap((entry, index) =>
                'agent' in entry && (agent === undefined || entry.agent === agent)
                  ? [{ entry, position: index + 1 }]
                  : [],
              )
              .reverse()
              .map(({ entry, position }) => {
                const call = 'call' in entry ? entry.call : ''
                const outcome = done.find(
                  (other) => other.type === 'call.outcome' && other.call === call,
                )
                return [position, call, outcome !== undefined]
              })
            const told: unknown[] = []
            let before: number | undefined
            for (;;) {
              const page = await createCallQuery(own, noHashes).list({
                plane: ops,
                most,
                ...(agent && { agent }),
                ...(before && { before }),
              })
              told.push(...page.map(({ position, call, outcome }) => [position, call, !!outcome]))
              if (page.length < most) break
              before = page.at(-1)?.position
            }
            assert.deepEqual(told, wanted)
          } finally {
            await own.close()
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('one call', () => {
  beforeEach(async () => {
    const clock = createTestClock()
    store = await openStore({ folder: 'memory', appendDeadlineMs: 2000, clock, log: silentLog })
    query = createCallQuery(store, noHashes)
  })
  afterEach(() => store.close())

  const at = (n: number) => noon + n * 1000

  test('is found by the moment in its id, with its entries', async () => {
    for (let n = 0; n < 200; n++) {
      await append(intentOf(callAt(n, at(n)), { at: at(n) - 300 }))
      await append(outcomeOf(callAt(n, at(n)), { at: at(n) }))
    }
    const found = await query.find(ops, callAt(150, at(150)))
    assert.deepEqual(
      found?.entries.map(({ position }) => position),
      [301, 302],
    )
    assert.equal(found?.record.outcome?.status, 'complete')
    assert.equal(found?.record.call, callAt(150, at(150)))
  })

  test('is found when it was refused, or is under way', async () => {
    await append(refusedOf(callAt(1)))
    await append(intentOf(callAt(2)))
    assert.equal((await query.find(ops, callAt(1)))?.record.decision, 'denied')
    const underWay = await query.find(ops, callAt(2))
    assert.equal(underWay?.entries.length, 1)
    assert.equal(underWay?.record.outcome, undefined)
  })

  test('is found when the machine’s clock was set between id and entry', async () => {
    await append(openedOf({ at: noon - 3_600_000 }))
    await append(intentOf(callAt(1), { at: noon - 300_000 }))
    await append(openedOf({ at: noon + 7_200_000 }))
    await append(intentOf(callAt(2, noon + 7_200_000), { at: noon }))
    for (const call of [callAt(1), callAt(2, noon + 7_200_000)]) {
      assert.equal((await query.find(ops, call))?.record.call, call)
    }
  })

  test('that is not there, or in another plane, or no call at all, is not found', async () => {
    await append(intentOf(callAt(1)))
    for (const none of [
      callAt(2),
      callId('cal_'),
      callId('x'),
      callId(''),
      callId(`cal_${'I'.repeat(26)}`),
    ]) {
      assert.equal(await query.find(ops, none), undefined)
    }
    assert.equal(await query.find(finance, callAt(1)), undefined)
  })

  test('is not mistaken for one whose arguments or name hold its id', async () => {
    await append(refusedOf(callAt(1), { name: `"call":"${callAt(2)}"` }))
    assert.equal(await query.find(ops, callAt(2)), undefined)
  })

  test('are shown one after the other since an instant, the newest of them where they are too many', async () => {
    for (let at = 1; at <= 600; at++) await append(intentOf(callAt(at), { at: noon + at }))
    await append(outcomeOf(callAt(1), { at: noon + 601 }))
    const shown = async (since: number, most: number) => {
      const ats: number[] = []
      const scanned = await query.scan({ plane: ops, since, most }, async ({ at }) => {
        ats.push(at - noon)
      })
      return { ...scanned, oldest: scanned.oldest && scanned.oldest - noon, ats }
    }
    const all = await shown(noon, 1000)
    assert.deepEqual([all.looked, all.oldest, all.isWhole], [600, 1, true])
    assert.deepEqual([all.ats[0], all.ats.at(-1), all.ats.length], [600, 1, 600])
    const newest = await shown(noon, 300)
    assert.deepEqual([newest.looked, newest.oldest, newest.isWhole], [300, 301, false])
    assert.equal((await shown(noon, 600)).isWhole, true)
    const late = await shown(noon + 590, 1000)
    assert.deepEqual([late.looked, late.oldest, late.isWhole], [11, 590, true])
    assert.deepEqual((await shown(noon + 601, 10)).ats, [])
  })
})
