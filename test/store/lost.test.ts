import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { Client } from 'pg'
import { systemClock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { createLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { LedgerFile, Store } from '#store/store.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { type LossyProxy, startProxy } from '../peers/proxy.ts'
import {
  callAt,
  emptyChange,
  intentOf,
  openedOf,
  ops,
  outcomeOf,
  refusedOf,
  rowOf,
} from './entries.ts'

// PostgreSQL that is away, late, full of locks, or whose answers get lost on the way.

const appendDeadlineMs = 700
let server: PostgresServer
let proxy: LossyProxy
/** Of the database itself, past the proxy. */
let url: string
let logged: string
let store: Store
let ledger: LedgerFile

before(async () => {
  server = await startPostgres()
})
after(() => server.stop())
beforeEach(async () => {
  url = await server.createDatabase()
  proxy = await startProxy(server.port)
  logged = ''
  store = await open(url.replace(`:${server.port}`, `:${proxy.port}`))
  ledger = store.plane(ops).ledger
})
afterEach(async () => {
  await store.close()
  await proxy.close()
})

const open = (at: string): Promise<Store> => {
  const log = createLog((line) => {
    logged += line
  }, systemClock.now)
  return openStore({ folder: 'none', url: at, appendDeadlineMs, clock: systemClock, log })
}
const isFault = (code: string) => (error: unknown) => {
  assert(error instanceof Fault, inspect(error))
  assert.equal(error.code, code, inspect(error))
  return true
}
const until = async (isSo: () => boolean): Promise<void> => {
  for (let n = 0; n < 1000 && !isSo(); n++) await new Promise((done) => setTimeout(done, 10))
  assert(isSo())
}
/** Runs what is given while somebody else holds a lock on a table. */
const whileLocked = async (table: string, work: () => Promise<void>): Promise<void> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`begin; lock table ${table}`)
  try {
    await work()
  } finally {
    await client.query('rollback')
    await client.end()
  }
}
const timed = async (work: Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work.catch(() => {})
  return performance.now() - start
}

describe('a connection that is cut between COMMIT and its answer', () => {
  test('loses no entry and doubles none', async () => {
    await ledger.append(rowOf(openedOf()))
    const payload = Buffer.alloc(5000, 7)
    for (let n = 0; n < 40; n++) {
      proxy.cut('ledger-append', n % 2 === 0 ? 'unheard' : 'unsent')
      // A lost connection once more, on the way of the second attempt.
      if (n % 10 === 0) proxy.cut('ledger-append', 'unheard')
      await Promise.all([
        ledger.append(rowOf(intentOf(callAt(n)), payload)),
        ledger.append(rowOf(refusedOf(callAt(1000 + n)))),
      ])
      await ledger.append(rowOf(outcomeOf(callAt(n))))
    }
    assert.equal(proxy.pending, 0)
    const entries = await ledger.read(1, 1000)
    assert.equal(entries.length, 1 + 40 * 3)
    const seen = new Set(
      entries.map(({ entry }) => `${entry.type} ${'call' in entry ? entry.call : ''}`),
    )
    assert.equal(seen.size, entries.length)
    assert.deepEqual(await ledger.listOpen(), [])
    assert.equal(ledger.failing, false)
  })

  test('still refuses a second outcome that came with the first', async () => {
    await ledger.append(rowOf(intentOf(callAt(1))))
    proxy.cut('ledger-append', 'unheard')
    const settled = await Promise.allSettled([
      ledger.append(rowOf(outcomeOf(callAt(1)))),
      ledger.append(rowOf(outcomeOf(callAt(1), { status: 'failed' }))),
    ])
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    assert.equal(await ledger.size(), 2)
  })

  test('tells a change by what became of it: it stands, or it does not', async () => {
    for (let onto = 0; onto < 6; onto++) {
      proxy.cut('commit\0', 'unheard')
      assert.equal(await store.commit(emptyChange(onto)), onto + 1)
    }
    proxy.cut('commit\0', 'unsent')
    await assert.rejects(store.commit(emptyChange(6)), isFault('store_unreachable'))
    assert.equal(await store.revisions.newest(), 6)
  })
})

