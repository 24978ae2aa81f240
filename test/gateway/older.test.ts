// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connectV1, type Peer } from '../peers/clients.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { agent, offersOf, openPlane, plane } from '../peers/plane.ts'
import { everythingCommand, type HttpServer, startEverythingSse } from '../peers/servers.ts'

describe('An agent of 2025-11-25 at a server of 2024-11-05', () => {
  let server: HttpServer
  let gateway: Gateway
  let peer: Peer

  before(async () => {
    server = await startEverythingSse()
    const offers = await offersOf(everythingCommand())
    const documents = openPlane([{ name: 'old', upstream: { url: server.url }, offers }])
    const quota = {
      ...{ apiVersion: 'bailiwick/v1', kind: 'Quota', plane, name: 'sums', per: 'agent' },
      over: [{ server: 'old', tools: ['get-sum'] }],
      allow: { day: 2 },
    }
    gateway = await startGateway({ documents: `${documents}\n---\n${JSON.stringify(quota)}` })
    const url = `${gateway.origin}/mcp/${plane}/old`
    peer = await connectV1({ url, token: await gateway.token(agent, url) })
  })
  after(async () => {
    await peer?.close()
    await gateway?.stop()
    await server?.stop()
  })

  test('calls tools, prompts and resources, limited and recorded like any other', async () => {
    assert.equal((await peer.listTools()).length, 13)
    const sum = () => peer.callTool('get-sum', { a: 2, b: 40 })
    assert.match((await sum()).text, /The sum of 2 and 40 is 42/)
    assert.match((await sum()).text, /42/)
    const limited = await sum().then(
      ({ text, isError }) => (isError ? text : 'it was answered'),
      (error: unknown) => String(error),
    )
    assert.match(limited, /quota|limit/i)
    assert.ok((await peer.listPrompts()).includes('simple-prompt'))
    assert.ok(await peer.getPrompt('simple-prompt', {}))
    const [resource = ''] = await peer.listResources()
    assert.ok(await peer.readResource(resource))

    const { entries, sound } = await gateway.ledger(plane)
    assert.ok(sound)
    const intents = entries.filter(({ type }) => type === 'call.intent')
    assert.deepEqual(
      intents.map(({ method }) => method),
      ['tools/call', 'tools/call', 'prompts/get', 'resources/read'],
    )
    assert.equal(entries.filter(({ type }) => type === 'call.refused').length, 1)
  })
})
