import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { createTestClock } from '../store/clock.ts'
import {
  callOf,
  exchange,
  json,
  listen,
  modernServer,
  type Opened,
  open,
  serverAt,
} from './ground.ts'

type Answers = Partial<
  Record<
    string,
    (
      message: { id?: unknown; params?: Record<string, unknown> },
      response: Parameters<RequestListener>[1],
    ) => void
  >
>

const result =
  (value: unknown): Answers[string] =>
  (message, response) =>
    json(response, 200, { jsonrpc: '2.0', id: message.id, result: value })
const refusal =
  (status: number, code: number, data?: unknown): Answers[string] =>
  (message, response) =>
    json(response, status, {
      jsonrpc: '2.0',
      id: message.id ?? null,
      error: { code, message: 'no', data },
    })
const plain =
  (status: number, type = 'text/html'): Answers[string] =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': type }).end('<html></html>')

const discovered = (supportedVersions: unknown) =>
  result({
    resultType: 'complete',
    supportedVersions,
    capabilities: {},
    ttlMs: 0,
    cacheScope: 'private',
  })
const initialized = (protocolVersion: unknown) => result({ protocolVersion, capabilities: {} })

/** A server that answers each method as the table says now; unknown ones with 202. */
async function tableServer(answers: Answers) {
  const asked: string[] = []
  const { url } = await listen(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const message = (text === '' ? {} : JSON.parse(text)) as { method?: string; id?: unknown }
    asked.push(message.method ?? request.method ?? '')
    const answer = answers[message.method ?? '']
    if (answer) answer(message, response)
    else response.writeHead(202).end()
  })
  return { url, asked, answers }
}

describe('the eras of a server over HTTP', () => {
  const legacy = initialized('2025-11-25')
  const modern = discovered(['2026-07-28'])
  const cases: [string, Answers, { modern: boolean; legacy: string | undefined } | RegExp][] = [
    [
      'both',
      { 'server/discover': modern, initialize: legacy },
      { modern: true, legacy: '2025-11-25' },
    ],
    [
      'an older legacy revision',
      { 'server/discover': refusal(400, -32000), initialize: initialized('2025-03-26') },
      { modern: false, legacy: '2025-03-26' },
    ],
    [
      'modern alone, which refuses the handshake',
      {
        'server/discover': modern,
        initialize: refusal(400, -32022, { supported: ['2026-07-28'] }),
      },
      { modern: true, legacy: undefined },
    ],
    [
      'modern alone, which breaks off at the handshake',
      { 'server/discover': modern, initialize: (_, response) => void response.socket?.destroy() },
      { modern: true, legacy: undefined },
    ],
    [
      'legacy, with a page for what it does not know',
      { 'server/discover': plain(404), initialize: legacy },
      { modern: false, legacy: '2025-11-25' },
    ],
    [
      'legacy, with a page and status 200',
      { 'server/discover': plain(200), initialize: legacy },
      { modern: false, legacy: '2025-11-25' },
    ],
    [
      'legacy, which fails at what it does not know',
      { 'server/discover': plain(500), initialize: legacy },
      { modern: false, legacy: '2025-11-25' },
    ],
    [
      'a revision of the future alone',
      { 'server/discover': discovered(['2027-07-28']), initialize: refusal(400, -32022) },
      /speaks none of our revisions/,
    ],
    [
      'a handshake to a revision nobody knows',
      { 'server/discover': refusal(404, -32601), initialize: initialized('2099-01-01') },
      /speaks none of our revisions/,
    ],
    [
      'a handshake to HTTP+SSE alone',
      { 'server/discover': refusal(404, -32601), initialize: initialized('2024-11-05') },
      /speaks none of our revisions/,
    ],
    [
      'nothing of ours',
      { 'server/discover': plain(404), initialize: plain(404) },
      /speaks none of our revisions \(it answered initialize with status 404\)/,
    ],
    [
      'no era evidence: it refuses us',
      { 'server/discover': plain(401), initialize: legacy },
      /answered 401; it wants a credential, and none is lent to it/,
    ],
    [
      'no era evidence: it fails',
      { 'server/discover': plain(503), initialize: plain(503) },
      /initialize with status 503/,
    ],
    [
      'a discovery without capabilities',
      { 'server/discover': result({ supportedVersions: ['2026-07-28'] }), initialize: legacy },
      { modern: false, legacy: '2025-11-25' },
    ],
  ]
  for (const [name, answers, expected] of cases) {
    test(name, async () => {
      const { url } = await tableServer(answers)
      const { find } = await open([serverAt('peer', { url })])
      const { eras, health } = find('peer')
      if (expected instanceof RegExp) {
        assert.equal(health.state, 'down')
        assert.match(health.detail, expected)
        assert.deepEqual(eras, { modern: false, legacy: undefined })
      } else {
        assert.equal(health.state, 'up', health.detail)
        assert.deepEqual(eras, expected)
      }
    })
  }

  test('are asked with no client capabilities, in the words of each revision', async () => {
    const { received, url } = await modernServer(() => {})
    await open([serverAt('peer', { url })])
    const [discover, initialize] = received
    const meta = discover?.message.params?._meta as Record<string, unknown>
    assert.deepEqual(meta['io.modelcontextprotocol/clientCapabilities'], {})
    assert.equal(meta['io.modelcontextprotocol/protocolVersion'], '2026-07-28')
    const headers = discover?.headers.map((value) => value.toLowerCase()) ?? []
    assert.equal(headers[headers.indexOf('mcp-protocol-version') + 1], '2026-07-28')
    assert.equal(headers[headers.indexOf('mcp-method') + 1], 'server/discover')
    assert.deepEqual(initialize?.message.params?.capabilities, {})
  })

  test('are looked at again: a verdict grows old', async () => {
    const clock = createTestClock()
    const server = await tableServer({
      'server/discover': refusal(400, -32000),
      initialize: legacy,
    })
    const { find } = await open([serverAt('peer', { url: server.url })], { clock })
    assert.deepEqual(find('peer').eras, { modern: false, legacy: '2025-11-25' })
    server.answers['server/discover'] = modern
    clock.advance(2_700_000)
    await until(() => find('peer').eras.modern)
  })

  test('keep standing while the server is away', async () => {
    const clock = createTestClock()
    const server = await tableServer({ 'server/discover': modern, initialize: legacy })
    const { find } = await open([serverAt('peer', { url: server.url })], { clock })
    server.answers['server/discover'] = (_, response) => void response.socket?.destroy()
    clock.advance(2_700_000)
    await until(() => find('peer').health.state === 'down')
    assert.deepEqual(find('peer').eras, { modern: true, legacy: '2025-11-25' })
  })
})

