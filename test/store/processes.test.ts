import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Commit, Store } from '#store/store.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { callAt, intentOf, noon, ops, outcomeOf, rowOf } from './entries.ts'

// Several processes on one database: here several stores in this process, which know nothing of each other.

let server: PostgresServer
let url: string
let stores: Store[]

before(async () => {
  server = await startPostgres()
})
after(() => server.stop())
beforeEach(async () => {
  url = await server.createDatabase()
  stores = []
})
afterEach(() => Promise.all(stores.map((store) => store.close())))

const open = async (at = url): Promise<Store> => {
  const options = { folder: 'none', appendDeadlineMs: 2000, clock: systemClock, log: silentLog }
  const store = await openStore({ ...options, url: at })
  stores.push(store)
  return store
}
const ledgerOf = (store: Store) => store.plane(ops).ledger
const sql = (text: string) => server.query(text, url)
/** As if the process had not been seen for so long. */
const unseenFor = (store: Store, ms: number) =>
  sql(`update member set seen_at = seen_at - ${ms} where id = '${store.members.self}'`)
const until = async (isSo: () => boolean): Promise<void> => {
  for (let n = 0; n < 1000 && !isSo(); n++) await new Promise((done) => setTimeout(done, 10))
  assert(isSo())
}
const change = (onto: number): Commit => ({
  by: 'local:alice',
  at: noon,
  why: '',
  set: undefined,
  summary: 'a change',
  diff: '',
  key: undefined,
  documents: [],
  rows: [],
  onto,
})

describe('members of one database', () => {
  test('see each other, and who is not seen for ten seconds is dead until it is seen again', async () => {
    const one = await open()
    const other = await open()
    const alive = async () => (await one.members.list()).map((member) => member.alive)
    assert.deepEqual(await alive(), [true, true])
    await unseenFor(other, 11_000)
    assert.deepEqual(await alive(), [true, false])
    await other.members.beat({ revision: 3, address: 'https://other.internal' })
    assert.deepEqual(await alive(), [true, true])
    assert.equal((await one.members.list())[1]?.revision, 3)
  })

  test('who was last seen a day ago is forgotten', async () => {
    const one = await open()
    await unseenFor(one, 24 * 60 * 60_000 + 1000)
    const other = await open()
    assert.deepEqual(
      (await other.members.list()).map(({ id }) => id),
      [other.members.self],
    )
  })
})

describe('a change by one process', () => {
  test('wakes the others at once, and one call is under way at a time', async () => {
    const one = await open()
    const other = await open()
    let underWay = 0
    let most = 0
    const seen: number[] = []
    other.onWake(async () => {
      most = Math.max(most, ++underWay)
      seen.push(await other.revisions.newest())
      underWay--
    })
    await until(() => seen.length > 0)
    for (let onto = 0; onto < 20; onto++) await one.commit(change(onto))
    await until(() => seen.at(-1) === 20)
    assert.equal(most, 1)
  })

  test('that is rolled back wakes nobody, and one that was not heard is found by the poll', async () => {
    const other = await open()
    let woken = 0
    other.onWake(async () => {
      woken++
    })
    await until(() => woken > 0)
    await new Promise((done) => setTimeout(done, 700))
    const before = woken
    await sql(`insert into revision (revision, at, made_by, summary, diff, planes)
      values (1, 0, 'somebody', 'without a word', '', '[]')`)
    await until(() => woken > before)
  })

  test('is heard again after the connection that listens was cut', async () => {
    const one = await open()
    const other = await open()
    let seen = -1
    other.onWake(async () => {
      seen = await other.revisions.newest()
    })
    await until(() => seen === 0)
    await sql(`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'bailiwick, listening' and datname = current_database()`)
    await one.commit(change(0))
    await until(() => seen === 1)
  })
})

describe('a ledger of several processes', () => {
  test('shows each what the others have written, as soon as it was answered', async () => {
    const [one, other] = [await open(), await open()]
    for (let n = 0; n < 20; n++) {
      const [writer, reader] = n % 2 === 0 ? [one, other] : [other, one]
      await ledgerOf(writer).append(rowOf(intentOf(callAt(n))))
      assert.equal(await ledgerOf(reader).size(), n + 1)
      const [last] = await ledgerOf(reader).readBack(undefined, 1)
      assert(last?.entry.type === 'call.intent')
      assert.equal(last.entry.call, callAt(n))
    }
  })

  test('takes one outcome for an intent, whoever brings it', async () => {
    const all = [await open(), await open(), await open()]
    const [first] = all
    assert(first)
    for (let n = 0; n < 30; n++) await ledgerOf(first).append(rowOf(intentOf(callAt(n))))
    for (let n = 0; n < 30; n++) {
      const settled = await Promise.allSettled(
        all.map((store) => ledgerOf(store).append(rowOf(outcomeOf(callAt(n))))),
      )
      assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1)
    }
    assert.equal(await ledgerOf(first).size(), 60)
    assert.deepEqual(await ledgerOf(first).listOpen(), [])
  })
})
