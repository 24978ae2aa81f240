import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { METHODS } from '#mcp/methods.ts'
import { type AnyServer, startAnyServer } from '../peers/any-server.ts'
import { exchange, legacy, modern } from '../peers/wire.ts'
import { bearer, callingAt, until } from './calling.ts'
import { agent, consumer, document, documents, grant, plane } from './plane.ts'
import { type Here, startHere } from './watched.ts'

const read = { class: 'read' }
const uri = 'any://one'
const ref = { type: 'ref/prompt', name: 'prompt' }
const all = [{ server: 'any' }]

/** What a method is about, as its params name it. */
const about: Readonly<Record<string, object>> = {
  'tools/call': { name: 'tool', arguments: {} },
  'prompts/get': { name: 'prompt' },
  'resources/read': { uri },
  'resources/subscribe': { uri },
  'resources/unsubscribe': { uri },
  'skills/get': { uri },
  'resources/directory/read': { uri },
  'completion/complete': { ref, argument: { name: 'a', value: 'b' } },
  'subscriptions/listen': { notifications: { resourceSubscriptions: [uri] } },
  'logging/setLevel': { level: 'info' },
}
const fromCatalogue = 'answered from what is released for the caller; nothing reaches a server'
/** All that a client can ask without an entry, and why (docs/ledger.md). */
const unrecorded: Readonly<Record<string, string>> = {
  initialize: 'opens the session; whatever is used in it has an entry of its own',
  ping: 'answered by the gateway',
  'server/discover': 'answered by the gateway',
  'tools/list': fromCatalogue,
  'prompts/list': fromCatalogue,
  'resources/list': fromCatalogue,
  'resources/templates/list': fromCatalogue,
  'logging/setLevel':
    'how much the caller hears in its own session: one word of eight, and no other',
  'skills/list': 'a list, of what the caller may read; whatever is read has an entry of its own',
  'tasks/list':
    'a list, of the caller’s own tasks; whatever is done to one has an entry of its own',
}
const conversation = new Set(Object.keys(unrecorded))

