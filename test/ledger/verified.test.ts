import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { planeId } from '#domain/name.ts'
import { createVerified, type Verification } from '#ledger/verified.ts'
import { systemClock as clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { silentLog as log } from '#lib/log.ts'
import { openStore } from '#store/open.ts'

const ops = planeId('ops')
const found = (entries: number, problem?: string): Verification => ({
  ...{ at: 1, by: 'person:audrey', entries, ofEntries: entries, checkpoints: 1, ofCheckpoints: 1 },
  ...{ firstAt: 1, lastAt: 1, count: problem === undefined ? 0 : 1 },
  ...(problem !== undefined && { problem }),
})

describe('What a verification found', async () => {
  const store = await openStore({ folder: 'memory', appendDeadlineMs: 2000, clock, log })
  after(() => store.close())
  /** The store, which goes away and comes back. */
  const reach = { isThere: true }
  const plane = (...about: Parameters<typeof store.plane>) => {
    if (reach.isThere) return store.plane(...about)
    throw new Fault('store_unreachable', { detail: 'the store is away' })
  }
  const make = () => createVerified({ store: { plane }, log })

  test('is known to others that share the store, and to whoever starts later', async () => {
    const [one, other] = [make(), make()]
    assert.equal(await other.find(ops), undefined)
    await one.keep(ops, found(5))
    assert.deepEqual(await other.find(ops), found(5))
    await other.keep(ops, found(6, 'entry 6: its text was changed'))
    assert.deepEqual(await one.find(ops), found(6, 'entry 6: its text was changed'))
    assert.deepEqual(await make().find(ops), found(6, 'entry 6: its text was changed'))
    assert.equal(await one.find(planeId('finance')), undefined)
  })

  test('stays told while the store is away, and is in the store once that is back', async () => {
    const [one, other] = [make(), make()]
    await one.keep(ops, found(7))
    reach.isThere = false
    await one.keep(ops, found(8, 'entry 8 is missing'))
    assert.deepEqual(await one.find(ops), found(8, 'entry 8 is missing'))
    reach.isThere = true
    assert.deepEqual(await other.find(ops), found(7))
    await one.find(ops)
    assert.deepEqual(await other.find(ops), found(8, 'entry 8 is missing'))
  })

  test('is looked for by one at a time, of a plane', () => {
    const one = make()
    const end = one.begin(ops)
    assert.throws(() => one.begin(ops), { code: 'conflict' })
    one.begin(planeId('finance'))()
    end()
    one.begin(ops)()
  })
})
