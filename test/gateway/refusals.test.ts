// Runs on both stores.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type FaultCode, faults } from '#lib/fault.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, legacy, modern } from '../peers/wire.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane, quota } from './plane.ts'

/** One thing that must not get through: what is sent, and what comes back. */
interface Row {
  readonly name: string
  /** The fault or refusal that it shows. */
  readonly shows: FaultCode | 'unknown' | 'held' | 'limited' | 'scope' | 'era' | 'protocol'
  send(): Promise<{ status: number; text: string }>
  readonly status: number
  readonly code?: number
}

/** Codes that this table does not reach over HTTP, and the test that does. */
const elsewhere: Partial<Record<FaultCode, string>> = {
  body_too_slow: 'test/gateway/slow.test.ts',
  flood: 'test/gateway/flood.test.ts',
  unrecordable: 'test/system/unrecordable.test.ts',
  uncounted: 'test/quota/shared-windows.test.ts',
  stale: 'test/change/revisions.test.ts',
  starting: 'test/processes/starting.test.ts',
  unconfirmed: 'src/gateway/steps.test.ts',
  draining: 'test/gateway/slow.test.ts',
  unproven: 'test/senders/proofs.test.ts',
  bad_proof: 'test/senders/proofs.test.ts',
  new_nonce: 'test/senders/proofs.test.ts',
  internal: 'src/gateway/answer.test.ts',
  upstream_unreachable: 'test/gateway/upstreams.test.ts',
  upstream_timeout: 'test/gateway/upstreams.test.ts',
  upstream_broken: 'test/gateway/upstreams.test.ts',
  upstream_too_large: 'test/gateway/upstreams.test.ts',
  upstream_refused: 'test/gateway/upstreams.test.ts',
  no_credential: 'test/gateway/upstreams.test.ts',
  store_unreachable: 'test/store/lost.test.ts',
  suspended: 'test/gateway/suspension.test.ts',
  revoked: 'test/gateway/suspension.test.ts',
}

