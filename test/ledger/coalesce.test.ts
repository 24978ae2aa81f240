import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Refused, RefusedCount } from '#domain/entry.ts'
import { type Indexed, indexedIn, indexedOf } from '#domain/indexed.ts'
import { clientId } from '#domain/name.ts'
import { bodyLimitBytes, bodyOf } from '#ledger/body.ts'
import { createCoalescer } from '#ledger/coalesce.ts'
import { createTestClock } from '../store/clock.ts'
import { callAt, ops, refusedOf } from '../store/entries.ts'

type Written = Refused | RefusedCount

const setUp = (about: { hasRoom?: (now: number) => boolean; fails?: () => boolean } = {}) => {
  const clock = createTestClock()
  const written: { entry: Written; atMs: number }[] = []
  let refusals = 0
  const coalescer = createCoalescer({
    plane: ops,
    clock,
    hasRoom: about.hasRoom ?? (() => true),
    async write(entry) {
      if (about.fails?.()) throw new Error('disk full')
      written.push({ entry, atMs: clock.now() })
    },
  })
  const refuse = (more: Partial<Refused> = {}) =>
    coalescer.refuse(refusedOf(callAt(refusals++), { at: clock.now(), ...more }))
  const full = () => written.filter(({ entry }) => entry.type === 'call.refused')
  const counts = () =>
    written.flatMap(({ entry }) => (entry.type === 'call.refused.count' ? [entry] : []))
  return { clock, written, coalescer, refuse, full, counts }
}

const settle = () => new Promise(setImmediate)

