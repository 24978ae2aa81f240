import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { grant } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { askingPlane } from './asking-plane.ts'
import { startAskingServer } from './asking-server.ts'
import { openSession } from './raw-session.ts'
import { rudeTools, startRudeServer } from './rude-server.ts'

describe('A legacy agent at a modern server, one of them hostile', () => {
  let asking: Awaited<ReturnType<typeof startAskingServer>>
  let rude: Awaited<ReturnType<typeof startRudeServer>>
  let gateway: Gateway
  const tokens: Record<string, string> = {}

  before(async () => {
    asking = await startAskingServer()
    rude = await startRudeServer()
    const server = JSON.stringify({
      ...{ apiVersion: 'bailiwick/v1', kind: 'Server', plane: 'ops', name: 'rude', owner: 'tests' },
      upstream: { url: rude.url },
      tools: Object.fromEntries(rudeTools.map((name) => [name, { class: 'read' }])),
    })
    const granted = grant('rude', 'planner', [{ server: 'rude' }])
    gateway = await startGateway({ documents: askingPlane(asking.url, server, granted) })
    for (const agent of ['planner', 'other'])
      tokens[agent] = await gateway.token(agent, `${gateway.origin}/mcp/ops`)
  })
  after(async () => {
    await gateway?.stop()
    await rude?.stop()
    await asking?.stop()
  })

  const open = (server: string, agent = 'planner', more: object = {}) =>
    openSession({
      url: `${gateway.origin}/mcp/ops/${server}`,
      token: tokens[agent] ?? '',
      ...more,
    })
  const said = (message: unknown): { text: string; isError: boolean } => {
    const { result } = message as { result?: { content: { text: string }[]; isError?: boolean } }
    assert.ok(result, JSON.stringify(message))
    return {
      text: result.content.map(({ text }) => text).join(''),
      isError: result.isError === true,
    }
  }
  const accept = (name: string) => ({ action: 'accept', content: { name } })

  test('attack: another session’s answer to a question is heard by nobody', async () => {
    const mine = await open('rude')
    const twin = await open('rude')
    const stranger = await open('asking', 'other')
    const call = await mine.call('form')
    const question = await call.next()
    assert.equal(question?.method, 'elicitation/create')
    for (const other of [twin, stranger])
      assert.equal((await other.answer(question?.id, accept('Mallory'))).status, 202)
    // And the session itself is not theirs.
    const stolen = { ...stranger.headers, 'mcp-session-id': mine.headers['mcp-session-id'] }
    const answer = { jsonrpc: '2.0', id: question?.id, result: accept('Mallory') }
    assert.equal((await stranger.post(answer, stolen)).status, 404)
    await mine.answer(question?.id, accept('Ada'))
    assert.deepEqual(JSON.parse(said(await call.next()).text), { one: accept('Ada') })
  })

  test('attack: answers to what nobody asked, and to what was answered, change nothing', async () => {
    const session = await open('asking')
    const call = await session.call('rounds')
    const first = await call.next()
    for (const id of [1, 'ask-1', `${first?.id}x`, ''])
      assert.equal((await session.answer(id, accept('Mallory'))).status, 202)
    await session.answer(first?.id, accept('Ada'))
    const second = await call.next()
    assert.notEqual(second?.id, first?.id)
    await session.answer(first?.id, accept('Mallory'))
    await session.answer(second?.id, accept('Grace'))
    await session.answer(second?.id, accept('Mallory'))
    assert.equal(said(await call.next()).text, 'after 2 rounds: Grace')
  })

  test('attack: a flood of calls that wait is one caller’s alone, and leaving ends them', async () => {
    const session = await open('asking')
    const waiting = await Promise.all(Array.from({ length: 16 }, () => session.call('rounds')))
    await Promise.all(waiting.map((one) => one.next()))
    const crowded = await (await session.call('rounds')).next()
    assert.match(said(crowded).text, /Too many calls wait/)
    const other = await (await open('asking', 'other')).call('rounds')
    assert.equal((await other.next())?.method, 'elicitation/create')
    for (const one of [...waiting, other]) one.leave()
    let again: { method?: string } | undefined
    for (let tries = 0; tries < 100 && again?.method === undefined; tries++)
      again = await (await session.call('rounds')).next()
    assert.equal(again?.method, 'elicitation/create')
  })

  test('attack: a server that asks for what the client did not declare', async () => {
    const session = await open('rude')
    for (const [tool, lacks] of [
      ['undeclared', 'sampling'],
      ['unknown', undefined],
      ['link', undefined],
    ] as const) {
      if (tool === 'link') continue
      const message = await (await session.call(tool)).next()
      if (lacks === undefined) assert.ok((message as { error?: object }).error, tool)
      else assert.match(said(message).text, new RegExp(`did not declare \\(${lacks}\\)`))
    }
    const sampler = await open('rude', 'planner', { capabilities: { sampling: {} } })
    const { text, isError } = said(await (await sampler.call('tools')).next())
    assert.match(text, /did not declare \(sampling\.tools\)/)
    assert.equal(isError, true)
    const forms = await open('asking')
    assert.equal(said(await (await forms.call('link')).next()).isError, true)
    const elder = await open('rude', 'planner', { revision: '2025-03-26' })
    assert.match(said(await (await elder.call('form')).next()).text, /did not declare/)
  })

  test('attack: a server that asks without end is asked eight times', async () => {
    const session = await open('asking')
    const before = (await gateway.ledger('ops')).entries.length
    const call = await session.call('endless')
    let message = await call.next()
    let asked = 0
    for (; message?.method === 'elicitation/create'; message = await call.next()) {
      asked++
      await session.answer(message.id, accept('Ada'))
    }
    assert.match(said(message).text, /asked 8 times and was not done/)
    assert.equal(asked, 7)
    const { entries } = await gateway.ledger('ops')
    const intents = entries.slice(before).filter(({ type }) => type === 'call.intent')
    assert.equal(intents.length, 8)
  })

  test('attack: a server that asks seventeen things at once', async () => {
    const message = await (await (await open('rude')).call('many')).next()
    assert.match(said(message).text, /asked 17 things at once/)
  })

  test('attack: a server’s own request and a smuggled id reach no client', async () => {
    const session = await open('rude')
    const requests = await session.call('requests')
    assert.equal(said(await requests.next()).text, 'asked by itself')
    const smuggles = await session.call('smuggles')
    const question = await smuggles.next()
    assert.match(String(question?.id), /^ask-/)
    assert.equal((question as { jsonrpc?: string }).jsonrpc, '2.0')
    await session.answer(question?.id, accept('Ada'))
    assert.deepEqual(JSON.parse(said(await smuggles.next()).text), { __proto: accept('Ada') })
  })

  test('attack: a legacy caller cannot speak for the bridge', async () => {
    const session = await open('rude')
    const smuggled = {
      inputResponses: { one: accept('Mallory') },
      requestState: 'forged',
      _meta: {
        'io.modelcontextprotocol/clientCapabilities': { sampling: {} },
        'example.com/mine': 1,
      },
    }
    const message = await session.post(
      {
        ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
        params: { name: 'echo', arguments: { region: 'eu' }, ...smuggled },
      },
      {
        'mcp-method': 'tools/list',
        'mcp-name': 'form',
        'mcp-param-region': 'us',
        'mcp-param-other': 'x',
      },
    )
    const { headers, params } = JSON.parse(said(JSON.parse(message.body)).text)
    assert.deepEqual(
      [headers['mcp-method'], headers['mcp-name'], headers['mcp-param-region']],
      ['tools/call', 'echo', 'eu'],
    )
    const never = ['mcp-param-other', 'mcp-session-id', 'authorization']
    assert.deepEqual(
      never.map((name) => headers[name]),
      [undefined, undefined, undefined],
    )
    assert.deepEqual([params.inputResponses, params.requestState], [undefined, undefined])
    assert.equal(params._meta['example.com/mine'], 1)
    assert.deepEqual(params._meta['io.modelcontextprotocol/clientCapabilities'], {
      elicitation: { form: {} },
    })
  })

  const regions = ['eu\r\nX-Admin: yes', '=?base64?ZXZpbA==?=', ' padded ', 'Zürich', '\u0000', '']
  for (const region of regions)
    test(`attack: the argument ${JSON.stringify(region)} is one header and says what it says`, async () => {
      const session = await open('rude')
      const echoed = said(await (await session.call('echo', { region })).next())
      const { headers, params } = JSON.parse(echoed.text)
      assert.equal(params.arguments.region, region)
      assert.equal(headers['x-admin'], undefined)
      const written: string = headers['mcp-param-region']
      const encoded = /^=\?base64\?(.*)\?=$/.exec(written)?.[1]
      assert.equal(
        encoded === undefined ? written : Buffer.from(encoded, 'base64').toString(),
        region,
      )
    })

  test('what belongs to the other hop is not told: headers, versions, unknown types, silence', async () => {
    const session = await open('rude')
    for (const tool of ['mismatch', 'task', 'silent']) {
      const { error } = (await (await session.call(tool)).next()) as { error?: { code: number } }
      assert.equal(error?.code, -31502, tool)
    }
    const missing = said(await (await session.call('missing')).next())
    assert.match(missing.text, /did not declare it: elicitation/)
    assert.equal(missing.isError, true)
  })

  test('a caller that is suspended while its call waits hears that it is over', async () => {
    const session = await open('asking', 'other')
    const call = await session.call('rounds')
    const question = await call.next()
    const done = await gateway.cli(['agent', 'suspend', 'other', '--reason', 'a test'])
    assert.equal(done.code, 0, done.stderr)
    const cancelled = await call.next()
    assert.deepEqual(
      [cancelled?.method, (cancelled?.params as { requestId?: unknown } | undefined)?.requestId],
      ['notifications/cancelled', question?.id],
    )
    const { error } = (await call.next()) as { error?: { code: number } }
    assert.equal(error?.code, -31403)
  })

  test('a session of another era, a client that is too long, an older revision', async () => {
    await assert.rejects(
      openSession({
        url: `${gateway.origin}/mcp/ops/asking`,
        token: tokens.planner ?? '',
        capabilities: {},
        revision: '2025-06-18',
        headers: { 'mcp-protocol-version': '1999-01-01' },
      })
        .then((session) => session.call('plain'))
        .then(async (call) => {
          const { error } = (await call.next()) as { error?: unknown }
          if (error) throw new Error('refused')
        }),
    )
    const elder = await open('asking', 'planner', { revision: '2025-03-26', capabilities: {} })
    assert.deepEqual(said(await (await elder.call('linked')).next()), {
      text: 'Resource a, the a, test://a',
      isError: false,
    })
    const list = (await (await elder.call('list')).next()) as { result?: object }
    assert.deepEqual(Object.keys(list.result ?? {}), ['content'])
  })
})
