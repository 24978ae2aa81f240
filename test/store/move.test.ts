import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import { bringTables, moveStore } from '#store/move.ts'
import { openStore } from '#store/open.ts'
import type { Commit, Store } from '#store/store.ts'
import { naiveRoot, openKept } from '../ledger/kept.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { type LossyProxy, startProxy } from '../peers/proxy.ts'
import { createTestClock } from './clock.ts'
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
} from './entries.ts'

const appendDeadlineMs = 2000
let server: PostgresServer
let proxy: LossyProxy
let folder: string
let url: string

before(async () => {
  server = await startPostgres()
})
after(() => server.stop())
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-move-'))
  url = await server.createDatabase()
  proxy = await startProxy(server.port)
  await fill()
})
afterEach(async () => {
  await proxy.close()
  await rm(folder, { recursive: true })
})

const openFolder = () =>
  openStore({ folder, appendDeadlineMs, clock: createTestClock(), log: silentLog })
const openDatabase = () =>
  openStore({
    folder: 'none',
    url,
    appendDeadlineMs,
    clock: createTestClock(),
    log: silentLog,
  })
const move = (to = url) => moveStore({ folder, url: to, clock: systemClock })

const change = (about: Partial<Commit>): Commit => ({
  by: 'local:alice',
  at: noon,
  why: 'because',
  set: 'files',
  summary: 'a change',
  diff: '+ a line',
  key: undefined,
  documents: [],
  rows: [],
  onto: 0,
  ...about,
})
const put = (name: string, n: number) =>
  ({
    plane: ops,
    kind: 'Grant',
    name,
    before: undefined,
    after: { body: { n, text: 'İ 日本 \u0000' }, set: 'files' },
  }) as const

/** Something of everything; one call is under way. */
const fill = async (): Promise<void> => {
  const store = await openFolder()
  const many = Array.from({ length: 2500 }, (_, n) => put(`grant-${n}`, n))
  await store.commit(change({ documents: many }))
  await store.commit(change({ onto: 1, key: { text: 'once', digest: 'd' } }))
  await store.revisions.markEntered(1)
  await store.values.putFirst(
    'origin',
    Uint8Array.from({ length: 256 }, (_, n) => n),
  )
  const { ledger } = store.plane(ops)
  await ledger.append(rowOf(openedOf({ at: noon + 9000 })))
  await Promise.all(
    Array.from({ length: 1500 }, async (_, n) => {
      await ledger.append(rowOf(intentOf(callAt(n), { at: noon + n }), Buffer.alloc(50, n)))
      if (n !== 7) await ledger.append(rowOf(outcomeOf(callAt(n), { at: noon + n })))
    }),
  )
  await store.plane(finance).ledger.append(rowOf(refusedOf(callAt(1), { plane: finance })))
  await store.close()
}

const everythingOf = async (store: Store) => {
  const { documents, ledger } = store.plane(ops)
  return {
    planes: await store.planes.list(),
    revisions: await store.revisions.page(undefined, 99),
    unentered: await store.revisions.listUnentered(),
    key: await store.revisions.findKey('once'),
    changes: await store.revisions.changesAfter(0, 99),
    documents: await documents.list(),
    value: Buffer.from((await store.values.find('origin')) ?? []),
    ops: await ledger.read(1, 99_999),
    finance: await store.plane(finance).ledger.read(1, 99_999),
    payload: Buffer.from((await ledger.findPayload(2)) ?? []),
    seek: await ledger.seek(noon + 5000),
    orphans: await ledger.listOrphans(),
    open: await ledger.listOpen(),
  }
}
const filesOf = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile() && !/-(wal|shm)$/.test(name))
    .map((name) => [name, readFileSync(join(folder, name)).toString('base64')])
const isFault = (code: string, detail: RegExp) => (error: unknown) => {
  assert(error instanceof Fault, String(error))
  assert.equal(error.code, code)
  assert.match(error.detail ?? '', detail)
  return true
}
const isEmpty = async () => {
  const tables = ['document', 'revision', 'ledger_entry', 'ledger_position', 'ledger_head']
  for (const table of tables) {
    const [row] = await server.query(`select count(*)::int as count from ${table}`, url)
    assert.equal(row?.count, 0, table)
  }
}

