import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { Client } from 'pg'
import { createLedger } from '#ledger/create-ledger.ts'
import { type Clock, systemClock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import { readAddress } from '#store/postgres/address.ts'
import { createConnections } from '#store/postgres/connections.ts'
import { createSequencer, type Sequencer } from '#store/postgres/sequence.ts'
import type { Store } from '#store/store.ts'
import { sealerOf, unsuspected } from '../ledger/sealer.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { createTestClock } from './clock.ts'
import {
  callAt,
  changedOf,
  emptyChange,
  intentOf,
  ops,
  outcomeOf,
  refusedOf,
  rowOf,
} from './entries.ts'

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

const open = async (clock: Clock = systemClock): Promise<Store> => {
  const options = { folder: 'none', appendDeadlineMs: 2000, clock, log: silentLog }
  const store = await openStore({ ...options, url })
  stores.push(store)
  return store
}
const ledgerOf = (store: Store) => store.plane(ops).ledger
const sql = (text: string) => server.query(text, url)
/** As if the process had not been seen for so long. */
const unseenFor = (store: Store, ms: number) =>
  sql(`update member set seen_at = seen_at - ${ms} where id = '${store.members.self}'`)
/** As if the process had been there, seen, for an hour. */
const presentForLong = (store: Store) =>
  sql(
    `update member set present_since = present_since - 3600000 where id = '${store.members.self}'`,
  )
const roomOf = (store: Store) =>
  createLedger({
    store,
    clock: systemClock,
    seal: sealerOf,
    log: silentLog,
    version: '1',
    budget: () => undefined,
    integrity: unsuspected,
  })
const isFault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code
const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (let n = 0; n < 1000; n++) {
    if (await isSo()) return
    await new Promise((done) => setTimeout(done, 10))
  }
  assert.fail('it never came')
}

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
    for (let onto = 0; onto < 20; onto++) await one.commit(emptyChange(onto))
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
    await one.commit(emptyChange(0))
    await until(() => seen === 1)
  })
})

