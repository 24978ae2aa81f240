// Needs from Debian: postgresql
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { createLedger } from '#ledger/create-ledger.ts'
import type { Ledger } from '#ledger/ledger.ts'
import { systemClock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { sealerOf, unsuspected } from '../ledger/sealer.ts'
import { type PostgresServer, type Programs, startPostgres } from '../peers/postgres.ts'
import { callAt, intentOf, ops, outcomeOf } from '../store/entries.ts'

// Debian's PostgreSQL, which syncs to disk: killed, standing still, read-only.

const appendDeadlineMs = 1000
let server: PostgresServer
let url: string
let store: Store
let ledger: Ledger
let made = 0
/** Ends the callers of a test that has failed. */
let endLoad = () => {}

const debian = (): Programs => {
  const root = '/usr/lib/postgresql'
  const [newest] = readdirSync(root).toSorted((a, b) => Number(b) - Number(a))
  const bin = join(root, newest ?? '', 'bin')
  assert(existsSync(join(bin, 'initdb')))
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
}

before(async () => {
  server = await startPostgres({ programs: debian(), durable: true })
})
after(() => server.stop())
beforeEach(async () => {
  url = await server.createDatabase()
  store = await openStore({
    folder: 'none',
    url,
    appendDeadlineMs,
    clock: systemClock,
    log: silentLog,
  })
  ledger = createLedger({
    store,
    clock: systemClock,
    seal: sealerOf,
    log: silentLog,
    version: '1',
    budget: () => undefined,
    integrity: unsuspected,
  })
  await ledger.open()
})
afterEach(async () => {
  endLoad()
  await ledger.close()
  await store.close()
})

interface Tally {
  readonly acknowledged: Set<string>
  refused: number
  stop: boolean
}

/** Calls from many callers at once, until they are told to stop; what was answered is remembered. */
const underLoad = (callers = 24): { tally: Tally; ended: Promise<unknown> } => {
  const tally: Tally = { acknowledged: new Set(), refused: 0, stop: false }
  endLoad = () => {
    tally.stop = true
  }
  const call = async (): Promise<void> => {
    const id = callAt(made++)
    try {
      await ledger.plane(ops).intend(intentOf(id), Buffer.alloc(200, made))
      tally.acknowledged.add(`call.intent ${id}`)
      await ledger.plane(ops).conclude(outcomeOf(id))
      tally.acknowledged.add(`call.outcome ${id}`)
    } catch (error) {
      assert.equal(asFault(error).code, 'unrecordable')
      tally.refused++
      await wait(20)
    }
  }
  const caller = async (): Promise<void> => {
    while (!tally.stop) await call()
  }
  return { tally, ended: Promise.all(Array.from({ length: callers }, caller)) }
}

const until = async (isSo: () => boolean | Promise<boolean>, forMs = 20_000): Promise<void> => {
  for (const end = Date.now() + forMs; Date.now() < end; await wait(20)) if (await isSo()) return
  assert.fail('it never came')
}

/** I1 and I3: all that was acknowledged stands, and each intent has exactly one outcome. */
const checkWhole = async (acknowledged: ReadonlySet<string>): Promise<void> => {
  const file = store.plane(ops).ledger
  // Outcomes that were left in doubt follow by themselves.
  await until(async () => (await file.listOpen()).length === 0)
  const entries = await file.read(1, 1_000_000)
  assert.deepEqual(
    entries.map(({ position }) => position),
    entries.map((_, n) => n + 1),
  )
  const times = new Map<string, number>()
  for (const { entry } of entries) {
    if (!('call' in entry)) continue
    const name = `${entry.type} ${entry.call}`
    times.set(name, (times.get(name) ?? 0) + 1)
  }
  for (const name of acknowledged) assert(times.has(name), `${name} is gone`)
  for (const [name, count] of times) {
    assert.equal(count, 1, name)
    assert(times.has(name.replace('call.intent', 'call.outcome')), `${name} has no outcome`)
  }
}

describe('PostgreSQL on this machine', () => {
  test('killed with -9 again and again loses nothing acknowledged, and calls are taken again', async () => {
    const { tally, ended } = underLoad()
    for (let round = 0; round < 5; round++) {
      const before = tally.acknowledged.size
      await until(() => tally.acknowledged.size > before + 500)
      server.signal('SIGKILL')
      await until(() => store.plane(ops).ledger.failing)
      await server.restart()
      await until(() => !store.plane(ops).ledger.failing)
    }
    const before = tally.acknowledged.size
    await until(() => tally.acknowledged.size > before + 500)
    tally.stop = true
    await ended
    assert(tally.refused > 0)
    await checkWhole(tally.acknowledged)
  })

  test('that stands still refuses within the deadline, and doubles nothing when it goes on', async () => {
    const { tally, ended } = underLoad()
    await until(() => tally.acknowledged.size > 500)
    server.signal('SIGSTOP', 'all')
    await wait(appendDeadlineMs + 200)
    assert.equal(store.plane(ops).ledger.failing, true)
    const { refused } = tally
    // Beyond the time after which a connection is given up, and new ones are tried.
    await wait(5000)
    assert(tally.refused > refused)
    assert(store.plane(ops).ledger.waiting <= 24 * 2, 'nothing piles up')
    server.signal('SIGCONT', 'all')
    await until(() => !store.plane(ops).ledger.failing)
    const before = tally.acknowledged.size
    await until(() => tally.acknowledged.size > before + 500)
    tally.stop = true
    await ended
    await checkWhole(tally.acknowledged)
  })

  test('that has become read-only refuses calls, and takes them when it is not any more', async () => {
    const { tally, ended } = underLoad()
    const readOnly = async (on: boolean) => {
      const writable = `${url}?options=-c%20default_transaction_read_only%3Doff`
      const setting = `default_transaction_read_only = ${on ? 'on' : 'off'}`
      await server.query(`alter system set ${setting}`, writable)
      await server.query('select pg_reload_conf()', writable)
    }
    await until(() => tally.acknowledged.size > 200)
    await readOnly(true)
    await until(() => store.plane(ops).ledger.failing)
    await wait(1500)
    assert.equal(store.plane(ops).ledger.failing, true)
    await readOnly(false)
    await until(() => !store.plane(ops).ledger.failing)
    const before = tally.acknowledged.size
    await until(() => tally.acknowledged.size > before + 200)
    tally.stop = true
    await ended
    await checkWhole(tally.acknowledged)
  })
})
