// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import {
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { askingPlane } from './asking-plane.ts'
import { startAskingServer } from './asking-server.ts'
import { answers, connectV1, connectV2 } from './legacy-client.ts'

describe('A legacy agent at a modern server', () => {
  let server: Awaited<ReturnType<typeof startAskingServer>>
  let gateway: Gateway
  let where: { url: string; token: string }
  let client: V1Client

  before(async () => {
    server = await startAskingServer()
    gateway = await startGateway({ documents: askingPlane(server.url) })
    const url = `${gateway.origin}/mcp/ops/asking`
    where = { url, token: await gateway.token('planner', url) }
    client = await connectV1(where)
  })
  after(async () => {
    await client?.close()
    await gateway?.stop()
    await server?.stop()
  })

  const call = async (name: string, args: Record<string, unknown> = {}) =>
    textOf(await client.callTool({ name, arguments: args }))

  test('is greeted as the server greets', () => {
    assert.partialDeepStrictEqual(client.getServerVersion(), { name: 'asking', version: '2.0.0' })
    assert.equal(client.getInstructions(), 'Ask before you act.')
    const can = client.getServerCapabilities()
    assert.deepEqual(can?.resources, { subscribe: true, listChanged: true })
    assert.deepEqual([can?.logging, can?.completions, can?.tasks], [{}, {}, undefined])
  })

  test('calls, reads, completes and pings', async () => {
    assert.equal(await call('plain'), 'plain')
    const { contents } = await client.readResource({ uri: 'test://item/7' })
    assert.deepEqual(contents, [
      { uri: 'test://item/7', mimeType: 'text/plain', text: 'test://item/7' },
    ])
    const ref = { type: 'ref/prompt' as const, name: 'asks' }
    const { completion } = await client.complete({ ref, argument: { name: 'x', value: 'o' } })
    assert.deepEqual(completion.values, ['one'])
    await client.ping()
  })

  test('hears nothing of the newer era in results', async () => {
    const answer = await client.callTool({ name: 'plain', arguments: {} })
    assert.deepEqual(answer, { content: [{ type: 'text', text: 'plain' }] })
  })

  test('sees a structured result that is no object as one, as its schema says', async () => {
    const { tools } = await client.listTools()
    const list = tools.find(({ name }) => name === 'list')
    assert.partialDeepStrictEqual(list?.outputSchema, {
      type: 'object',
      properties: { result: { type: 'array', items: { type: 'number' } } },
      required: ['result'],
    })
    const { structuredContent } = await client.callTool({ name: 'list', arguments: {} })
    assert.deepEqual(structuredContent, { result: [1, 2] })
  })

  test('an unknown resource has the code of its own era', async () => {
    await assert.rejects(client.readResource({ uri: 'test://nowhere' }), { code: -32002 })
  })

  test('is asked for real, and the call goes on with the answers', async () => {
    assert.equal(await call('rounds'), 'after 2 rounds: Ada')
    assert.deepEqual(JSON.parse(await call('everything')), {
      who: answers.elicitation,
      poem: answers.sampling,
      where: answers.roots,
    })
    const { messages } = await client.getPrompt({ name: 'asks', arguments: {} })
    assert.deepEqual(messages[0]?.content, { type: 'text', text: 'Ada' })
  })

  test('is asked the same in the v2 SDK, in its legacy mode', async () => {
    const other = await connectV2(where)
    try {
      assert.equal(other.getProtocolEra(), 'legacy')
      const rounds = await other.callTool({ name: 'rounds', arguments: {} })
      assert.equal(textOf(rounds), 'after 2 rounds: Ada')
      const { structuredContent } = await other.callTool({ name: 'list', arguments: {} })
      assert.deepEqual(structuredContent, { result: [1, 2] })
    } finally {
      await other.close()
    }
  })

  test('is sent to a page where it said that it can be, under an id of its own', async () => {
    const asked: unknown[] = []
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params)
      return params.mode === 'url' ? { action: 'accept' } : answers.elicitation
    })
    assert.deepEqual(JSON.parse(await call('link')), { action: 'accept' })
    const [{ elicitationId, ...rest }] = asked as [{ elicitationId: unknown }]
    assert.equal(typeof elicitationId, 'string')
    assert.deepEqual(rest, { mode: 'url', message: 'Sign here', url: 'https://example.com/sign' })
  })

  test('is asked at the plane’s endpoint as well, under the plane’s names', async () => {
    const url = `${gateway.origin}/mcp/ops`
    const all = await connectV1({ url, token: await gateway.token('planner', url) })
    try {
      const { tools } = await all.listTools()
      assert.ok(tools.some(({ name }) => name === 'asking__rounds'))
      const rounds = await all.callTool({ name: 'asking__rounds', arguments: {} })
      assert.equal(textOf(rounds), 'after 2 rounds: Ada')
      const list = await all.callTool({ name: 'asking__list', arguments: {} })
      assert.deepEqual(list.structuredContent, { result: [1, 2] })
    } finally {
      await all.close()
    }
  })

  test('each round is a call by itself in the record', async () => {
    const before = (await gateway.ledger('ops')).entries.length
    await call('rounds')
    const { entries } = await gateway.ledger('ops')
    const rounds = entries
      .slice(before)
      .filter(({ type }) => type === 'call.intent' || type === 'call.outcome')
    assert.deepEqual(
      rounds.map(({ type, status, era }) => [type, type === 'call.intent' ? era : status]),
      [
        ['call.intent', 'legacy'],
        ['call.outcome', 'input required'],
        ['call.intent', 'legacy'],
        ['call.outcome', 'input required'],
        ['call.intent', 'legacy'],
        ['call.outcome', 'complete'],
      ],
    )
    assert.equal(new Set(rounds.map(({ call }) => call)).size, 3)
  })

  test('hears log messages at the level that it set, and progress', async () => {
    const heard: unknown[] = []
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
      heard.push(params.data)
    })
    await client.setLoggingLevel('error')
    await call('logs')
    await client.setLoggingLevel('debug')
    await call('logs')
    assert.deepEqual(heard, ['an error', 'an info', 'an error'])
    await assert.rejects(client.setLoggingLevel('loud' as never))
  })

  test('what it cancels is cancelled at the server', async () => {
    const stop = new AbortController()
    const slow = client.callTool({ name: 'slow', arguments: {} }, undefined, {
      signal: stop.signal,
    })
    while (!server.seen.some(({ method }) => method === 'slow')) await tick()
    stop.abort('enough')
    await assert.rejects(slow)
    while (server.closed.length === 0) await tick()
  })

  test('is told of changes that it may know of, on its own stream', async () => {
    const updated: string[] = []
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      updated.push(params.uri)
    })
    await client.subscribeResource({ uri: 'test://watched' })
    await client.subscribeResource({ uri: 'test://item/7' })
    await client.unsubscribeResource({ uri: 'test://item/7' })
    await call('touch')
    while (updated.length === 0) await tick()
    assert.deepEqual(updated, ['test://watched'])
    await assert.rejects(client.subscribeResource({ uri: 'test://secret' }), { code: -32002 })
  })

  test('arguments are mirrored into headers', async () => {
    const args = { region: 'us-west1', level: 3 }
    assert.deepEqual(JSON.parse(await call('mirrored', args)), args)
  })

  test('a tool that links to a resource still does in the revision that has links', async () => {
    const { content } = await client.callTool({ name: 'linked', arguments: {} })
    assert.partialDeepStrictEqual(content, [{ type: 'resource_link', uri: 'test://a' }])
  })
})

const tick = () => new Promise((resolve) => setImmediate(resolve))

const textOf = (result: Record<string, unknown>): string =>
  (result.content as { text?: string }[]).map(({ text = '' }) => text).join('')
