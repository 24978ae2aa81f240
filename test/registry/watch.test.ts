import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '#lib/fault.ts'
import { createLog } from '#lib/log.ts'
import { watchServers } from '#registry/watch.ts'
import type { WatchedServer } from '#registry/watcher.ts'
import { createTestClock } from '../store/clock.ts'
import { openWorld, ops, reads, server, tool } from './ground.ts'

/** A server whose list a test changes, counts and holds back. */
function peer(name: string) {
  const listeners: (() => void)[] = []
  const state = { asked: 0, list: [tool('a')], problem: undefined as Fault | undefined }
  let gate: Promise<void> | undefined
  let openGate = () => {}
  const connection: WatchedServer = {
    plane: ops,
    server: name,
    async discover() {
      state.asked++
      const { list } = state
      await gate
      if (state.problem) throw state.problem
      return list
    },
    onListChanged: (listener) => void listeners.push(listener),
  }
  return {
    state,
    connection,
    tell: () => listeners.forEach((listener) => void listener()),
    hold() {
      gate = new Promise((resolve) => {
        openGate = resolve
      })
    },
    letGo() {
      gate = undefined
      openGate()
    },
  }
}

async function watching(...peers: ReturnType<typeof peer>[]) {
  const names = peers.map(({ connection }) => connection.server)
  const world = await openWorld(names.map((name) => server(name, { tools: reads('a') })))
  const clock = createTestClock()
  const lines: string[] = []
  const connections = new Map(peers.map(({ connection }) => [connection.server, connection]))
  let opened: (connection: WatchedServer) => void = () => {}
  const watch = watchServers({
    upstreams: {
      find: (_, name) => connections.get(name),
      onOpen(listener) {
        opened = listener
        for (const connection of connections.values()) listener(connection)
      },
    },
    registry: world.registry,
    clock,
    log: createLog((line) => void lines.push(line), clock.now),
    cadence: { everyMs: 60_000, freshMs: 2000, patienceMs: 5000 },
  })
  const turns = async () => {
    for (let i = 0; i < 50; i++) await new Promise((done) => setImmediate(done))
  }
  await turns()
  return {
    ...world,
    watch,
    clock,
    connections,
    lines,
    turns,
    open: (one: WatchedServer) => opened(one),
  }
}

describe('a server that is watched', () => {
  test('is asked when its connection opens, when it says so, and every while', async () => {
    const bank = peer('bank')
    const { find, clock, turns } = await watching(bank)
    assert.equal(find('a')?.state, 'pinned')
    assert.equal(bank.state.asked, 1)
    bank.state.list = [tool('a', { title: 'drifted' })]
    bank.tell()
    await turns()
    assert.equal(find('a')?.state, 'held')
    bank.state.list = [tool('a')]
    clock.advance(75_000)
    await turns()
    assert.equal(find('a')?.state, 'pinned')
    assert.ok(bank.state.asked >= 3)
  })

  test('is asked one question at a time, and many notices are one more', async () => {
    const bank = peer('bank')
    const { clock, turns } = await watching(bank)
    bank.hold()
    for (let i = 0; i < 100; i++) bank.tell()
    await turns()
    assert.equal(bank.state.asked, 2)
    clock.advance(5000)
    await turns()
    assert.equal(bank.state.asked, 2, 'the first question has no answer yet')
    bank.letGo()
    await turns()
    assert.equal(bank.state.asked, 3)
  })

  test('attack: and says all the time that a list changed, which it did, makes a revision in five seconds, not each time', async () => {
    const bank = peer('bank')
    const { change, find, clock, turns } = await watching(bank)
    const before = change.current().revision
    let notices = 0
    for (let ms = 0; ms < 60_000; ms += 100) {
      bank.state.list = [tool('a', { title: `Version ${++notices}` })]
      bank.tell()
      clock.advance(100)
      await turns()
    }
    const made = change.current().revision - before
    assert.ok(made >= 10 && made <= 14, `${made} revisions of ${notices} notices`)
    bank.state.list = [tool('a', { title: 'The last' })]
    bank.tell()
    clock.advance(5000)
    await turns()
    assert.equal(find('a')?.observed?.definition.title, 'The last', 'no notice is lost')
    assert.equal(find('a')?.state, 'held')
  })

  test('has its place within the period, apart from the others', async () => {
    const peers = ['one', 'two', 'three', 'four'].map(peer)
    const { clock, turns } = await watching(...peers)
    const asked: number[] = []
    for (let ms = 0; ms < 90_000; ms += 500) {
      clock.advance(500)
      for (const [i, { state }] of peers.entries()) if (state.asked > 1) asked[i] ??= ms
      await turns()
    }
    assert.equal(new Set(asked).size, 4, asked.join())
    for (const ms of asked) assert.ok(ms >= 44_000 && ms <= 76_000)
  })

  test('that fails is asked ever more seldom, logged once, and taken up again', async () => {
    const bank = peer('bank')
    bank.state.problem = new Fault('upstream_broken', { detail: 'bank answered nonsense' })
    const { find, clock, lines, turns } = await watching(bank)
    for (let minute = 0; minute < 60; minute++) {
      clock.advance(60_000)
      await turns()
    }
    assert.ok(bank.state.asked <= 12, `${bank.state.asked} times`)
    assert.equal(lines.filter((line) => line.includes('registry.unheard')).length, 1)
    assert.equal(
      find('a'),
      undefined,
      'a list that was not heard takes nothing away and adds nothing',
    )
    bank.state.problem = undefined
    bank.tell()
    await turns()
    assert.equal(find('a')?.state, 'pinned')
  })

  test('is brought up to date at once where somebody asks for it, and says what keeps it', async () => {
    const bank = peer('bank')
    const { watch, find } = await watching(bank)
    bank.state.list = [tool('a'), tool('b')]
    await watch.refresh(ops, 'bank')
    assert.equal(find('b')?.state, 'pinned')
    bank.state.problem = new Fault('upstream_unreachable', { detail: 'bank could not be reached' })
    await assert.rejects(watch.refresh(ops, 'bank'), { code: 'upstream_unreachable' })
    await assert.rejects(watch.refresh(ops, 'none'), { code: 'unknown_name' })
  })

  test('is asked no more when its connection is another one, and the new one is', async () => {
    const [old, fresh] = [peer('bank'), peer('bank')]
    const { clock, connections, open, turns } = await watching(old)
    connections.set('bank', fresh.connection)
    open(fresh.connection)
    await turns()
    assert.equal(fresh.state.asked, 1)
    for (let minute = 0; minute < 10; minute++) {
      clock.advance(60_000)
      await turns()
    }
    assert.ok(old.state.asked <= 2)
    assert.ok(fresh.state.asked >= 5)
  })

  test('is left alone when the watch is closed', async () => {
    const bank = peer('bank')
    const { watch, clock, turns } = await watching(bank)
    watch.close()
    bank.tell()
    clock.advance(600_000)
    await turns()
    assert.equal(bank.state.asked, 1)
  })
})

