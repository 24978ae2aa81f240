import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, type TestContext, test } from 'node:test'
import {
  answerJson,
  createWorld,
  legacy,
  type Message,
  modern,
  modernMeta,
  result,
  type Script,
} from './scripted.ts'

const open = async (t: TestContext, script: Script) => {
  const world = await createWorld(script)
  t.after(() => world.close())
  return world
}
const withId = (id: string | number) => (message: Message) => message.id === id

const startEvents = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  return (message: object, id?: string) =>
    response.write(
      `${id === undefined ? '' : `id: ${id}\nretry: 1\n`}data: ${JSON.stringify(message)}\n\n`,
    )
}

describe('The bridge, in the modern era', () => {
  test('repeats in headers what the body says, with its token, and forwards the bytes as they came', async (t) => {
    const world = await open(t, ({ body }, response) => answerJson(response, 200, result(body.id)))
    world.send(modern('a', 'tools/call', { name: 'écho', arguments: {} }))
    assert.deepEqual(await world.hear(withId('a')), result('a'))
    const [seen] = world.seen
    assert.equal(seen?.headers.authorization, 'Bearer token-1')
    assert.equal(seen?.headers['mcp-protocol-version'], '2026-07-28')
    assert.equal(seen?.headers['mcp-method'], 'tools/call')
    assert.equal(seen?.headers['mcp-name'], '=?base64?w6ljaG8=?=')
    assert.equal(seen?.headers['mcp-session-id'], undefined)
  })

  test('learns from a list that passes through what headers a tool wants', async (t) => {
    const region = { type: 'string', 'x-mcp-header': 'Region' }
    const tools = [{ name: 'sql', inputSchema: { type: 'object', properties: { region } } }]
    const world = await open(t, ({ body }, response) =>
      answerJson(response, 200, result(body.id, body.method === 'tools/list' ? { tools } : {})),
    )
    world.send(modern(1, 'tools/list'))
    await world.hear(withId(1))
    world.send(modern(2, 'tools/call', { name: 'sql', arguments: { region: 'eu' } }))
    await world.hear(withId(2))
    assert.equal(world.seen[1]?.headers['mcp-param-region'], 'eu')
  })

  test('lists the tools by itself and tries once more where a call went out without its header', async (t) => {
    const region = { type: 'string', 'x-mcp-header': 'Region' }
    const tools = [{ name: 'sql', inputSchema: { type: 'object', properties: { region } } }]
    const world = await open(t, ({ body, headers }, response) => {
      if (body.method === 'tools/list') return answerJson(response, 200, result(body.id, { tools }))
      if (headers['mcp-param-region'] === 'eu') return answerJson(response, 200, result(body.id))
      const error = { code: -32020, message: 'Header mismatch' }
      answerJson(response, 400, { jsonrpc: '2.0', id: body.id, error })
    })
    world.send(modern(1, 'tools/call', { name: 'sql', arguments: { region: 'eu' } }))
    assert.deepEqual(await world.hear(withId(1)), result(1))
    assert.deepEqual(
      world.seen.map(({ body }) => body.method),
      ['tools/call', 'tools/list', 'tools/call'],
    )
    // What the bridge asked for itself is not the client's.
    assert.equal(world.written.length, 1)
  })

  test('cancels by closing the stream of that request, and the others go on', async (t) => {
    const world = await open(t, ({ body }, response) => {
      if (body.id === 2) return answerJson(response, 200, result(2))
      startEvents(response)({ jsonrpc: '2.0', method: 'notifications/progress', params: {} })
    })
    world.send(modern(1, 'tools/call', { name: 'slow' }))
    await world.hear(({ method }) => method === 'notifications/progress')
    world.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
    await world.seen[0]?.gone
    world.send(modern(2, 'tools/call', { name: 'quick' }))
    await world.hear(withId(2))
    assert.equal(world.seen.length, 2, 'a cancellation went to the gateway')
    assert.equal(world.written.some(withId(1)), false, 'a cancelled request was answered')
  })

  test('gives an error without an id the id of its request, and keeps its code', async (t) => {
    const error = { code: -32022, message: 'Unsupported', data: { supported: ['2025-11-25'] } }
    const world = await open(t, (_, response) =>
      answerJson(response, 400, { jsonrpc: '2.0', error }),
    )
    world.send(modern(1, 'server/discover'))
    assert.deepEqual(await world.hear(withId(1)), { jsonrpc: '2.0', id: 1, error })
  })

  test('writes a message on one line, however it was laid out', async (t) => {
    const world = await open(t, ({ body }, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(result(body.id, { text: 'a\nb' }), null, 2))
    })
    world.send(modern(1, 'tools/list'))
    assert.deepEqual(await world.hear(withId(1)), result(1, { text: 'a\nb' }))
  })

  test('runs requests side by side', async (t) => {
    const waiting: (() => void)[] = []
    const world = await open(t, ({ body }, response) => {
      waiting.push(() => answerJson(response, 200, result(body.id)))
      // Nobody is answered until all are there.
      if (waiting.length === 20) for (const go of waiting) go()
    })
    for (let id = 0; id < 20; id++) world.send(modern(id, 'tools/list'))
    await Promise.all(Array.from({ length: 20 }, (_, id) => world.hear(withId(id))))
  })
})

