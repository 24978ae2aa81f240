import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Entry } from '#domain/entry.ts'
import type { PlaneId } from '#domain/name.ts'
import { createLedger } from '#ledger/create-ledger.ts'
import type { Ledger } from '#ledger/ledger.ts'
import { contextOf } from '#ledger/payload.ts'
import { scanIntents } from '#ledger/recover.ts'
import { Fault, type FaultCode } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { createTestClock, type TestClock } from '../store/clock.ts'
import { callAt, finance, intentOf, noon, ops, outcomeOf, refusedOf } from '../store/entries.ts'
import { sealerOf, unsuspected } from './sealer.ts'

const appendDeadlineMs = 2000
const isFault = (code: FaultCode) => (error: unknown) =>
  error instanceof Fault && error.code === code
/** A group goes out at the end of a turn, and an opening takes a few of them. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
}

let clock: TestClock
let store: Store
let ledger: Ledger
let budgets: Map<PlaneId, number>

const ledgerOn = (on: Store): Ledger =>
  createLedger({
    store: on,
    clock,
    seal: sealerOf,
    log: silentLog,
    version: '1.2.3',
    budget: (plane) => budgets.get(plane),
    integrity: unsuspected,
  })

const entries = async (plane = ops): Promise<Entry[]> =>
  (await store.plane(plane).ledger.read(1, 100_000)).map(({ entry }) => entry)
const types = async (plane = ops) => (await entries(plane)).map(({ type }) => type)
const args = (text = '{"line":3}') => Buffer.from(text)

describe('the ledger', () => {
  beforeEach(async () => {
    clock = createTestClock()
    budgets = new Map()
    store = await openStore({ folder: 'memory', appendDeadlineMs, clock, log: silentLog })
    ledger = ledgerOn(store)
  })
  afterEach(() => store.close())

  test('opens with the version, and closes with it', async () => {
    await ledger.plane(ops).append(refusedOf(callAt(1)))
    await ledger.close()
    assert.deepEqual(await entries(), [
      { type: 'ledger.open', v: 1, at: noon, plane: ops, version: '1.2.3', orphans: 0 },
      refusedOf(callAt(1)),
      { type: 'ledger.close', v: 1, at: noon, plane: ops, version: '1.2.3', orphans: 0 },
    ])
    await assert.rejects(ledger.plane(ops).append(refusedOf(callAt(2))), isFault('unrecordable'))
    await assert.rejects(
      ledger.plane(finance).append(refusedOf(callAt(2))),
      isFault('unrecordable'),
    )
    assert.deepEqual(await store.planes.list(), [ops])
  })

  test('after close accepts nothing, also from those who had it in hand', async () => {
    const plane = ledger.plane(ops)
    await plane.append(refusedOf(callAt(1)))
    await ledger.close()
    await assert.rejects(plane.append(refusedOf(callAt(2))), isFault('unrecordable'))
    assert.equal((await types()).at(-1), 'ledger.close')
  })

  test('holds intent and outcome, and the arguments encrypted beside the intent', async () => {
    const plane = ledger.plane(ops)
    const call = callAt(1)
    await plane.intend(intentOf(call), args())
    await plane.conclude(outcomeOf(call))
    const [intent, outcome] = (await entries()).slice(1)
    assert.deepEqual(outcome, outcomeOf(call))
    const sealed = await store.plane(ops).ledger.findPayload(2)
    assert(sealed)
    assert(!Buffer.from(sealed).includes('line'))
    const opened = await sealerOf(ops).open(sealed, contextOf(ops, call, 'arguments'))
    assert(opened && opened !== 'erased')
    const [nonce, text] = [opened.subarray(0, 32), opened.subarray(32)]
    assert.equal(Buffer.from(text).toString(), '{"line":3}')
    const committed = Buffer.concat([Buffer.from('bailiwick/commit/v1\0'), nonce, text])
    const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
    assert.deepEqual(intent, {
      ...intentOf(call),
      argumentsCommit: sha256(committed),
      argumentsSealed: sha256(sealed),
    })
  })

  test('a payload moved to another call, side or plane does not open', async () => {
    await ledger.plane(ops).intend(intentOf(callAt(1)), args())
    const sealed = (await store.plane(ops).ledger.findPayload(2)) ?? new Uint8Array()
    const opens = (plane: PlaneId, call: number, side: 'arguments' | 'result', by = plane) =>
      sealerOf(by).open(sealed, contextOf(plane, callAt(call), side))
    assert.notEqual(await opens(ops, 1, 'arguments'), undefined)
    assert.equal(await opens(ops, 2, 'arguments'), undefined)
    assert.equal(await opens(ops, 1, 'result'), undefined)
    assert.equal(await opens(finance, 1, 'arguments'), undefined)
    assert.equal(await opens(finance, 1, 'arguments', ops), undefined)
  })

  test('holds a result encrypted beside the outcome, with the commitment in it', async () => {
    const plane = ledger.plane(ops)
    const call = callAt(1)
    await plane.intend(intentOf(call), args())
    const bytes = Buffer.from('{"free":true}')
    await plane.conclude(outcomeOf(call), { subject: 'user:anna', at: noon, bytes })
    const [, , outcome] = await entries()
    assert(outcome?.type === 'call.outcome')
    assert.equal(outcome.resultRecorded, bytes.length)
    const sealed = (await store.plane(ops).ledger.findPayload(3)) ?? new Uint8Array()
    const opened = await sealerOf(ops).open(sealed, contextOf(ops, call, 'result'))
    assert(opened && opened !== 'erased')
    assert.equal(Buffer.from(opened.subarray(32)).toString(), '{"free":true}')
    const label = Buffer.from('bailiwick/commit/v1\0')
    const whole = Buffer.concat([label, opened])
    assert.equal(outcome.resultCommit, createHash('sha256').update(whole).digest('hex'))
    assert.equal(outcome.resultSealed, createHash('sha256').update(sealed).digest('hex'))
  })

  test('of a digest keeps what proves the text, and not the text', async () => {
    await ledger.plane(ops).intend(intentOf(callAt(1), { record: 'digest' }), args(), 'digest')
    const [, intent] = await entries()
    assert(intent?.type === 'call.intent')
    const sealed = (await store.plane(ops).ledger.findPayload(2)) ?? new Uint8Array()
    const opened = await sealerOf(ops).open(sealed, contextOf(ops, callAt(1), 'arguments'))
    assert(opened && opened !== 'erased')
    assert.equal(opened.length, 32)
    const whole = Buffer.concat([Buffer.from('bailiwick/commit/v1\0'), opened, args()])
    assert.equal(intent.argumentsCommit, createHash('sha256').update(whole).digest('hex'))
  })

  test('without arguments says nothing of any, and without a key lets no call begin', async () => {
    await ledger.plane(ops).intend(intentOf(callAt(1)))
    assert.deepEqual((await entries())[1], intentOf(callAt(1)))
    assert.equal(await store.plane(ops).ledger.findPayload(2), undefined)
    const keyless = createLedger({
      store,
      clock,
      seal: (plane) => ({
        ...sealerOf(plane),
        sealing: () => Promise.reject(new Error('the store is away')),
      }),
      log: silentLog,
      version: '1',
      budget: () => undefined,
      integrity: unsuspected,
    })
    await assert.rejects(
      keyless.plane(finance).intend(intentOf(callAt(2), { plane: finance }), args()),
      isFault('unrecordable'),
    )
    assert.deepEqual(await types(finance), [])
  })

  test('takes exactly one outcome for an intent', async () => {
    const plane = ledger.plane(ops)
    await assert.rejects(plane.conclude(outcomeOf(callAt(1))), isFault('internal'))
    await plane.intend(intentOf(callAt(1)), args())
    await plane.conclude(outcomeOf(callAt(1)))
    await assert.rejects(plane.conclude(outcomeOf(callAt(1))), isFault('internal'))
    clock.advance(10_000)
    await settle()
    assert.deepEqual(await types(), ['ledger.open', 'call.intent', 'call.outcome'])
  })

  test('refuses what is no entry before anything is written', async () => {
    const plane = ledger.plane(ops)
    await assert.rejects(
      plane.intend(intentOf(callAt(1), { name: 'x'.repeat(20_000) }), args()),
      isFault('unrecordable'),
    )
    await assert.rejects(plane.conclude(outcomeOf(callAt(1), { ms: 0.5 })), /integers only/)
    assert.deepEqual(await entries(), [])
  })

  test('a flood of equal refusals is eleven entries a second', async () => {
    const plane = ledger.plane(ops)
    await Promise.all(Array.from({ length: 5000 }, (_, n) => plane.refuse(refusedOf(callAt(n)))))
    clock.advance(1000)
    await settle()
    const written = (await types()).slice(1)
    assert.equal(written.length, 11)
    assert.equal(written.at(-1), 'call.refused.count')
  })

  test('a flood of the unauthenticated is one entry a minute and reason', async () => {
    const plane = ledger.plane(ops)
    for (let n = 0; n < 10_000; n++) {
      plane.count('unauthenticated.count', n % 4 === 0 ? 'expired' : 'signature', clock.now())
      if (n % 1000 === 0) clock.advance(1000)
    }
    assert.deepEqual(await entries(), [])
    clock.advance(60_000)
    await settle()
    const counts = (await entries()).slice(1)
    assert.deepEqual(
      counts.map((entry) => entry.type === 'unauthenticated.count' && [entry.reason, entry.count]),
      [
        ['expired', 2500],
        ['signature', 7500],
      ],
    )
  })

  test('what is being counted is written when it closes', async () => {
    const plane = ledger.plane(ops)
    for (let n = 0; n < 15; n++) await plane.refuse(refusedOf(callAt(n)))
    plane.count('unauthenticated.count', 'expired', clock.now())
    await ledger.close()
    assert.deepEqual((await types()).slice(11), [
      'call.refused.count',
      'unauthenticated.count',
      'ledger.close',
    ])
  })

  test('a plane over its budget has no room until the next second; the other has', async () => {
    budgets.set(ops, 20)
    const plane = ledger.plane(ops)
    const made: number[] = []
    for (let n = 0; n < 100 && plane.room(clock.now()) === 'open'; n++) {
      made.push(n)
      await plane.intend(intentOf(callAt(n)), args())
    }
    assert.equal(plane.room(clock.now()), 'over budget')
    assert.equal(ledger.plane(finance).room(clock.now()), 'open')
    assert.equal(made.length, 20)
    // What has begun is concluded all the same.
    for (const n of made) await plane.conclude(outcomeOf(callAt(n)))
    clock.advance(1000)
    assert.equal(plane.room(clock.now()), 'open')
    budgets.delete(ops)
    assert.equal(plane.room(clock.now()), 'open')
  })

  test('a budget is not refilled by a look back, and is by a clock that was set back', async () => {
    budgets.set(ops, 5)
    const plane = ledger.plane(ops)
    for (let n = 0; n < 5; n++) await plane.intend(intentOf(callAt(n)), args())
    const now = clock.now()
    assert.equal(plane.room(now - 1000), 'over budget')
    assert.equal(plane.room(now), 'over budget')
    await plane.refuse(refusedOf(callAt(9), { at: now - 1000 }))
    assert.equal(plane.room(now), 'over budget')
    clock.set(now - 3_600_000)
    assert.equal(plane.room(clock.now()), 'open')
  })

  test('refusals of a plane over its budget cost it at most one count for each kind', async () => {
    budgets.set(ops, 50)
    const plane = ledger.plane(ops)
    await Promise.all(
      Array.from({ length: 3000 }, (_, n) =>
        plane.refuse(refusedOf(callAt(n), { name: `guess-${n}` })),
      ),
    )
    clock.advance(1000)
    await settle()
    const written = await entries()
    assert(written.length <= 1 + 50 + 1, `${written.length} entries`)
    const counted = written.reduce(
      (sum, entry) => sum + (entry.type === 'call.refused.count' ? entry.count : 0),
      0,
    )
    assert.equal(counted + written.filter(({ type }) => type === 'call.refused').length, 3000)
  })

  test('counts every intent since an instant, whatever steps the clock made', async () => {
    const plane = ledger.plane(ops)
    const times = Array.from({ length: 6000 }, (_, n) => noon + n - (n % 7 === 0 ? 90_000 : 0))
    await Promise.all(
      times.flatMap(async (at, n) => {
        await plane.intend(intentOf(callAt(n), { at }), args())
        await plane.conclude(outcomeOf(callAt(n), { at }))
      }),
    )
    for (const since of [0, noon, noon + 3000, noon + 20_000]) {
      const seen = new Set<string>()
      await scanIntents(store.plane(ops).ledger, since, ({ call }) => seen.add(call))
      const wanted = times.flatMap((at, n) => (at >= since ? [callAt(n)] : []))
      assert.deepEqual([...seen].sort(), wanted.sort())
    }
  })
})

describe('the ledger in files', () => {
  let parent: string
  let folder: string
  const open = () => openStore({ folder, appendDeadlineMs, clock, log: silentLog })
  const behind = (sql: string) => {
    const db = new DatabaseSync(join(folder, 'ledger', 'ops.db'), { timeout: 5000 })
    try {
      db.exec(sql)
    } finally {
      db.close()
    }
  }
  const fillDisk = () =>
    behind(`create trigger disk_1 before insert on entry begin select raise(abort, 'full'); end;
            create trigger disk_2 before insert on unfinished begin select raise(abort, 'full'); end`)
  const freeDisk = () => behind('drop trigger disk_1; drop trigger disk_2')
  /** Whatever the ledger has been asked to do is done when a question behind it is answered. */
  const caughtUp = async () => {
    await store.plane(ops).ledger.listOpen()
    await settle()
  }

  beforeEach(async () => {
    clock = createTestClock()
    budgets = new Map()
    parent = mkdtempSync(join(tmpdir(), 'bailiwick-ledger-'))
    folder = join(parent, 'data')
    store = await open()
    ledger = ledgerOn(store)
  })
  afterEach(async () => {
    await store.close()
    await rm(parent, { recursive: true })
  })

  test('a start concludes as unknown what the end of the last process left open, once', async () => {
    const plane = ledger.plane(ops)
    for (let n = 0; n < 5; n++) await plane.intend(intentOf(callAt(n)), args())
    await plane.conclude(outcomeOf(callAt(2)))
    await store.close()

    clock.advance(60_000)
    store = await open()
    ledger = ledgerOn(store)
    await ledger.open()
    const written = (await entries()).slice(7)
    const unknown = written.filter((entry) => entry.type === 'call.outcome')
    assert.deepEqual(
      unknown.map(({ call, status, at }) => [call, status, at]),
      [0, 1, 3, 4].map((n) => [callAt(n), 'unknown', noon + 60_000]),
    )
    assert.deepEqual(written.slice(-2), [
      {
        type: 'ledger.open',
        v: 1,
        at: noon + 60_000,
        plane: ops,
        version: '1.2.3',
        orphans: 4,
      },
      {
        type: 'ledger.gap',
        v: 1,
        at: noon + 60_000,
        plane: ops,
        problem: 'the process ended without ledger.close',
        from: noon,
        to: noon + 60_000,
        refused: 0,
      },
    ])
    await ledger.close()
    await store.close()

    store = await open()
    ledger = ledgerOn(store)
    await ledger.open()
    const [last] = (await entries()).slice(-1)
    assert(last?.type === 'ledger.open', 'what was closed has no gap')
    assert.equal(last.orphans, 0)
  })

  test('before the first entry of a process nothing stands but what a start writes', async () => {
    await ledger.plane(ops).intend(intentOf(callAt(1)), args())
    await store.close()
    store = await open()
    // Not opened first: the first entry waits for it.
    await ledgerOn(store)
      .plane(ops)
      .intend(intentOf(callAt(9)), args())
    assert.deepEqual((await types()).slice(2), [
      'call.outcome',
      'ledger.open',
      'ledger.gap',
      'call.intent',
    ])
  })

  test('without a disk no call may begin, and an outcome that was refused follows later', async () => {
    const plane = ledger.plane(ops)
    await plane.intend(intentOf(callAt(1)), args())
    fillDisk()
    await assert.rejects(plane.conclude(outcomeOf(callAt(1))), isFault('unrecordable'))
    assert.equal(plane.room(clock.now()), 'failing')
    await assert.rejects(plane.intend(intentOf(callAt(2)), args()), isFault('unrecordable'))
    assert.equal(ledger.plane(finance).room(clock.now()), 'open')
    plane.turnAway()
    clock.advance(3000)
    await caughtUp()
    assert.equal(plane.room(clock.now()), 'failing')

    freeDisk()
    for (let n = 0; n < 3; n++) {
      clock.advance(1000)
      await caughtUp()
    }
    assert.equal(plane.room(clock.now()), 'open')
    const outcomes = (await entries()).filter((entry) => entry.type === 'call.outcome')
    assert.deepEqual(
      outcomes.map(({ call, status, code }) => [call, status, code]),
      [[callAt(1), 'complete', 'unconfirmed']],
    )
    const gaps = (await entries()).filter((entry) => entry.type === 'ledger.gap')
    assert.deepEqual(
      gaps.map(({ from, to, refused }) => [from, to > from, refused]),
      [[noon, true, 2]],
      'one gap, with the calls that were refused for it',
    )
    // Call 2 never stood, so nothing is said of it.
    assert.equal(JSON.stringify(await entries()).includes(callAt(2)), false)
  })

  test('an intent that comes to stand after its deadline is concluded as failed', async () => {
    const plane = ledger.plane(ops)
    await plane.append(refusedOf(callAt(0)))
    const db = new DatabaseSync(join(folder, 'ledger', 'ops.db'), { timeout: 5000 })
    db.exec('begin immediate')
    const late = plane.intend(intentOf(callAt(1)), args())
    await settle()
    clock.advance(appendDeadlineMs)
    await assert.rejects(late, isFault('unrecordable'))
    db.exec('rollback')
    db.close()
    for (let n = 0; n < 3; n++) {
      await caughtUp()
      clock.advance(1000)
    }
    await caughtUp()
    const [intent, outcome] = (await entries()).slice(2)
    assert.equal(intent?.type, 'call.intent')
    assert(outcome?.type === 'call.outcome')
    assert.deepEqual([outcome.status, outcome.code], ['failed', 'unrecordable'])
  })
})
