import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { Moved } from '#change/change.ts'
import { createChange } from '#change/create-change.ts'
import { suspend } from '#change/suspend.ts'
import { planeId } from '#domain/name.ts'
import { suspensionKey } from '#domain/suspension.ts'
import { Fault } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import type { Store } from '#store/store.ts'
import { joinMembers } from '../../src/membership.ts'
import { createTestClock } from '../store/clock.ts'
import { about } from './door.ts'
import { document, handles, setUp, stillClock, stream } from './setup.ts'

const ops = planeId('ops')
const base = stream(document('Plane', 'name: ops'), document('Consumer', 'name: partner'))
const consumer = (name: string) => document('Consumer', `name: ${name}`)

/** A process that follows the same store, of which one listener fails for as long as it is told to. */
const follower = async (store: Store) => {
  const enter = async () => undefined
  const change = await createChange({ store, clock: stillClock, log: silentLog, enter })
  const told: string[][] = []
  const others: string[][] = []
  const state = { fails: false }
  const namesOf = ({ changes }: Moved) => changes.map(({ name }) => name)
  change.onChange(async (moved) => {
    if (state.fails) throw new Fault('bad_store', { detail: 'away for a moment' })
    told.push(namesOf(moved))
  })
  change.onChange(async (moved) => void others.push(namesOf(moved)))
  return { ...handles(change), told, others, state }
}

const setUpTwo = async (context: TestContext) => {
  const here = await setUp(context)
  await here.apply(base)
  return { here, there: await follower(here.store) }
}

describe('what somebody could not follow', () => {
  test('is told again by the next look, though nothing has come since', async (context) => {
    const { here, there } = await setUpTwo(context)
    await here.apply(consumer('second'), { set: 'b' })
    there.state.fails = true
    await assert.rejects(there.change.follow())
    assert.equal(there.change.isBehind(), true)
    await assert.rejects(there.change.follow())
    there.state.fails = false
    await there.change.follow()
    assert.deepEqual(there.told, [['second']])
    assert.equal(there.change.isBehind(), false)
    await there.change.follow()
    assert.equal(there.told.length, 1)
  })

  test('is told together with what has come since, each name once', async (context) => {
    const { here, there } = await setUpTwo(context)
    await here.apply(consumer('second'), { set: 'b' })
    there.state.fails = true
    await assert.rejects(there.change.follow())
    await here.apply(document('Consumer', 'name: second', 'owner: me'), { set: 'b' })
    await here.apply(consumer('third'), { set: 'c' })
    there.state.fails = false
    await there.change.follow()
    assert.deepEqual(there.told, [['second', 'third']])
  })

  test('is told again after a change of its own too, and the change stands', async (context) => {
    const { there } = await setUpTwo(context)
    there.state.fails = true
    await assert.rejects(there.apply(consumer('second'), { set: 'b' }))
    assert.equal(there.change.isBehind(), true)
    there.state.fails = false
    await there.apply(consumer('third'), { set: 'c' })
    assert.deepEqual(there.told, [['second', 'third']])
    assert.equal(there.change.isBehind(), false)
  })

  test('holds up none of the revisions behind it', async (context) => {
    const { here, there } = await setUpTwo(context)
    for (let n = 0; n < 250; n++) await here.apply(consumer(`c-${n}`), { set: `s-${n}` })
    there.state.fails = true
    await assert.rejects(there.change.follow())
    assert.equal(there.change.current().revision, here.change.current().revision)
    assert.equal(there.others.at(-1)?.at(-1), 'c-249')
  })

  test('makes a process not ready, and is told again each second without anybody’s doing', async (context) => {
    const { here, there } = await setUpTwo(context)
    const clock = createTestClock()
    const { store } = here
    const membership = joinMembers({
      store,
      change: there.change,
      clock,
      log: silentLog,
      address: 'a',
    })
    context.after(() => membership.close())
    const second = async () => {
      clock.advance(1000)
      // The store answers in turns of its own.
      for (let n = 0; n < 50; n++) await new Promise((resolve) => setImmediate(resolve))
    }
    await second()
    assert.deepEqual(membership.problems(), [])
    there.state.fails = true
    await assert.rejects(there.apply(consumer('second'), { set: 'b' }))
    assert.match(membership.problems().join(), /not in force/)
    assert.equal(membership.isCurrent(), true)
    for (let n = 0; n < 12; n++) await second()
    assert.equal(membership.isCurrent(), false, 'decides by what is ten seconds old')
    there.state.fails = false
    for (let n = 0; n < 3; n++) await second()
    assert.deepEqual(there.told, [['second']])
    assert.deepEqual(membership.problems(), [])
    assert.equal(membership.isCurrent(), true)
  })
})

test('a suspension that stands, but could not be read back, is in force with the next look', async (context) => {
  const here = await setUp(context)
  await here.apply(base)
  let isAway = false
  const store: Store = {
    ...here.store,
    plane: (id) => {
      const plane = here.store.plane(id)
      const list = () =>
        isAway ? Promise.reject(new Fault('bad_store')) : plane.suspensions.list()
      return { ...plane, suspensions: { ...plane.suspensions, list } }
    },
  }
  const there = await follower(store)
  isAway = true
  const target = { plane: ops, kind: 'consumer', name: 'partner' } as const
  await assert.rejects(there.change.execute(suspend(target, 'late'), about), /./)
  assert.equal(there.change.isBehind(), true)
  isAway = false
  await there.change.follow()
  const suspensions = there.change.current().planes.get(ops)?.suspensions
  assert.equal(suspensions?.get(suspensionKey('consumer', 'partner'))?.reason, 'late')
  assert.equal(there.change.isBehind(), false)
})
