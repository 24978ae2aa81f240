import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Moved } from '#change/change.ts'
import { createChange } from '#change/create-change.ts'
import { resume, suspend } from '#change/suspend.ts'
import { planeId } from '#domain/name.ts'
import { suspensionKey } from '#domain/suspension.ts'
import { silentLog } from '#lib/log.ts'
import type { Store } from '#store/store.ts'
import { about } from './door.ts'
import { document, handles, setUp, stillClock, stream } from './setup.ts'

const ops = planeId('ops')
const base = stream(
  document('Plane', 'name: ops', 'title: Operations'),
  document('Consumer', 'name: partner', 'owner: somebody'),
)
const partner = (owner: string) =>
  ({ apiVersion: 'bailiwick/v1', kind: 'Consumer', plane: 'ops', name: 'partner', owner }) as const
const target = { plane: ops, kind: 'Consumer', name: 'partner' } as const

/** Another process on the same store. */
const another = async (store: Store) => {
  const enter = async () => undefined
  const change = await createChange({ store, clock: stillClock, log: silentLog, enter })
  return handles(change)
}

const ownerOf = (one: { change: { current(): Moved['policy'] } }) =>
  one.change.current().planes.get(ops)?.consumers.get('partner')?.owner

describe('another process', () => {
  test('follows what this one changed, and tells its own listeners what moved', async (context) => {
    const here = await setUp(context)
    await here.apply(base)
    const there = await another(here.store)
    const told: Moved[] = []
    there.change.onChange(async (moved) => void told.push(moved))
    await here.change.put(partner('anna'), { ...about, summary: 'anna' })
    await here.change.execute(
      suspend({ plane: ops, kind: 'consumer', name: 'partner' }, 'late'),
      about,
    )
    await there.change.follow()
    assert.equal(ownerOf(there), 'anna')
    assert.equal(there.change.current().revision, 3)
    const found = there.change.current().planes.get(ops)?.suspensions
    assert.equal(found?.get(suspensionKey('consumer', 'partner'))?.reason, 'late')
    assert.deepEqual(
      told.map(({ planes, changes }) => [planes, changes.map(({ topic }) => topic)]),
      [[['ops'], ['document', 'suspension']]],
    )
    await there.change.follow()
    assert.equal(told.length, 1)
  })

  test('that has not heard of a change yet makes its own on top of it, losing neither', async (context) => {
    const here = await setUp(context)
    await here.apply(base)
    const there = await another(here.store)
    await here.apply(document('Consumer', 'name: second', 'owner: me'), { set: 'seconds' })
    await there.apply(document('Consumer', 'name: third', 'owner: me'), { set: 'thirds' })
    const names = [...(there.change.current().planes.get(ops)?.consumers.keys() ?? [])]
    assert.deepEqual(names.sort(), ['partner', 'second', 'third'])
    assert.equal(there.change.current().revision, 3)
  })

  test('cannot remove what a change it has not heard of has come to need', async (context) => {
    const here = await setUp(context)
    await here.apply(base)
    const there = await another(here.store)
    const agent = document('Agent', 'name: planner', 'owner: me', 'consumers: [partner]')
    await here.apply(agent, { set: 'agents' })
    await assert.rejects(there.change.remove(target, about), { code: 'bad_documents' })
    assert.equal(there.change.current().revision, 2)
  })

  test('and ten more that change the same at once: every change happens, one after the other', async (context) => {
    const here = await setUp(context)
    await here.apply(base)
    const all = await Promise.all(Array.from({ length: 5 }, () => another(here.store)))
    const puts = all.map(({ apply }, n) =>
      apply(document('Consumer', `name: c${n}`, 'owner: me'), { set: `set${n}` }),
    )
    const revisions = (await Promise.all(puts)).map(({ revision }) => revision)
    assert.deepEqual(revisions.sort(), [2, 3, 4, 5, 6])
    await here.change.follow()
    assert.equal(here.change.current().planes.get(ops)?.consumers.size, 6)
  })
})

describe('two people’s edits', () => {
  test('meet: who looked at an earlier revision is told who changed it, and nothing is lost', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(base)
    const seen = change.revisionOf(target)
    assert.equal(seen, 1)
    await change.put(partner('anna'), { by: 'anna', ifRevision: seen, summary: 'x' })
    const late = change.put(partner('ben'), { by: 'ben', ifRevision: seen, summary: 'x' })
    await assert.rejects(late, { code: 'stale', detail: /changed in revision 2 by anna/ })
    assert.equal(ownerOf({ change }), 'anna')
    await assert.rejects(change.remove(target, { by: 'ben', ifRevision: 1 }), { code: 'stale' })
  })

  test('a document that was to be new is not put over one that came first', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(base)
    const second = change.put(partner('ben'), {
      ...{ by: 'ben', ifRevision: 'absent', summary: 'x' },
    })
    await assert.rejects(second, { code: 'stale' })
  })
})

