// A client of the newest revision at the reference server of the older ones, through the gateway.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { agent, offersOf, openPlane, plane } from '../peers/plane.ts'
import { type HttpServer, startEverything } from '../peers/servers.ts'

let everything: HttpServer
let gateway: Gateway
before(async () => {
  everything = await startEverything()
  const offers = await offersOf({ url: everything.url })
  // Offered to clients that can be asked.
  const asking = ['trigger-elicitation-request', 'trigger-sampling-request', 'get-roots-list']
  const tools = [...new Set([...offers.tools, ...asking])]
  const upstream = { url: everything.url }
  gateway = await startGateway({
    documents: openPlane([{ name: 'everything', upstream, offers: { ...offers, tools } }]),
  })
})
after(async () => {
  await gateway?.stop()
  await everything?.stop()
})

const connect = async (capabilities: object = {}) => {
  const url = `${gateway.origin}/mcp/${plane}/everything`
  const token = await gateway.token(agent, url)
  const client = new Client(
    { name: 'modern', version: '1' },
    { capabilities, versionNegotiation: { mode: { pin: '2026-07-28' } } },
  )
  const headers = { authorization: `Bearer ${token}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
  )
  return client
}

describe('A pinned client at server-everything', () => {
  test('knows what it is, calls its tools, reads and gets what it has', async (t) => {
    const client = await connect()
    t.after(() => client.close())
    assert.ok(client.getServerCapabilities()?.tools)
    const echoed = await client.callTool({ name: 'echo', arguments: { message: 'hello' } })
    assert.deepEqual(echoed.content, [{ type: 'text', text: 'Echo: hello' }])
    const { resources } = await client.listResources()
    const uri = resources[0]?.uri ?? ''
    const { contents } = await client.readResource({ uri })
    assert.equal(contents[0]?.uri, uri)
    const { messages } = await client.getPrompt({ name: 'simple-prompt' })
    assert.ok(messages.length > 0)
  })

  test('hears progress under its own token', async (t) => {
    const client = await connect()
    t.after(() => client.close())
    const heard: number[] = []
    await client.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 2 } },
      { onprogress: ({ progress }) => heard.push(progress) },
    )
    assert.deepEqual(heard, [1, 2])
  })
})
