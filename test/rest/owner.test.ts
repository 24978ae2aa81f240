// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange } from '../peers/wire.ts'
import { api, operations } from './api.ts'
import { startTickets, type Tickets, ticketsDocument } from './tickets.ts'

const text = { type: 'string' }
/** What is left out, what is offered without something, and what looks like a tool of another server. */
const odd = {
  '/cookies': {
    get: {
      operationId: 'withCookie',
      parameters: [{ name: 'sid', in: 'cookie', required: true, schema: text }],
    },
  },
  '/nameless': { get: { summary: 'It has no\u200b operationId' } },
  '/balance': { get: { operationId: 'account_baIance' } },
  '/patterns': {
    get: {
      operationId: 'byPattern',
      parameters: [{ name: 'q', in: 'query', schema: { type: 'string', pattern: '^(?!x)' } }],
    },
  },
}

describe('The owner of an API', () => {
  let tickets: Tickets
  let gateway: Gateway
  let address: string

  before(async () => {
    tickets = await startTickets()
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        agent('planner'),
        bank(),
        api(tickets.url, ticketsDocument()),
        grant('planner', 'planner', [{ api: 'tickets', class: ['read', 'write'] }]),
      ),
      config: { runners: bankRunner() },
    })
    address = `${gateway.origin}/rest/ops/tickets`
    // The bank's tools were there first.
    const { code, stderr } = await apply(ticketsDocument(odd))
    assert.equal(code, 0, stderr)
  })
  after(async () => {
    await gateway?.stop()
    await tickets?.close()
  })

  const cli = async (...args: string[]) => {
    const { code, stdout, stderr } = await gateway.cli(args)
    assert.equal(code, 0, stderr)
    return stdout
  }
  const asJson = async (...args: string[]) => JSON.parse(await cli(...args, '--json'))
  const apply = (openapi: object, more: Record<string, unknown> = {}) =>
    gateway.cli(['apply', '-f', '-', '--set', 'test'], api(tickets.url, openapi, more))
  const status = async (path: string) => {
    const token = await gateway.token('planner', address)
    const headers = { authorization: `Bearer ${token}` }
    return (await exchange(address + path, { method: 'GET', headers })).status
  }

  test('is told what its document describes and is not offered, and why', async () => {
    const shown = await asJson('server', 'show', 'ops/tickets')
    const left = shown.findings.filter(({ effect }: { effect: string }) => effect === 'left out')
    assert.deepEqual(left.map(({ at }: { at: string }) => at).toSorted(), [
      '/paths/~1cookies/get/parameters/0',
      '/paths/~1nameless/get/operationId',
    ])
    const page = await cli('server', 'show', 'ops/tickets')
    assert.match(page, /^Described and not offered:$/m)
    assert.match(page, /^ {2}\/paths\/~1nameless\/get\/operationId: it has no operationId/m)
    const { planes } = await asJson('status')
    const one = planes[0].servers.find(({ server }: { server: string }) => server === 'tickets')
    assert.deepEqual([one.kind, one.notOffered], ['API', 2])
  })

  test('is told which operations were not taken in: those that look like a tool of another server', async () => {
    const { refused, capabilities } = await asJson('server', 'show', 'ops/tickets')
    assert.deepEqual(refused, [
      { name: 'account_baIance', problem: 'it looks like account_balance of bank' },
    ])
    const names = capabilities.map(({ name }: { name: string }) => name)
    assert.ok(names.includes('byPattern') && !names.includes('account_baIance'))
  })

  test('is told which part of a schema no argument is checked against', async () => {
    const { capabilities } = await asJson('server', 'show', 'ops/tickets')
    const one = capabilities.find(({ name }: { name: string }) => name === 'byPattern')
    assert.match(one.findings[0].says, /no argument is checked against this/)
    assert.match(await cli('server', 'show', 'ops/tickets'), /warning {2}byPattern\/inputSchema/)
  })

  test('is told of conditions over its operations when they are written, by its own document', async () => {
    const wrong = grant(
      'lines',
      'planner',
      [{ api: 'tickets', operations: ['listTickets'] }],
      'ops',
      {
        when: 'args.lien == 3',
      },
    )
    const refused = await gateway.cli(['apply', '-f', '-', '--set', 'other'], wrong)
    assert.equal(refused.code, 2, refused.stdout)
    assert.match(refused.stderr, /lien.*did you mean.*line/s)
    // Also where the operation comes with the same apply.
    const fresh = {
      get: { operationId: 'byColour', parameters: [{ name: 'colour', in: 'query', schema: text }] },
    }
    const both = documents(
      api(tickets.url, ticketsDocument({ ...odd, '/colours': fresh }), {
        operations: { ...operations, byColour: { class: 'read' } },
      }),
      grant('colours', 'planner', [{ api: 'tickets', operations: ['byColour'] }], 'ops', {
        when: 'args.color == "red"',
      }),
    )
    const together = await gateway.cli(['apply', '-f', '-', '--set', 'test', '--dry-run'], both)
    assert.equal(together.code, 2, together.stdout)
    assert.match(together.stderr, /color.*did you mean.*colour/s)
  })

  test('is told of an index of an argument that an operation does not have', async () => {
    const more = { operations: { ...operations, listTickets: { class: 'read', index: ['lien'] } } }
    const { code, stderr } = await apply(ticketsDocument(odd), more)
    assert.equal(code, 2)
    assert.match(stderr, /listTickets has no argument lien.*did you mean line/)
  })

  test('classifies an operation, and asks what was pinned', async () => {
    assert.equal(await status('/patterns'), 404)
    await cli('server', 'classify', 'ops/tickets', 'byPattern', 'read', '--kind', 'operation')
    assert.notEqual(await status('/patterns'), 404)
    const { versions } = await asJson('server', 'versions', 'ops/tickets', 'byPattern')
    assert.deepEqual(
      versions.map(({ kind, version }: { kind: string; version: number }) => [kind, version]),
      [['operation', 1]],
    )
  })

  test('releases what changed, as it was looked at', async () => {
    const changed = ticketsDocument(odd)
    changed.paths['/tickets/{id}'].get.parameters.push({
      ...{ name: 'X-More', in: 'header', required: false, schema: text },
    } as (typeof changed.paths)['/tickets/{id}']['get']['parameters'][number])
    assert.equal((await apply(changed)).code, 0)
    assert.equal(await status('/tickets/42'), 403)
    const page = await cli('server', 'show', 'ops/tickets')
    const command = /(server release ops\/tickets getTicket .*)$/m.exec(page)?.[1] ?? ''
    await cli(...command.split(' '))
    assert.equal(await status('/tickets/42'), 200)
    const { versions, diff } = await asJson('server', 'versions', 'ops/tickets', 'getTicket')
    assert.equal(versions.length, 2)
    assert.ok(JSON.stringify(diff).includes('x-more'))
  })

  test('blocks one operation, and suspends all of it', async () => {
    const kind = ['--kind', 'operation']
    await cli('server', 'block', 'ops/tickets', 'getTicket', ...kind, '--reason', 'it leaks')
    assert.equal(await status('/tickets/42'), 403)
    assert.equal(await status('/tickets'), 200)
    await cli('server', 'unblock', 'ops/tickets', 'getTicket', ...kind)
    assert.equal(await status('/tickets/42'), 200)
    await cli('server', 'suspend', 'ops/tickets', '--reason', 'under repair')
    assert.equal(await status('/tickets'), 403)
    await cli('server', 'resume', 'ops/tickets')
    assert.equal(await status('/tickets'), 200)
  })

  test('brings it through its life', async () => {
    await cli('server', 'retire', 'ops/tickets')
    assert.equal(await status('/tickets'), 404)
    await cli('server', 'publish', 'ops/tickets')
    assert.equal(await status('/tickets'), 200)
  })

  test('sees by its health what its last answer was', async () => {
    const health = async () => {
      const { health } = await asJson('server', 'show', 'ops/tickets')
      return health
    }
    assert.equal(await status('/tickets'), 200)
    assert.equal(await health(), 'Ready')
    assert.equal(await status('/moved'), 502)
    assert.equal(await health(), 'Answer not usable')
    await tickets.close()
    assert.equal(await status('/tickets'), 502)
    assert.equal(await health(), 'Unreachable (network)')
  })
})
