// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { agent, consumer, credential, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, modern } from '../peers/wire.ts'
import { api } from './api.ts'
import { startTickets, type Tickets, ticketsDocument } from './tickets.ts'

describe('The first governed call of a REST API', () => {
  let tickets: Tickets
  let gateway: Gateway
  let address: string
  let token: string

  before(async () => {
    tickets = await startTickets()
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        agent('planner'),
        credential('tickets-key'),
        api(tickets.url, ticketsDocument(), {
          credential: { name: 'tickets-key', header: 'X-Key', format: 'Key {secret}' },
        }),
        grant('planner', 'planner', [{ api: 'tickets', class: ['read', 'write'] }]),
      ),
      secrets: { 'tickets-key': 'the-secret' },
    })
    address = `${gateway.origin}/rest/ops/tickets`
    token = await gateway.token('planner', address)
  })
  after(async () => {
    await gateway?.stop()
    await tickets?.close()
  })
  beforeEach(() => {
    tickets.reached.length = 0
  })

  const call = (method: string, path: string, more: Parameters<typeof exchange>[1] = {}) =>
    exchange(address + path, {
      method,
      ...more,
      headers: { authorization: `Bearer ${token}`, ...more.headers },
    })

  test('reaches the API as it was decided on, with the credential and nothing of the caller', async () => {
    const answer = await call('GET', '/tickets?q=a%26b&line=3', {
      headers: { cookie: 'a=b', 'x-key': 'mine', 'x-forwarded-for': '1.2.3.4' },
    })
    assert.equal(answer.status, 200, answer.body)
    assert.equal(JSON.parse(answer.body)[0].id, '42')
    assert.equal(answer.headers['cache-control'], 'private, max-age=60')
    const [reached, ...others] = tickets.reached
    assert.deepEqual(others, [])
    assert.equal(reached?.target, '/v1/tickets?q=a%26b&line=3')
    assert.equal(reached?.headers['x-key'], 'Key the-secret')
    assert.deepEqual(Object.keys(reached?.headers ?? {}).sort(), [
      'accept',
      'connection',
      'host',
      'user-agent',
      'x-key',
    ])
  })

  test('stands in the ledger as an intent and an outcome', async () => {
    await call('GET', '/tickets/42')
    const { entries, sound } = await gateway.ledger('ops')
    assert.ok(sound)
    const [intent, outcome] = entries.slice(-2) as unknown as Record<string, unknown>[]
    assert.deepEqual(
      [intent?.type, intent?.method, intent?.kind, intent?.server, intent?.name, intent?.grant],
      ['call.intent', 'GET', 'operation', 'tickets', 'getTicket', 'planner'],
    )
    assert.equal(intent?.credential, 'tickets-key#1')
    assert.deepEqual(
      [outcome?.type, outcome?.status, outcome?.code],
      ['call.outcome', 'complete', ''],
    )
  })

  test('carries a body, and gives back of the answer what is its caller’s', async () => {
    const answer = await call('POST', '/tickets', { body: { title: 'x' } })
    assert.equal(answer.status, 201, answer.body)
    assert.equal(tickets.reached[0]?.body, '{"title":"x"}')
    assert.equal(answer.headers.location, `${address}/tickets/42`)
    assert.equal(answer.headers.etag, '"1"')
    for (const name of ['set-cookie', 'link', 'access-control-allow-origin'])
      assert.equal(answer.headers[name], undefined)
  })

  test('HEAD is one operation of its own', async () => {
    const answer = await call('HEAD', '/tickets/42')
    assert.deepEqual([answer.status, answer.body], [200, ''])
    assert.equal(tickets.reached[0]?.method, 'HEAD')
    assert.equal((await call('HEAD', '/tickets')).status, 404)
    assert.equal((await call('OPTIONS', '/tickets')).status, 404)
  })

  test('what the API answers badly is told, and recorded', async () => {
    const answer = await call('GET', '/broken')
    assert.equal(answer.status, 500)
    assert.deepEqual(JSON.parse(answer.body), { error: 'out of paper' })
    const { entries } = await gateway.ledger('ops')
    const outcome = entries.at(-1) as unknown as Record<string, unknown>
    assert.deepEqual([outcome.status, outcome.code], ['tool error', 'http 500'])
  })

  test('a redirect is not followed', async () => {
    const answer = await call('GET', '/moved')
    assert.equal(answer.status, 502)
    assert.equal(tickets.reached.length, 1)
    assert.equal(answer.headers.location, undefined)
  })

  test('its operations are tools as well, called in the same way', async () => {
    const url = `${gateway.origin}/mcp/ops`
    const bearer = await gateway.token('planner', url)
    const ask = async (method: string, params: object = {}) => {
      const { headers, body } = modern(method, params as { name: string })
      const answer = await exchange(url, {
        body,
        headers: { ...headers, authorization: `Bearer ${bearer}` },
      })
      return JSON.parse(answer.body)
    }
    const { result } = await ask('tools/list')
    const names = result.tools.map(({ name }: { name: string }) => name)
    assert.ok(names.includes('tickets__getTicket'), names.join())
    const params = { name: 'tickets__getTicket', arguments: { id: 'a/b' } }
    assert.equal((await ask('tools/call', params)).result.isError, true)
    assert.equal(tickets.reached.length, 0)
    const made = await ask('tools/call', { ...params, arguments: { id: '42?x' } })
    assert.equal(made.result.structuredContent.id, '42', JSON.stringify(made))
    assert.equal(tickets.reached[0]?.target, '/v1/tickets/42%3Fx')
  })
})
