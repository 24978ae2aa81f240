// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { until } from '../gateway/calling.ts'
import { agent, consumer, credential, documents, grant, plane } from '../gateway/plane.ts'
import { connectV1, connectV2, type Peer } from '../peers/clients.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, legacy } from '../peers/wire.ts'
import { api, operations } from './api.ts'
import { startTickets, type Tickets, ticketsDocument } from './tickets.ts'

describe('A REST call stands on what permits it', () => {
  let tickets: Tickets
  let gateway: Gateway
  let address: string
  const tokens = new Map<string, string>()

  before(async () => {
    tickets = await startTickets()
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        agent('planner'),
        agent('liner'),
        credential('unset-key'),
        api(tickets.url, ticketsDocument(), {
          operations: {
            ...operations,
            listTickets: { class: 'read', index: ['line'] },
            createTicket: { class: 'write', scopes: ['tickets.write'] },
            getTicket: { class: 'read', scopes: ['tickets.read'] },
          },
        }),
        api(tickets.url, ticketsDocument(), {
          name: 'parcels',
          credential: { name: 'unset-key', header: 'X-Key', format: '{secret}' },
        }),
        grant('planner', 'planner', [{ api: ['tickets', 'parcels'], class: ['read', 'write'] }]),
        grant('liner', 'liner', [{ api: 'tickets', operations: ['listTickets'] }], 'ops', {
          when: 'args.line == 3',
        }),
      ),
    })
    address = `${gateway.origin}/rest/ops/tickets`
    for (const name of ['planner', 'liner']) {
      tokens.set(name, await gateway.token(name, address))
      tokens.set(`mcp ${name}`, await gateway.token(name, `${gateway.origin}/mcp/ops`))
    }
  })
  after(async () => {
    await gateway?.stop()
    await tickets?.close()
  })
  beforeEach(() => {
    tickets.reached.length = 0
  })

  const rest = (path: string, token: string | undefined, more: object = {}) =>
    exchange(path.startsWith('http') ? path : address + path, {
      method: 'GET',
      ...more,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })
  const entryOf = async (name: string) => {
    const { entries } = await gateway.ledger('ops')
    return entries.filter((one) => one.name === name || one.type === 'call.outcome').at(-1)
  }

  test('an indexed argument finds it, permitted or refused, beside the same call as a tool', async () => {
    assert.equal((await rest('/tickets?line=3', tokens.get('liner'))).status, 200)
    assert.equal((await rest('/tickets?line=4', tokens.get('liner'))).status, 403)
    const url = `${gateway.origin}/mcp/ops`
    const peer = await connectV1({ url, token: tokens.get('mcp liner') ?? '' })
    assert.equal((await peer.callTool('tickets__listTickets', { line: 4 })).isError, true)
    await peer.close()
    const found = async (...where: string[]) => {
      const asked = ['calls', '--capability', 'tickets/listTickets', ...where, '--json']
      const { code, stdout, stderr } = await gateway.cli(asked)
      assert.equal(code, 0, stderr)
      const { calls = JSON.parse(stdout) } = JSON.parse(stdout)
      return calls.map(({ result, decision }: Record<string, string>) => result ?? decision)
    }
    assert.equal((await found('--where', 'arg.line=3')).length, 1)
    assert.equal((await found('--where', 'arg.line=4')).length, 2)
    assert.equal((await found('--where', 'arg.line=4', '--result', 'denied')).length, 2)
    const wrong = ['calls', '--capability', 'tickets/listTickets', '--where', 'arg.lien=4']
    assert.notEqual((await gateway.cli(wrong)).code, 0)
    assert.equal(tickets.reached.length, 1)
  })

  test('without a token, or with one for something else, it is a 401 that says where to get one', async () => {
    const metadata = `${gateway.origin}/.well-known/oauth-protected-resource/rest/ops/tickets`
    const other = await gateway.token('planner', `${gateway.origin}/rest/ops/parcels`)
    for (const token of [undefined, 'nonsense', tokens.get('mcp planner'), other]) {
      const answer = await rest('/tickets', token)
      assert.equal(answer.status, 401, answer.body)
      assert.ok(
        String(answer.headers['www-authenticate']).includes(`resource_metadata="${metadata}"`),
      )
    }
    assert.equal((await rest(metadata, undefined)).status, 200)
    assert.deepEqual(tickets.reached, [])
  })

  test('with too little scope it is a 403 that names the scope, which another token has', async () => {
    const { stdout } = await gateway.cli(['agent', 'secret', 'planner', '--json'])
    const { secret, client } = JSON.parse(stdout)
    const withScope = async (scope: string) => {
      const form = { grant_type: 'client_credentials', client_id: client, client_secret: secret }
      const answer = await exchange(`${gateway.origin}/oauth/ops/token`, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ...form, resource: address, scope }).toString(),
      })
      assert.equal(answer.status, 200, answer.body)
      return JSON.parse(answer.body).access_token
    }
    const create = { method: 'POST', body: { title: 'x' } }
    const narrow = await rest('/tickets', await withScope('tickets.read'), create)
    assert.equal(narrow.status, 403, narrow.body)
    assert.match(
      String(narrow.headers['www-authenticate']),
      /^Bearer error="insufficient_scope", scope="tickets.write"/,
    )
    assert.equal(JSON.parse(narrow.body).type, `${gateway.origin}/problems/denied`)
    assert.deepEqual(tickets.reached, [])
    const wide = await rest('/tickets', await withScope('tickets.write'), create)
    assert.equal(wide.status, 201, wide.body)
  })

  test('without its credential in the vault it reaches nothing, and the entry says which is missing', async () => {
    const url = `${gateway.origin}/rest/ops/parcels`
    const answer = await rest(`${url}/tickets`, await gateway.token('planner', url))
    assert.equal(answer.status, 502, answer.body)
    const { reason, station, call } = JSON.parse(answer.body)
    assert.deepEqual([reason, station], ['credential', 'credential'])
    assert.match(call, /^cal_/)
    assert.deepEqual(tickets.reached, [])
    const { stdout } = await gateway.cli(['why', call])
    assert.match(stdout, /the credential of parcels is not in the vault/)
  })

  test('a suspension ends it on its way, and its outcome says so', async () => {
    const slow = rest('/slow', tokens.get('planner'))
    await until(() => tickets.reached.length === 1)
    const suspended = await gateway.cli(['agent', 'suspend', 'planner', '--reason', 'it loops'])
    assert.equal(suspended.code, 0, suspended.stderr)
    const answer = await slow
    assert.equal(answer.status, 403, answer.body)
    const outcome = await entryOf('slow')
    assert.deepEqual([outcome?.status, outcome?.code], ['cancelled', 'suspended'])
    assert.equal((await rest('/tickets', tokens.get('planner'))).status, 403)
    await gateway.cli(['agent', 'resume', 'planner'])
    assert.equal((await rest('/tickets', tokens.get('planner'))).status, 200)
  })

  const peers: [name: string, connect: (url: string, token: string) => Promise<Peer>][] = [
    ['the official SDK of 2025-11-25', (url, token) => connectV1({ url, token })],
    ['a client of 2026-07-28', (url, token) => connectV2({ url, token }, { pin: '2026-07-28' })],
  ]
  for (const [name, connect] of peers)
    for (const place of ['ops', 'ops/tickets'])
      test(`${name} finds and calls its operations as tools at /mcp/${place}`, async (t) => {
        const url = `${gateway.origin}/mcp/${place}`
        const prefix = place === 'ops' ? 'tickets__' : ''
        const peer = await connect(url, await gateway.token('planner', url))
        t.after(() => peer.close())
        const listed = (await peer.listTools()).map((one) => one.name)
        assert.ok(listed.includes(`${prefix}getTicket`), listed.join())
        assert.ok(!listed.includes(`${prefix}deleteTicket`))
        const made = await peer.callTool(`${prefix}getTicket`, { id: '42' })
        assert.deepEqual([made.isError, (made.structured as { id: string }).id], [false, '42'])
        const failed = await peer.callTool(`${prefix}broken`)
        assert.deepEqual([failed.isError, /out of paper/.test(failed.text)], [true, true])
        await assert.rejects(peer.callTool(`${prefix}deleteTicket`, { id: '42' }))
        assert.deepEqual(
          tickets.reached.map(({ method, target }) => `${method} ${target}`),
          ['GET /v1/tickets/42', 'GET /v1/broken'],
        )
      })

  test('a client of 2025-06-18 finds and calls its operations as tools', async () => {
    const url = `${gateway.origin}/mcp/ops`
    const headers: Record<string, string> = {
      authorization: `Bearer ${await gateway.token('planner', url)}`,
    }
    const clientInfo = { name: 'wire', version: '1.0.0' }
    const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo }
    const greeted = await exchange(url, { headers, ...legacy('initialize', hello) })
    assert.equal(JSON.parse(greeted.body).result.protocolVersion, '2025-06-18')
    headers['mcp-session-id'] = String(greeted.headers['mcp-session-id'])
    headers['mcp-protocol-version'] = '2025-06-18'
    const notice = { jsonrpc: '2.0', method: 'notifications/initialized' }
    assert.equal((await exchange(url, { headers, body: notice })).status, 202)
    const call = { name: 'tickets__getTicket', arguments: { id: '42' } }
    const made = await exchange(url, { headers, ...legacy('tools/call', call) })
    assert.equal(JSON.parse(made.body).result.structuredContent.id, '42', made.body)
  })

  test('a plane over its budget of entries takes none, says when to come again, and lets others be', async () => {
    const more = { ledger: { entriesPerSecond: 10 } }
    const small = documents(
      plane('small', more),
      consumer('small'),
      agent('planner', 'small'),
      api(tickets.url, ticketsDocument(), { plane: 'small' }),
      grant('planner', 'planner', [{ api: 'tickets', class: 'read' }], 'small'),
    )
    const applied = await gateway.cli(['apply', '-f', '-', '--set', 'small'], small)
    assert.equal(applied.code, 0, applied.stderr)
    const url = `${gateway.origin}/rest/small/tickets`
    const { stdout } = await gateway.cli([
      ...['token', 'planner', '--plane', 'small', '--resource', url, '--json'],
    ])
    const { token } = JSON.parse(stdout)
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => rest(`${url}/tickets/42`, token)),
    )
    const refused = answers.filter(({ status }) => status === 429)
    assert.ok(refused.length >= 30, `${refused.length} refused`)
    for (const { headers } of refused) assert.ok(Number(headers['retry-after']) >= 1)
    assert.equal((await rest('/tickets/42', tokens.get('planner'))).status, 200)
  })

  test('a stop lets it end, and takes no other', async () => {
    const slow = rest('/slow', tokens.get('planner'))
    await until(() => tickets.reached.length === 1)
    process.kill(gateway.pid, 'SIGTERM')
    // Until it has heard the signal it takes what comes; then it says so, or nobody listens any more.
    let refused: Awaited<ReturnType<typeof rest>> | undefined
    await until(async () => {
      refused = await rest('/tickets/42', tokens.get('planner')).catch(() => undefined)
      return refused?.status !== 200
    })
    if (refused) {
      assert.equal(refused.status, 503)
      assert.ok(Number(refused.headers['retry-after']) >= 1)
    }
    tickets.answerSlow()
    assert.equal((await slow).status, 200)
    assert.equal(await gateway.ended, 0)
  })
})
