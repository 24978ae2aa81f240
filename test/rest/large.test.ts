import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { stringify } from 'yaml'
import { readOpenApi } from '#rest/openapi/read-openapi.ts'
import { openApiOf } from '#rest/openapi/remembered.ts'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange } from '../peers/wire.ts'
import { api } from './api.ts'
import { startTickets, ticketsDocument } from './tickets.ts'

const text = { type: 'string', description: 'What it is about, and what it does in the end.' }
const parameters = ['id', ...Array.from({ length: 6 }, (_, k) => `q${k}`)].map((name, at) => ({
  ...{ name, in: at === 0 ? 'path' : 'query', required: at === 0, schema: text },
}))
const paths = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `/things${n}/{id}`,
      { get: { operationId: `getThing${n}`, summary: 'A thing.', parameters } },
    ]),
  )

describe('A large OpenAPI document', () => {
  test('is read elsewhere, and comes to the same', async () => {
    for (const write of [
      JSON.stringify,
      (value: object) => stringify(value, { aliasDuplicateObjects: false }),
    ]) {
      const written = write(ticketsDocument(paths(300)))
      const expected = readOpenApi(written)
      let turns = 0
      let isRead = false
      const reading = openApiOf(written, undefined).finally(() => {
        isRead = true
      })
      while (!isRead) {
        turns++
        await new Promise(setImmediate)
      }
      const read = await reading
      assert.ok('operations' in read && 'operations' in expected)
      assert.deepEqual(read.operations, expected.operations)
      assert.deepEqual(read.findings, expected.findings)
      const found = read.routes.find('GET', ['things7', '42'])
      assert.equal('operation' in found && found.operation.name, 'getThing7')
      assert.ok(turns > 100, `others had ${turns} turns`)
    }
  })

  test('is read once where many ask for it at once, and one that is none is refused from there too', async () => {
    const written = JSON.stringify(ticketsDocument(paths(100)))
    const all = await Promise.all([1, 2, 3].map(() => openApiOf(written, undefined)))
    assert.equal(new Set(all).size, 1)
    const broken = await openApiOf(`${written.slice(0, -1)}, "paths": {}}`, undefined)
    assert.match(JSON.stringify(broken), /problems.*not JSON that every reader reads alike/)
    // What is lent in a header is part of the question.
    const other = await openApiOf(written, 'X-Tag')
    assert.notEqual(other, all[0])
  })

  test('holds up no call while it is applied', async () => {
    const tickets = await startTickets()
    let gateway: Gateway | undefined
    try {
      gateway = await startGateway({
        documents: documents(
          plane(),
          consumer(),
          agent('planner'),
          api(tickets.url, ticketsDocument()),
          grant('planner', 'planner', [{ api: 'tickets', class: 'read' }]),
        ),
      })
      const address = `${gateway.origin}/rest/ops/tickets`
      const headers = { authorization: `Bearer ${await gateway.token('planner', address)}` }
      // In YAML a second and more of work, as it comes over the API.
      const yaml = stringify(ticketsDocument(paths(600)), { aliasDuplicateObjects: false })
      assert.ok(yaml.length > 500_000 && yaml.length < 1_000_000, `${yaml.length}`)
      const body = api(tickets.url, yaml, { name: 'things', operations: {} })
      let isApplied = false
      const applied = gateway.cli(['apply', '-f', '-', '--set', 'other'], body).finally(() => {
        isApplied = true
      })
      const begun = performance.now()
      let longest = 0
      while (!isApplied) {
        const called = performance.now()
        const answer = await exchange(`${address}/tickets/42`, { method: 'GET', headers })
        assert.equal(answer.status, 200, answer.body)
        longest = Math.max(longest, performance.now() - called)
      }
      const { code, stderr } = await applied
      assert.equal(code, 0, stderr)
      const share = longest / (performance.now() - begun)
      // Read on the thread that serves, one waits for more than half of it; else for a tenth or so.
      assert.ok(share < 0.45, `one call waited for ${share} of the time that it took`)
    } finally {
      await gateway?.stop()
      await tickets.close()
    }
  })
})
