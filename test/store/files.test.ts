import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { Fault, type FaultCode } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import { migrate, migrations } from '#store/migrate.ts'
import { openStore } from '#store/open.ts'
import { openSqliteDatabase } from '#store/sqlite/database.ts'
import { createTestClock } from './clock.ts'
import { callAt, finance, intentOf, noon, openedOf, ops, outcomeOf, rowOf } from './entries.ts'

let parent: string
let folder: string
const open = () =>
  openStore({ folder, appendDeadlineMs: 2000, clock: createTestClock(), log: silentLog })
const isFault = (code: FaultCode, detail: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === code && detail.test(error.detail ?? '')
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe('a data folder', () => {
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'bailiwick-files-'))
    folder = join(parent, 'deep', 'data')
  })
  afterEach(() => rm(parent, { recursive: true }))

  test('is its owner’s alone, and so is every file in it, whatever the umask', async () => {
    const umask = process.umask(0)
    try {
      const store = await open()
      await store.plane(ops).ledger.append(rowOf(intentOf(callAt(1)), Buffer.from('sealed')))
      await store.plane(ops).ledger.read(1, 1)
      const names = await readdir(folder, { recursive: true, withFileTypes: true })
      for (const entry of names) {
        const path = join(entry.parentPath, entry.name)
        assert.equal(modeOf(path), entry.isDirectory() ? '700' : '600', path)
      }
      assert(names.some(({ name }) => name === 'ops.db-wal'))
      assert.equal(modeOf(folder), '700')
      await store.close()
    } finally {
      process.umask(umask)
    }
  })

  test('that stands already keeps its mode', async () => {
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o750)
    await (await open()).close()
    assert.equal(modeOf(folder), '750')
  })

  test('in which someone holds one plane’s ledger holds up the others once, not at each attempt', {
    timeout: 60_000,
  }, async () => {
    const clock = createTestClock()
    const store = await openStore({ folder, appendDeadlineMs: 2000, clock, log: silentLog })
    const [held, other] = [store.plane(ops).ledger, store.plane(finance).ledger]
    await held.append(rowOf(openedOf()))
    const holder = new DatabaseSync(join(folder, 'ledger', `${ops}.db`))
    holder.exec('begin immediate')
    // Each attempt would wait for a second and a half, and whatever is asked of another plane with it.
    for (let n = 0; n < 200; n++) {
      await assert.rejects(held.append(rowOf(openedOf())), isFault('unrecordable', /./))
      clock.advance(1000)
      await other.append(rowOf(openedOf({ plane: finance })))
    }
    holder.exec('rollback')
    holder.close()
    clock.advance(1000)
    await other.append(rowOf(openedOf({ plane: finance })))
    await held.append(rowOf(openedOf()))
    await store.close()
  })

  test('in use is named to whoever tries, and theirs after it is let go', async () => {
    const store = await open()
    await assert.rejects(open(), isFault('locked', new RegExp(folder)))
    await store.close()
    await (await open()).close()
  })

  test('that is no folder, or holds no store, is refused by name', async () => {
    mkdirSync(join(parent, 'deep'))
    writeFileSync(folder, '')
    await assert.rejects(open(), isFault('bad_store', new RegExp(folder)))
    await rm(folder)
    mkdirSync(folder)
    writeFileSync(join(folder, 'store.db'), 'this is not a database, whatever it is called')
    await assert.rejects(open(), isFault('bad_store', new RegExp(folder)))
  })

  test('with a stranger’s file among the ledgers has no plane of that name', async () => {
    const store = await open()
    await store.plane(ops).ledger.append(rowOf(intentOf(callAt(1))))
    writeFileSync(join(folder, 'ledger', 'ops (copy).db'), '')
    writeFileSync(join(folder, 'ledger', 'notes.txt'), '')
    assert.deepEqual(await store.planes.list(), [ops])
    await store.close()
  })

  test('tells a start the open intents without a look at the whole ledger', async () => {
    const store = await open()
    const { ledger } = store.plane(ops)
    // Under way from the first entry on: what is read after a crash must not begin with it.
    await ledger.append(rowOf(intentOf(callAt(0))))
    const rows = Array.from({ length: 6000 }, (_, n) => callAt(n + 1))
    await Promise.all(rows.map((call) => ledger.append(rowOf(intentOf(call)))))
    await Promise.all(rows.map((call) => ledger.append(rowOf(outcomeOf(call)))))
    const reading = new DatabaseSync(join(folder, 'ledger', 'ops.db'), { readOnly: true })
    const { up_to: upTo, positions } = reading.prepare('select * from unfinished').get() ?? {}
    reading.close()
    const behind = (await ledger.size()) - Number(upTo)
    const underWay = JSON.parse(String(positions)) as number[]
    assert(underWay.includes(1))
    assert(behind <= Math.max(4096, underWay.length * 8) + 512, `${behind} entries behind`)
    await store.close()
  })

  test('of a newer version is refused, and not touched', async () => {
    await (await open()).close()
    const newer = new DatabaseSync(join(folder, 'store.db'))
    newer.exec(`insert into migration values (9999, 'of tomorrow', 0)`)
    newer.close()
    await assert.rejects(open(), isFault('bad_store', /newer version/))
    await assert.rejects(open(), isFault('bad_store', /newer version/))
  })

  test('with a ledger of a newer version lets nothing be written into it', async () => {
    const first = await open()
    await first.plane(ops).ledger.append(rowOf(intentOf(callAt(1))))
    await first.close()
    const newer = new DatabaseSync(join(folder, 'ledger', 'ops.db'))
    newer.exec('pragma user_version = 9999')
    newer.close()
    const store = await open()
    await assert.rejects(
      store.plane(ops).ledger.append(rowOf(intentOf(callAt(2)))),
      (error) => error instanceof Fault && /newer version/.test(String(error.cause)),
    )
    await store.close()
  })
})

describe('migrations', () => {
  test('run once each, in order, all or nothing, and only those that are new', async () => {
    const database = await openSqliteDatabase('memory')
    const one = { number: 1, name: 'one', statements: ['create table a (n bigint)'] }
    const two = { number: 2, name: 'two', statements: ['create table b (n bigint)', 'no sql'] }
    await migrate(database, noon, [one])
    await assert.rejects(migrate(database, noon, [one, two]), /syntax error/)
    const tables = async () =>
      (await database.db.introspection.getTables()).map(({ name }) => name).sort()
    assert.deepEqual(await tables(), ['a', 'migration'])
    await migrate(database, noon, [one, { ...two, statements: ['create table b (n bigint)'] }])
    await migrate(database, noon, [one, two])
    assert.deepEqual(await tables(), ['a', 'b', 'migration'])
    await database.close()
  })

  test('of a lower number that comes later is run as well', async () => {
    const database = await openSqliteDatabase('memory')
    const five = { number: 5, name: 'five', statements: ['create table e (n bigint)'] }
    const three = { number: 3, name: 'three', statements: ['create table c (n bigint)'] }
    await migrate(database, noon, [five])
    await migrate(database, noon, [three, five])
    const tables = await database.db.introspection.getTables()
    assert.deepEqual(tables.map(({ name }) => name).sort(), ['c', 'e', 'migration'])
    await database.close()
  })

  test('have each a number of its own, in ascending order', () => {
    const numbers = migrations.map(({ number }) => number)
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
    )
  })
})