describe('The bridge, in the legacy era', () => {
  const greeting = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} }
  /** A server with sessions; `rest` answers what comes after the handshake. */
  const sessions =
    (rest: Script): Script =>
    (seen, response) => {
      const { body, method } = seen
      if (body.method === 'initialize') {
        response.setHeader('mcp-session-id', `s-${body.id}`)
        return answerJson(response, 200, result(body.id, greeting))
      }
      if (method === 'DELETE') return void response.writeHead(204).end()
      if (body.method === 'notifications/initialized') return void response.writeHead(202).end()
      return rest(seen, response)
    }
  const noStream: Script = ({ method, body }, response) =>
    method === 'GET'
      ? void response.writeHead(405).end()
      : answerJson(response, 200, result(body.id))
  const initialize = legacy(0, 'initialize', { protocolVersion: '2025-11-25' })
  const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' }

  test('carries the session and the revision, in order, though all came at once', async (t) => {
    const world = await open(t, sessions(noStream))
    for (const one of [initialize, initialized, legacy(1, 'tools/list')]) world.send(one)
    await world.hear(withId(1))
    const posts = world.seen.filter(({ method }) => method === 'POST')
    assert.deepEqual(
      posts.map(({ body }) => body.method),
      ['initialize', 'notifications/initialized', 'tools/list'],
    )
    assert.equal(posts[0]?.headers['mcp-session-id'], undefined)
    for (const { headers } of posts.slice(1)) {
      assert.equal(headers['mcp-session-id'], 's-0')
      assert.equal(headers['mcp-protocol-version'], '2025-11-25')
    }
  })

  test('sends nothing further until a notification has arrived', async (t) => {
    let arrive = () => {}
    const world = await open(t, ({ body, method }, response) => {
      if (method === 'GET') return void response.writeHead(405).end()
      if (body.method === 'initialize') return answerJson(response, 200, result(body.id, greeting))
      if (body.id !== undefined) return answerJson(response, 200, result(body.id))
      arrive = () => void response.writeHead(202).end()
    })
    world.send(initialize)
    world.send(initialized)
    world.send(legacy(1, 'tools/list'))
    while (world.seen.length < 2) await new Promise((resolve) => setImmediate(resolve))
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
    assert.equal(world.seen.length, 2)
    arrive()
    await world.hear(withId(1))
  })

  test("hands on the server's own messages and carries the client's answers back", async (t) => {
    const world = await open(
      t,
      sessions(({ method, body }, response) => {
        if (method === 'GET') startEvents(response)(legacy('ask', 'sampling/createMessage'))
        else if (body.result !== undefined) response.writeHead(202).end()
        else answerJson(response, 200, result(body.id))
      }),
    )
    world.send(initialize)
    world.send(initialized)
    await world.hear(({ method }) => method === 'sampling/createMessage')
    world.send(result('ask', { text: 'yes' }))
    world.send(legacy(2, 'ping'))
    await world.hear(withId(2))
    const answered = world.seen.find(({ body }) => body.result !== undefined)
    assert.deepEqual(answered?.body, result('ask', { text: 'yes' }))
  })

  test('opens a lost session again with what the client said first, unseen by the client', async (t) => {
    let lost = true
    const world = await open(
      t,
      sessions((seen, response) => {
        if (seen.method === 'GET') return void response.writeHead(405).end()
        if (!lost) return answerJson(response, 200, result(seen.body.id))
        lost = false
        answerJson(response, 404, { jsonrpc: '2.0', error: { code: -32600, message: 'gone' } })
      }),
    )
    world.send(initialize)
    world.send(initialized)
    world.send(legacy(1, 'tools/list'))
    assert.deepEqual(await world.hear(withId(1)), result(1))
    const methods = world.seen.filter((one) => one.method === 'POST').map(({ body }) => body.method)
    assert.deepEqual(methods, [
      'initialize',
      'notifications/initialized',
      'tools/list',
      'initialize',
      'notifications/initialized',
      'tools/list',
    ])
    assert.equal(world.written.filter(withId(0)).length, 1)
  })

  test('takes up a stream that the server closed before the answer, from its last event', async (t) => {
    const world = await open(
      t,
      sessions(({ method, headers, body }, response) => {
        if (method === 'POST') {
          startEvents(response)(
            { jsonrpc: '2.0', method: 'notifications/progress', params: {} },
            'e1',
          )
          return void response.end()
        }
        if (headers['last-event-id'] !== 'e1') return void response.writeHead(405).end()
        startEvents(response)(result(1), 'e2')
        response.end()
        assert.equal(body.id, undefined)
      }),
    )
    world.send(initialize)
    world.send(initialized)
    world.send(legacy(1, 'tools/call'))
    assert.deepEqual(await world.hear(withId(1)), result(1))
  })

  test('forwards a cancellation, and leaves the stream as it is', async (t) => {
    const world = await open(
      t,
      sessions(({ method, body }, response) => {
        if (method === 'GET') return void response.writeHead(405).end()
        if (body.method === 'notifications/cancelled') return void response.writeHead(202).end()
        if (body.id === 1)
          startEvents(response)({ jsonrpc: '2.0', method: 'notifications/progress', params: {} })
        else answerJson(response, 200, result(body.id))
      }),
    )
    world.send(initialize)
    world.send(initialized)
    world.send(legacy(1, 'tools/call'))
    await world.hear(({ method }) => method === 'notifications/progress')
    world.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
    world.send(legacy(2, 'ping'))
    await world.hear(withId(2))
    assert.ok(world.seen.some(({ body }) => body.method === 'notifications/cancelled'))
  })

  test('ends the session when the client has left', async (t) => {
    const world = await open(t, sessions(noStream))
    world.send(initialize)
    world.send(initialized)
    world.send(legacy(1, 'ping'))
    await world.hear(withId(1))
    await world.end(1000)
    assert.equal(world.seen.at(-1)?.method, 'DELETE')
    assert.equal(world.seen.at(-1)?.headers['mcp-session-id'], 's-0')
  })

  test('forwards a batch as it came and accepts its answers in any shape', async (t) => {
    const world = await open(
      t,
      sessions(({ method, body }, response) => {
        if (method === 'GET') return void response.writeHead(405).end()
        const batch = body as unknown as Message[]
        answerJson(
          response,
          200,
          batch.map(({ id }) => result(id)),
        )
      }),
    )
    world.send(initialize)
    world.send(initialized)
    world.send([legacy(1, 'ping'), legacy(2, 'ping')])
    await world.hear((message) => Array.isArray(message))
    assert.equal(world.written.length, 2)
  })
})