describe('a mailbox', () => {
  const hello = Buffer.from('hello')
  const heardBy = (store: Store, key = 'a') => {
    const heard: string[] = []
    const end = store.plane(ops).mailboxes.hold(key, (m) => heard.push(Buffer.from(m).toString()))
    return { heard, end }
  }

  test('held by one process is reached from every other, each message once and in order', async () => {
    const [one, other, third] = [await open(), await open(), await open()]
    const { heard } = heardBy(other)
    const bystander = heardBy(third, 'b')
    const words = Array.from({ length: 50 }, (_, n) => `${n}`)
    for (const word of words)
      assert.equal(await one.plane(ops).mailboxes.tell('a', Buffer.from(word), 5000), true)
    await until(() => heard.length === words.length)
    assert.deepEqual(heard, words)
    assert.deepEqual(bystander.heard, [])
    assert.deepEqual(await sql('select * from mailbox_message'), [])
  })

  test('carries any bytes, and megabytes of them', async () => {
    const [one, other] = [await open(), await open()]
    const large = Buffer.alloc(17 * 1024 * 1024, 'any\0bytes\xff', 'latin1')
    const got = new Promise<Uint8Array>((resolve) => {
      other.plane(ops).mailboxes.hold('large', resolve)
    })
    assert.equal(await one.plane(ops).mailboxes.tell('large', large, 20_000), true)
    assert.ok(large.equals(await got))
  })

  test('that nobody holds leaves nothing behind, and one that is held too late hears nothing', async () => {
    const [one, other] = [await open(), await open()]
    assert.equal(await one.plane(ops).mailboxes.tell('a', hello, 30), false)
    assert.deepEqual(await sql('select * from mailbox_message'), [])
    const { heard } = heardBy(other)
    assert.equal(await one.plane(ops).mailboxes.tell('b', hello, 30), false)
    assert.deepEqual(heard, [])
  })

  test('hears again what was told while the connection that listens was cut', async () => {
    const [one, other] = [await open(), await open()]
    const { heard } = heardBy(other)
    assert.equal(await one.plane(ops).mailboxes.tell('a', hello, 5000), true)
    await sql(`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'bailiwick, listening' and datname = current_database()`)
    assert.equal(await one.plane(ops).mailboxes.tell('a', hello, 10_000), true)
    await until(() => heard.length === 2)
  })

  test('attack: a flood of messages that nobody hears is refused at its bound, and goes when it ended', async () => {
    const one = await open()
    const { mailboxes } = one.plane(ops)
    await sql(`insert into mailbox_message (id, plane, key, message, bytes, until)
      select 'id' || n, 'ops', 'nobody', '', 1, 4000000000000 from generate_series(1, 1000) n`)
    await assert.rejects(mailboxes.tell('a', hello, 50), isFault('flood'))
    await sql('update mailbox_message set until = 0')
    // Whoever comes next takes away what nobody heard, and is refused by it for the last time.
    await mailboxes.tell('a', hello, 50).catch(() => {})
    assert.equal(await mailboxes.tell('a', hello, 50), false)
    assert.deepEqual(await sql('select * from mailbox_message'), [])
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

  test('writes what has a key once, whoever comes first', async () => {
    const rooms = [roomOf(await open()), roomOf(await open())]
    for (let revision = 1; revision <= 5; revision++) {
      await Promise.all(
        [...rooms, ...rooms].map((room) => room.plane(ops).append(changedOf(revision))),
      )
    }
    const [store] = stores
    assert(store)
    const changed = await ledgerOf(store).read(1, 99, { types: ['policy.changed'] })
    assert.deepEqual(
      changed.map(({ entry }) => entry.type === 'policy.changed' && entry.revision),
      [1, 2, 3, 4, 5],
    )
    for (const room of rooms) await room.close()
  })
})

describe('the sequencer of a plane', () => {
  const positions = () =>
    sql(`select position, id, count(*) over (partition by id) as times
      from ledger_position where plane = 'ops' order by position`)
  const assertWhole = async (entries: number): Promise<void> => {
    const rows = await positions()
    assert.deepEqual(
      rows.map(({ position }) => Number(position)),
      Array.from({ length: entries }, (_, n) => n + 1),
    )
    assert(rows.every(({ times }) => Number(times) === 1))
  }
  const write = (store: Store, from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from }, (_, n) =>
        ledgerOf(store).append(rowOf(refusedOf(callAt(from + n)))),
      ),
    )

  test('is one: of two at once, each in its transaction, one loses, and nothing forks', async () => {
    // Their clocks stand still, so that none does anything that it is not asked for.
    const clock = createTestClock()
    const [one, other] = [await open(clock), await open(createTestClock())]
    await write(one, 0, 10)
    assert.equal(await ledgerOf(one).size(), 10)
    await write(one, 10, 20)
    const holder = new Client({ connectionString: url })
    await holder.connect()
    // Whoever puts a position stays inside its transaction, with all that it has locked.
    await sql(`create function pause() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock_shared(42); return new; end $$`)
    await sql(`create trigger a_pause before insert on ledger_position
      for each row execute function pause()`)
    await holder.query('select pg_advisory_lock(42)')
    await sql(`update ledger_head set until = 0`)
    const takenOver = ledgerOf(other).size()
    await until(async () => (await stepsUnderWay()) === 1)
    // The first one still takes itself for the holder: it tries, finds that it is not, and waits.
    let fenced = 0
    void ledgerOf(one)
      .size()
      .then((size) => {
        fenced = size
      })
    for (let n = 0; n < 10; n++) {
      clock.advance(20)
      assert.equal((await positions()).length, 10)
    }
    assert.equal(fenced, 0)
    await holder.end()
    assert.equal(await takenOver, 20)
    await until(() => {
      clock.advance(20)
      return fenced === 20
    })
    await assertWhole(20)
    const [head] = await sql('select epoch, holder from ledger_head')
    assert.equal(head?.holder, other.members.self)
    assert.equal(Number(head?.epoch), 2)
    await write(one, 20, 30)
    assert.equal(await ledgerOf(other).size(), 30)
    await assertWhole(30)
  })
  const stepsUnderWay = async () =>
    (
      await sql(`select from pg_stat_activity
        where datname = current_database() and state = 'active' and query like '%taken%' and pid <> pg_backend_pid()`)
    ).length

  test('is fenced off by a later epoch, even from one who bears its name', async () => {
    const store = await open(createTestClock())
    const address = readAddress(url)
    const about = { address, most: 1, waitMs: 5000, statementMs: 5000 }
    const connections = createConnections(about)
    const holder = store.members.self
    const sequencer = () =>
      createSequencer({ connections, plane: ops, holder, clock: createTestClock() })
    const [paused, later] = [sequencer(), sequencer()]
    const mayWait = async (one: Sequencer) => {
      await write(store, made, made + 10)
      made += 10
      return one.sequence()
    }
    let made = 0
    assert.equal(await mayWait(paused), false)
    assert.equal(await mayWait(later), false)
    assert.equal(await mayWait(paused), true, 'nothing was put in order by a lease that is over')
    assert.equal(await mayWait(later), false)
    await connections.close()
    await assertWhole(40)
  })

  test('changes hands any number of times while everybody writes and reads', async () => {
    const all = [await open(), await open(), await open()]
    let epoch = 0
    const thief = async () => {
      for (let turn = 0; epoch < 8; turn++) {
        const [head] = await sql('update ledger_head set until = 0 returning epoch')
        epoch = Number(head?.epoch ?? 0)
        await all[turn % 3]?.plane(ops).ledger.size()
      }
    }
    let made = 0
    const writer = async (store: Store) => {
      while (epoch < 8) {
        made += 30
        await write(store, made - 30, made)
      }
    }
    await Promise.all([thief(), ...all.map(writer)])
    for (const store of all) assert.equal(await ledgerOf(store).size(), made)
    await assertWhole(made)
  })

  test('that has died is replaced when its lease has run out, and reading waits for that', async () => {
    const [one, other] = [await open(), await open()]
    await write(one, 0, 5)
    assert.equal(await ledgerOf(one).size(), 5)
    // A holder that does nothing any more.
    const now = '(extract(epoch from clock_timestamp()) * 1000)::bigint'
    const [lease] = await sql(
      `update ledger_head set holder = 'dead', epoch = epoch + 1, until = ${now} + 2000 returning until`,
    )
    await write(other, 5, 9)
    const [meanwhile] = await sql('select holder from ledger_head')
    assert.equal(meanwhile?.holder, 'dead', 'writing waits for nobody')
    assert.equal(await ledgerOf(other).size(), 9)
    const [after] = await sql(`select ${now} as now`)
    assert(Number(after?.now) >= Number(lease?.until), 'reading waits for the lease')
    await assertWhole(9)
  })

  test('cannot fork a ledger even by hand: the keys refuse it', async () => {
    const one = await open()
    await write(one, 0, 2)
    await ledgerOf(one).size()
    const twice = (position: string, id: string) =>
      sql(`insert into ledger_position select plane, ${position}, ${id}, latest
        from ledger_position where position = 1`)
    await assert.rejects(twice('position', `'other'`), /duplicate key/)
    await assert.rejects(twice('99', 'id'), /duplicate key/)
  })
})

