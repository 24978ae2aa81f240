import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { about } from '../change/door.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { openWorld, ops, reads, server, tool } from './ground.ts'

let postgres: PostgresServer | undefined
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres?.stop())

const stores = {
  SQLite: async () => undefined,
  PostgreSQL: () => postgres?.createDatabase(),
}
const says = (description: string) => tool('pay', { description })

for (const [engine, open] of Object.entries(stores))
  describe(`the definitions that were ever pinned, on ${engine}`, () => {
    const kept = async (registry: Awaited<ReturnType<typeof openWorld>>['registry']) =>
      (await registry.versions(ops, 'bank', 'pay')).map(({ version, by, definition }) => [
        version,
        by,
        JSON.parse(definition).description,
      ])

    test('are kept, each with since when and by whom, and what is only told is not', async () => {
      const world = await openWorld([server('bank', { tools: reads('pay') })], await open())
      const { registry, change, find } = world
      await registry.observe(ops, 'bank', [says('one'), tool('other')])
      await registry.observe(ops, 'bank', [says('two'), tool('other')])
      assert.deepEqual(await kept(registry), [[1, 'registry', 'one']])
      await registry.release(ops, 'bank', 'pay', about)
      await registry.observe(ops, 'bank', [says('one'), tool('other')])
      await registry.release(ops, 'bank', 'pay', about)
      assert.deepEqual(await kept(registry), [
        [1, 'registry', 'one'],
        [2, about.by, 'two'],
        [3, about.by, 'one'],
      ])
      assert.equal(find('pay')?.version, 3)
      const [first, , third] = await registry.versions(ops, 'bank', 'pay')
      assert.equal(first?.fingerprint, third?.fingerprint)
      assert.equal(third?.revision, change.current().revision)
      assert.ok((third?.at ?? 0) > 0)
      assert.equal((await registry.versions(ops, 'bank')).length, 4)
      assert.equal((await world.reopen()).capabilities(ops)[0]?.version, 1)
    })

    test('are one for what nobody has classified, however often that changes', async () => {
      const { registry } = await openWorld([server('bank')], await open())
      for (const text of ['one', 'two', 'three']) await registry.observe(ops, 'bank', [says(text)])
      assert.deepEqual(await kept(registry), [[1, 'registry', 'three']])
    })

    test('go with their server', async () => {
      const { registry, change } = await openWorld([server('bank')], await open())
      await registry.observe(ops, 'bank', [says('one')])
      await change.remove({ plane: ops, kind: 'Server', name: 'bank' }, about)
      assert.deepEqual(await registry.versions(ops, 'bank'), [])
    })

    test('attack: a server that turns back and forth ten thousand times fills neither store nor revisions', async () => {
      const names = ['pay', 'close']
      const documents = [server('bank', { tools: reads(...names) })]
      const { registry, change, store, find } = await openWorld(documents, await open())
      const turns = [says('one'), says('two')].map((one) => [one, tool('close'), tool('other')])
      for (let n = 0; n < 10_000; n++) await registry.observe(ops, 'bank', turns[n % 2] ?? [])
      const made = change.current().revision
      assert.ok(made <= 12, `${made} revisions`)
      assert.equal((await store.plane(ops).capabilityVersions.list('bank')).length, 3)
      assert.equal(find('pay')?.state, 'held', 'whatever it became')
      assert.equal(find('pay')?.restless, true)
      assert.deepEqual(
        names.slice(1).map((name) => find(name)?.state),
        ['pinned'],
        'the others go on',
      )
    })
  })

describe('what has changed ten times since a person looked at it', () => {
  const restless = async () => {
    const world = await openWorld([server('bank', { tools: reads('pay') })])
    for (let n = 0; n <= 10; n++) await world.registry.observe(ops, 'bank', [says(`${n % 2}`)])
    return world
  }

  test('stays held though its server tells what is pinned, and after a restart', async () => {
    const { find, reopen } = await restless()
    assert.deepEqual(
      [find('pay')?.state, find('pay')?.observed?.definition.description],
      ['held', '0'],
    )
    const again = await reopen()
    assert.equal(again.capabilities(ops)[0]?.state, 'held')
    await again.observe(ops, 'bank', [says('0')])
    assert.equal(again.capabilities(ops)[0]?.state, 'held')
  })

  test('is released as what its server tells now, and held again by the next change', async () => {
    const { registry, find, change } = await restless()
    const { revision } = change.current()
    await registry.observe(ops, 'bank', [says('new')])
    assert.equal(change.current().revision, revision, 'nothing is written')
    assert.equal(find('pay')?.observed?.definition.description, 'new', 'and yet it is shown')
    const fingerprint = find('pay')?.observed?.fingerprint ?? ''
    await registry.release(ops, 'bank', 'pay', about, { fingerprint })
    assert.deepEqual([find('pay')?.state, find('pay')?.restless], ['pinned', undefined])
    assert.equal(find('pay')?.definition.description, 'new')
    await registry.observe(ops, 'bank', [says('1')])
    assert.equal(find('pay')?.state, 'held')
  })

  test('is gone while its server does not tell of it, and then cannot be released', async () => {
    const { registry, find } = await restless()
    await registry.observe(ops, 'bank', [])
    assert.equal(find('pay')?.state, 'absent')
    await assert.rejects(registry.release(ops, 'bank', 'pay', about), { code: 'unknown_name' })
    await registry.observe(ops, 'bank', [says('0')])
    assert.equal(find('pay')?.state, 'held')
  })
})