describe('a server that is down', () => {
  test('is asked again after ever longer pauses, and tells when it is back', async () => {
    const clock = createTestClock()
    const server = await tableServer({ 'server/discover': plain(503), initialize: plain(503) })
    const { find } = await open([serverAt('peer', { url: server.url })], { clock })
    let changes = 0
    find('peer').onListChanged(() => {
      changes++
    })
    for (const waitMs of [750, 1500, 3000, 6000, 12_000, 24_000, 45_000, 45_000]) {
      await settled(server.asked)
      const before = server.asked.length
      clock.advance(waitMs - 1)
      await settled(server.asked)
      assert.equal(server.asked.length, before, `it is left alone for ${waitMs} ms`)
      clock.advance(1)
      await until(() => server.asked.length === before + 2)
    }
    server.answers['server/discover'] = discovered(['2026-07-28'])
    await settled(server.asked)
    clock.advance(45_000)
    await until(() => find('peer').health.state === 'up')
    assert.equal(changes, 1)
  })

  test('is noticed by the calls that meet it, and asked once, not for each of them', async () => {
    const clock = createTestClock()
    const handler: { now: RequestListener } = { now: () => {} }
    const server = createServer((request, response) => handler.now(request, response))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    after(() => server.close())
    const { port } = server.address() as AddressInfo
    const good = await modernServer(() => {})
    const state = { url: `http://127.0.0.1:${port}/mcp`, asked: 0 }
    handler.now = async (request, response) => {
      state.asked++
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const answer = await fetch(good.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.concat(chunks),
      })
      json(response, answer.status, await answer.json())
    }
    const { find } = await open([serverAt('peer', { url: state.url })], { clock })
    assert.equal(find('peer').health.state, 'up')
    clock.advance(1000)
    state.asked = 0
    handler.now = (_, response) => {
      state.asked++
      response.socket?.destroy()
    }
    const all = await Promise.all(
      Array.from({ length: 20 }, () => exchange(find('peer'), callOf('any'))),
    )
    for (const heard of all) assert.equal(heard.failure?.code, 'upstream_unreachable')
    await until(() => find('peer').health.state === 'down')
    assert.equal(state.asked, 21)
  })
})

