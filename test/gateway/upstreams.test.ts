// Runs on both stores.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { createCaller } from './caller.ts'
import { agent, consumer, credential, documents, grant, plane } from './plane.ts'

/** A server of the modern era whose every tool fails in its own way. */
const misdeeds: Record<
  string,
  (request: IncomingMessage, response: ServerResponse, id: unknown) => void
> = {
  dies: (request) => void request.socket.destroy(),
  hangs: () => {},
  html: (_, response) =>
    void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello'),
  redirects: (_, response) =>
    void response.writeHead(307, { location: 'http://127.0.0.1:9/sink' }).end(),
  refuses: (_, response) => void response.writeHead(401, { 'www-authenticate': 'Bearer' }).end(),
  floods: (_, response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(`"${'x'.repeat(200_000)}"`),
  lies: (_, response) =>
    answer(response, {
      jsonrpc: '2.0',
      id: 'another',
      result: { resultType: 'complete', content: [] },
    }),
  works: (_, response, id) =>
    answer(response, {
      jsonrpc: '2.0',
      id,
      result: { resultType: 'complete', content: [{ type: 'text', text: 'done' }] },
    }),
}

const answer = (response: ServerResponse, body: object): void => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

describe('Servers that fail', () => {
  let server: Server
  let gateway: Gateway
  let caller: ReturnType<typeof createCaller>
  const secrets: unknown[] = []

  before(async () => {
    server = createServer(async (request, response) => {
      const chunks = await request.toArray().catch(() => [])
      const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString() || '{}')
      const about = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
      if (method === 'server/discover')
        return answer(response, {
          jsonrpc: '2.0',
          id,
          result: { ...about, supportedVersions: ['2026-07-28'], capabilities: { tools: {} } },
        })
      const tools = Object.keys(misdeeds).map((name) => ({ name, inputSchema: { type: 'object' } }))
      if (method === 'tools/list')
        return answer(response, { jsonrpc: '2.0', id, result: { ...about, tools } })
      secrets.push(
        request.headers['x-api-key'],
        request.headers.authorization,
        request.headers.cookie,
      )
      const misdeed = misdeeds[params?.name]
      if (misdeed) return misdeed(request, response, id)
      return response.writeHead(400).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const tools = Object.fromEntries(Object.keys(misdeeds).map((name) => [name, { class: 'read' }]))
    const its = {
      apiVersion: 'bailiwick/v1',
      kind: 'Server',
      plane: 'ops',
      owner: 'o',
      upstream: { url: `http://127.0.0.1:${port}/mcp` },
      tools,
    }
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        agent('planner'),
        credential('key'),
        JSON.stringify({
          ...its,
          name: 'faulty',
          credential: { name: 'key', header: 'X-Api-Key', format: 'key {secret}' },
        }),
        grant('all', 'planner', [{ server: 'faulty' }]),
      ),
      secrets: { key: 'v3ry-s3cret' },
      config: { limits: { firstAnswerTimeoutMs: 400, answerBytes: 100_000 } },
    })
    const url = `${gateway.origin}/mcp/ops/faulty`
    caller = createCaller(url, await gateway.token('planner', url))
  })
  after(async () => {
    caller?.close()
    server?.closeAllConnections()
    server?.close()
    await gateway?.stop()
  })

  const rows = [
    ['dies', 'upstream_unreachable'],
    ['hangs', 'upstream_timeout'],
    ['html', 'upstream_broken'],
    ['redirects', 'upstream_broken'],
    ['refuses', 'upstream_refused'],
    ['floods', 'upstream_too_large'],
    ['lies', 'upstream_broken'],
  ] as const
  for (const [tool, code] of rows)
    test(`one that ${tool} ends in ${code}, told to the caller and recorded once`, async () => {
      const told = await caller.call(tool, {})
      assert.equal(told?.status, 200)
      const { error } = JSON.parse(told.text)
      assert.ok([-31502, -31504].includes(error.code), told.text)
      assert.doesNotMatch(told.text, /v3ry|127\.0\.0\.1/)
      const { entries } = await gateway.ledger('ops')
      const intent = entries.find(({ type, name }) => type === 'call.intent' && name === tool)
      const outcomes = entries.filter(
        ({ type, call }) => type === 'call.outcome' && call === intent?.call,
      )
      assert.deepEqual(
        outcomes.map(({ status, code }) => [status, code]),
        [['failed', code]],
      )
      assert.equal(error.data.call, intent?.call)
    })

  test('what the caller sends in the credential’s header is dropped, and its token never travels on', async () => {
    secrets.length = 0
    const told = await caller.send(
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: {
          name: 'works',
          _meta: {
            'io.modelcontextprotocol/protocolVersion': '2026-07-28',
            'io.modelcontextprotocol/clientCapabilities': {},
          },
        },
      }),
      {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'works',
        'X-API-KEY': 'mine',
        cookie: 'a=b',
      },
    )
    assert.match(told?.text ?? '', /done/)
    assert.deepEqual(secrets, ['key v3ry-s3cret', undefined, undefined])
  })

  test('without its secret the call is not made: no_credential', async () => {
    await gateway.cli(['cred', 'remove', 'key', '--yes'])
    secrets.length = 0
    const told = await caller.call('works', {})
    assert.equal(JSON.parse(told?.text ?? '').error.data.reason, 'credential')
    assert.deepEqual(secrets, [])
  })
})