describe('a command that is sent again with its key', () => {
  test('happens once, also where another process gets it', async (context) => {
    const here = await setUp(context)
    await here.apply(base, { key: 'k-1' })
    const there = await another(here.store)
    const again = await there.apply(base, { key: 'k-1' })
    assert.equal(again.revision, 1)
    await here.change.put(partner('anna'), { ...about, key: 'k-2', summary: 'x' })
    await here.change.put(partner('ben'), { ...about, summary: 'x' })
    // The answer was lost, and the command comes again after somebody else's.
    await there.change.put(partner('anna'), { ...about, key: 'k-2', summary: 'x' })
    assert.equal(ownerOf(there), 'ben')
    assert.equal(there.change.current().revision, 3)
  })

  test('is refused for another command, and for a key that is none', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(base, { key: 'k-1' })
    const other = document('Consumer', 'name: x', 'owner: me')
    await assert.rejects(apply(other, { key: 'k-1' }), { code: 'usage' })
    await assert.rejects(apply(other, { key: 'a\nb' }), { code: 'usage' })
    assert.equal(change.current().revision, 1)
  })
})

describe('restoring a revision', () => {
  test('is a new revision that says what the old one said, sets too', async (context) => {
    const { apply, change, store } = await setUp(context)
    await apply(base)
    const before = change.exportDocuments()
    await change.put(partner('anna'), { ...about, summary: 'x' })
    await apply(document('Consumer', 'name: second', 'owner: me'), { set: 'seconds' })
    await change.put(partner('ben'), { ...about, summary: 'x' })
    const dry = await change.restore(1, { ...about, dryRun: true })
    assert.deepEqual(
      dry.changes.map(({ op, name }) => `${op} ${name}`),
      ['change partner', 'remove second'],
    )
    assert.equal(change.current().revision, 4)
    const { revision } = await change.restore(1, { ...about, why: 'a mistake', dryRun: false })
    assert.equal(revision, 5)
    assert.equal(change.exportDocuments(), before)
    assert.equal(change.current().planes.get(ops)?.sets.get('Consumer/partner'), 'files')
    const made = await store.revisions.find(5)
    assert.equal(made?.summary, 'restored revision 1: 1 changed, 1 removed')
    assert.equal(made?.why, 'a mistake')
    assert.equal((await change.restore(5, { ...about, dryRun: false })).revision, 5)
  })

  test('brings back what was removed, and never goes to before the first', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(base)
    const before = change.exportDocuments()
    await apply('# gone\n', { prune: true })
    assert.equal(change.current().planes.size, 0)
    await change.restore(1, { ...about, dryRun: false })
    assert.equal(change.exportDocuments(), before)
    // Before everything there was nothing: nobody takes all away by a number that was none.
    for (const none of [0, Number.NaN, 1.5])
      await assert.rejects(change.restore(none, { ...about, dryRun: false }), {
        code: 'unknown_name',
      })
  })

  test('of one that never was is refused', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(base)
    await assert.rejects(change.restore(7, { ...about, dryRun: false }), { code: 'unknown_name' })
    await assert.rejects(change.restore(-1, { ...about, dryRun: false }), { code: 'unknown_name' })
  })

  test('takes no suspension back', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(base)
    await change.execute(suspend({ plane: ops, kind: 'plane', name: 'ops' }, 'incident'), about)
    await change.restore(1, { ...about, dryRun: false })
    assert.equal(change.current().planes.get(ops)?.suspensions.size, 1)
  })
})

describe('a suspension', () => {
  const consumer = { plane: ops, kind: 'consumer', name: 'partner' } as const

  test('needs a reason and something to suspend, and is lifted by name alone', async (context) => {
    const { apply, change } = await setUp(context)
    await apply(base)
    await assert.rejects(change.execute(suspend(consumer, ' '), about), { code: 'usage' })
    const nobody = { ...consumer, name: 'nobody' }
    await assert.rejects(change.execute(suspend(nobody, 'x'), about), { code: 'unknown_name' })
    await assert.rejects(change.execute(resume(consumer), about), { code: 'unknown_name' })
    await change.execute(suspend(consumer, 'a loop'), about)
    assert.equal(await change.execute(suspend(consumer, 'a loop'), about), 2)
    const key = suspensionKey('consumer', 'partner')
    assert.deepEqual(change.current().planes.get(ops)?.suspensions.get(key), {
      ...{ kind: 'consumer', name: 'partner', reason: 'a loop', revision: 2 },
      ...{ at: stillClock.now(), by: about.by },
    })
    await change.execute(resume(consumer), about)
    assert.equal(change.current().planes.get(ops)?.suspensions.size, 0)
  })

  test('outlives an apply, and its document; with the plane it goes', async (context) => {
    const { apply, change, store } = await setUp(context)
    await apply(base)
    await change.execute(suspend(consumer, 'a loop'), about)
    await apply(document('Plane', 'name: ops', 'title: Operations'), { prune: true })
    await apply(base)
    assert.equal(change.current().planes.get(ops)?.suspensions.size, 1)
    await apply('# gone\n', { prune: true })
    await apply(base)
    assert.equal(change.current().planes.get(ops)?.suspensions.size, 0)
    assert.deepEqual(await store.plane(ops).suspensions.list(), [])
  })
})

describe('a bad manifest in the middle of a set, or a store that fails half way', () => {
  test('leaves exactly what stood', async (context) => {
    const { apply, change, store } = await setUp(context)
    await apply(base)
    const before = change.exportDocuments()
    const bad = stream(base, document('Grant', 'name: g', 'agent: nobody'), base)
    await assert.rejects(apply(bad), { code: 'bad_documents' })
    const { commit } = store
    store.commit = () => Promise.reject(new Error('the disk is full'))
    await assert.rejects(apply(document('Consumer', 'name: x', 'owner: me'), { set: 'more' }))
    store.commit = commit
    assert.equal(change.exportDocuments(), before)
    assert.equal(await store.revisions.newest(), 1)
  })
})
