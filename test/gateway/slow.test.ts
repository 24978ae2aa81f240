// Runs on both stores.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, legacy, modern } from '../peers/wire.ts'
import { createCaller } from './caller.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from './plane.ts'

describe('Slow callers, gone callers, and a stop', () => {
  let gateway: Gateway
  let url: string
  let token: string

  before(async () => {
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        agent('planner'),
        bank(),
        grant('all', 'planner', [{ server: 'bank' }]),
      ),
      config: { runners: bankRunner(), limits: { bodyTimeoutMs: 300 } },
    })
    url = `${gateway.origin}/mcp/ops/bank`
    token = await gateway.token('planner', url)
  })
  after(() => gateway?.stop())

  const open = (headers: Record<string, string>) =>
    request(url, {
      method: 'POST',
      agent: false,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
    })

  test('a body that does not arrive ends in body_too_slow, 408', async () => {
    const slow = open({ 'content-length': '100' })
    slow.on('error', () => {})
    slow.write('{')
    const [answer] = await once(slow, 'response')
    assert.equal(answer.statusCode, 408)
    slow.destroy()
  })

  test('a caller that waits for 100 Continue is authenticated before it is told to go on', async () => {
    const stranger = request(url, {
      method: 'POST',
      agent: false,
      headers: {
        expect: '100-continue',
        'content-length': '2',
        'content-type': 'application/json',
      },
    })
    stranger.on('continue', () => assert.fail('a stranger was told to go on'))
    stranger.on('error', () => {})
    stranger.flushHeaders()
    const [refused] = await once(stranger, 'response')
    assert.equal(refused.statusCode, 401)
    stranger.destroy()

    const { headers, body } = modern('tools/list')
    const text = JSON.stringify(body)
    const known = open({
      ...headers,
      expect: '100-continue',
      'content-length': String(text.length),
    })
    known.flushHeaders()
    await once(known, 'continue')
    known.end(text)
    const [answer] = await once(known, 'response')
    assert.equal(answer.statusCode, 200)
    answer.resume()
  })

  test('a modern caller that goes away cancels its call, and the entry says so', async () => {
    const { headers, body } = modern('tools/call', {
      name: 'report_build',
      arguments: { branch: 'harbour' },
    } as { name: string })
    const gone = open({ ...headers, 'mcp-param-branch': 'harbour' })
    gone.on('error', () => {})
    // The token asks for progress, so that the first event shows that the call has reached the bank.
    const params = { ...body.params, _meta: { ...body.params._meta, progressToken: 'p' } }
    gone.end(JSON.stringify({ ...body, params }))
    const [answer] = await once(gone, 'response')
    answer.on('error', () => {})
    const [first] = await once(answer, 'data')
    assert.match(String(first), /notifications\/progress/)
    assert.match(String(first), /"progressToken":"p"/)
    answer.destroy()
    assert.equal(await statusOf('report_build'), 'cancelled')
  })

  test('a legacy caller that cancels gets no answer, and nothing unforeseen happens', async () => {
    const bearer = { authorization: `Bearer ${token}` }
    const clientInfo = { name: 't', version: '1' }
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
    const opened = await exchange(url, { ...legacy('initialize', params), headers: bearer })
    const session = { 'mcp-session-id': String(opened.headers['mcp-session-id']) }
    const before = (await outcomesOf('report_build')).length
    const call = open(session)
    const asked = {
      name: 'report_build',
      arguments: { branch: 'station' },
      _meta: { progressToken: 1 },
    }
    call.end(JSON.stringify({ ...legacy('tools/call', asked).body, id: 'c1' }))
    const [answer] = await once(call, 'response')
    const chunks: string[] = []
    answer.setEncoding('utf8').on('data', (text: string) => chunks.push(text))
    const ended = once(answer, 'end')
    await once(answer, 'data')
    const notice = { method: 'notifications/cancelled', params: { requestId: 'c1' } }
    const told = await exchange(url, {
      headers: { ...bearer, ...session },
      body: { jsonrpc: '2.0', ...notice },
    })
    assert.equal(told.status, 202)
    await ended
    assert.doesNotMatch(chunks.join(''), /"result"|"error"/)
    assert.deepEqual((await outcomesOf('report_build')).slice(before), [['cancelled', '']])
    assert.doesNotMatch(gateway.output(), /"internal"|TypeError/)
  })

  test('a batch of 2025-03-26 is so many calls', async () => {
    const params = {
      protocolVersion: '2025-03-26',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    }
    const bearer = { authorization: `Bearer ${token}` }
    const opened = await exchange(url, { ...legacy('initialize', params), headers: bearer })
    const session = { ...bearer, 'mcp-session-id': String(opened.headers['mcp-session-id']) }
    const before = (await gateway.ledger('ops')).entries.filter(
      ({ type }) => type === 'call.intent',
    ).length
    const call = (id: number, name: string) => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name, arguments: {} },
    })
    const batch = [
      call(1, 'rates_today'),
      call(2, 'no_such'),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      call(3, 'whoami'),
      { jsonrpc: '2.0', id: 4 },
    ]
    const answer = await exchange(url, { headers: session, body: JSON.stringify(batch) })
    const answers = answer.body
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice(6)))
    assert.deepEqual(answers.map(({ id }) => id).toSorted(), [1, 2, 3, 4])
    assert.equal(answers.find(({ id }) => id === 2).error.code, -32602)
    assert.equal(answers.find(({ id }) => id === 4).error.code, -32600)
    const intents = (await gateway.ledger('ops')).entries.filter(
      ({ type }) => type === 'call.intent',
    ).length
    assert.equal(intents - before, 2)
  })

  test('a stop lets a call under way end, refuses what is new as draining, and exits with 0', async () => {
    const caller = createCaller(url, token)
    const { headers, body } = modern('tools/call', {
      name: 'report_build',
      arguments: { branch: 'market' },
    } as { name: string })
    const under = open({ ...headers, 'mcp-param-branch': 'market' })
    const params = { ...body.params, _meta: { ...body.params._meta, progressToken: 1 } }
    under.end(JSON.stringify({ ...body, params }))
    const [answer] = await once(under, 'response')
    const chunks: string[] = []
    answer.setEncoding('utf8').on('data', (text: string) => chunks.push(text))
    const ended = once(answer, 'end')
    await once(answer, 'data')
    // A connection that is there already, as a client's pool holds it.
    process.kill(gateway.pid, 'SIGTERM')
    const refused = await caller.call('rates_today', {})
    // Either the door is still open on a new connection, and says draining, or nobody listens any more.
    if (refused)
      assert.ok(refused.status === 503 || refused.status === 200, `draining: ${refused.status}`)
    await ended
    assert.match(chunks.join(''), /"result"/)
    caller.close()
    assert.equal(await gateway.ended, 0)
  })

  const outcomesOf = async (tool: string): Promise<unknown[]> => {
    const { entries } = await gateway.ledger('ops')
    const calls = entries.filter(({ type, name }) => type === 'call.intent' && name === tool)
    const outcomes = entries.filter(({ type }) => type === 'call.outcome')
    return calls.flatMap(({ call }) =>
      outcomes.filter((one) => one.call === call).map(({ status, code }) => [status, code]),
    )
  }
  const statusOf = async (tool: string): Promise<unknown> => {
    for (;;) {
      const { entries } = await gateway.ledger('ops')
      const intent = entries.find(({ type, name }) => type === 'call.intent' && name === tool)
      const outcome = entries.find(
        ({ type, call }) => type === 'call.outcome' && call === intent?.call,
      )
      if (outcome) return outcome.status
    }
  }
})