describe('a look before a call', () => {
  const looking = async () => {
    const bank = peer('bank')
    const world = await watching(bank)
    let resolved = 0
    const look = () =>
      world.watch.look(ops, 'bank').then(
        () => void resolved++,
        () => {},
      )
    return {
      ...world,
      bank,
      look,
      age: () => world.watch.age(ops, 'bank'),
      resolved: () => resolved,
    }
  }

  test('is none while what the server told is fresh; half as old, the next is due, and as old it is awaited', async () => {
    const { age, clock } = await looking()
    assert.equal(age(), 'fresh')
    clock.advance(999)
    assert.equal(age(), 'fresh')
    clock.advance(1)
    assert.equal(age(), 'ageing')
    clock.advance(1000)
    assert.equal(age(), 'old')
  })

  test('while that ages is one question, whoever comes, and nobody waits for it', async () => {
    const { age, look, clock, bank, turns, resolved } = await looking()
    clock.advance(1500)
    bank.hold()
    for (let n = 0; n < 100; n++) void look()
    assert.equal(age(), 'fresh', 'it is being asked')
    await turns()
    assert.equal(resolved(), 100, 'nobody waits')
    assert.equal(bank.state.asked, 2)
  })

  test('shares its answer with all who came meanwhile: a thousand calls are two questions', async () => {
    const { look, clock, bank, turns, resolved } = await looking()
    clock.advance(3000)
    bank.hold()
    for (let n = 0; n < 500; n++) void look()
    clock.advance(2500)
    for (let n = 0; n < 500; n++) void look()
    await turns()
    bank.letGo()
    await turns()
    assert.equal(resolved(), 1000)
    assert.equal(bank.state.asked, 3)
  })

  test('is awaited for so long and no longer; the question goes on', async () => {
    const { watch, clock, bank, find, turns } = await looking()
    bank.state.list = [tool('a', { title: 'late' })]
    clock.advance(3000)
    bank.hold()
    const late = watch.look(ops, 'bank')
    clock.advance(5000)
    await assert.rejects(late, {
      code: 'upstream_timeout',
      detail: /bank did not tell within 5000 ms what it offers/,
    })
    bank.letGo()
    await turns()
    assert.equal(find('a')?.state, 'held')
  })

  test('follows a notice at once, however fresh the last one was', async () => {
    const { watch, age, bank, find, turns } = await looking()
    bank.hold()
    bank.tell()
    assert.equal(age(), 'old')
    await turns()
    bank.state.list = [tool('a', { title: 'changed meanwhile' })]
    bank.tell()
    const looked = watch.look(ops, 'bank')
    bank.letGo()
    await looked
    assert.equal(find('a')?.state, 'held', 'a question asked before the notice does not do')
  })

  test('rejects with what keeps the server from telling, and where it has no connection', async () => {
    const { watch, clock, bank } = await looking()
    clock.advance(3000)
    bank.state.problem = new Fault('upstream_refused', { detail: 'bank answered 401' })
    await assert.rejects(watch.look(ops, 'bank'), { code: 'upstream_refused' })
    await assert.rejects(watch.look(ops, 'none'), { code: 'upstream_unreachable' })
    assert.equal(watch.age(ops, 'none'), 'old')
  })
})