describe('Every message that there is', () => {
  let server: AnyServer
  let here: Here
  const url = () => `${here.origin}/mcp/ops/any`
  before(async () => {
    server = await startAnyServer()
    here = await startHere(
      documents(
        plane(),
        consumer(),
        ...['may', 'mayNot', 'spent'].map((one) => agent(one.toLowerCase())),
        document('Server', {
          ...{ plane: 'ops', name: 'any', owner: 'o', upstream: { url: server.url } },
          tools: { tool: read, another: read },
          prompts: { prompt: read },
          resources: { [uri]: read },
        }),
        grant('may', 'may', all),
        // It is let in, and may use nothing that the methods are about.
        grant('not', 'maynot', [{ server: 'any', tools: ['another'] }]),
        grant('spent', 'spent', all, 'ops', { quota: { day: 1 } }),
      ),
    )
  })
  after(async () => {
    await here?.stop()
    await server?.stop()
  })

  const tokens = new Map<string, string>()
  const tokenOf = async (who: string) => {
    tokens.set(who, tokens.get(who) ?? (await here.token(who, url())))
    return tokens.get(who) ?? ''
  }
  const calls = async (who: string) => {
    const all = await here.installation.calls.list({ plane: here.plane, most: 200 })
    return all.filter((one) => one.agent === who)
  }

  /** Sends it as its era has it; what a stream says first, where it is answered by one. */
  const send = async (who: string, era: string, method: string, isRequest: boolean) => {
    const params = about[method] ?? {}
    const token = await tokenOf(who)
    if (era === 'legacy') {
      const session =
        method === 'initialize' ? bearer(token) : await callingAt(url()).openSession(token)
      const { body } = legacy(method, method === 'initialize' ? hello : params)
      const { id: _id, ...notice } = body
      return exchange(url(), { headers: session, body: isRequest ? body : notice })
    }
    const { headers, body } = modern(method, params)
    if (method !== 'subscriptions/listen' || who !== 'may')
      return exchange(url(), { headers: { ...headers, ...bearer(token) }, body })
    const stream = await callingAt(url()).openStream('POST', { ...headers, ...bearer(token) }, body)
    await until(() => stream.said().includes('acknowledged'))
    stream.close()
    return { status: 200, headers: {}, body: stream.said() }
  }
  const hello = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 't', version: '1' },
  }

  const rows = METHODS.filter(({ sender }) => sender === 'client').flatMap((row) => [
    ...(row.since <= '2025-11-25' ? [{ ...row, era: 'legacy' }] : []),
    ...(row.until >= '2026-07-28' && row.form === 'request' ? [{ ...row, era: 'modern' }] : []),
  ])

  for (const { method, era, form } of rows)
    test(`${era} ${method}: nothing reaches a server that is not decided and recorded`, async () => {
      const before = server.reached.length
      const recorded = (await calls('may')).length
      await send('may', era, method, form === 'request')
      const seen = server.reached.slice(before).map((one) => one.method)
      const isGoverned = seen.includes(method) && form === 'request' && !conversation.has(method)
      const entries = (await calls('may')).filter((one) => one.method === method)
      // What a server of this era could do reaches it.
      if (about[method] && !conversation.has(method)) assert.ok(seen.includes(method))
      if (isGoverned) {
        assert.equal((await calls('may')).length, recorded + 1)
        assert.equal(entries[0]?.outcome?.status, 'complete')
      } else
        assert.deepEqual(
          seen.filter((one) => about[one] && !conversation.has(one)),
          [],
        )
    })

  for (const { method, era } of rows.filter(({ method }) => about[method]))
    if (!conversation.has(method))
      test(`attack: ${era} ${method} of what its caller may not use reaches nobody, and is recorded`, async () => {
        const before = server.reached.length
        const answer = await send('maynot', era, method, true)
        assert.ok(!server.reached.slice(before).some((one) => one.method === method))
        assert.match(answer.body, /"error"|"isError":true/)
        const [newest] = await calls('maynot')
        assert.deepEqual([newest?.method, newest?.outcome], [method, undefined])
      })

  for (const { method, era } of rows.filter(({ method }) => about[method]))
    if (!conversation.has(method))
      test(`attack: ${era} ${method} beyond a quota reaches nobody, and is recorded`, async () => {
        await send('spent', 'modern', 'tools/call', true)
        const before = server.reached.length
        await send('spent', era, method, true)
        assert.ok(!server.reached.slice(before).some((one) => one.method === method))
        const [newest] = await calls('spent')
        assert.deepEqual([newest?.method, newest?.decision], [method, 'limited'])
      })

  test('whatever uses a capability or a task has entries; the list of what has none is closed', () => {
    const uses = (row: (typeof METHODS)[number]) =>
      row.kind === 'call' ||
      row.kind === 'listen' ||
      (row.kind === 'task' && row.name !== undefined)
    const requests = METHODS.filter(({ sender, form }) => sender === 'client' && form === 'request')
    const others = requests.filter((row) => !uses(row)).map(({ method }) => method)
    assert.deepEqual(new Set(others), conversation)
  })

  test('attack: of a level nothing but its word reaches a server, and what is none of the eight does not', async () => {
    const headers = await callingAt(url()).openSession(await tokenOf('may'))
    const ask = (params: object) =>
      exchange(url(), { ...legacy('logging/setLevel', params), headers })
    const before = server.reached.length
    await ask({ level: 'info', note: 'secret', _meta: { note: 'secret' } })
    const refused = await ask({ level: 'secret' })
    assert.equal(JSON.parse(refused.body).error.code, -32602)
    const its = server.reached.slice(before).filter(({ method }) => method === 'logging/setLevel')
    assert.deepEqual(
      its.map(({ params }) => params),
      [{ level: 'info' }],
    )
  })

  test('attack: what has no row in the table of methods reaches nobody', async () => {
    for (const method of ['tools/destroy', 'TOOLS/CALL', 'tasks/list ', 'interceptor/invoke'])
      for (const era of ['legacy', 'modern']) {
        const before = server.reached.length
        const answer = await send('may', era, method, true)
        assert.equal(
          JSON.parse(answer.body).error.code,
          era === 'modern' && method.endsWith(' ') ? -32020 : -32601,
        )
        assert.ok(!server.reached.slice(before).some((one) => one.method === method))
      }
  })
})

