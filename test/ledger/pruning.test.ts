// Runs on both stores.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, afterEach, beforeEach, describe, test } from 'node:test'
import pg from 'pg'
import { callId } from '#domain/name.ts'
import { createCallQuery } from '#ledger/query.ts'
import type { Keeping } from '#ledger/retain.ts'
import { createRetention, type Retention } from '#ledger/retention.ts'
import { verifyStored } from '#ledger/verify/stored.ts'
import { silentLog } from '#lib/log.ts'
import { leafHash } from '#lib/merkle.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { createTestClock, type TestClock } from '../store/clock.ts'
import { ops } from '../store/entries.ts'
import { type Kept, noHashes, openKept } from './kept.ts'

const isPostgres = process.env.TEST_STORE === 'postgres'
const january = Date.UTC(2026, 0, 10)
const february = Date.UTC(2026, 1, 10)
const tenYearsOn = Date.UTC(2036, 1, 5)

let server: PostgresServer | undefined
after(() => server?.stop())

describe('The bodies of entries whose time is over', () => {
  let clock: TestClock
  let folder: string
  let url: string | undefined
  let kept: Kept
  let retention: Retention
  let keeping: Keeping
  /** Entries of January. */
  let old: number
  let bodies: string[]

  const file = () => kept.store.plane(ops).ledger
  const open = async () => {
    kept = await openKept({ folder, clock, ...(url === undefined ? {} : { url }) })
    const planes = () => [{ plane: ops, document: { ledger: keeping } }]
    retention = createRetention({ ...kept, clock, log: silentLog, planes })
  }
  const prune = async () => {
    while (await retention.step());
    await kept.keeper.round()
  }
  const verify = async () => {
    await kept.keeper.round()
    const { origin, keys } = await kept.evidence().keys()
    const { entries, size, checkpoint, generation } = await file().tree.standing()
    const { findings } = await verifyStored({
      ...{ plane: ops, origin, keys, entries, size, checkpoints: 0 },
      newest: checkpoint?.number ?? 0,
      pruned: (await file().pruning()).to,
      async part(from, most) {
        const stored = await file().read(from, most, { before: from + most })
        return {
          positions: stored.map(({ position }) => position),
          bodies: stored.map(({ entry }) => JSON.stringify(entry)),
          leaves: await file().tree.leafHashes(from, most),
          payloads: [],
        }
      },
      notes: async (from, most) =>
        (await file().tree.checkpoints(generation, from, most))
          .filter(({ number }) => number < from + most)
          .map(({ note }) => note),
      tiles: (places) => file().tree.tiles(places, generation),
    })
    return findings.list.map(({ where, says }) => `${where}: ${says}`)
  }
  /** By a hand that has the database open beside Bailiwick. */
  const attack = async (sqlite: string, postgres: string): Promise<void> => {
    if (url === undefined) {
      const db = new DatabaseSync(join(folder, 'ledger', 'ops.db'), { timeout: 5000 })
      try {
        db.exec(sqlite)
      } finally {
        db.close()
      }
      return
    }
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      await client.query(postgres)
    } finally {
      await client.end()
    }
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bailiwick-pruning-'))
    if (isPostgres) {
      server ??= await startPostgres()
      url = await server.createDatabase()
    }
    clock = createTestClock(january)
    keeping = {}
    await open()
    await kept.call(200)
    await kept.keeper.round()
    old = await file().size()
    clock.set(february)
    await kept.call(20)
    await kept.keeper.round()
    bodies = await kept.bodies()
    clock.set(tenYearsOn)
  })
  afterEach(async () => {
    await retention.close()
    await kept.close()
    await rm(folder, { recursive: true })
  })

  test('go after ten years, as an entry says, and everything that is left still verifies', async () => {
    await prune()
    assert.deepEqual(await file().pruning(), { to: old, done: old })
    const left = await file().read(1, 10_000)
    const types = left.filter(({ position }) => position <= old).map(({ entry }) => entry.type)
    assert.deepEqual(types, ['ledger.key'], 'what the ledger needs of itself stays')
    const said = left.map(({ entry }) => entry).find(({ type }) => type === 'ledger.pruned')
    assert.deepEqual(said, {
      ...{ v: 1, type: 'ledger.pruned', at: tenYearsOn, plane: ops },
      ...{ bodies: old, from: 1, payloads: 0, retain: '3650d', to: old },
    })
    const leaves = await file().tree.leafHashes(1, bodies.length)
    assert.deepEqual(Buffer.from(leaves), Buffer.concat(bodies.map(leafHash)), 'hashes stay')
    assert.deepEqual(await verify(), [])
    assert.deepEqual(await file().listPayloads(bodies.map((_, at) => at + 1).slice(0, old)), [])
    await prune()
    assert.equal((await file().pruning()).to, old, 'nothing more is due')
    await retention.close()
    await kept.close()
    await open()
    await kept.call(1)
    assert.deepEqual(await verify(), [], 'after a new start as well')
  })

  test('are told as pruned, with the day, to whoever asks for one, and bundles begin behind them', async () => {
    await prune()
    await assert.rejects(kept.evidence().prove(old - 1), {
      detail: `ops: entry ${old - 1} was pruned on 2036-02-05: entries from ${old + 1} on are kept.`,
    })
    await assert.rejects(
      kept.evidence().export({ by: 'test', from: 3, payloads: false, disclose: false }),
      {
        detail: /entry 3 was pruned on 2036-02-05/,
      },
    )
    assert.match(await kept.evidence().prove(old + 1), /^c2sp.org\/tlog-proof@v1/)
    const pieces = await kept.evidence().export({ by: 'test', payloads: false, disclose: false })
    let manifest = ''
    for await (const { file: name, bytes } of pieces)
      if (name === 'manifest.json') manifest = Buffer.from(bytes).toString()
    assert.equal(JSON.parse(manifest).from, old + 1)
  })

  test('are in no index any more: the calls that are left are those that a rebuilt one has', async () => {
    const { calls } = kept.store.plane(ops)
    const follow = async () => {
      for (let stepped = await calls.step(2000); stepped && stepped.cursor < stepped.size; )
        stepped = await calls.step(2000)
    }
    await follow()
    await prune()
    await follow()
    const standing = await calls.dump()
    await calls.clear()
    await follow()
    assert.deepEqual(await calls.dump(), standing)
    const query = createCallQuery(kept.store, noHashes)
    const [gone = '', left = ''] = [bodies[5], bodies.at(-1)].map(
      (one) => JSON.parse(one ?? '').call,
    )
    assert.equal(await query.find(ops, callId(gone)), undefined)
    assert.equal(await query.prunedAt(ops, callId(gone)), tenYearsOn)
    assert.ok(await query.find(ops, callId(left)))
    assert.equal(await query.prunedAt(ops, callId(left)), undefined)
    assert.equal((await query.list({ plane: ops, most: 1000 })).length, 20)
  })

  test('stay where a hold is about a call, up to that one, and go once it is lifted', async () => {
    keeping = { hold: [{ name: 'case', agent: 'planner', reason: 'a law suit' }] }
    await prune()
    const { to } = await file().pruning()
    assert.ok(to < 5, `${to} entries before the first call`)
    assert.equal((await kept.bodies()).filter((one) => one.includes('call.intent')).length, 220)
    keeping = {}
    await prune()
    assert.equal((await file().pruning()).to, old)
    assert.deepEqual(await verify(), [])
  })

  test('stay as long as their plane says, whole months at a time', async () => {
    keeping = { retain: { entries: '4000d' } }
    await prune()
    assert.equal((await file().pruning()).to, 0)
    clock.set(january + 4025 * 86_400_000)
    await prune()
    assert.equal((await file().pruning()).to, old)
  })

  test('attack: one goes out of the middle, or is changed, and the store refuses it', async () => {
    await prune()
    const middle = old + 5
    const says = /never (updated|deleted)/
    const id = `(select id from ledger_position where plane = 'ops' and position = ${middle})`
    for (const [sqlite, postgres] of [
      [
        `update entry set body = '' where position = ${middle}`,
        `update ledger_entry set body = '' where plane = 'ops' and id = ${id}`,
      ],
      [
        `update entry set body = '{}' where position = 4`,
        `update ledger_entry set body = '{}' where plane = 'ops' and id = ${id}`,
      ],
      [
        'delete from entry where position = 4',
        `delete from ledger_entry where plane = 'ops' and id = ${id}`,
      ],
    ] as const)
      await assert.rejects(attack(sqlite, postgres), says)
  })

  test('attack: without an entry that says so, or further than it says, the store lets none go', async () => {
    const says = /bodies go only as an entry says/
    const set = (to: number, said: number) =>
      attack(
        `update pruning set up_to = ${to}, said = ${said}`,
        `insert into ledger_pruning values ('ops', 0, 0, 0) on conflict do nothing;
         update ledger_pruning set up_to = ${to}, said = ${said} where plane = 'ops'`,
      )
    await assert.rejects(set(5, 6), says)
    await assert.rejects(file().prune({ to: 5, said: 6 }))
    await prune()
    const [entry] = await file().readBack(undefined, 1, { types: ['ledger.pruned'] })
    await assert.rejects(set(old + 1, entry?.position ?? 0), says)
    await assert.rejects(set(0, entry?.position ?? 0), says)
    await assert.rejects(
      attack('delete from pruning', "delete from ledger_pruning where plane = 'ops'"),
      /stays pruned/,
    )
  })

  test('attack: whoever takes the triggers away is found by who verifies', async () => {
    await attack(
      `drop trigger entry_is_never_updated; update entry set body = '' where position = 7`,
      `alter table ledger_entry disable trigger all;
       update ledger_entry set body = '' where plane = 'ops' and id =
         (select id from ledger_position where plane = 'ops' and position = 7)`,
    )
    assert.equal((await verify())[0], 'entry 7: it is missing; nothing behind it was verified')
    await attack(
      `drop trigger pruning_is_said; update pruning set up_to = 7`,
      `alter table ledger_pruning disable trigger all;
       insert into ledger_pruning values ('ops', 7, 0, 0)`,
    )
    assert.deepEqual(await verify(), [
      'entries 1 to 7: bodies are missing up to 7, and ledger.pruned says so of 0',
    ])
  })
})
