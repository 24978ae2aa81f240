// Runs on both stores.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { until } from '../gateway/calling.ts'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, modern } from '../peers/wire.ts'
import { api } from './api.ts'
import { headers, type Row, segments, targets, values } from './hostile.ts'
import { startTickets, type Tickets, ticketsDocument } from './tickets.ts'

describe('What is hostile to an API', () => {
  let tickets: Tickets
  let gateway: Gateway
  let address: string
  let token: string
  let mcpToken: string

  before(async () => {
    tickets = await startTickets()
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        agent('planner'),
        api(tickets.url, ticketsDocument()),
        grant('planner', 'planner', [{ api: 'tickets', class: ['read', 'write'] }]),
      ),
      config: {
        limits: { answerBytes: 100_000, firstAnswerTimeoutMs: 1000, bodyBytes: 10_000 },
      },
    })
    address = `${gateway.origin}/rest/ops/tickets`
    token = await gateway.token('planner', address)
    mcpToken = await gateway.token('planner', `${gateway.origin}/mcp/ops`)
  })
  after(async () => {
    await gateway?.stop()
    await tickets?.close()
  })
  beforeEach(() => {
    tickets.reached.length = 0
  })

  /** Bytes as they stand, over a bare socket: what no client library would send. */
  const raw = (target: string, lines: readonly string[] = [], method = 'GET') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const { hostname, port, host } = new URL(gateway.origin)
      const head = [
        `${method} ${target} HTTP/1.1`,
        `Host: ${host}`,
        `Authorization: Bearer ${token}`,
        'Connection: close',
        ...lines,
      ]
      const socket = connect(Number(port), hostname, () =>
        socket.write(Buffer.from(`${head.join('\r\n')}\r\n\r\n`)),
      )
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('error', reject)
      socket.on('close', () =>
        resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text }),
      )
    })
  const tool = async (name: string, args: object) => {
    const { headers, body } = modern('tools/call', {
      name: `tickets__${name}`,
      arguments: args,
    } as { name: string })
    const about = { body, headers: { ...headers, authorization: `Bearer ${mcpToken}` } }
    return await exchange(`${gateway.origin}/mcp/ops`, about)
  }
  /** What reached the API, if anything did: one request, of one well-formed segment or one value. */
  const reachedOnly = (shape: RegExp) => {
    const [reached, ...others] = tickets.reached.splice(0)
    assert.deepEqual(others, [])
    if (reached) assert.match(reached.target, shape)
    return reached
  }
  const whole = /^\/v1\/tickets(?:\/[A-Za-z0-9\-._~%]+|\?q=[A-Za-z0-9\-._~%]*)?$/
  const each = async (rows: readonly Row[], check: (row: Row) => Promise<void>) => {
    for (const row of rows) await check(row)
  }

  test('an argument of a path reaches it as one segment, or not at all', async () => {
    await each(segments, async ([fate, id]) => {
      const answer = await tool('getTicket', { id })
      const reached = reachedOnly(/^\/v1\/tickets\/[A-Za-z0-9\-._~%]+$/)
      // What is half a character is no JSON text, and is refused before it is an argument.
      assert.equal(reached !== undefined, fate === 'sent', `${JSON.stringify(id)} ${answer.body}`)
      if (reached) assert.equal(decodeURIComponent(reached.target.slice('/v1/tickets/'.length)), id)
    })
  })

  test('an argument of a query reaches it as one value, or not at all', async () => {
    await each(values, async ([fate, q]) => {
      const answer = await tool('listTickets', { q })
      const reached = reachedOnly(/^\/v1\/tickets\?q=[A-Za-z0-9\-._~%]*$/)
      assert.equal(reached !== undefined, fate === 'sent', `${JSON.stringify(q)} ${answer.body}`)
      if (reached)
        assert.deepEqual([...new URL(reached.target, 'http://x').searchParams], [['q', q]])
    })
  })

  test('an argument of a header reaches it as one header, or not at all', async () => {
    await each(headers, async ([fate, tag]) => {
      const answer = await tool('getTicket', { id: '42', 'x-tag': tag })
      const reached = reachedOnly(/^\/v1\/tickets\/42$/)
      assert.equal(reached !== undefined, fate === 'sent', `${JSON.stringify(tag)} ${answer.body}`)
      if (reached) assert.equal(reached.headers['x-tag'], tag)
    })
  })

  test('a target on the wire reaches it as the operation that it is, or not at all', async () => {
    // A space or the end of a line ends a target: on the wire these are others of the list.
    const written = targets.filter(([, target]) => !/ $|[\r\n]/.test(target))
    await each(written, async ([fate, target]) => {
      const answer = await raw(`/rest/ops/tickets${target}`)
      const reached = reachedOnly(whole)
      if (fate === 'refused') assert.equal(reached, undefined, JSON.stringify(target))
      else assert.equal(answer.status, 200, `${JSON.stringify(target)} ${answer.text}`)
    })
  })

  test('the address of an API is that as it is written', async () => {
    const crooked = [
      '/rest/ops/tickets/../tickets/tickets',
      '/rest/ops/%74ickets/tickets',
      '/%72est/ops/tickets/tickets',
      '/rest/ops//tickets/tickets',
      '/rest/ops/tickets//tickets',
      '/REST/ops/tickets/tickets',
      '/rest/ops/tickets%2ftickets',
      `${gateway.origin}/rest/ops/tickets/tickets`,
      '*',
    ]
    for (const target of crooked) {
      const { status } = await raw(target)
      assert.ok(status === 400 || status === 404, `${target}: ${status}`)
    }
    assert.deepEqual(tickets.reached, [])
  })

  test('a method in another header or case is none', async () => {
    for (const method of ['get', 'TRACE', 'PROPFIND', 'CONNECTED'])
      assert.notEqual((await raw('/rest/ops/tickets/tickets', [], method)).status, 200)
    const answer = await raw('/rest/ops/tickets/tickets/42', [
      'X-HTTP-Method-Override: DELETE',
      'X-Original-URL: /admin',
    ])
    assert.equal(answer.status, 200)
    const [reached] = tickets.reached
    assert.deepEqual(
      [reached?.method, reached?.headers['x-http-method-override'], tickets.reached.length],
      ['GET', undefined, 1],
    )
  })

  test('a declared header that stands twice, a body where none is, and two lengths are refused', async () => {
    const twice = await raw('/rest/ops/tickets/tickets/42', ['X-Tag: a', 'X-Tag: b'])
    assert.equal(twice.status, 400)
    const body = await exchange(`${address}/tickets`, {
      method: 'GET',
      body: '{}',
      headers: { authorization: `Bearer ${token}`, 'content-length': '2' },
    })
    assert.equal(body.status, 400, body.body)
    const both = ['Content-Length: 0', 'Transfer-Encoding: chunked']
    assert.equal((await raw('/rest/ops/tickets/tickets', both, 'POST')).status, 400)
    assert.deepEqual(tickets.reached, [])
  })

  test('a token is for one kind of endpoint and one API', async () => {
    const at = (url: string, bearer: string) =>
      exchange(url, { method: 'GET', headers: { authorization: `Bearer ${bearer}` } })
    const other = await gateway.token('planner', `${gateway.origin}/rest/ops/others`)
    for (const bearer of [mcpToken, other, 'nonsense']) {
      const answer = await at(`${address}/tickets`, bearer)
      assert.equal(answer.status, 401)
      const metadata = `${gateway.origin}/.well-known/oauth-protected-resource/rest/ops/tickets`
      assert.match(String(answer.headers['www-authenticate']), new RegExp(metadata))
      const told = await exchange(metadata, { method: 'GET' })
      assert.equal(JSON.parse(told.body).resource, address)
    }
    const { headers, body } = modern('tools/list')
    for (const url of [`${gateway.origin}/mcp/ops`, `${gateway.origin}/mcp/ops/tickets`]) {
      const about = { body, headers: { ...headers, authorization: `Bearer ${token}` } }
      assert.equal((await exchange(url, about)).status, 401)
    }
    assert.equal((await exchange(`${address}/tickets`, { method: 'GET' })).status, 401)
    assert.deepEqual(tickets.reached, [])
  })

  test('an answer that is too large or too slow fails, and is recorded', async () => {
    const outcome = async () =>
      (await gateway.ledger('ops')).entries.at(-1) as unknown as Record<string, unknown>
    const large = await exchange(`${address}/large`, {
      method: 'GET',
      headers: { authorization: `Bearer ${token}` },
    })
    assert.equal(large.status, 502, large.body)
    assert.equal((await outcome()).code, 'upstream_too_large')
    const slow = await exchange(`${address}/slow`, {
      method: 'GET',
      headers: { authorization: `Bearer ${token}` },
    })
    assert.equal(slow.status, 504, slow.body)
    assert.equal((await outcome()).code, 'upstream_timeout')
  })

  test('a caller that goes away ends its call', async () => {
    const { hostname, port, host } = new URL(gateway.origin)
    const socket = connect(Number(port), hostname, () =>
      socket.write(
        `GET /rest/ops/tickets/slow HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      ),
    )
    await until(() => tickets.reached.length === 1)
    socket.destroy()
    await until(async () => {
      const { entries } = await gateway.ledger('ops')
      const last = entries.at(-1) as unknown as Record<string, unknown>
      return last.type === 'call.outcome' && last.status === 'cancelled'
    })
  })

  test('an OpenAPI document that refers outward is refused, and nothing is asked or opened', async () => {
    let asked = 0
    const server = createServer((_, response) => {
      asked++
      response.end('{"type":"string"}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const folder = mkdtempSync(join(tmpdir(), 'bailiwick-refs-'))
    const file = join(folder, 'schema.json')
    writeFileSync(file, '{"type":"string","description":"canary-77"}')
    const { port } = server.address() as AddressInfo
    try {
      for (const $ref of [
        `http://127.0.0.1:${port}/x`,
        file,
        pathToFileURL(file).href,
        './x.json',
      ]) {
        const get = {
          operationId: 'outward',
          parameters: [{ name: 'q', in: 'query', schema: { $ref } }],
        }
        const document = api(tickets.url, ticketsDocument({ '/outward': { get } }))
        const applied = await gateway.cli(['apply', '-f', '-', '--set', 'test'], document)
        assert.equal(applied.code, 2, applied.stdout)
        assert.match(applied.stderr, /upstream\.openapi at .*\/schema/)
        assert.doesNotMatch(applied.stderr + applied.stdout, /canary/)
      }
      assert.equal(asked, 0)
    } finally {
      server.close()
      rmSync(folder, { recursive: true })
    }
  })
})
