import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { about } from '../change/door.ts'
import { listed, openWorld, ops, reads, server, tool } from './ground.ts'

// trust.md §1 row 17: over the whole plane, not within one server alone.
describe('attack: a tool that looks like one of another server', () => {
  const bankAndMail = (mail = {}) =>
    openWorld([server('bank', { tools: reads('search', 'item1') }), server('mail', mail)])

  for (const name of ['Search', 'SEARCH', 'iteml', 'itemI'])
    test(`is not taken in: ${name}`, async () => {
      const { registry, find } = await bankAndMail()
      await registry.observe(ops, 'bank', [tool('search'), tool('item1')])
      const seen = await registry.observe(ops, 'mail', [tool(name), tool('send')])
      assert.deepEqual(seen.added, ['send'])
      assert.match(seen.refused[0]?.problem ?? '', /^it looks like (search|item1) of bank$/)
      assert.equal(find(name), undefined)
      assert.deepEqual(await registry.refused(ops, 'mail'), seen.refused)
    })

  test('is told apart by its server where it has the very same name', async () => {
    const { registry } = await bankAndMail()
    await registry.observe(ops, 'bank', [tool('search')])
    const seen = await registry.observe(ops, 'mail', [tool('search')])
    assert.deepEqual([seen.added, seen.refused], [['search'], []])
  })

  test('is another thing where it is a prompt or a resource', async () => {
    const { registry } = await bankAndMail()
    await registry.observe(ops, 'bank', [tool('search')])
    const uri = (last: string) => listed('resource', { uri: `file:///${last}`, name: 'x' })
    const all = [listed('prompt', { name: 'Search' }), uri('a1'), uri('al')]
    assert.deepEqual((await registry.observe(ops, 'mail', all)).refused, [])
  })

  test('stays where it was there first', async () => {
    const { registry, find } = await bankAndMail()
    await registry.observe(ops, 'mail', [tool('Search')])
    const seen = await registry.observe(ops, 'bank', [tool('other'), tool('item1')])
    assert.deepEqual(seen.refused, [])
    assert.deepEqual((await registry.observe(ops, 'mail', [tool('Search')])).gone, [])
    assert.equal(find('Search')?.state, 'pinned')
  })

  test('keeps no name from another server whose owner has classified it', async () => {
    const { registry, change, find } = await bankAndMail()
    await registry.observe(ops, 'mail', [tool('Search'), tool('Report')])
    const seen = await registry.observe(ops, 'bank', [tool('search'), tool('report')])
    assert.deepEqual(seen.added, ['search'])
    assert.deepEqual(
      seen.refused.map(({ problem }) => problem),
      ['it looks like Report of mail'],
    )
    // And from then on the other one can never be offered to anybody.
    const mail = server('mail', { tools: reads('Search') })
    await assert.rejects(change.put(mail, { ...about, summary: 'x' }), { code: 'bad_documents' })
    assert.equal(find('Search')?.classification, undefined)
  })

  test('comes back only while nothing looks like it', async () => {
    const { registry, find } = await bankAndMail()
    await registry.observe(ops, 'mail', [tool('Search')])
    await registry.observe(ops, 'mail', [])
    await registry.observe(ops, 'bank', [tool('search')])
    await registry.observe(ops, 'mail', [tool('Search')])
    assert.equal(find('Search')?.state, 'absent')
    await registry.observe(ops, 'bank', [])
    await registry.observe(ops, 'mail', [tool('Search')])
    assert.equal(find('Search')?.state, 'pinned')
  })
})

test('ten thousand tools of ten servers are compared with each other when they come, and not again', async () => {
  const names = (of: number) => Array.from({ length: 1000 }, (_, i) => `tool_${of}_${i}`)
  const servers = Array.from({ length: 10 }, (_, of) => `server-${of}`)
  const { registry } = await openWorld(servers.map((name) => server(name)))
  for (const [of, name] of servers.entries())
    assert.equal(
      (
        await registry.observe(
          ops,
          name,
          names(of).map((one) => tool(one)),
        )
      ).refused.length,
      0,
    )
  assert.equal(registry.capabilities(ops).length, 10_000)
  const again = names(3).map((one) => tool(one))
  const seen = await registry.observe(ops, 'server-3', [...again, tool('TOOL_7_999')])
  assert.deepEqual(seen.refused, [
    { name: 'TOOL_7_999', problem: 'it looks like tool_7_999 of server-7' },
  ])
})