describe('what a server lists', () => {
  const capabilities = { tools: {}, prompts: {}, resources: {} }
  const found = result({
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities,
    ttlMs: 0,
    cacheScope: 'private',
  })
  const nothing: Answers = {
    'server/discover': found,
    initialize: refusal(400, -32022),
    'prompts/list': result({ resultType: 'complete', prompts: [] }),
    'resources/list': result({ resultType: 'complete', resources: [] }),
    'resources/templates/list': refusal(404, -32601),
  }
  const listing = async (
    answers: Answers,
    limits?: Parameters<typeof open>[1],
  ): Promise<Opened> => {
    const { url } = await tableServer({ ...nothing, ...answers })
    return open([serverAt('peer', { url })], limits)
  }

  test('is read page by page, each definition as it came, and only what it announces', async () => {
    const pages = [
      { tools: [{ name: 'a', 'x-own': [1] }], nextCursor: '' },
      { tools: [{ name: 'b' }], nextCursor: 'next' },
      { tools: [{ name: 'c' }] },
    ]
    const cursors: unknown[] = []
    const { find } = await listing({
      'tools/list': (message, response) => {
        cursors.push(message.params?.cursor)
        result({ resultType: 'complete', ...pages[cursors.length - 1] })?.(message, response)
      },
    })
    assert.deepEqual(await find('peer').discover(), [
      { kind: 'tool', definition: { name: 'a', 'x-own': [1] } },
      { kind: 'tool', definition: { name: 'b' } },
      { kind: 'tool', definition: { name: 'c' } },
    ])
    assert.deepEqual(cursors, [undefined, '', 'next'])
  })

  const broken: [string, Answers[string], RegExp][] = [
    ['no list', result({ resultType: 'complete' }), /answered tools\/list without tools/],
    ['a list of something else', result({ tools: [1] }), /something that is no definition/],
    ['a cursor that is no text', result({ tools: [], nextCursor: 1 }), /a cursor that is no text/],
    [
      'a cursor that goes round in a circle',
      result({ tools: [], nextCursor: 'x' }),
      /goes round in a circle/,
    ],
    ['an error', refusal(200, -32603), /answered tools\/list with error -32603/],
    [
      'half a result',
      result({ resultType: 'input_required', tools: [] }),
      /did not answer tools\/list completely/,
    ],
    [
      'a key that occurs twice',
      (message, response) =>
        void response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(`{"jsonrpc":"2.0","id":${message.id},"result":{"tools":[],"tools":[]}}`),
      /something that is not JSON/,
    ],
  ]
  for (const [name, answer, detail] of broken) {
    test(`is nothing at all where it is ${name}`, async () => {
      const { find } = await listing({ 'tools/list': answer })
      await assert.rejects(find('peer').discover(), (fault: { code: string; detail: string }) => {
        assert.equal(fault.code, 'upstream_broken')
        assert.match(fault.detail, detail)
        assert.match(fault.detail, /^peer .*, at http:/)
        return true
      })
    })
  }

  test('is bounded in pages, in definitions and in bytes', async () => {
    let page = 0
    const endless: Answers = {
      'tools/list': (message, response) => {
        page++
        const tools = Array.from({ length: 10 }, (_, i) => ({
          name: `t${page}-${i}`,
          d: 'x'.repeat(100),
        }))
        result({ resultType: 'complete', tools, nextCursor: `${page}` })?.(message, response)
      },
    }
    for (const list of [
      { pages: 5, items: 1e6, bytes: 1e9 },
      { pages: 1e6, items: 50, bytes: 1e9 },
      { pages: 1e6, items: 1e6, bytes: 5000 },
    ]) {
      page = 0
      const { find } = await listing(endless, { limits: { list } })
      await assert.rejects(find('peer').discover(), { code: 'upstream_too_large' })
      assert.ok(page <= 6, `${page} pages were asked for`)
    }
  })
})

async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; looks < 2000; looks++) {
    if (isSo()) return
    await new Promise((done) => setTimeout(done, 5))
  }
  assert.fail('it did not come about')
}

/** Nothing more has come in for a while of turns. */
async function settled(asked: readonly string[]): Promise<void> {
  for (let before = asked.length, turns = 0; turns < 100; turns++) {
    await new Promise((done) => setImmediate(done))
    if (asked.length !== before) turns = 0
    before = asked.length
  }
}
