import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { bankCommand, type HttpServer, startBank } from './servers.ts'
import { type Exchange, exchange, legacy, modern, type WireRequest } from './wire.ts'

describe('The bank on the wire', () => {
  let bank: HttpServer

  before(async () => {
    bank = await startBank()
  })
  after(async () => {
    await bank?.stop()
  })

  const send = (request: WireRequest) => exchange(bank.url, request)
  const discover = modern('server/discover')
  const balance = { name: 'account_balance', arguments: { account: 'acc-1003' } }
  const call = modern('tools/call', balance)

  /** The request with some headers changed; undefined takes one away. */
  const withHeaders = (
    request: { headers: Record<string, string>; body: object },
    changes: Record<string, string | undefined>,
  ): WireRequest => {
    const headers = Object.entries({ ...request.headers, ...changes })
    const kept = headers.filter((pair): pair is [string, string] => pair[1] !== undefined)
    return { ...request, headers: Object.fromEntries(kept) }
  }
  const withMeta = (changes: object): WireRequest => {
    const { headers, body } = discover
    const _meta = { ...body.params._meta, ...changes }
    return { headers, body: { ...body, params: { _meta } } }
  }
  const report = { name: 'report_build', arguments: { branch: 'market', steps: 1, pauseMs: 0 } }

  /** What 2026-07-28 lays down: HTTP status, JSON-RPC code. */
  const refusals: [string, () => WireRequest, number, number][] = [
    [
      'a version header that differs from the body',
      () => withHeaders(discover, { 'mcp-protocol-version': '2025-11-25' }),
      400,
      -32020,
    ],
    [
      'a missing version header',
      () => withHeaders(discover, { 'mcp-protocol-version': undefined }),
      400,
      -32020,
    ],
    ['a missing Mcp-Method', () => withHeaders(discover, { 'mcp-method': undefined }), 400, -32020],
    ['another Mcp-Method', () => withHeaders(call, { 'mcp-method': 'tools/list' }), 400, -32020],
    ['another Mcp-Name', () => withHeaders(call, { 'mcp-name': 'whoami' }), 400, -32020],
    ['a missing Mcp-Param', () => modern('tools/call', report), 400, -32020],
    [
      'an unknown version',
      () => withMeta({ 'io.modelcontextprotocol/protocolVersion': '2027-01-01' }),
      400,
      -32022,
    ],
    [
      'a version that is no string',
      () => withMeta({ 'io.modelcontextprotocol/protocolVersion': 7 }),
      400,
      -32602,
    ],
    [
      'missing client capabilities',
      () => withMeta({ 'io.modelcontextprotocol/clientCapabilities': undefined }),
      400,
      -32602,
    ],
    [
      'a modern header over a body without envelope',
      () => ({ ...legacy('tools/list'), headers: { 'mcp-protocol-version': '2026-07-28' } }),
      400,
      -32602,
    ],
    ['initialize with the envelope', () => modern('initialize'), 404, -32601],
    ['ping with the envelope', () => modern('ping'), 404, -32601],
    ['an unknown tool', () => modern('tools/call', { name: 'nope' }), 200, -32602],
    ['an unknown resource', () => modern('resources/read', { uri: 'bank://x' }), 200, -32602],
    ['a batch', () => ({ body: [call.body] }), 400, -32600],
    ['a body that is not JSON', () => ({ body: '{' }), 400, -32700],
    ['a JSON value that is no message', () => ({ body: { id: 1 } }), 400, -32600],
    ['a foreign Host', () => withHeaders(discover, { host: 'evil.example' }), 403, -32600],
    [
      'a foreign Origin',
      () => withHeaders(discover, { origin: 'http://evil.example' }),
      403,
      -32600,
    ],
    [
      'another content type',
      () => withHeaders(discover, { 'content-type': 'text/plain' }),
      415,
      -32600,
    ],
    [
      'a client that takes no events',
      () => withHeaders(discover, { accept: 'application/json' }),
      406,
      -32600,
    ],
    ['too large a body', () => ({ body: 'x'.repeat(1024 * 1024 + 1) }), 413, -32600],
    ['a session that nobody opened', () => legacy('tools/list'), 400, -32600],
    [
      'an unknown session',
      () => ({ ...legacy('tools/list'), headers: { 'mcp-session-id': 'x' } }),
      404,
      -32600,
    ],
    [
      'a stream without a session',
      () => ({ method: 'GET', headers: { 'mcp-protocol-version': '2026-07-28' } }),
      405,
      -32600,
    ],
  ]
  for (const [what, request, status, code] of refusals)
    test(`it refuses ${what} with ${status} and ${code}`, async () => {
      const answer = await send(request())
      const { error } = JSON.parse(answer.body)
      assert.deepEqual({ status: answer.status, code: error.code }, { status, code }, answer.body)
    })

  test('it names what it supports to a client of the future', async () => {
    const { body } = await send(
      withMeta({ 'io.modelcontextprotocol/protocolVersion': '2027-01-01' }),
    )
    assert.deepEqual(JSON.parse(body).error.data, {
      supported: ['2026-07-28'],
      requested: '2027-01-01',
    })
  })

  test('every modern result says its type, and lists say how long they hold', async () => {
    const called = JSON.parse((await send(call)).body).result
    assert.equal(called.resultType, 'complete')
    assert.equal('ttlMs' in called, false)
    for (const method of ['server/discover', 'tools/list', 'resources/templates/list']) {
      const { result } = JSON.parse((await send(modern(method))).body)
      assert.partialDeepStrictEqual(result, {
        resultType: 'complete',
        ttlMs: 0,
        cacheScope: 'private',
      })
    }
  })

  test('it reads a mirrored argument in its Base64 form', async () => {
    const encoded = `=?base64?${Buffer.from('market').toString('base64')}?=`
    const request = withHeaders(modern('tools/call', report), { 'mcp-param-branch': encoded })
    assert.equal((await send(request)).status, 200)
    const other = withHeaders(modern('tools/call', report), { 'mcp-param-branch': 'harbour' })
    assert.equal((await send(other)).status, 400)
  })

  const initialize = (protocolVersion: string) =>
    send(
      legacy('initialize', {
        protocolVersion,
        capabilities: {},
        clientInfo: { name: 'wire', version: '1' },
      }),
    )
  const sessionOf = ({ headers }: Exchange) => ({
    'mcp-session-id': String(headers['mcp-session-id']),
  })

  test('the handshake agrees on what the client asked for, or on the newest', async () => {
    const agreed = async (asked: string) =>
      JSON.parse((await initialize(asked)).body).result.protocolVersion
    assert.equal(await agreed('2025-03-26'), '2025-03-26')
    assert.equal(await agreed('2025-06-18'), '2025-06-18')
    assert.equal(await agreed('2026-07-28'), '2025-11-25')
  })

  test('a legacy list carries nothing of the newer era', async () => {
    const headers = sessionOf(await initialize('2025-11-25'))
    const { result } = JSON.parse((await send({ ...legacy('tools/list'), headers })).body)
    assert.deepEqual(Object.keys(result), ['tools'])
  })

  test('a batch of 2025-03-26 is answered as one, and later revisions have none', async () => {
    const batch = [
      legacy('ping').body,
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { ...legacy('tools/call', balance).body, id: 'second' },
      { nonsense: true },
    ]
    const old = sessionOf(await initialize('2025-03-26'))
    const answers = JSON.parse((await send({ body: batch, headers: old })).body)
    assert.deepEqual(
      answers.map(({ id, error }: { id: unknown; error?: { code: number } }) => [id, error?.code]),
      [
        [1, undefined],
        ['second', undefined],
        [null, -32600],
      ],
    )
    const newer = sessionOf(await initialize('2025-11-25'))
    assert.equal((await send({ body: batch, headers: newer })).status, 400)
  })

  test('a deleted session is gone', async () => {
    const headers = sessionOf(await initialize('2025-11-25'))
    assert.equal((await send({ method: 'DELETE', headers })).status, 204)
    assert.equal((await send({ ...legacy('ping'), headers })).status, 404)
  })

  test('over stdio a cancelled call ends unanswered, and its id is free again', async (t) => {
    const slow = { name: 'report_build', arguments: { branch: 'market', pauseMs: 10_000 } }
    const { command, args } = bankCommand()
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    t.after(() => child.kill())
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const say = (message: object) => child.stdin.write(`${JSON.stringify(message)}\n`)
    say(modern('tools/call', slow).body)
    say(modern('tools/list').body)
    const next = async () => (await lines.next()).value ?? ''
    assert.match(await next(), /still in use/)
    say({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
    say(modern('tools/call', balance).body)
    assert.match(await next(), /balanceCents/)
  })

  test('one process serves both eras at once', async () => {
    const headers = sessionOf(await initialize('2025-11-25'))
    const [older, newer] = await Promise.all([
      send({ ...legacy('tools/call', balance), headers }),
      send(call),
    ])
    const text = (answer: Exchange) => JSON.parse(answer.body).result.content[0].text
    assert.equal(text(older), text(newer))
  })
})
