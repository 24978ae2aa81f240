// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { until } from '../gateway/calling.ts'
import { agent, consumer, document, documents, grant, plane } from '../gateway/plane.ts'
import { assertNowhere } from '../peers/canaries.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, modern } from '../peers/wire.ts'
import { api, operations } from './api.ts'
import { startTickets, type Tickets, ticketsDocument } from './tickets.ts'

const apiKeys = { longest: '90d' }
const day = (daysFromNow: number) =>
  new Date(Date.now() + daysFromNow * 86_400_000).toISOString().slice(0, 10)

describe('An API key opens the REST APIs of its plane, as its client may', () => {
  let tickets: Tickets
  let gateway: Gateway
  let address: string
  const made: string[] = []

  /** The planes, as these say them. */
  const all = (of: { plane?: object; item?: object } = {}): string => {
    const item = (planeName: string, more: object = {}) =>
      JSON.stringify({
        ...JSON.parse(api(tickets.url, ticketsDocument(), more as never)),
        plane: planeName,
      })
    return documents(
      plane('ops', { apiKeys, ...of.plane }),
      consumer(),
      ...['reports', 'other', 'fleeting'].map((name) => agent(name)),
      document('Agent', {
        ...{ plane: 'ops', name: 'shared', owner: 'alice@example.com' },
        consumers: ['workplace-ai', 'partner'],
      }),
      document('Consumer', { plane: 'ops', name: 'partner' }),
      item('ops', {
        operations: { ...operations, createTicket: { class: 'write', scopes: ['tickets.write'] } },
        ...of.item,
      }),
      ...['reports', 'fleeting', 'shared'].map((name) =>
        grant(name, name, [{ api: 'tickets', class: ['read', 'write'] }]),
      ),
      plane('finance', { apiKeys }),
      consumer('finance'),
      agent('reports', 'finance'),
      item('finance'),
      grant('reports', 'reports', [{ api: 'tickets', class: 'read' }], 'finance'),
      plane('closed'),
      consumer('closed'),
      agent('reports', 'closed'),
    )
  }
  const apply = async (text: string) => {
    const { code, stderr } = await gateway.cli(['apply', '-f', '-', '--set', 'test'], text)
    assert.equal(code, 0, stderr)
  }

  before(async () => {
    tickets = await startTickets()
    gateway = await startGateway({ documents: all() })
    address = `${gateway.origin}/rest/ops/tickets`
  })
  after(async () => {
    await gateway?.stop()
    await tickets?.close()
  })
  beforeEach(() => {
    tickets.reached.length = 0
  })

  const cli = async (...args: string[]) => {
    const { code, stdout, stderr } = await gateway.cli([...args, '--json'])
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout)
  }
  const keyOf = async (client: string, ...more: string[]): Promise<{ key: string; id: string }> => {
    const named = more.includes('--plane') ? more : [...more, '--plane', 'ops']
    const { key, id } = await cli('agent', 'key', client, '--until', day(30), ...named)
    made.push(key)
    return { key, id }
  }
  const send = (authorization: string | undefined, path = '/tickets', more: object = {}) =>
    exchange(path.startsWith('http') ? path : address + path, {
      method: 'GET',
      ...more,
      headers: authorization === undefined ? {} : { authorization },
    })
  const call = (key: string, path?: string, more?: object) => send(`Bearer ${key}`, path, more)
  const entries = async (type: string, id?: string) =>
    (await gateway.ledger('ops')).entries.filter(
      (one) => one.type === type && (id === undefined || one.apiKey === id),
    )
  /** A call that has reached the API and is not answered. */
  const begin = async (key: string) => {
    const answer = call(key, '/slow')
    await until(() => tickets.reached.some(({ target }) => target === '/v1/slow'))
    return answer
  }

  test('each call is an entry that names the key, which reaches no API', async () => {
    const { key, id } = await keyOf('reports', '--scope', 'tickets.write', '--label', 'nightly')
    assert.match(key, /^bwk_[0-9a-f]{48}$/)
    assert.match(id, /^key_/)
    assert.equal((await call(key)).status, 200)
    assert.equal((await call(key, '/tickets/42', { method: 'DELETE' })).status, 404)
    const [reached] = tickets.reached
    assert(reached && !JSON.stringify(reached).includes(key))
    const [intent] = await entries('call.intent', id)
    assert.deepEqual(
      [intent?.client, intent?.agent, intent?.user, intent?.era],
      ['reports@workplace-ai', 'reports', undefined, 'rest'],
    )
    assert.equal((await entries('call.refused', id)).length, 1)
    const { stdout } = await gateway.cli(['why', String(intent?.call)])
    assert.match(stdout, new RegExp(`authenticate .* reports@workplace-ai by API key ${id}\n`))
    const [issued] = await entries('api-key.issued', id)
    assert(issued)
    const { revision, by, endsAt } = issued
    assert(Number(revision) > 0)
    assert.match(String(by), /^local:/)
    assert.equal(new Date(Number(endsAt)).toISOString(), `${day(31)}T00:00:00.000Z`)
    assert.deepEqual(
      [issued.client, issued.label, issued.scopes, issued.why],
      ['reports@workplace-ai', 'nightly', ['tickets.write'], ''],
    )
  })

  test('is listed without itself, and needs its consumer where there are several', async () => {
    const { key, id } = await keyOf('shared@partner')
    const listed = await cli('agent', 'keys', 'shared', '--plane', 'ops')
    assert.deepEqual(
      listed.map((one: Record<string, unknown>) => [one.client, one.id, one.state, one.scopes]),
      [['shared@partner', id, 'good', []]],
    )
    assert(!JSON.stringify(listed).includes(key))
    const { stdout } = await gateway.cli(['agent', 'keys'])
    assert(stdout.includes(id) && !stdout.includes(key))
    const unclear = await gateway.cli([
      'agent',
      'key',
      'shared',
      '--until',
      day(3),
      '--plane',
      'ops',
    ])
    assert.equal(unclear.code, 2)
    assert.match(unclear.stderr, /shared@workplace-ai, shared@partner/)
    // The grant is for the other consumer.
    assert.equal((await call(key)).status, 404)
  })

  test('is made only where the plane takes keys, with an end that it allows', async () => {
    for (const [args, says] of [
      [['reports', '--plane', 'ops'], /A key has an end/],
      [['reports', '--plane', 'ops', '--until', 'tomorrow'], /such as 2027-06-30/],
      [['reports', '--plane', 'ops', '--until', day(-2)], /passed already/],
      [['reports', '--plane', 'ops', '--until', day(91)], /ends by/],
      [['reports', '--plane', 'closed', '--until', day(1)], /takes no API keys[\s\S]*longest: 90d/],
      [['reports', '--plane', 'ops', '--until', day(1), '--scope', 'a b'], /scope token/],
    ] as const) {
      const { code, stderr } = await gateway.cli(['agent', 'key', ...args])
      assert.equal(code, 2, stderr)
      assert.match(stderr, says)
    }
  })

  test('attack: a key of another plane, changed by a character, cut or made up is a 401, and nothing is reached', async () => {
    const { key } = await keyOf('reports')
    const finance = await keyOf('reports', '--plane', 'finance')
    const there = `${gateway.origin}/rest/finance/tickets/tickets`
    assert.equal((await call(finance.key, there)).status, 200)
    tickets.reached.length = 0
    const changed = key.slice(0, 10) + (key[10] === '0' ? '1' : '0') + key.slice(11)
    for (const [text, at] of [
      [finance.key, '/tickets'],
      [key, there],
      [changed, '/tickets'],
      [key.slice(0, -1), '/tickets'],
      [`${key}0`, '/tickets'],
      [key.toUpperCase(), '/tickets'],
      [`bwk_${'0'.repeat(48)}`, '/tickets'],
    ] as const) {
      const answer = await call(text, at)
      assert.equal(answer.status, 401, text)
      assert.match(String(answer.headers['www-authenticate']), /error="invalid_token"/)
      assert(!answer.body.includes(text))
    }
    assert.deepEqual(tickets.reached, [])
  })

  test('attack: a key in the query string, or in any other way than as a bearer token, opens nothing', async () => {
    const { key } = await keyOf('reports')
    for (const name of ['access_token', 'api_key', 'key', 'q'])
      assert.equal((await send(undefined, `/tickets?${name}=${key}`)).status, 401)
    assert.equal((await send(undefined, `/tickets/${key}`)).status, 401)
    const basic = Buffer.from(`reports:${key}`).toString('base64')
    for (const authorization of [key, `Basic ${basic}`, `DPoP ${key}`, `ApiKey ${key}`])
      assert.equal((await send(authorization)).status, 401)
    const headers = { 'x-api-key': key }
    assert.equal((await exchange(`${address}/tickets`, { method: 'GET', headers })).status, 401)
    assert.deepEqual(tickets.reached, [])
  })

  test('attack: at MCP endpoints and the registry a key is refused, good or not, and is told why', async () => {
    const { key } = await keyOf('reports')
    const asked = modern('tools/call', { name: 'listTickets' })
    const said = new Set<string>()
    for (const path of ['/mcp/ops', '/mcp/ops/tickets', '/registry/ops/v0.1/servers'])
      for (const text of [key, `bwk_${'0'.repeat(48)}`]) {
        const isMcp = path.startsWith('/mcp')
        const answer = await exchange(gateway.origin + path, {
          ...(isMcp ? { body: asked.body } : { method: 'GET' }),
          headers: { ...(isMcp && asked.headers), authorization: `Bearer ${text}` },
        })
        assert.equal(answer.status, 401)
        if (isMcp) said.add(JSON.parse(answer.body).error.message)
      }
    assert.deepEqual([...said], ['API keys are not taken here; an access token is needed.'])
    const { stdout } = await gateway.cli(['agent', 'secret', 'reports', '--plane', 'ops'])
    const authorization = `Basic ${Buffer.from(`reports:${stdout.trim()}`).toString('base64')}`
    const introspected = await exchange(`${gateway.origin}/oauth/ops/introspect`, {
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      body: `token=${key}`,
    })
    assert.equal(introspected.body, '{"active":false}')
    assert.deepEqual(tickets.reached, [])
  })

  test('attack: with the key of a suspended agent or consumer nothing begins, and what was begun ends', async () => {
    const { key } = await keyOf('reports')
    for (const [what, name] of [
      ['agent', 'reports'],
      ['consumer', 'workplace-ai'],
    ] as const) {
      const begun = begin(key)
      await until(() => tickets.reached.length === 1)
      await cli(what, 'suspend', name, '--plane', 'ops', '--reason', 'a test')
      assert.equal((await begun).status, 403)
      assert.equal((await call(key)).status, 403)
      const fresh = ['agent', 'key', 'reports', '--until', day(3), '--plane', 'ops']
      assert.equal((await gateway.cli(fresh)).code, 3)
      await cli(what, 'resume', name, '--plane', 'ops')
      assert.equal((await call(key)).status, 200)
      tickets.reached.length = 0
    }
  })

  test('attack: with a key that is revoked nothing begins, and what was begun ends; who did it, and why, is an entry', async () => {
    const [gone, stays] = [await keyOf('reports'), await keyOf('reports')]
    const begun = begin(gone.key)
    await until(() => tickets.reached.length === 1)
    const about = ['--plane', 'ops', '--reason', 'left on a laptop']
    const answer = await cli('agent', 'revoke', 'reports', '--key', gone.id, ...about)
    assert.equal(answer.state, 'revoked')
    assert.equal((await begun).status, 403)
    assert.equal((await call(gone.key)).status, 401)
    assert.equal((await call(stays.key)).status, 200)
    const [entry] = await entries('api-key.revoked', gone.id)
    assert.deepEqual(
      [entry?.client, entry?.why, String(entry?.by).startsWith('local:')],
      ['reports@workplace-ai', 'left on a laptop', true],
    )
    await cli('agent', 'revoke', 'reports', ...about)
    assert.equal((await call(stays.key)).status, 401)
    assert.equal((await entries('api-key.revoked', stays.id)).length, 1)
    const unknown = ['agent', 'revoke', 'other', '--key', gone.id, ...about]
    assert.equal((await gateway.cli(unknown)).code, 6)
  })

  test('attack: a key of an agent that went opens nothing for the one made anew', async () => {
    const { key, id } = await keyOf('fleeting')
    assert.equal((await call(key)).status, 200)
    const without = all()
      .split('\n---\n')
      .filter((one) => !one.includes('"fleeting"'))
    await gateway.cli(['apply', '-f', '-', '--set', 'test', '--prune'], documents(...without))
    assert.equal((await call(key)).status, 401)
    await apply(all())
    assert.equal((await call(key)).status, 401)
    assert.equal((await entries('api-key.revoked', id)).length, 1)
  })

  test('attack: what is demanded of tokens no key meets, however young, and nothing is asked of who cannot do better', async () => {
    const { key } = await keyOf('reports')
    for (const require of [{ binding: 'any' }, { acr: 'phr' }, { maxTokenAge: '1h' }]) {
      const begun = begin(key)
      await until(() => tickets.reached.length === 1)
      await apply(all({ item: { require } }))
      assert.equal((await begun).status, 403)
      const answer = await call(key)
      assert.equal(answer.status, 403, answer.body)
      assert.match(answer.body, /An API key is not enough for this/)
      assert.equal(answer.headers['www-authenticate'], undefined)
      await apply(all())
      tickets.reached.length = 0
    }
    await apply(all({ plane: { require: { binding: 'dpop' } } }))
    const answer = await call(key)
    assert.deepEqual([answer.status, tickets.reached.length], [401, 0])
    assert.match(answer.body, /API keys are not taken here/)
    await apply(all())
  })

  test('a scope that it lacks is named, and no challenge sends anybody for a token that cannot be had', async () => {
    const narrow = await keyOf('reports', '--scope', 'tickets.read')
    const create = { method: 'POST', body: { title: 'x' } }
    const answer = await call(narrow.key, '/tickets', create)
    assert.equal(answer.status, 403)
    assert.match(answer.body, /The API key lacks scope: one made with tickets.write is needed/)
    assert.equal(answer.headers['www-authenticate'], undefined)
    const wide = await keyOf('reports', '--scope', 'tickets.write')
    assert.equal((await call(wide.key, '/tickets', create)).status, 201)
  })

  test('a plane that says nothing of keys takes none, from the next call on', async () => {
    const { key } = await keyOf('reports')
    const begun = begin(key)
    await until(() => tickets.reached.length === 1)
    const silent = all().replace('"apiKeys":{"longest":"90d"}', '"title":"Operations"')
    await apply(silent)
    assert.equal((await begun).status, 403)
    const answer = await call(key)
    assert.equal(answer.status, 401)
    assert.match(answer.body, /API keys are not taken here/)
    await apply(all())
    assert.equal((await call(key)).status, 200)
  })

  test('attack: no key stands in a log, an entry, a revision, an error or any file or table', async () => {
    const { key } = await keyOf('reports')
    // Whoever puts one where it does not belong is refused, and is not repeated.
    const misplaced = await gateway.cli(['apply', '-f', '-', '--set', 'x'], agent(key))
    assert.equal(misplaced.code, 2)
    assert.match(misplaced.stderr, /an API key of this gateway/)
    await call(key, `/tickets?q=${'x'.repeat(5)}`)
    const told = [
      misplaced.stderr,
      ...(await Promise.all(
        [['calls', '--json'], ['revisions', '--json'], ['agent', 'keys', '--json'], ['export']].map(
          async (args) => (await gateway.cli(args)).stdout,
        ),
      )),
      gateway.output(),
      JSON.stringify(await gateway.ledger('ops')),
    ]
    const places = told.map((text, n): [string, string] => [`output ${n}`, text])
    const secrets = made.flatMap((one) => [one, one.slice(4, 44)])
    assertNowhere(places, secrets)
    assertNowhere(await gateway.stored(), secrets)
  })
})
