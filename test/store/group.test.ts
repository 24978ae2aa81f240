import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '#lib/fault.ts'
import { createGroupCommit, type GroupAnswer } from '#store/group.ts'
import type { EntryRow } from '#store/store.ts'
import { createTestClock } from './clock.ts'
import { callAt, refusedOf, rowOf } from './entries.ts'

const row = (n: number, payload?: Uint8Array) => rowOf(refusedOf(callAt(n)), payload)
const turn = () => new Promise(setImmediate)

/** A disk that writes a group when it is told to. */
const setUp = () => {
  const clock = createTestClock()
  const groups: {
    rows: readonly EntryRow[]
    done: (answer: GroupAnswer) => void
    fail: (error: Error) => void
  }[] = []
  const group = createGroupCommit({
    plane: 'ops',
    clock,
    deadlineMs: 2000,
    write: (rows) =>
      new Promise((done, fail) => {
        groups.push({ rows, done, fail })
      }),
    probe: async () => {},
    onChange() {},
  })
  const finish = async (index: number) => {
    const one = groups[index]
    one?.done({ leftOut: [] })
    await turn()
  }
  return { clock, groups, group, finish }
}

describe('group commit', () => {
  test('what one turn of the event loop brings is one group', async () => {
    const { groups, group } = setUp()
    for (let n = 0; n < 20; n++) void group.append(row(n))
    await turn()
    assert.deepEqual(
      groups.map(({ rows }) => rows.length),
      [20],
    )
  })

  test('whatever arrives while a group is under way is the next one', async () => {
    const { groups, group, finish } = setUp()
    const first = group.append(row(0))
    await turn()
    const more = Array.from({ length: 99 }, (_, n) => group.append(row(n + 1)))
    await turn()
    assert.equal(groups.length, 1)
    assert.equal(group.waiting, 100)
    await finish(0)
    await first
    assert.equal(groups[1]?.rows.length, 99)
    await finish(1)
    await Promise.all(more)
    assert.equal(group.waiting, 0)
  })

  test('a group is bounded in rows and in bytes, so that no plane holds up the others', async () => {
    const { groups, group, finish } = setUp()
    for (let n = 0; n < 1300; n++) void group.append(row(n))
    await turn()
    for (const index of [0, 1, 2]) await finish(index)
    assert.deepEqual(
      groups.map(({ rows }) => rows.length),
      [512, 512, 276],
    )
    for (let n = 0; n < 5; n++) void group.append(row(n, Buffer.alloc(3_000_000)))
    await turn()
    await finish(3)
    assert.deepEqual(
      groups.slice(3).map(({ rows }) => rows.length),
      [1, 1],
    )
  })

  test('more than can be written in time is refused at once', async () => {
    const { groups, group } = setUp()
    const one = row(0)
    for (let n = 0; n < 65_536; n++) group.append(one).catch(assert.fail)
    await assert.rejects(
      group.append(row(0)),
      (error) => error instanceof Fault && /too many/.test(error.detail ?? ''),
    )
    assert.equal(groups.length, 0)
  })

  test('a failed group fails its own entries only, and the next one is tried', async () => {
    const { groups, group, finish } = setUp()
    const first = group.append(row(0))
    await turn()
    const second = group.append(row(1))
    groups[0]?.fail(new Error('disk full'))
    await assert.rejects(first, (error) => error instanceof Fault && error.code === 'unrecordable')
    assert.equal(group.failing, true)
    await turn()
    await finish(1)
    await second
    assert.equal(group.failing, false)
  })

  test('rows left out are refused, and no others', async () => {
    const { groups, group } = setUp()
    const all = Array.from({ length: 6 }, (_, n) => group.append(row(n)))
    await turn()
    groups[0]?.done({ leftOut: [0, 3] })
    const settled = await Promise.allSettled(all)
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['rejected', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    )
  })
})
