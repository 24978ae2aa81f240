// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, modern } from '../peers/wire.ts'
import { api, operations } from './api.ts'
import { startTickets, type Tickets, ticketsDocument } from './tickets.ts'

const canary = 'cAnArY-title-7f1c'
const all = { class: 'read', record: 'all' }
const marked = {
  class: 'write',
  record: 'all',
  data: ['personal'],
  dataPaths: { arguments: { '$..title': 'personal' }, result: { '$..title': 'personal' } },
}

describe('What is recorded of a call of an API', () => {
  let tickets: Tickets
  let gateway: Gateway
  before(async () => {
    tickets = await startTickets()
    const own = {
      ...operations,
      getTicket: all,
      listTickets: all,
      createTicket: marked,
      large: all,
    }
    gateway = await startGateway({
      documents: documents(
        plane('ops', { ledger: { mask: ['personal'] } }),
        consumer(),
        agent('planner'),
        api(tickets.url, ticketsDocument(), { operations: own }),
        grant('planner', 'planner', [{ api: 'tickets', class: ['read', 'write'] }]),
      ),
    })
  })
  after(async () => {
    await gateway?.stop()
    await tickets?.close()
  })

  const recorded = async () => {
    const { entries } = await gateway.ledger('ops')
    const intent = entries.findLast(({ type }) => type === 'call.intent')
    const outcome = entries.findLast(({ type }) => type === 'call.outcome')
    const { stdout } = await gateway.cli(['why', String(intent?.call), '--recorded', '--json'])
    assert.ok(!stdout.includes(canary))
    const { arguments: given, result } = JSON.parse(stdout).recorded
    return { given, result, outcome }
  }
  const rest = async (method: string, path: string, body?: object) => {
    const address = `${gateway.origin}/rest/ops/tickets`
    const token = await gateway.token('planner', address)
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
    }
    return exchange(address + path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    })
  }

  test('is its arguments by name, and the body as its caller got it', async () => {
    const answer = await rest('GET', '/tickets?q=a&line=3')
    assert.equal(answer.status, 200)
    const { given, result, outcome } = await recorded()
    assert.deepEqual(JSON.parse(given.text), { q: 'a', line: 3 })
    assert.equal(result.text, answer.body)
    assert.equal(outcome?.resultRecorded, answer.body.length)
  })

  test('is, where it is called as a tool, the message that its caller got', async () => {
    const url = `${gateway.origin}/mcp/ops/tickets`
    const token = await gateway.token('planner', url)
    const { headers, body } = modern('tools/call', {
      name: 'listTickets',
      arguments: { q: 'a' },
    } as never)
    const answer = await exchange(url, {
      headers: { ...headers, authorization: `Bearer ${token}` },
      body,
    })
    assert.equal((await recorded()).result.text, answer.body)
  })

  test('is masked in arguments and body', async () => {
    const answer = await rest('POST', '/tickets', { title: canary, line: 3 })
    assert.ok(answer.status < 300, answer.body)
    const { given, result } = await recorded()
    assert.match(given.text, /\[masked\]/)
    assert.match(result.text, /\[masked\]|\[withheld\]|^$/)
  })
})
