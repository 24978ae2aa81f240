// Needs from Debian: glewlwyd
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { startWatched, watchedServer } from '../gateway/watched.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type Glewlwyd, startGlewlwyd } from '../peers/glewlwyd.ts'
import { exchange, modern } from '../peers/wire.ts'

describe('A real issuer of another house, Glewlwyd', () => {
  let watched: Awaited<ReturnType<typeof startWatched>>
  let house: Glewlwyd
  let gateway: Gateway

  before(async () => {
    watched = await startWatched()
    house = await startGlewlwyd()
    const trusting = JSON.stringify({
      ...{ apiVersion: 'bailiwick/v1', kind: 'Issuer', plane: 'ops', name: 'glewlwyd' },
      ...{ owner: 'identity-team', issuer: house.issuer },
      accessTokens: { agent: { claim: 'client_id' }, user: { claim: 'sub' } },
    })
    gateway = await startGateway({
      documents: documents(
        ...[plane(), consumer(), watchedServer(watched.url), agent('planner'), agent('other')],
        grant('planner', 'planner', [{ server: 'watched' }]),
        trusting,
      ),
    })
    const about = { resource: endpoint(), scope: 'watch.read' }
    await house.addClient('planner', about)
    await house.addClient('stranger', { ...about, scope: 'other.read' })
  })
  after(async () => {
    await gateway?.stop()
    await house?.stop()
    watched?.stop()
  })

  const endpoint = () => `${gateway.origin}/mcp/ops/watched`
  const call = async (token: string, url = endpoint()) => {
    const { headers, body } = modern('tools/call', { name: 'quick' })
    const authorization = `Bearer ${token}`
    const { status } = await exchange(url, { headers: { ...headers, authorization }, body })
    return status
  }
  const reached = () => watched.seen.filter(({ method }) => method === 'tools/call').length

  test('is believed: its keys are found by its metadata, and its client is our agent', async () => {
    const token = await house.token('planner', { resource: endpoint(), scope: 'watch.read' })
    assert.equal(await call(token), 200)
    const { entries } = await gateway.ledger('ops')
    assert.match(JSON.stringify(entries), /"agent":"planner"/)
  })

  test('is believed in what it says and in nothing else', async () => {
    const before = reached()
    const token = await house.token('planner', { resource: endpoint(), scope: 'watch.read' })
    assert.equal(await call(token, `${gateway.origin}/mcp/ops`), 401)
    const stranger = await house.token('stranger', { resource: endpoint(), scope: 'other.read' })
    assert.equal(await call(stranger), 401)
    const [header, payload, signature = ''] = token.split('.')
    const turned = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`
    assert.equal(await call(`${header}.${payload}.${turned}`), 401)
    assert.equal(reached(), before)
  })
})
