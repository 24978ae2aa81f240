import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { agent, bank, consumer, documents, grant, plane } from '../gateway/plane.ts'
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
  const lastAt = (n: number): Arrived => {
    const found = at(n).arrived.findLast(({ claims }) => claims?.call.name !== undefined)
    assert(found)
    return found
  }
  const call = async (name: string, args: object, server = 'bank') => {
    const { headers, body } = modern('tools/call', { name, arguments: args } as { name: string })
    const answer = await exchange(`${gateway.origin}/mcp/ops/${server}`, {
      headers: { ...headers, authorization: `Bearer ${token}` },
      body,
    })
    return JSON.parse(answer.body)
  }

  test('says who calls what, for a minute at most, and the ledger knows it by its id', async () => {
    const { result } = await call('account_balance', { account: 'AT-1' })
    assert(result, 'it is called')
    const { claims } = lastAt(0)
    assert(claims)
    assert.equal(claims.sub, 'planner')
    assert.equal(claims.client_id, 'planner@workplace-ai')
    assert.equal(claims.call.name, 'account_balance')
    assert(claims.exp - claims.iat <= 60)
    const { entries } = await gateway.ledger('ops')
    const intent = entries.findLast(({ type }) => type === 'call.intent')
    assert.equal(intent?.call, claims.jti)
    assert.equal(intent?.run, claims.txn)
    assert.equal(intent?.credential, 'per-call token')
  })
})