describe('What is refused, and that it changes nothing', () => {
  const journal = join(tmpdir(), `bailiwick-journal-${process.pid}`)
  let gateway: Gateway
  let origin: string
  let url: string
  let token: string
  let scoped: string
  let session: string

  before(async () => {
    gateway = await startGateway({
      documents: documents(
        plane(),
        plane('finance'),
        consumer(),
        consumer('finance'),
        agent('planner'),
        agent('stranger'),
        agent('planner', 'finance'),
        bank(),
        grant('planner', 'planner', [
          { server: 'bank', tools: ['rates_today', 'whoami', 'accounts_list', 'report_build'] },
        ]),
        quota('none', [{ server: 'bank', tools: ['accounts_list'] }], { day: 1 }),
      ),
      config: { runners: bankRunner({ BANK_JOURNAL: journal }), limits: { bodyBytes: 100_000 } },
    })
    origin = gateway.origin
    url = `${origin}/mcp/ops/bank`
    token = await gateway.token('planner', url)
    scoped = await gateway.token('planner', `${origin}/mcp/ops`)
    session = await openSession(token)
  })
  after(() => gateway?.stop())

  const openSession = async (bearer: string) => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    }
    const answer = await exchange(url, {
      ...legacy('initialize', params),
      headers: { authorization: `Bearer ${bearer}` },
    })
    return String(answer.headers['mcp-session-id'])
  }
  const post = async (about: {
    path?: string
    headers?: Record<string, string>
    body?: string | object
    method?: string
    bearer?: string
  }) => {
    const { path = '/mcp/ops/bank', headers = {}, body, method = 'POST', bearer = token } = about
    const answer = await exchange(origin + path, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: { authorization: `Bearer ${bearer}`, ...headers },
    })
    return { status: answer.status, text: answer.body }
  }
  const call = (name: string, more: Parameters<typeof post>[0] = {}) => {
    const { headers, body } = modern('tools/call', { name, arguments: { ref: 'x' } } as {
      name: string
    })
    return post({ body, ...more, headers: { ...headers, ...more.headers } })
  }
  const changed = (change: (body: ReturnType<typeof modern>['body']) => unknown) => {
    const { headers, body } = modern('tools/call', { name: 'rates_today' })
    return post({ headers, body: (change(body) ?? body) as object })
  }
  /** Bytes as they stand, over a bare socket: what no client library would send. */
  const raw = (lines: string[], body = '') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const { hostname, port } = new URL(origin)
      const socket = connect(Number(port), hostname, () =>
        socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`),
      )
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('error', reject)
      socket.on('close', () =>
        resolve({
          status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]),
          text: text.slice(text.indexOf('\r\n\r\n') + 4),
        }),
      )
    })
  const head = (target: string, ...more: string[]) => [
    `POST ${target} HTTP/1.1`,
    `Host: ${new URL(origin).host}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    'Content-Length: 2',
    'Connection: close',
    ...more,
  ]

  const rows: Row[] = [
    // The head.
    {
      name: 'an absolute target',
      shows: 'bad_target',
      send: () => raw(head('http://evil.example/mcp/ops/bank'), '{}'),
      status: 400,
    },
    {
      name: 'dot segments',
      shows: 'bad_target',
      send: () => raw(head('/mcp/ops/../ops/bank'), '{}'),
      status: 400,
    },
    {
      name: 'an escaped slash',
      shows: 'bad_target',
      send: () => raw(head('/mcp%2fops/bank'), '{}'),
      status: 400,
    },
    {
      name: 'two Authorization headers',
      shows: 'bad_header',
      send: () => raw(head('/mcp/ops/bank', 'authorization: Bearer x'), '{}'),
      status: 400,
    },
    {
      name: 'two Mcp-Name headers',
      shows: 'bad_header',
      send: () => raw(head('/mcp/ops/bank', 'Mcp-Name: a', 'mcp-name: b'), '{}'),
      status: 400,
    },
    {
      name: 'two Host headers',
      shows: 'bad_header',
      send: () => raw(head('/mcp/ops/bank', 'Host: evil.example'), '{}'),
      status: 400,
    },
    {
      name: 'a foreign Host',
      shows: 'bad_host',
      send: () => post({ headers: { host: 'evil.example' }, body: {} }),
      status: 403,
    },
    {
      name: 'a foreign Origin',
      shows: 'bad_origin',
      send: () => post({ headers: { origin: 'http://evil.example' }, body: {} }),
      status: 403,
    },
    {
      name: 'a form’s content type',
      shows: 'bad_media_type',
      send: () => post({ headers: { 'content-type': 'text/plain' }, body: '{}' }),
      status: 415,
    },
    {
      name: 'a compressed body',
      shows: 'bad_media_type',
      send: () => post({ headers: { 'content-encoding': 'gzip' }, body: '{}' }),
      status: 415,
    },
    {
      name: 'an Accept without events',
      shows: 'not_acceptable',
      send: () => post({ headers: { accept: 'application/json' }, body: {} }),
      status: 406,
    },
    {
      name: 'PUT',
      shows: 'method_not_allowed',
      send: () => post({ method: 'PUT', body: {} }),
      status: 405,
    },
    {
      name: 'an unknown plane',
      shows: 'not_found',
      send: () => call('rates_today', { path: '/mcp/nosuch' }),
      status: 404,
    },
    {
      name: 'a name that none can have',
      shows: 'not_found',
      send: () => call('rates_today', { path: '/mcp/ops/UPPER' }),
      status: 404,
    },
    {
      name: 'a second request before the first is answered',
      shows: 'pipelined',
      status: 200,
      send: async () => {
        const { headers, body } = modern('tools/list')
        const text = JSON.stringify(body)
        const lines = (close: string[]) => [
          ...head('/mcp/ops/bank').filter((line) => !/^(Content-Length|Connection)/.test(line)),
          `Content-Length: ${text.length}`,
          ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
          ...close,
        ]
        const both = await raw(
          [...lines([]), '', text + lines(['Connection: close']).join('\r\n')],
          text,
        )
        assert.match(both.text, /before the first was answered/)
        return both
      },
    },
    // Who calls.
    {
      name: 'no token',
      shows: 'no_token',
      send: async () => ({ ...(await exchange(url, modern('tools/list'))), text: '' }),
      status: 401,
    },
    {
      name: 'a token that is none',
      shows: 'bad_token',
      send: () => call('rates_today', { bearer: 'abc' }),
      status: 401,
    },
    {
      name: 'a token in the query',
      shows: 'no_token',
      send: async () => ({
        ...(await exchange(`${url}?access_token=${token}`, modern('tools/list'))),
        text: '',
      }),
      status: 401,
    },
    {
      name: 'a token for one server at the plane’s endpoint',
      shows: 'bad_token',
      send: () => call('bank__rates_today', { path: '/mcp/ops' }),
      status: 401,
    },
    {
      name: 'a token of this plane in another',
      shows: 'bad_token',
      send: () => call('rates_today', { path: '/mcp/finance' }),
      status: 401,
    },
    {
      name: 'a token with one character changed',
      shows: 'bad_token',
      send: () =>
        call('rates_today', {
          bearer: token.slice(0, -2) + (token.at(-2) === 'A' ? 'B' : 'A') + token.at(-1),
        }),
      status: 401,
    },
    {
      name: 'an API key at an MCP endpoint',
      shows: 'api_key',
      send: () => call('rates_today', { bearer: `bwk_${'0'.repeat(48)}` }),
      status: 401,
    },
    // The body.
    {
      name: 'a body that is too large',
      shows: 'body_too_large',
      send: () => post({ body: `"${'x'.repeat(100_001)}"` }),
      status: 413,
    },
    {
      name: 'no JSON',
      shows: 'bad_json',
      send: () => post({ body: '{' }),
      status: 400,
      code: -32700,
    },
    {
      name: 'a duplicate key',
      shows: 'bad_json',
      send: () => post({ body: '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}' }),
      status: 400,
      code: -32700,
    },
    {
      name: 'a duplicate key in another spelling',
      shows: 'bad_json',
      send: () =>
        post({ body: '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1,"\\u0061":2}}' }),
      status: 400,
      code: -32700,
    },
    {
      name: 'a byte order mark',
      shows: 'bad_json',
      send: () => post({ body: '\ufeff{}' }),
      status: 400,
      code: -32700,
    },
    {
      name: 'a number no double holds',
      shows: 'bad_json',
      send: () =>
        post({ body: '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"n":9007199254740993}}' }),
      status: 400,
      code: -32700,
    },
    {
      name: 'nesting beyond the bound',
      shows: 'bad_json',
      send: () => post({ body: `${'['.repeat(10_000)}${']'.repeat(10_000)}` }),
      status: 400,
      code: -32700,
    },
    {
      name: 'a batch where there is none',
      shows: 'bad_message',
      send: () =>
        post({
          headers: { 'mcp-session-id': session },
          body: '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
        }),
      status: 400,
    },
    {
      name: 'an unknown key in the envelope',
      shows: 'protocol',
      send: () => post({ body: '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}' }),
      status: 400,
      code: -32600,
    },
    {
      name: 'an id that is null',
      shows: 'protocol',
      send: () => post({ body: '{"jsonrpc":"2.0","id":null,"method":"ping"}' }),
      status: 400,
      code: -32600,
    },
    {
      name: 'a version that nobody speaks',
      shows: 'protocol',
      send: () =>
        changed((body) => {
          body.params._meta['io.modelcontextprotocol/protocolVersion'] = '2027-01-01'
        }),
      status: 400,
      code: -32020,
    },
    {
      name: 'no client capabilities',
      shows: 'protocol',
      send: () =>
        changed((body) => {
          Reflect.deleteProperty(body.params._meta, 'io.modelcontextprotocol/clientCapabilities')
        }),
      status: 400,
      code: -32602,
    },
    {
      name: 'Mcp-Name that names another tool',
      shows: 'protocol',
      send: () => call('rates_today', { headers: { 'mcp-name': 'transfer_create' } }),
      status: 400,
      code: -32020,
    },
    {
      name: 'Mcp-Method that names another method',
      shows: 'protocol',
      send: () => call('rates_today', { headers: { 'mcp-method': 'tools/list' } }),
      status: 400,
      code: -32020,
    },
    {
      name: 'an argument that its header does not repeat',
      shows: 'protocol',
      send: () => {
        const { headers, body } = modern('tools/call', {
          name: 'report_build',
          arguments: { branch: 'harbour' },
        } as { name: string })
        return post({ headers, body })
      },
      status: 400,
      code: -32020,
    },
    {
      name: 'a method of the other era',
      shows: 'protocol',
      send: () => {
        const { headers, body } = modern('ping')
        return post({ headers, body })
      },
      status: 404,
      code: -32601,
    },
    {
      name: 'a method that nobody knows',
      shows: 'protocol',
      send: () => {
        const { headers, body } = modern('tools/explode')
        return post({ headers, body })
      },
      status: 404,
      code: -32601,
    },
    {
      name: 'a bad cursor',
      shows: 'protocol',
      send: () => {
        const { headers, body } = modern('tools/list', { cursor: '%%' } as object)
        return post({ headers, body })
      },
      status: 200,
      code: -32602,
    },
    // Sessions.
    {
      name: 'a legacy request without a session',
      shows: 'missing_session',
      send: () => post(legacy('tools/list')),
      status: 400,
    },
    {
      name: 'a session that is none',
      shows: 'unknown_session',
      send: () => post({ ...legacy('tools/list'), headers: { 'mcp-session-id': 'abc' } }),
      status: 404,
    },
    {
      name: 'another caller’s session',
      shows: 'unknown_session',
      send: async () =>
        post({
          ...legacy('tools/list'),
          headers: { 'mcp-session-id': session },
          bearer: await gateway.token('stranger', url),
        }),
      status: 404,
    },
    {
      name: 'a session with a foreign version',
      shows: 'protocol',
      send: () =>
        post({
          ...legacy('tools/list'),
          headers: { 'mcp-session-id': session, 'mcp-protocol-version': '2024-01-01' },
        }),
      status: 400,
    },
    // Decisions.
    {
      name: 'a tool that does not exist',
      shows: 'unknown',
      send: () => call('no_such_tool'),
      status: 200,
      code: -32602,
    },
    {
      name: 'a tool without a grant',
      shows: 'unknown',
      send: () => call('transfer_create'),
      status: 200,
      code: -32602,
    },
    {
      name: 'a tool nobody classified',
      shows: 'unknown',
      send: () => call('statement'),
      status: 200,
      code: -32602,
    },
    {
      name: 'a tool in another case',
      shows: 'unknown',
      send: () => call('RATES_TODAY'),
      status: 200,
      code: -32602,
    },
    {
      name: 'a tool with a trailing space',
      shows: 'unknown',
      send: () => call('rates_today ', { headers: { 'mcp-name': '=?base64?cmF0ZXNfdG9kYXkg?=' } }),
      status: 200,
      code: -32602,
    },
    {
      name: 'a server that does not exist',
      shows: 'unknown',
      send: () => call('rates_today', { path: '/mcp/ops/nosuch', bearer: scoped }),
      status: 200,
      code: -32602,
    },
  ]

  for (const row of rows)
    test(`${row.name} is refused`, async () => {
      const before = await state()
      const { status, text } = await row.send()
      assert.equal(status, row.status, text)
      if (row.code !== undefined) assert.equal(JSON.parse(text).error?.code, row.code, text)
      assert.doesNotMatch(text, /no grant|unclassified|at byte|\bstack\b|node:/)
      assert.deepEqual(await state(), before, 'nothing was executed, intended or changed')
    })

  test('every fault has a row here, or a test of its own that names it', async () => {
    const shown = new Set(rows.map(({ shows }) => shows))
    // Faults of the terminal, of a start and of the Manager are not answers to a caller.
    const operating: FaultCode[] = [
      'bad_sign_in',
      'not_permitted',
      'setup_code',
      'conflict',
      'unconditional',
      'not_built',
      'not_indexed',
      'usage',
      'bad_documents',
      'bad_configuration',
      'unknown_name',
      'not_indexed',
      'not_running',
      'locked',
      'port_taken',
      'bad_store',
      'bad_key',
      'other_era',
    ]
    for (const code of Object.keys(faults) as FaultCode[]) {
      if (shown.has(code) || operating.includes(code)) continue
      const file = elsewhere[code]
      assert.ok(file, `${code} has no row`)
      assert.match(
        await readFile(file, 'utf8'),
        new RegExp(`\\b${code}\\b`),
        `${file} does not show ${code}`,
      )
    }
  })

  test('a hidden tool and one that does not exist give the same bytes, but for the name', async () => {
    const hidden = await call('transfer_create')
    const unknown = await call('transfer_delete')
    assert.equal(
      hidden.text.replaceAll('transfer_create', '?'),
      unknown.text.replaceAll('transfer_delete', '?'),
    )
  })

  const state = async () => {
    const { entries } = await gateway.ledger('ops')
    return {
      executed: await readFile(journal, 'utf8').catch(() => ''),
      intents: entries.filter(({ type }) => type === 'call.intent').length,
      changes: entries.filter(({ type }) => type === 'policy.changed').length,
    }
  }
})
