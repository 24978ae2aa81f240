import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { listed, openWorld, ops, reads, server, tool } from './ground.ts'

let postgres: PostgresServer | undefined
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres?.stop())

const stores = {
  SQLite: async () => undefined,
  PostgreSQL: () => postgres?.createDatabase(),
}
const nul = '\u0000'
const [high, low] = ['\ud83d', '\ude00']

/** Each is odd in one place, and all are listed beside one that is not. */
const odd = [
  listed('template', { uriTemplate: `bank://${nul}/{id}`, name: 'One' }),
  listed('template', { uriTemplate: `bank://${high}/{id}`, name: 'Two' }),
  listed('resource', { uri: `bank://terms${nul}`, name: 'Terms' }),
  tool(`pay${low}`),
  tool('text', { description: `Pays.${nul}` }),
  tool('half', { description: `Pays ${high}.` }),
  tool('member', { _meta: { [`a${low}`]: 1 } }),
  tool('deep', { inputSchema: { type: 'object', properties: { [`${nul}x`]: {} } } }),
]

for (const [engine, open] of Object.entries(stores))
  test(`attack: what a store cannot hold keeps nothing else of its server away, on ${engine}`, async () => {
    const documents = [server('bank', { tools: reads('balance', 'spelled') })]
    const { registry, find, reopen } = await openWorld(documents, await open())
    const spelled = { description: `Says \\u0000, \\ud83d and ${high}${low}.` }
    const all = [...odd, tool('balance'), tool('spelled', spelled)]
    const { added, refused } = await registry.observe(ops, 'bank', all)
    assert.deepEqual([...added].sort(), ['balance', 'spelled'])
    assert.equal(refused.length, odd.length)
    for (const { name, problem } of refused) {
      assert.match(problem, /a character that no store keeps/)
      assert.match(name, /^[\x20-\x7e‹›]+$/)
    }
    assert.equal(find('balance')?.state, 'pinned')
    const kept = (await reopen()).capabilities(ops).find(({ name }) => name === 'spelled')
    assert.deepEqual(kept?.definition, tool('spelled', spelled).definition)
  })