describe('A legacy session at the plane’s endpoint', () => {
  let modernServer: AnyServer
  let legacyServer: AnyServer
  let here: Here
  before(async () => {
    modernServer = await startAnyServer('modern')
    legacyServer = await startAnyServer('legacy')
    const its = (name: string, at: string) =>
      document('Server', {
        ...{ plane: 'ops', name, owner: 'o', upstream: { url: at } },
        tools: { tool: read },
        resources: { [uri]: read },
      })
    here = await startHere(
      documents(
        plane(),
        consumer(),
        agent('may'),
        its('newer', modernServer.url),
        its('older', legacyServer.url),
        grant('newer', 'may', [{ server: 'newer' }]),
        grant('older', 'may', [{ server: 'older' }]),
      ),
    )
  })
  after(async () => {
    await here?.stop()
    for (const one of [modernServer, legacyServer]) await one?.stop()
  })
  const open = async () => {
    const url = `${here.origin}/mcp/ops`
    const calling = callingAt(url)
    const headers = await calling.openSession(await here.token('may', url))
    const ask = async (method: string, params: object) =>
      JSON.parse((await exchange(url, { ...legacy(method, params), headers })).body)
    const listen = () =>
      calling.openStream('GET', { ...headers, 'mcp-protocol-version': '2025-11-25' })
    return { ask, listen }
  }

  test('subscribes at servers of both eras, and hears of each under the URI that it wrote', async () => {
    const { ask, listen } = await open()
    for (const server of ['newer', 'older'])
      assert.deepEqual((await ask('resources/subscribe', { uri: `${server}+${uri}` })).result, {})
    const hidden = await ask('resources/subscribe', { uri: 'newer+any://two' })
    assert.equal(hidden.error.code, -32002)
    const stream = await listen()
    await until(() => modernServer.reached.some(({ method }) => method === 'subscriptions/listen'))
    await until(() => legacyServer.reached.some(({ method }) => method === 'resources/subscribe'))
    await until(() => {
      for (const one of [modernServer, legacyServer]) one.update(uri)
      return ['newer', 'older'].every((one) => stream.said().includes(`"uri":"${one}+${uri}"`))
    })
    assert.ok(!stream.said().includes(`"uri":"${uri}"`))
    const record = await here.newest(uri)
    assert.deepEqual([record?.method, record?.outcome?.status], ['resources/subscribe', 'complete'])
    assert.deepEqual((await ask('resources/unsubscribe', { uri: `older+${uri}` })).result, {})
    await until(() => legacyServer.reached.some(({ method }) => method === 'resources/unsubscribe'))
    stream.close()
  })

  test('tells its level to every server that has logs', async () => {
    const { ask } = await open()
    assert.equal((await ask('logging/setLevel', { level: 'loud' })).error.code, -32602)
    assert.deepEqual((await ask('logging/setLevel', { level: 'debug' })).result, {})
    assert.ok(legacyServer.reached.some(({ method }) => method === 'logging/setLevel'))
    await ask('tools/call', { name: 'newer__tool', arguments: {} })
    const call = modernServer.reached.findLast(({ method }) => method === 'tools/call')
    const meta = call?.params._meta as Record<string, unknown>
    assert.equal(meta['io.modelcontextprotocol/logLevel'], 'debug')
  })
})