describe('Whatever is asked of the bridge is answered', () => {
  test('a token that is refused is renewed, once, and the message sent again', async (t) => {
    const world = await open(t, ({ headers, body }, response) =>
      headers.authorization === 'Bearer token-1'
        ? answerJson(response, 401, {})
        : answerJson(response, 200, result(body.id)),
    )
    world.send(modern(1, 'tools/list'))
    await world.hear(withId(1))
    assert.deepEqual(
      world.seen.map(({ headers }) => headers.authorization),
      ['Bearer token-1', 'Bearer token-2'],
    )
  })

  const broken: [string, Script][] = [
    ['ends without an answer', (_, response) => void response.writeHead(200).end()],
    ['breaks off', (_, response) => void response.destroy()],
    ['answers 503 with a page', (_, response) => void response.writeHead(503).end('<html>')],
    ['refuses every token', (_, response) => answerJson(response, 401, {})],
    ['sends the answer of another request', (_, response) => answerJson(response, 200, result(99))],
  ]
  for (const [what, script] of broken)
    test(`with an error where the gateway ${what}`, async (t) => {
      const world = await open(t, script)
      world.send(modern(1, 'tools/list'))
      const answer = await world.hear((message) => message.id === 1)
      assert.ok('error' in answer)
    })

  test('with an error where nothing listens at all', async (t) => {
    const world = await createWorld(() => {})
    await world.close()
    t.after(() => {})
    world.send(modern(1, 'tools/list'))
    assert.ok('error' in (await world.hear(withId(1))))
  })

  test('lines that are no message are answered, and the next one is read', async (t) => {
    const world = await open(t, ({ body }, response) => answerJson(response, 200, result(body.id)))
    world.send('{')
    world.send('7')
    world.send('{"jsonrpc":"2.0","id":5,"method":7}')
    world.sendTooLong()
    world.send(modern(6, 'tools/list'))
    await world.hear(withId(6))
    const errors = world.written.filter((message) => 'error' in message)
    assert.equal(errors.length, 4)
    assert.ok(errors.some(withId(5)))
    assert.equal(world.seen.length, 1, 'something else reached the gateway')
  })

  test('an id that is still in use is refused, and the first request goes on', async (t) => {
    const waiting: (() => void)[] = []
    const world = await open(t, ({ body }, response) => {
      waiting.push(() => answerJson(response, 200, result(body.id)))
      waiting[0]?.()
    })
    world.send(modern(1, 'tools/list'))
    world.send(modern(1, 'tools/call', { name: 'x', _meta: modernMeta }))
    await world.hear((message) => message.id === 1 && message.result !== undefined)
    assert.equal(world.seen.length, 1)
    assert.equal(world.written.filter((message) => 'error' in message).length, 1)
  })

  test('at the end what is under way may finish, and streams that never end are closed at once', async (t) => {
    let release = () => {}
    const world = await open(t, ({ body }, response) => {
      if (body.method === 'subscriptions/listen')
        startEvents(response)({ jsonrpc: '2.0', method: 'x' })
      else release = () => answerJson(response, 200, result(body.id))
    })
    world.send(modern(1, 'subscriptions/listen', { notifications: {} }))
    await world.hear(({ method }) => method === 'x')
    world.send(modern(2, 'tools/call', { name: 'slow' }))
    while (world.seen.length < 2) await new Promise((resolve) => setImmediate(resolve))
    const ended = world.end(60_000)
    await world.seen[0]?.gone
    release()
    await ended
    assert.ok(world.written.some(withId(2)))
  })
})