describe('the open calls of a process', () => {
  test('are concluded as unknown by another when it is dead, and its late outcome is refused', async () => {
    const [paused, other] = [await open(), await open()]
    const mine = roomOf(paused).plane(ops)
    await mine.intend(intentOf(callAt(1)), Buffer.from('{}'))
    await mine.intend(intentOf(callAt(2)), Buffer.from('{}'))
    await mine.conclude(outcomeOf(callAt(2)))
    await presentForLong(other)
    assert.deepEqual(await ledgerOf(other).listOrphans(), [])
    await unseenFor(paused, 11_000)
    await roomOf(other).open()
    // It comes back, and knows nothing of it.
    await assert.rejects(mine.conclude(outcomeOf(callAt(1))), isFault('internal'))
    const entries = (await ledgerOf(paused).read(1, 99)).map(({ entry }) => entry)
    const outcomes = entries.filter((entry) => entry.type === 'call.outcome')
    assert.deepEqual(
      outcomes.map(({ call, status }) => [call, status]),
      [
        [callAt(2), 'complete'],
        [callAt(1), 'unknown'],
      ],
    )
    assert.deepEqual(await ledgerOf(paused).listOpen(), [])
  })

  test('are concluded once, by however many others look for them', async () => {
    const dead = await open()
    const plane = roomOf(dead).plane(ops)
    for (let n = 0; n < 40; n++) await plane.intend(intentOf(callAt(n)), Buffer.from('{}'))
    await sql(`update member set ended = true`)
    const others = [await open(), await open(), await open()]
    await Promise.all(others.map((store) => roomOf(store).open()))
    const [first] = others
    assert(first)
    const entries = (await ledgerOf(first).read(1, 999)).map(({ entry }) => entry)
    assert.equal(entries.filter(({ type }) => type === 'call.outcome').length, 40)
    const told = entries.flatMap((entry) => (entry.type === 'ledger.open' ? [entry.orphans] : []))
    assert.equal(
      told.reduce((sum, orphans) => sum + orphans, 0),
      40,
    )
  })

  test('stay open where the database was away from everybody: who has just come back buries nobody', async () => {
    const [one, other] = [await open(), await open()]
    await ledgerOf(one).append(rowOf(intentOf(callAt(1))))
    await presentForLong(other)
    await unseenFor(one, 60_000)
    await unseenFor(other, 60_000)
    // The first to be seen again.
    await other.members.beat({ revision: 0, address: '' })
    assert.deepEqual(await ledgerOf(other).listOrphans(), [])
    await one.members.beat({ revision: 0, address: '' })
    await presentForLong(other)
    assert.deepEqual(await ledgerOf(other).listOrphans(), [])
    await ledgerOf(one).append(rowOf(outcomeOf(callAt(1))))
  })
})
