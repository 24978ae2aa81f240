// Runs on both stores.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createFollower, type Follower, follow } from '#ledger/follow.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store, StoredEntry } from '#store/store.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { createTestClock, type TestClock } from '../store/clock.ts'
import { callAt, ops, refusedOf, rowOf } from '../store/entries.ts'

describe('What follows a ledger', () => {
  const isPostgres = process.env.TEST_STORE === 'postgres'
  let server: PostgresServer | undefined
  let url: string | undefined
  let clock: TestClock
  const stores: Store[] = []
  const open = async (): Promise<Store> => {
    const where = url === undefined ? { folder: 'memory' } : { folder: 'none', url }
    const store = await openStore({ ...where, appendDeadlineMs: 5000, clock, log: silentLog })
    stores.push(store)
    return store
  }
  beforeEach(async () => {
    clock = createTestClock()
    server = isPostgres ? await startPostgres() : undefined
    url = await server?.createDatabase()
  })
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close()
    await server?.stop()
  })

  const append = async (store: Store, from: number, to: number): Promise<void> => {
    const { ledger } = store.plane(ops)
    for (let n = from; n <= to; n++) await ledger.append(rowOf(refusedOf(callAt(n))))
    await ledger.size()
  }
  const listener = (
    store: Store,
    take: (entries: readonly StoredEntry[]) => Promise<void>,
  ): Follower => {
    const { ledger: file, followers: rows } = store.plane(ops)
    return createFollower({ name: 'listener', file, rows, most: 3, take })
  }
  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, n) => from + n)

  test('is handed every entry once and in order, some at a time, and goes on where it stopped', async () => {
    const store = await open()
    await append(store, 1, 7)
    const heard: number[] = []
    const hear = async (entries: readonly StoredEntry[]) => {
      assert(entries.length <= 3)
      heard.push(...entries.map(({ position }) => position))
    }
    const first = listener(store, hear)
    for (let n = 0; n < 3; n++) await first.step()
    assert.deepEqual(heard, numbers(1, 7))
    await append(store, 8, 9)
    // Another one of the name, as after a start.
    assert.deepEqual(await listener(store, hear).step(), { cursor: 9, size: 9 })
    assert.deepEqual(heard, numbers(1, 9))
  })

  test('that fails is handed the same again, and the cursor stays where it was', async () => {
    const store = await open()
    await append(store, 1, 2)
    const heard: number[][] = []
    let fails = true
    const follower = listener(store, async (entries) => {
      heard.push(entries.map(({ position }) => position))
      if (fails) throw new Error('not now')
    })
    await assert.rejects(follower.step(), /not now/)
    fails = false
    await follower.step()
    assert.deepEqual(heard, [
      [1, 2],
      [1, 2],
    ])
  })

  test('is woken by what is appended, tried again at longer intervals, and says how far it is', async () => {
    let cursor = 0
    let fails = false
    let steps = 0
    const follower: Follower = {
      name: 'counting',
      async step() {
        steps++
        if (fails) throw new Error('no room')
        cursor = Math.min(5, cursor + 2)
        return { cursor, size: 5 }
      },
    }
    const settle = async () => {
      for (let n = 0; n < 10; n++) await turn()
    }
    const following = follow(follower, { plane: 'ops', clock, log: silentLog })
    clock.advance(100)
    await settle()
    assert.equal(steps, 3)
    const standing = { name: 'counting', state: 'following', cursor: 5, behind: 0, problem: '' }
    assert.deepEqual(following.status(), standing)
    fails = true
    following.wake()
    clock.advance(99)
    await settle()
    assert.equal(steps, 3)
    clock.advance(1)
    await settle()
    assert.deepEqual(following.status(), { ...standing, state: 'failing', problem: 'no room' })
    // Appends do not hurry what fails.
    following.wake()
    for (const [waitMs, tried] of [
      [199, 4],
      [1, 5],
      [399, 5],
      [1, 6],
    ] as const) {
      clock.advance(waitMs)
      await settle()
      assert.equal(steps, tried)
    }
    fails = false
    clock.advance(800)
    await settle()
    assert.deepEqual(following.status(), standing)
    await following.close()
    clock.advance(60_000)
    await settle()
    assert.equal(steps, 7)
  })

  const shared = isPostgres ? test : () => {}
  shared(
    'is one of two processes at a time, and neither the index nor a cursor takes anything twice',
    async () => {
      const [one, other] = [await open(), await open()]
      await append(one, 1, 40)
      const heard: number[] = []
      const hear = async (entries: readonly StoredEntry[]) =>
        void heard.push(...entries.map(({ position }) => position))
      const both = [listener(one, hear), listener(other, hear)]
      for (let n = 0; n < 20; n++) await Promise.all(both.map((follower) => follower.step()))
      assert.deepEqual(heard, numbers(1, 40))

      const indexes = [one, other].map((store) => store.plane(ops).calls)
      const answers = await Promise.all(indexes.map((index) => index.step(7)))
      assert.equal(answers.filter((answer) => answer === undefined).length, 1)
      for (let n = 0; n < 10; n++) await Promise.all(indexes.map((index) => index.step(7)))
      const followed = await indexes[0]?.dump()
      await indexes[1]?.clear()
      await indexes[1]?.step(100)
      assert.deepEqual(await indexes[1]?.dump(), followed)
      assert.equal(followed?.filter((line) => line.startsWith('call ')).length, 40)
    },
  )
})
