import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { UpstreamLimits } from '#upstream/connection.ts'
import { startEverythingSse } from '../peers/servers.ts'
import { callOf, exchange, Heard, loanOf, open, outbound, serverAt } from './ground.ts'
import { elsewhere, type Stream, sseServer } from './sse-server.ts'

const bearer = { name: 'key', header: 'Authorization', format: 'Bearer {secret}' } as const

const call = (caller: string, more: Parameters<typeof callOf>[2] = {}) =>
  callOf('any', {}, { era: 'legacy', caller, ...more })

type Deeds = NonNullable<Parameters<typeof sseServer>[0]>

async function old(does: Deeds = {}, limits: Partial<UpstreamLimits> = {}) {
  const server = await sseServer(does)
  const opened = await open([serverAt('old', { url: server.url })], { limits })
  return { ...opened, server, upstream: opened.find('old') }
}

const textOf = (heard: Heard): string => JSON.stringify(heard.last)

describe('a server of 2024-11-05 over HTTP+SSE', () => {
  test('is found where it takes no post, and speaks its revision', async () => {
    const { upstream, server } = await old()
    assert.deepEqual(upstream.eras, { modern: false, legacy: '2024-11-05' })
    assert.equal(upstream.health.state, 'up', upstream.health.detail)
    assert.equal(upstream.shared, true, 'nobody opens a session there but the gateway')
    const [own] = server.streams
    assert.equal(own?.posted[0]?.params?.protocolVersion, '2024-11-05')
    assert.deepEqual(own?.posted[0]?.params?.capabilities, {})
    await until(() => own?.posted[1]?.method === 'notifications/initialized')
  })

  test('lists and answers, under the id of the caller', async () => {
    const { upstream } = await old()
    assert.deepEqual(await upstream.discover(), [
      { kind: 'tool', definition: { name: 'any', inputSchema: {} } },
    ])
    const heard = await exchange(upstream, call('ann', { callId: 'mine' }))
    assert.equal(heard.last.id, 'mine')
    assert.deepEqual(heard.heads, [
      { status: 200, kind: 'json', sessionId: undefined, headers: [] },
    ])
  })

  test('has a session for each caller, and refuses who calls in nobody’s name', async () => {
    const { upstream, server } = await old()
    const heard = await Promise.all(
      ['ann', 'bob', 'ann', 'bob'].map((caller) => exchange(upstream, call(caller))),
    )
    assert.deepEqual(
      heard
        .map(textOf)
        .map((text) => /stream \d/.exec(text)?.[0])
        .toSorted(),
      ['stream 1', 'stream 1', 'stream 2', 'stream 2'],
    )
    assert.equal(server.streams.length, 3)
    const nobody = await exchange(upstream, callOf('any', {}, { era: 'legacy' }))
    assert.match(nobody.failure?.detail ?? '', /was called by nobody/)
  })

  test('is lent the credential for the stream and for each post, and told nothing else', async () => {
    const server = await sseServer()
    const { find } = await open([serverAt('old', { url: server.url }, bearer)], {
      loanFor: () => loanOf('own'),
    })
    const headers = ['mcp-protocol-version', '2025-11-25', 'traceparent', '00-1-2-03']
    await exchange(find('old'), call('ann', { loan: loanOf('hers'), headers }))
    const sent = server.headers.map(([what, ...rest]) => {
      const at = rest.findIndex((name) => name.toLowerCase() === 'authorization')
      return `${what} ${rest[at + 1]}`
    })
    assert.deepEqual(sent.slice(-4), [
      'GET /sse Bearer own',
      'POST /messages Bearer own',
      'POST /messages Bearer own',
      'POST /messages Bearer hers',
    ])
    const last = server.headers.at(-1)?.join('\n') ?? ''
    assert.match(last, /traceparent\n00-1-2-03/)
    assert.doesNotMatch(last, /mcp-protocol-version/i)
  })

  test('is given a ping’s answer, and everything else it asks is refused', async () => {
    const { upstream, server } = await old({
      answers({ id }, stream) {
        stream.say({ jsonrpc: '2.0', id: 'p', method: 'ping' })
        stream.say({ jsonrpc: '2.0', id: 's', method: 'sampling/createMessage', params: {} })
        stream.say({ jsonrpc: '2.0', id, result: {} })
      },
    })
    const heard = await exchange(upstream, call('ann'))
    assert.equal(heard.texts.length, 1, 'its caller hears nothing of that')
    await until(() => (server.streams[1]?.posted.length ?? 0) === 5)
    const answers = server.streams[1]?.posted
      .slice(3)
      .toSorted((a, b) => (`${a.id}` < `${b.id}` ? -1 : 1))
    assert.deepEqual(answers, [
      { jsonrpc: '2.0', id: 'p', result: {} },
      { jsonrpc: '2.0', id: 's', error: { code: -32601, message: 'Method not found' } },
    ])
  })

  test('gives progress to the call it is of, and is told of a cancellation', async () => {
    const { upstream, server } = await old({
      answers({ params }, stream) {
        const { progressToken } = (params?._meta ?? {}) as { progressToken?: unknown }
        const method = 'notifications/progress'
        stream.say({ jsonrpc: '2.0', method, params: { progressToken, progress: 1 } })
      },
    })
    const heard = new Heard()
    const sent = upstream.send(call('ann', { meta: { progressToken: 'mine' } }), heard)
    await heard.has(1)
    assert.deepEqual(heard.last.params, { progressToken: 'mine', progress: 1 })
    sent.cancel('no more')
    const stream = server.streams[1]
    await until(() => stream?.posted.at(-1)?.method === 'notifications/cancelled')
    assert.equal(stream?.posted.at(-1)?.params?.requestId, stream?.posted.at(-2)?.id)
  })

  test('tells of changed lists once, however many callers it has', async () => {
    const { upstream, server } = await old()
    await exchange(upstream, call('ann'))
    let changes = 0
    upstream.onListChanged(() => changes++)
    const method = 'notifications/tools/list_changed'
    for (const stream of server.streams) stream.say({ jsonrpc: '2.0', method })
    await exchange(upstream, call('ann'))
    await upstream.discover()
    assert.equal(changes, 1)
  })

  test('is gone back to when its stream was cut: calls under way fail, the next goes on', async () => {
    const { upstream, server } = await old({
      answers({ id, params }, stream) {
        if (params?.name === 'hang') stream.response.end()
        else stream.say({ jsonrpc: '2.0', id, result: {} })
      },
    })
    const cut = await exchange(upstream, callOf('hang', {}, { era: 'legacy', caller: 'ann' }))
    assert.equal(cut.failure?.code, 'upstream_unreachable')
    assert.match(cut.failure.detail, /old lost its stream: it ended its stream, at http/)
    const again = await exchange(upstream, call('ann'))
    assert.ok(again.last.result, again.failure?.detail)
    assert.equal(server.streams.length, 3)
  })

  test('that never keeps its stream open is down, and tried ever more rarely', async () => {
    const { upstream } = await old({
      takes: ({ method }, response) => {
        if (method !== 'notifications/initialized') return false
        response.writeHead(202).end()
        setImmediate(() => response.socket?.destroy())
        return true
      },
      opens(stream) {
        stream.event('endpoint', `/messages?s=${stream.number}`)
        setTimeout(() => stream.response.end(), 50)
      },
    })
    await until(() => upstream.health.state === 'down')
    assert.match(upstream.health.detail, /does not keep its stream open: it ended its stream/)
    const refused = await exchange(upstream, call('ann'))
    assert.equal(refused.failure?.detail, upstream.health.detail)
  })

  test('keeps no more streams than the bound, and closes those that nobody uses', async () => {
    const { upstream, server } = await old({}, { streams: 2, streamIdleMs: 300 })
    for (const caller of ['ann', 'bob', 'cem']) await exchange(upstream, call(caller))
    await until(() => server.streams[1]?.response.destroyed === true)
    await until(() => server.streams.slice(1).every(({ response }) => response.destroyed))
    assert.equal(server.streams[0]?.response.destroyed, false, 'the gateway’s own stays')
  })

  test('refuses one caller more where all streams are in use, and harms nobody', async () => {
    const waiting: (() => void)[] = []
    const { upstream } = await old(
      {
        answers({ id }, stream) {
          waiting.push(() => stream.say({ jsonrpc: '2.0', id, result: {} }))
        },
      },
      { streams: 1 },
    )
    const first = exchange(upstream, call('ann'))
    await until(() => waiting.length === 1)
    const refused = await exchange(upstream, call('bob'))
    assert.match(refused.failure?.detail ?? '', /has 1 streams of callers open, and all are in use/)
    waiting[0]?.()
    assert.ok((await first).last.result)
  })

  test('fails the call whose post it refuses, and no other', async () => {
    const { upstream } = await old({
      takes({ params }, response) {
        if (params?.name !== 'bad') return false
        response.writeHead(413).end()
        return true
      },
    })
    const [bad, good] = await Promise.all([
      exchange(upstream, callOf('bad', {}, { era: 'legacy', caller: 'ann' })),
      exchange(upstream, call('ann')),
    ])
    assert.match(bad.failure?.detail ?? '', /^old answered 413 to a message, at http/)
    assert.ok(good.last.result)
  })
})

