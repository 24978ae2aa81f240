import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startBank, startEverything } from '../peers/servers.ts'
import { callOf, exchange, Heard, loanOf, open, outbound, serverAt } from './ground.ts'

describe('a server over streamable HTTP', () => {
  test('that speaks both eras is found to, and lists everything that it has', async () => {
    const bank = await startBank()
    after(bank.stop)
    const { find } = await open([serverAt('bank', { url: bank.url })])
    const upstream = find('bank')
    assert.deepEqual(upstream.eras, { modern: true, legacy: '2025-11-25' })
    assert.equal(upstream.shared, false)
    assert.equal(upstream.health.state, 'up')
    assert.match(upstream.health.detail, /^bank speaks 2026-07-28 and 2025-11-25, at http:/)
    assert.ok(upstream.greeting.discover && upstream.greeting.initialize)
    const kinds = (await upstream.discover()).map(({ kind }) => kind)
    for (const kind of ['tool', 'prompt', 'resource', 'template']) {
      assert.ok(kinds.includes(kind as 'tool'), kind)
    }
  })

  test('answers a modern call with the bytes that it wrote, and a streamed one event by event', async () => {
    const bank = await startBank()
    after(bank.stop)
    const { find } = await open([serverAt('bank', { url: bank.url })])
    const plain = await exchange(find('bank'), callOf('accounts_list', {}, { callId: 'mine' }))
    assert.equal(plain.heads[0]?.status, 200)
    assert.equal(plain.last.id, 'mine')
    assert.ok(plain.last.result)
    const streamed = await exchange(
      find('bank'),
      callOf(
        'report_build',
        { branch: 'harbour', steps: 3, pauseMs: 0 },
        {
          callId: 7,
          meta: { progressToken: 'p' },
          headers: [
            ...['mcp-protocol-version', '2026-07-28', 'mcp-method', 'tools/call'],
            ...['mcp-name', 'report_build', 'mcp-param-branch', 'harbour'],
          ],
        },
      ),
    )
    assert.equal(streamed.failure, undefined)
    assert.equal(streamed.heads[0]?.kind, 'events')
    const told = streamed.messages.filter(({ method }) => method === 'notifications/progress')
    assert.ok(told.length > 0)
    assert.equal(streamed.last.id, 7)
  })

  test('of the legacy era is found to be one, and is asked in a session of our own', async () => {
    const everything = await startEverything()
    after(everything.stop)
    const { find } = await open([serverAt('everything', { url: everything.url })])
    const upstream = find('everything')
    assert.deepEqual(upstream.eras, { modern: false, legacy: '2025-11-25' })
    const tools = (await upstream.discover()).filter(({ kind }) => kind === 'tool')
    // 13 without client capabilities, 17 with them: it was told that we have none.
    assert.equal(tools.length, 13)
    const answer = await exchange(
      upstream,
      callOf('echo', { message: 'canary' }, { era: 'legacy', session: 'me' }),
    )
    assert.match(answer.texts.at(-1) ?? '', /canary/)
  })

  test('keeps a session of its own for a caller: stream, calls and the end of it', async () => {
    const everything = await startEverything()
    after(everything.stop)
    const { find } = await open([serverAt('everything', { url: everything.url })])
    const upstream = find('everything')
    const hello = await exchange(
      upstream,
      outbound('legacy', {
        id: 0,
        method: 'initialize',
        params: {
          protocolVersion: '2025-11-25',
          capabilities: {},
          clientInfo: { name: 'test', version: '1' },
        },
      }),
    )
    const sessionId = hello.heads[0]?.sessionId ?? ''
    assert.notEqual(sessionId, '')
    const headers = ['mcp-session-id', sessionId, 'mcp-protocol-version', '2025-11-25']
    const told = await exchange(
      upstream,
      outbound('legacy', { method: 'notifications/initialized' }, { headers }),
    )
    assert.deepEqual([told.heads[0]?.status, told.heads[0]?.kind], [202, 'none'])

    const stream = new Heard()
    const bare = { body: new Uint8Array(0), headers, endMs: Number.POSITIVE_INFINITY } as const
    const listening = upstream.send(
      outbound('legacy', { method: '' }, { ...bare, httpMethod: 'GET' }),
      stream,
    )
    const call = await exchange(
      upstream,
      callOf('echo', { message: 'in my session' }, { era: 'legacy', headers }),
    )
    assert.match(call.texts.at(-1) ?? '', /in my session/)
    assert.equal(stream.isOver, false)
    listening.cancel('done')

    const ended = await exchange(
      upstream,
      outbound('legacy', { method: '' }, { ...bare, httpMethod: 'DELETE', endMs: 5000 }),
    )
    assert.equal(ended.heads[0]?.status, 200)
    const late = await exchange(upstream, callOf('echo', {}, { era: 'legacy', headers }))
    assert.equal(
      late.heads[0]?.status,
      400,
      'a session that is gone is for its caller to open anew',
    )
  })

  test('that is not there is down, and says whose side that is', async () => {
    const { find } = await open([serverAt('nowhere', { url: 'http://127.0.0.1:1/mcp' })])
    const upstream = find('nowhere')
    assert.equal(upstream.health.state, 'down')
    assert.match(
      upstream.health.detail,
      /^nowhere could not be reached: the connection was refused/,
    )
    const heard = await exchange(upstream, callOf('any'))
    assert.equal(heard.failure?.code, 'upstream_unreachable')
    await assert.rejects(upstream.discover(), { code: 'upstream_unreachable' })
  })

  test('that wants a key is called with the one it is lent, and found again when there is a better one', async () => {
    const bank = await startBank({ env: { BANK_API_KEY: 'right-key' }, requireKey: true })
    after(bank.stop)
    let secret = 'wrong-key'
    const { upstreams, find } = await open(
      [
        serverAt(
          'bank',
          { url: bank.url },
          { name: 'key', header: 'Authorization', format: 'Bearer {secret}' },
        ),
      ],
      { loanFor: () => loanOf(secret) },
    )
    const upstream = find('bank')
    assert.equal(upstream.health.state, 'down')
    assert.match(upstream.health.detail, /^bank answered 401, at http:/)
    const refused = await exchange(upstream, callOf('accounts_list', {}, { loan: loanOf(secret) }))
    assert.equal(refused.failure?.code, 'upstream_refused')
    assert.doesNotMatch(refused.failure?.detail ?? '', /wrong-key/)

    secret = 'right-key'
    const isUp = new Promise<void>((resolve) => upstream.onListChanged(resolve))
    upstreams.refresh(upstream.plane, 'key')
    await isUp
    assert.equal(upstream.health.state, 'up')
    const answer = await exchange(upstream, callOf('accounts_list', {}, { loan: loanOf(secret) }))
    assert.ok(answer.last.result)
  })
})