describe('a data folder moved into PostgreSQL', () => {
  test('is there whole, and goes on where it stood; the folder stays as it was', async () => {
    const before = filesOf()
    const moved = await move()
    assert.deepEqual(filesOf(), before)
    assert.deepEqual(
      moved.planes.map(({ plane, entries, payloads }) => [plane, entries, payloads]),
      [
        ['finance', 1, 0],
        ['ops', 3000, 1500],
      ],
    )
    assert(moved.tables.some(({ name, rows }) => name === 'document' && rows === 2500))

    const old = await openFolder()
    const there = await everythingOf(old)
    await old.close()
    const store = await openDatabase()
    assert.deepEqual(await everythingOf(store), there)
    assert.equal(there.orphans.length, 1)
    const { ledger } = store.plane(ops)
    await ledger.append(rowOf(outcomeOf(callAt(7))))
    assert.equal(await ledger.size(), 3001)
    assert.deepEqual(await ledger.listOpen(), [])
    assert.equal(await store.commit(change({ onto: 2 })), 3)
    await store.close()
  })

  test('has every table of the folder, whichever came to be later', async () => {
    const moved = await move()
    const db = new DatabaseSync(join(folder, 'store.db'), { readOnly: true })
    const tables = db
      .prepare(`select name from sqlite_schema where type = 'table'`)
      .all()
      .map(({ name }) => String(name))
    db.close()
    assert.deepEqual(
      [...moved.tables.map(({ name }) => name), 'member', 'migration'].toSorted(),
      tables.toSorted(),
    )
  })

  test('has its trees and checkpoints, which go on under the published ones', async () => {
    const clock = createTestClock(noon + 60_000)
    const before = await openKept({ folder, clock })
    await before.ledger.open()
    await before.close()
    const reopened = await openKept({ folder, clock })
    const signed = await reopened.checkpoints()
    const size = (await reopened.bodies()).length
    await reopened.store.close()
    const moved = await move()
    assert.equal(moved.planes.find(({ plane }) => plane === ops)?.checkpoints, signed.length)
    const there = await openKept({ folder, url, clock })
    await there.ledger.open()
    await there.close()
    const last = await openKept({ folder, url, clock })
    const all = await last.checkpoints()
    const noteOf = ({ note }: { note: string }) => note
    assert.deepEqual(all.slice(0, signed.length).map(noteOf), signed.map(noteOf))
    assert((all.at(-1)?.size ?? 0) > size)
    assert.deepEqual(Buffer.from(all.at(-1)?.root ?? []), naiveRoot(await last.bodies()))
    await last.store.close()
  })

  test('is refused while a process has the folder open', async () => {
    const store = await openFolder()
    await assert.rejects(move(), isFault('locked', /in use/))
    await store.close()
  })

  test('is refused where the database holds anything, and nothing is put beside it', async () => {
    await move()
    await assert.rejects(move(), isFault('bad_store', /not empty/))
    const store = await openDatabase()
    assert.equal((await store.plane(ops).ledger.read(1, 9999)).length, 3000)
    await store.close()
  })

  test('is refused where there is no store, or one of another version', async () => {
    const db = new DatabaseSync(join(folder, 'store.db'))
    db.exec(`insert into migration values (9999, 'of tomorrow', 0)`)
    db.close()
    await assert.rejects(move(), isFault('bad_store', /another version/))
    const nothing = moveStore({ folder: join(folder, 'none'), url, clock: systemClock })
    await assert.rejects(nothing, isFault('bad_store', /no store\.db/))
  })

  test('that was cut off leaves the database empty, and can be begun again', async () => {
    const through = url.replace(`:${server.port}`, `:${proxy.port}`)
    for (const words of ['insert into "document"', 'insert into ledger_position', 'commit\0']) {
      // The tables stand already, so that the move's own transaction is the first to commit.
      await bringTables(url, systemClock)
      proxy.cut(words, 'unsent')
      await assert.rejects(move(through), isFault('store_unreachable', /./))
      await isEmpty()
    }
    assert.equal((await move(through)).planes.length, 2)
  })
})
