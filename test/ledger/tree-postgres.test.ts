import assert from 'node:assert/strict'
import { cpSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { finance, ops } from '../store/entries.ts'
import { type Kept, naiveRoot, openKept } from './kept.ts'

let server: PostgresServer
before(async () => {
  server = await startPostgres()
})
after(() => server.stop())

/** Any number of processes over one database: here several stores of one process, on the real clock. */
describe('a tree that several processes keep', () => {
  let url: string
  let folder: string
  const opened: Kept[] = []
  const open = async (at = url, name = 'a'): Promise<Kept> => {
    const kept = await openKept({ folder: join(folder, name), url: at, clock: systemClock })
    opened.push(kept)
    return kept
  }
  const close = async (kept: Kept): Promise<void> => {
    opened.splice(opened.indexOf(kept), 1)
    await kept.close()
  }
  beforeEach(async () => {
    url = await server.createDatabase()
    folder = mkdtempSync(join(tmpdir(), 'bailiwick-shared-tree-'))
  })
  afterEach(async () => {
    for (const kept of opened.splice(0)) await kept.close()
    await rm(folder, { recursive: true })
  })

  test('grows once and is signed in one order, however many keep it at once', async () => {
    const all = [await open(url, 'a'), await open(url, 'b'), await open(url, 'c')]
    for (let times = 0; times < 5; times++) {
      await Promise.all(all.map((kept) => kept.call(20)))
      await Promise.all(all.map((kept) => kept.keeper.round()))
    }
    const [first, ...others] = all
    assert(first)
    for (const kept of others) await close(kept)
    await first.keeper.round()
    const checkpoints = await first.checkpoints()
    assert.deepEqual(
      checkpoints.map(({ number }) => number),
      checkpoints.map((_, at) => at + 1),
    )
    const bodies = await first.bodies()
    for (const { size, root } of checkpoints) {
      assert.deepEqual(Buffer.from(root), naiveRoot(bodies.slice(0, size)))
    }
    for (const kept of all) assert.equal(kept.keeper.integrity.problem(ops), undefined)
    const keys = await first.store.plane(ops).ledger.read(1, 9999, { types: ['ledger.key'] })
    assert.equal(keys.length, 1)
  })

  test('is kept by another one when the one that kept it has stopped', async () => {
    const [one, other] = [await open(url, 'a'), await open(url, 'b')]
    await one.call(1)
    await one.keeper.round()
    await other.call(1)
    await close(one)
    await other.keeper.round()
    const newest = (await other.checkpoints()).at(-1)
    assert.equal(newest?.size, (await other.bodies()).length)
  })

  test('two that do not know of each other’s lease sign nothing twice', async () => {
    const [one, other] = [await open(url, 'a'), await open(url, 'b')]
    for (const { store } of [one, other]) store.plane(ops).ledger.tree.hold = async () => true
    for (let times = 0; times < 10; times++) {
      await Promise.all([one.call(5), other.call(5)])
      await Promise.all([one.keeper.round(), other.keeper.round()])
    }
    const bodies = await one.bodies()
    for (const { size, root } of await one.checkpoints()) {
      assert.deepEqual(Buffer.from(root), naiveRoot(bodies.slice(0, size)))
    }
  })

  test('a database restored from a dump beneath what was published is refused', async () => {
    const kept = await open()
    await kept.ledger.open()
    await kept.call(3)
    await kept.call(3, finance)
    await close(kept)
    const dump = await server.createDatabase(new URL(url).pathname.slice(1))
    const later = await open()
    await later.call(3)
    await close(later)
    const restored = await open(dump)
    await restored.ledger.open()
    await assert.rejects(restored.call(1), (error: unknown) => {
      assert(error instanceof Fault)
      assert.match(error.detail ?? '', /smaller than published/)
      return true
    })
    assert.equal(restored.ledger.plane(ops).room(Date.now()), 'refused')
    assert.equal(restored.ledger.plane(finance).room(Date.now()), 'open')
    await restored.call(1, finance)
  })

  test('restored beneath a running process it is refused too, and nothing is signed', async () => {
    const kept = await open()
    await kept.call(3)
    await kept.keeper.round()
    const sql = (text: string) => server.query(text, url)
    for (const table of ['ledger_tree', 'ledger_tile', 'ledger_checkpoint'])
      await sql(`alter table ${table} disable trigger all`)
    const before = (await kept.checkpoints()).length
    await sql(`delete from ledger_checkpoint; update ledger_tree set size = 4;
      update ledger_tile set hashes = substring(hashes from 1 for 128)`)
    await kept.keeper.round()
    assert.match(kept.keeper.integrity.problem(ops) ?? '', /rolled back: 4 entries/)
    assert.equal(before, 1)
    assert.equal((await kept.checkpoints()).length, 0)
  })

  test('a break that one process has accepted is none to the others', async () => {
    const kept = await open()
    await kept.call(3)
    await close(kept)
    const dump = await server.createDatabase(new URL(url).pathname.slice(1))
    const later = await open()
    await later.call(3)
    await close(later)
    cpSync(join(folder, 'a'), join(folder, 'b'), { recursive: true })
    const [one, other] = [await open(dump, 'a'), await open(dump, 'b')]
    for (const { ledger } of [one, other]) await ledger.open()
    assert.equal(other.ledger.plane(ops).room(Date.now()), 'refused')
    await one.keeper.plane(ops).accept({ by: 'local:alice', why: 'restored' })
    await other.keeper.round()
    assert.equal(other.ledger.plane(ops).room(Date.now()), 'open')
    await other.call(1)
  })
})