describe('equal refusals', () => {
  test('stand in full ten times a second, and then as one count when the second is over', async () => {
    const { clock, refuse, full, counts } = setUp()
    for (let n = 0; n < 500; n++) {
      if (n === 250) clock.advance(400)
      await refuse()
    }
    assert.equal(full().length, 10)
    assert.deepEqual(counts(), [])
    const before = clock.now()
    clock.advance(600)
    await settle()
    const [count, ...others] = counts()
    assert.deepEqual(others, [])
    assert.deepEqual(
      { ...count },
      {
        type: 'call.refused.count',
        v: 1,
        at: clock.now(),
        plane: ops,
        agent: 'planner',
        consumer: 'workplace-ai',
        client: 'planner@workplace-ai',
        method: 'tools/call',
        server: 'calendar',
        kind: 'tool',
        name: 'read_calendar',
        station: 'permit',
        reason: 'unknown',
        because: 'no grant',
        count: 490,
        from: before - 400,
        to: before,
      },
    )
  })

  test('of two users behind one client are told apart, and a count names its user', async () => {
    const { clock, refuse, full, counts } = setUp()
    for (let n = 0; n < 15; n++) for (const user of ['alice', 'bob']) await refuse({ user })
    for (let n = 0; n < 12; n++) await refuse()
    clock.advance(1000)
    await settle()
    assert.equal(full().length, 30)
    assert.deepEqual(
      counts().map((one) => [one.user, one.count]),
      [
        ['alice', 5],
        ['bob', 5],
        [undefined, 2],
      ],
    )
    assert.equal('user' in (counts().at(-1) ?? {}), false)
  })

  test('that came by two API keys of one client are told apart, and a count names its key', async () => {
    const { clock, refuse, full, counts } = setUp()
    for (let n = 0; n < 12; n++)
      for (const apiKey of ['key_1', 'key_2', undefined])
        await refuse({ ...(apiKey && { apiKey }) })
    clock.advance(1000)
    await settle()
    assert.equal(full().length, 30)
    assert.deepEqual(
      counts().map((one) => [one.apiKey, one.count]),
      [
        ['key_1', 2],
        ['key_2', 2],
        [undefined, 2],
      ],
    )
  })

  test('that give an indexed argument another value are other refusals, and a count keeps what it was', async () => {
    const { clock, refuse, full, counts } = setUp()
    const given: Indexed[] = [
      {},
      { 'arg.line': null },
      { 'arg.line': true },
      { 'arg.line': 'true' },
      { 'arg.line': '4' },
      { 'arg.line': '4', 'arg.shift': 'early' },
    ]
    for (let n = 0; n < 12; n++) for (const one of given) await refuse(one)
    clock.advance(1000)
    await settle()
    assert.equal(full().length, 60)
    assert.deepEqual(
      counts().map((one) => [Object.fromEntries(indexedIn(one)), one.count]),
      given.map((one) => [one, 2]),
    )
  })

  test('whatever a stranger wrote, the longest of it fits an entry, also once it is counted', async () => {
    const { clock, refuse, written } = setUp()
    const names = Array.from({ length: 8 }, (_, n) => `${n}${'n'.repeat(63)}`)
    const given = Object.fromEntries(names.map((name) => [name, '日'.repeat(128)]))
    const stranger = {
      ...indexedOf(names, given),
      user: '"'.repeat(255),
      method: '\u0001'.repeat(500),
      server: '\u0001'.repeat(500),
      name: '\u0001'.repeat(5000),
      because: '\u0001'.repeat(5000),
    }
    assert.equal(Object.values(indexedOf(names, given)).includes(true), false)
    for (let n = 0; n < 12; n++) await refuse(stranger)
    clock.advance(1000)
    await settle()
    for (const { entry } of written) assert(Buffer.byteLength(bodyOf(entry)) <= bodyLimitBytes)
    assert.equal(written.length, 11)
  })

  test('belong to the second that their own time names, also when the clock has gone on since', async () => {
    const { clock, refuse, full } = setUp()
    const start = clock.now() - (clock.now() % 1000)
    for (let n = 0; n < 8; n++) await refuse({ at: start + 900 })
    clock.advance(1000)
    for (let n = 0; n < 8; n++) await refuse({ at: start + 999 })
    assert.equal(full().length, 10)
  })

  test('that come late are counted, and never make their second hold more than ten', async () => {
    const { clock, refuse, full, counts } = setUp()
    const start = clock.now()
    for (let n = 0; n < 15; n++) await refuse({ at: start })
    clock.advance(1000)
    await refuse({ at: start + 1000 })
    for (let n = 0; n < 15; n++) await refuse({ at: start + 999 })
    clock.advance(1000)
    await settle()
    const ofFirst = full().filter(({ entry }) => entry.at < start + 1000)
    assert.equal(ofFirst.length, 10)
    assert.deepEqual(
      counts().map(({ count }) => count),
      [5, 15],
    )
  })

  test('are written, in full and counted, after the machine’s clock was set back', async () => {
    const { clock, refuse, full, counts } = setUp()
    for (let n = 0; n < 15; n++) await refuse()
    clock.advance(1000)
    clock.set(clock.now() - 3_600_000)
    for (let n = 0; n < 15; n++) await refuse()
    clock.advance(1000)
    await settle()
    assert.equal(full().length, 20)
    assert.deepEqual(
      counts().map(({ count }) => count),
      [5, 5],
    )
  })

  test('begin anew in the next second', async () => {
    const { clock, refuse, full, counts } = setUp()
    for (let second = 0; second < 5; second++) {
      for (let n = 0; n < 30; n++) await refuse()
      clock.advance(1000)
    }
    await settle()
    assert.equal(full().length, 50)
    assert.deepEqual(
      counts().map(({ count }) => count),
      [20, 20, 20, 20, 20],
    )
  })

  test('are those of one client, operation, station and reason; nothing a stranger writes makes two one', async () => {
    const { refuse, full, coalescer, counts } = setUp()
    const different: Partial<Refused>[] = [
      {},
      { client: clientId('other', 'workplace-ai') },
      { method: 'prompts/get' },
      { server: 'mail' },
      { kind: 'resource' },
      { name: 'write_calendar' },
      { station: 'limit' },
      { reason: 'held' },
      { server: 'calendar","tool', name: 'x' },
      { server: 'calendar', name: 'tool","x' },
    ]
    for (const about of different) for (let n = 0; n < 12; n++) await refuse(about)
    assert.equal(full().length, different.length * 10)
    await coalescer.flush()
    assert.deepEqual(
      counts().map(({ count }) => count),
      different.map(() => 2),
    )
  })

  test('whatever comes when: full entries and counts add up, and no second has more than eleven', async () => {
    const refusal = fc.record({
      waitMs: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(2500)),
      name: fc.constantFrom('a', 'b', 'c'),
      burst: fc.integer({ min: 1, max: 40 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(refusal, { maxLength: 40 }), async (refusals) => {
        const { clock, written, refuse, coalescer, full, counts } = setUp()
        const asked = new Map<string, number>()
        for (const { waitMs, name, burst } of refusals) {
          clock.advance(waitMs)
          for (let n = 0; n < burst; n++) await refuse({ name })
          asked.set(name, (asked.get(name) ?? 0) + burst)
        }
        clock.advance(1000)
        await coalescer.flush()
        await settle()
        for (const [name, times] of asked) {
          const inFull = full().filter(({ entry }) => entry.name === name).length
          const counted = counts().filter((entry) => entry.name === name)
          assert.equal(inFull + counted.reduce((sum, { count }) => sum + count, 0), times)
          const seconds = new Map<number, number>()
          for (const { entry, atMs } of written) {
            if (entry.name !== name) continue
            const second = Math.floor(atMs / 1000)
            seconds.set(second, (seconds.get(second) ?? 0) + 1)
          }
          assert(Math.max(...seconds.values()) <= 11)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('a flood of different ones is bounded: beyond 10,000 they share one count', async () => {
    const { clock, refuse, full, counts } = setUp()
    for (let n = 0; n < 10_250; n++) await refuse({ name: `guess-${n}` })
    assert.equal(full().length, 10_000)
    clock.advance(1000)
    await settle()
    const [other, ...more] = counts()
    assert.deepEqual(more, [])
    assert.equal(other?.count, 250)
    assert.equal(other?.reason, 'other')
    assert.equal(other?.name, '')
  })

  test('of a plane that is over its budget are counted, new ones together', async () => {
    let room = true
    const { clock, refuse, full, counts } = setUp({ hasRoom: () => room })
    await refuse({ name: 'known' })
    room = false
    for (let n = 0; n < 20; n++) await refuse({ name: 'known' })
    for (let n = 0; n < 300; n++) await refuse({ name: `guess-${n}` })
    assert.equal(full().length, 1)
    clock.advance(1000)
    await settle()
    assert.deepEqual(
      counts().map(({ name, reason, count }) => [name, reason, count]),
      [
        ['known', 'unknown', 20],
        ['', 'other', 300],
      ],
    )
  })

  test('that cannot be written are refused to whoever waits, and counts are written later', async () => {
    let full = false
    const { clock, refuse, counts } = setUp({ fails: () => full })
    for (let n = 0; n < 15; n++) await refuse()
    full = true
    clock.advance(1000)
    await settle()
    await assert.rejects(refuse(), /disk full/)
    for (let n = 0; n < 9; n++) await assert.rejects(refuse(), /disk full/)
    for (let n = 0; n < 3; n++) await refuse()
    clock.advance(3000)
    await settle()
    assert.deepEqual(counts(), [])
    full = false
    clock.advance(1000)
    await settle()
    assert.deepEqual(
      counts().map(({ count }) => count),
      [5 + 3],
    )
  })

  test('fit an entry, whatever a stranger wrote', async () => {
    const { refuse, written } = setUp()
    await refuse({
      name: '\u0001'.repeat(5_000_000),
      method: '日'.repeat(10_000),
      server: 'a\ud800',
    })
    const [stands] = written
    assert.equal(stands?.entry.name.length, 1024)
    assert(stands?.entry.name.endsWith('…'))
    assert.equal(stands?.entry.server, 'a\ufffd')
  })
})