describe('a hostile server over HTTP+SSE', () => {
  const named = (endpoint: (origin: string) => string) => (stream: Stream, origin: string) =>
    stream.event('endpoint', endpoint(origin))

  test('an endpoint at another origin is never asked', async () => {
    const other = await elsewhere()
    const { upstream } = await old({ opens: named(() => `${other.origin}/messages?s=0`) })
    assert.equal(upstream.health.state, 'down')
    assert.match(upstream.health.detail, /named an endpoint at another origin than its own/)
    assert.deepEqual(other.asked, [])
  })

  test('an endpoint of another scheme', async () => {
    const { upstream } = await old({ opens: named((at) => at.replace('http:', 'https:')) })
    assert.match(upstream.health.detail, /named an endpoint at another origin than its own/)
  })

  test('never an endpoint event', async () => {
    const { upstream } = await old({ opens: () => {} }, { askTimeoutMs: 300 })
    assert.match(upstream.health.detail, /named no endpoint within 300 ms/)
  })

  test('a message before the endpoint', async () => {
    const { upstream } = await old({ opens: (stream) => stream.say({ jsonrpc: '2.0', id: 1 }) })
    assert.match(upstream.health.detail, /sent a message before it named its endpoint/)
  })

  test('two endpoint events: the second ends the session, and is not asked', async () => {
    const other = await elsewhere()
    const { upstream } = await old({
      answers: (_, stream) => stream.event('endpoint', `${other.origin}/messages`),
    })
    const heard = await exchange(upstream, call('ann'))
    assert.match(heard.failure?.detail ?? '', /lost its stream: it named a second endpoint/)
    assert.deepEqual(other.asked, [])
  })

  test('an answer to an id nobody asked is heard by nobody', async () => {
    const { upstream } = await old({
      answers({ id }, stream) {
        for (const foreign of [Number(id) + 1, String(id), null, -1, 'ann'])
          stream.say({ jsonrpc: '2.0', id: foreign, result: { canary: 1 } })
        stream.say({ jsonrpc: '2.0', id, result: {} })
      },
    })
    const heard = await exchange(upstream, call('ann'))
    assert.doesNotMatch(heard.texts.join(), /canary/)
    assert.equal(heard.texts.length, 1)
  })

  test('an answer of another session is heard by nobody', async () => {
    const { upstream } = await old({
      answers({ id, params }, stream, streams) {
        const { who = '' } = (params?.arguments ?? {}) as { who?: string }
        // The canary of each goes out on the stream of everybody else, first.
        for (const other of streams)
          if (other !== stream) other.say({ jsonrpc: '2.0', id, result: { canary: who } })
        setTimeout(() => stream.say({ jsonrpc: '2.0', id, result: { own: who } }), 5)
      },
    })
    const ask = (who: string) =>
      exchange(upstream, callOf('any', { who }, { era: 'legacy', caller: who, callId: 1 }))
    for (let round = 0; round < 20; round++) {
      const callers = ['ann', 'bob', 'cem']
      const heard = await Promise.all(callers.map(ask))
      assert.deepEqual(
        heard.map(({ messages }) => messages.map(({ result }) => result)),
        callers.map((own) => [{ own }]),
      )
    }
  })

  test('an event that is no message ends the session', async () => {
    const { upstream } = await old({ answers: (_, stream) => stream.event('message', 'hello') })
    const heard = await exchange(upstream, call('ann'))
    assert.match(heard.failure?.detail ?? '', /lost its stream/)
  })

  test('an event larger than is accepted ends the session', async () => {
    const { upstream } = await old(
      { answers: (_, stream) => stream.event('message', `{"x":"${'y'.repeat(5000)}"}`) },
      { messageBytes: 4000 },
    )
    const heard = await exchange(upstream, call('ann'))
    assert.match(heard.failure?.detail ?? '', /lost its stream/)
  })

  test('a handshake in a revision that nobody knows', async () => {
    const { upstream } = await old({ revision: '2099-01-01' })
    assert.match(upstream.health.detail, /speaks none of our revisions over HTTP\+SSE/)
  })
})

test('server-everything over HTTP+SSE lists, answers and reports progress', async (t) => {
  const server = await startEverythingSse()
  t.after(server.stop)
  const { find } = await open([serverAt('everything', { url: server.url })])
  const everything = find('everything')
  assert.deepEqual(everything.eras, { modern: false, legacy: '2024-11-05' })
  const kinds = (await everything.discover()).map(({ kind }) => kind)
  assert.equal(kinds.filter((kind) => kind === 'tool').length, 13)
  const era = { era: 'legacy', caller: 'ann' } as const
  const sum = await exchange(everything, callOf('get-sum', { a: 2, b: 40 }, era))
  assert.match(textOf(sum), /The sum of 2 and 40 is 42/)
  const message = { id: 9, method: 'prompts/get', params: { name: 'simple-prompt' } }
  const prompt = await exchange(everything, outbound('legacy', message, { caller: 'ann' }))
  assert.ok(prompt.last.result, textOf(prompt))
})

async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; looks < 2000; looks++) {
    if (isSo()) return
    await new Promise((done) => setTimeout(done, 5))
  }
  assert.fail('it did not come about')
}
