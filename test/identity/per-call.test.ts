import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { agent, bank, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { connectV1 } from '../peers/clients.ts'
import { type Gateway, settled, startGateway } from '../peers/gateway.ts'
import { type HttpServer, startBank, startEverything } from '../peers/servers.ts'
import { type Arrived, type Sidecar, startSidecar } from '../peers/sidecar.ts'
import { exchange, modern } from '../peers/wire.ts'
import { api } from '../rest/api.ts'
import { startTickets, type Tickets, ticketsDocument } from '../rest/tickets.ts'

const perCall = { credential: { perCall: true } }

describe('A token per call', () => {
  let gateway: Gateway
  let tickets: Tickets
  let everything: HttpServer
  let core: HttpServer
  /** In front of the bank, of another bank, of a server of the older revisions, and of an API. */
  const sidecars: Sidecar[] = []
  let token = ''

  before(async () => {
    core = await startBank()
    everything = await startEverything()
    tickets = await startTickets()
    for (const url of [core.url, core.url, everything.url, tickets.url])
      sidecars.push(await startSidecar(new URL(url).origin, new URL(url).pathname))
    const url = (at: number, path = '/mcp') => ({ url: `${sidecars[at]?.origin}${path}` })
    gateway = await startGateway({})
    for (const one of sidecars) one.trust(`${gateway.origin}/oauth/ops/calls`)
    const applied = await gateway.cli(
      ['apply', '-f', '-', '--set', 'test'],
      documents(
        plane(),
        consumer(),
        agent('planner'),
        bank({ upstream: url(0), ...perCall }),
        bank({ name: 'other', upstream: url(1), ...perCall }),
        bank({
          name: 'everything',
          upstream: url(2),
          ...perCall,
          tools: { echo: { class: 'read', scopes: ['echo.read'] } },
        }),
        api(url(3, '/v1').url, ticketsDocument(), perCall),
        grant('all', 'planner', [
          { server: 'bank' },
          { server: 'other' },
          { server: 'everything' },
          { api: 'tickets' },
        ]),
      ),
    )
    assert.equal(applied.code, 0, applied.stderr)
    await settled(gateway)
    token = await gateway.token('planner', `${gateway.origin}/mcp/ops`)
  })
  after(async () => {
    await gateway?.stop()
    for (const one of sidecars) await one.stop()
    await core?.stop()
    await everything?.stop()
    await tickets?.close()
  })

  const at = (n: number): Sidecar => {
    const found = sidecars[n]
    assert(found)
    return found
  }
  const call = async (name: string, args: object, endpoint = '/bank') => {
    const { headers, body } = modern('tools/call', { name, arguments: args } as { name: string })
    const answer = await exchange(`${gateway.origin}/mcp/ops${endpoint}`, {
      headers: { ...headers, authorization: `Bearer ${token}` },
      body,
    })
    return JSON.parse(answer.body)
  }
  const taken = (n: number) => at(n).arrived.flatMap(({ claims }) => claims ?? [])
  const said = (n: number) => taken(n).findLast(({ call }) => call.name !== undefined)

  /** A request with a token that nobody has used. */
  const steal = async (): Promise<Arrived> => {
    at(0).intercept(true)
    await call('account_balance', { account: 'acc-1001' })
    at(0).intercept(false)
    const stolen = at(0).arrived.findLast(({ refused }) => refused === 'intercepted')
    assert(stolen)
    return stolen
  }
  const send = async (n: number, { method, target, headers, body }: Arrived): Promise<string> => {
    const kept = Object.entries(headers).filter(
      ([name]) => !/^(host|content-length|connection)$/.test(name),
    )
    const answer = await exchange(at(n).origin + target, {
      method,
      headers: Object.fromEntries(kept) as Record<string, string>,
      body: body.toString(),
    })
    return answer.status === 401 ? JSON.parse(answer.body).refused : `answered ${answer.status}`
  }

  test('says who calls what, for a minute at most, and the ledger knows it by its id', async () => {
    const { result } = await call('account_balance', { account: 'acc-1001' })
    assert(result)
    const claims = said(0)
    assert(claims)
    assert.deepEqual(
      [claims.sub, claims.client_id, claims.call.name, claims.call.kind, claims.call.method],
      ['planner', 'planner@workplace-ai', 'account_balance', 'tool', 'tools/call'],
    )
    assert(claims.exp - claims.iat <= 60)
    const { entries } = await gateway.ledger('ops')
    const intent = entries.findLast(({ type }) => type === 'call.intent')
    assert.deepEqual(
      [intent?.call, intent?.run, intent?.credential],
      [claims.jti, claims.txn, 'per-call token'],
    )
  })

  test('names the capability as its server knows it, and the scopes that it takes', async () => {
    await call('bank__rates_today', {}, '')
    assert.equal(said(0)?.call.name, 'rates_today')
    const peer = await connectV1({ url: `${gateway.origin}/mcp/ops/everything`, token })
    assert.match(JSON.stringify(await peer.callTool('echo', { message: 'hi' })), /hi/)
    await peer.close()
    assert.deepEqual([said(2)?.call.name, said(2)?.scope], ['echo', 'echo.read'])
  })

  test('goes to an API as well, for one request of it', async () => {
    const bearer = {
      authorization: `Bearer ${await gateway.token('planner', `${gateway.origin}/rest/ops/tickets`)}`,
    }
    const read = await exchange(`${gateway.origin}/rest/ops/tickets/tickets?line=3`, {
      method: 'GET',
      headers: bearer,
    })
    assert.equal(read.status, 200, read.body)
    const { call: its } = said(3) ?? {}
    assert.deepEqual(
      [its?.name, its?.http, its?.target],
      ['listTickets', 'GET', '/v1/tickets?line=3'],
    )
    assert((await call('createTicket', { body: { title: 'x' } }, '/tickets')).result)
    assert.deepEqual([said(3)?.call.name, said(3)?.call.http], ['createTicket', 'POST'])
  })

  test('is another one for each request; what the gateway asks itself is in its own name', () => {
    const all = [0, 1, 2, 3].flatMap(taken)
    assert.equal(new Set(all.map(({ jti }) => jti)).size, all.length)
    const own = taken(0).filter(({ call }) => call.method === 'tools/list')
    assert(own.length > 0)
    const issuer = `${gateway.origin}/oauth/ops/calls`
    for (const { sub, client_id, call } of own)
      assert.deepEqual([sub, client_id, call.name], [issuer, issuer, undefined])
    for (const one of sidecars)
      assert.deepEqual(
        one.arrived.flatMap(({ refused }) => refused ?? []),
        [],
      )
  })

  test('no server ever sees the token of the caller', () => {
    for (const { headers, body } of sidecars.flatMap(({ arrived }) => arrived))
      assert(!(JSON.stringify(headers) + body).includes(token.slice(-40)))
  })

  test('attack: it is good for no other request, at no other server, and once', async () => {
    const stolen = await steal()
    const with_ = (more: Partial<Arrived>): Arrived => ({ ...stolen, ...more })
    const other = Buffer.from(stolen.body.toString().replace('acc-1001', 'acc-1002'))
    assert.equal(await send(0, with_({ body: other })), 'other arguments')
    const tool = Buffer.from(stolen.body.toString().replace('account_balance', 'account_close'))
    assert.equal(await send(0, with_({ body: tool })), 'other arguments')
    assert.equal(await send(0, with_({ target: '/mcp?x=1' })), 'another request')
    assert.match(await send(1, stolen), /unexpected "aud"/)
    assert.equal(await send(0, stolen), 'answered 200')
    assert.equal(await send(0, stolen), 'used before')
  })

  test('attack: a minute later it is good for nothing', async () => {
    const stolen = await steal()
    at(0).ahead(61_000)
    assert.match(await send(0, stolen), /"exp" claim|"iat" claim/)
    at(0).ahead(0)
    assert.equal(await send(0, stolen), 'answered 200')
  })

  test('attack: neither passes as the other, the token of a caller and the one of a call', async () => {
    const stolen = await steal()
    const withToken = {
      ...stolen,
      headers: { ...stolen.headers, authorization: `Bearer ${token}` },
    }
    assert.match(await send(0, withToken), /no applicable key|typ/)
    const { headers, body } = modern('tools/list')
    const list = (authorization: string) =>
      exchange(`${gateway.origin}/mcp/ops`, { headers: { ...headers, authorization }, body })
    assert.equal((await list(`Bearer ${token}`)).status, 200)
    assert.equal((await list(String(stolen.headers.authorization))).status, 401)
    const keysAt = async (path: string) => {
      const answer = await fetch(`${gateway.origin}/oauth/ops${path}`)
      return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
    }
    const [own, calls] = [await keysAt('/jwks'), await keysAt('/calls/jwks')]
    assert.deepEqual([own.length, calls.length], [1, 1])
    assert.notDeepEqual(own, calls)
  })

  test('is refused where it could not be kept: to a program, and beside another at one address', async () => {
    const apply = (document: string) => gateway.cli(['apply', '-f', '-', '--set', 'more'], document)
    const program = await apply(bank({ name: 'program', ...perCall }))
    assert.match(program.stderr, /is sent to a url alone/)
    const upstream = { url: `${at(0).origin}/mcp` }
    const beside = await apply(bank({ name: 'beside', upstream, ...perCall }))
    assert.match(beside.stderr, /bank is at the same address/)
    assert.equal((await apply(bank({ name: 'beside', upstream }))).code, 0)
  })
})