describe('a PostgreSQL that is away', () => {
  test('is said at once, and everything goes on by itself when it is back', async () => {
    await ledger.append(rowOf(intentOf(callAt(1))))
    store.onWake(async () => {})
    await proxy.down()
    const tookMs = await timed(ledger.append(rowOf(refusedOf(callAt(2)))))
    assert(tookMs < appendDeadlineMs, `refused after ${tookMs} ms`)
    assert.equal(ledger.failing, true)
    await assert.rejects(ledger.append(rowOf(outcomeOf(callAt(1)))), isFault('unrecordable'))
    await assert.rejects(store.commit(emptyChange(0)), isFault('store_unreachable'))
    await assert.rejects(store.plane(ops).documents.list(), isFault('store_unreachable'))
    await assert.rejects(ledger.size(), isFault('store_unreachable'))
    await assert.rejects(
      store.members.beat({ revision: 1, address: '' }),
      isFault('store_unreachable'),
    )
    await until(() => !store.reachable)

    await proxy.up()
    await until(() => !ledger.failing && store.reachable)
    await ledger.append(rowOf(outcomeOf(callAt(1))))
    assert.equal(await store.commit(emptyChange(0)), 1)
    const types = (await ledger.read(1, 9)).map(({ entry }) => entry.type)
    assert.deepEqual(types, ['call.intent', 'call.outcome'])
    assert.match(logged, /"event":"ledger.failing"/)
    assert.match(logged, /"event":"store.reached"/)
  })

  test('at the start is a fault that names the place and not the password', async () => {
    await proxy.down()
    const secret = 'a-very-secret-word'
    for (const [at, code] of [
      [`postgres://owner:${secret}@127.0.0.1:${proxy.port}/database_1`, 'store_unreachable'],
      [`postgres://owner:${secret}@127.0.0.1:${server.port}/nothing_there`, 'bad_store'],
      [`postgres://nobody:${secret}@127.0.0.1:${server.port}/database_1`, 'bad_store'],
      [`postgres://owner:${secret}/x@127.0.0.1:5432/database_1`, 'bad_configuration'],
      [`postgres://owner:1/${secret}@127.0.0.1:5432/database_1`, 'bad_configuration'],
      [`mysql://owner:${secret}@127.0.0.1/database_1`, 'bad_configuration'],
    ] as const) {
      await assert.rejects(open(at), (error) => {
        isFault(code)(error)
        assert(!inspect(error, { depth: 9, showHidden: true }).includes(secret))
        return true
      })
    }
    assert(!logged.includes(secret))
    await proxy.up()
  })
})

describe('a lock that somebody holds', () => {
  test('on the entries refuses calls within the deadline, and calls are taken when it falls', async () => {
    await ledger.append(rowOf(openedOf()))
    await whileLocked('ledger_entry', async () => {
      const tookMs = await timed(
        assert.rejects(ledger.append(rowOf(refusedOf(callAt(1)))), isFault('unrecordable')),
      )
      assert(tookMs < appendDeadlineMs + 500, `refused after ${tookMs} ms`)
      assert.equal(ledger.failing, true)
      // A table of the store is not the ledger's business.
      assert.equal(await store.commit(emptyChange(0)), 1)
    })
    await until(() => !ledger.failing)
    await ledger.append(rowOf(refusedOf(callAt(2))))
  })

  test('on a table makes those who wait for a connection give up, while entries are written', async () => {
    const { documents } = store.plane(ops)
    await whileLocked('document', async () => {
      const waiting = Array.from({ length: 20 }, () => documents.list())
      const settled = Promise.allSettled(waiting)
      for (let n = 0; n < 20; n++) await ledger.append(rowOf(refusedOf(callAt(n))))
      assert.equal(await ledger.size(), 20)
      await assert.rejects(waiting.at(-1) ?? Promise.resolve(), isFault('store_unreachable'))
      void settled
    })
    assert.deepEqual(await documents.list(), [])
  })
})
