// A server of the older era that wants a URL visited before it takes a call (2025-11-25, client/elicitation
// §URL Elicitation Required Error), and clients of both eras, all on the official SDKs.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  ElicitRequestSchema,
  isInitializeRequest,
  UrlElicitationRequiredError,
} from '@modelcontextprotocol/sdk/types.js'
import { agent, consumer, document, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { askingPlane } from './asking-plane.ts'
import { startAskingServer } from './asking-server.ts'
import { connectV1 } from './legacy-client.ts'

/** A till of 2025-11-25: a payment needs a signature at a page, which is visited beside the protocol. */
async function startTill() {
  const signed = new Set<string>()
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const make = (): McpServer => {
    const server = new McpServer({ name: 'till', version: '1.0.0' })
    server.registerTool('pay', { description: 'pay' }, () => {
      if (signed.has('here')) return { content: [{ type: 'text', text: 'paid' }] }
      const elicitationId = randomUUID()
      const url = 'https://till.example/sign'
      throw new UrlElicitationRequiredError([
        { mode: 'url', elicitationId, url, message: 'Sign the payment' },
      ])
    })
    return server
  }
  const listener = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const known = sessions.get(String(request.headers['mcp-session-id']))
    if (known) return known.handleRequest(request, response, body)
    if (!isInitializeRequest(body)) return void response.writeHead(400).end()
    const session = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, session),
    })
    await make().connect(session as Transport)
    await session.handleRequest(request, response, body)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    signed,
    stop() {
      listener.closeAllConnections()
      listener.close()
    },
  }
}

describe('A legacy server that wants a URL visited first', () => {
  let till: Awaited<ReturnType<typeof startTill>>
  let gateway: Gateway
  before(async () => {
    till = await startTill()
    const server = document('Server', {
      ...{ plane: 'ops', name: 'till', owner: 'tests', upstream: { url: till.url } },
      tools: { pay: { class: 'write' } },
    })
    gateway = await startGateway({
      documents: documents(
        ...[plane(), consumer(), agent('planner'), server],
        grant('all', 'planner', [{ server: 'till' }]),
      ),
    })
  })
  after(async () => {
    await gateway?.stop()
    till?.stop()
  })

  const connect = async (path: string, capabilities: object) => {
    const url = `${gateway.origin}/mcp/${path}`
    const authorization = `Bearer ${await gateway.token('planner', url)}`
    const client = new Client(
      { name: 'modern', version: '1' },
      { capabilities, versionNegotiation: { mode: { pin: '2026-07-28' } } },
    )
    const requestInit = { headers: { authorization } }
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }))
    return client
  }

  for (const [path, name] of [
    ['ops/till', 'pay'],
    ['ops', 'till__pay'],
  ] as const)
    test(`a modern client at /mcp/${path} gets a round, visits it, and its call goes out again`, async (t) => {
      till.signed.clear()
      const before = (await gateway.ledger('ops')).entries.length
      const client = await connect(path, { elicitation: { form: {}, url: {} } })
      t.after(() => client.close())
      const asked: unknown[] = []
      client.setRequestHandler('elicitation/create', ({ params }) => {
        asked.push(params)
        till.signed.add('here')
        return { action: 'accept' }
      })
      const { content } = await client.callTool({ name, arguments: {} })
      assert.deepEqual(content, [{ type: 'text', text: 'paid' }])
      // What only the older era has of it does not cross.
      assert.deepEqual(asked, [
        { mode: 'url', message: 'Sign the payment', url: 'https://till.example/sign' },
      ])
      const outcomes = (await gateway.ledger('ops')).entries
        .slice(before)
        .filter(({ type }) => type === 'call.outcome')
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['input required', 'complete'],
      )
    })

  test('a modern client that cannot be sent to a page gets an error, and not the code of the older era', async (t) => {
    till.signed.clear()
    const client = await connect('ops/till', { elicitation: { form: {} } })
    t.after(() => client.close())
    const thrown: { code?: unknown } = await client.callTool({ name: 'pay', arguments: {} }).then(
      () => assert.fail('it was answered'),
      (error: object) => error,
    )
    assert.notEqual(thrown.code, -32042)
    assert.equal(typeof thrown.code, 'number')
  })

  test('a legacy client gets the error as it came', async (t) => {
    till.signed.clear()
    const url = `${gateway.origin}/mcp/ops/till`
    const client = await connectV1({ url, token: await gateway.token('planner', url) })
    t.after(() => client.close())
    const thrown: { code?: unknown; data?: unknown } = await client
      .callTool({ name: 'pay', arguments: {} })
      .then(
        () => assert.fail('it was answered'),
        (error: object) => error,
      )
    assert.equal(thrown.code, -32042)
    assert.partialDeepStrictEqual(thrown.data, {
      elicitations: [{ mode: 'url', url: 'https://till.example/sign' }],
    })
  })
})

describe('A modern server that wants a URL visited', () => {
  let server: Awaited<ReturnType<typeof startAskingServer>>
  let gateway: Gateway
  before(async () => {
    server = await startAskingServer()
    gateway = await startGateway({ documents: askingPlane(server.url) })
  })
  after(async () => {
    await gateway?.stop()
    await server?.stop()
  })

  for (const [path, name] of [
    ['ops/asking', 'link'],
    ['ops', 'asking__link'],
  ] as const)
    test(`a legacy client at /mcp/${path} is sent there for real where it said that it can be, and else told why not`, async (t) => {
      const url = `${gateway.origin}/mcp/${path}`
      const where = { url, token: await gateway.token('planner', url) }
      const able = await connectV1(where, { elicitation: { form: {}, url: {} } })
      t.after(() => able.close())
      const asked: object[] = []
      able.setRequestHandler(ElicitRequestSchema, ({ params }) => {
        asked.push(params)
        return { action: 'accept' as const }
      })
      const signed = await able.callTool({ name, arguments: {} })
      assert.deepEqual(signed.content, [{ type: 'text', text: '{"action":"accept"}' }])
      assert.partialDeepStrictEqual(asked, [{ mode: 'url', url: 'https://example.com/sign' }])
      const unable = await connectV1(where, { elicitation: { form: {} } })
      t.after(() => unable.close())
      const refused = await unable.callTool({ name, arguments: {} })
      assert.equal(refused.isError, true)
      assert.match(JSON.stringify(refused.content), /elicitation\.url/)
    })
})
