import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { connectV1, connectV2 } from '../peers/clients.ts'
import { exchange, modern } from '../peers/wire.ts'
import { type Announcing, announcingServer, startAnnouncing } from './announcing.ts'
import { bearer, callingAt, type Stream, until } from './calling.ts'
import { agent, consumer, documents, grant, plane, quota } from './plane.ts'
import { type Here, startHere } from './watched.ts'

const tools = ['create_ticket', 'listTickets', 'read_calendar', 'files.read', 'region_report']

describe('A plane whose tools are searched', () => {
  let server: Announcing
  let here: Here
  let url: string
  let token: string
  const streams: Stream[] = []

  const all = (search: boolean, ...more: string[]) =>
    documents(
      plane('ops', search ? { endpoint: { search } } : {}),
      consumer(),
      agent('planner'),
      announcingServer('desk', server.url, tools),
      grant('planner', 'planner', [
        {
          server: 'desk',
          tools: ['create_ticket', 'read_calendar', 'files.read', 'region_report'],
        },
      ]),
      ...more,
    )

  before(async () => {
    server = await startAnnouncing()
    server.offers.tools = tools
    server.schemas.region_report = {
      type: 'object',
      properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
    }
    here = await startHere(all(true))
    url = `${here.origin}/mcp/ops`
    token = await here.token('planner', url)
  })
  beforeEach(() => here.apply(all(true)))
  after(async () => {
    for (const stream of streams) stream.close()
    await here?.stop()
    server?.stop()
  })

  const call = async (name: string, args: unknown, more: Record<string, string> = {}) => {
    const { headers, body } = modern('tools/call', { name })
    const params = { ...body.params, arguments: args }
    const sent = { ...headers, ...bearer(token), ...more }
    const answer = await exchange(url, { headers: sent, body: { ...body, params } })
    return { status: answer.status, ...JSON.parse(answer.body) }
  }
  const find = async (query: string, limit?: number) => {
    const { result } = await call('search_tools', { query, ...(limit && { limit }) })
    return result.structuredContent.tools.map(({ name }: { name: string }) => name)
  }

  for (const [name, connect] of [
    ['SDK v1', connectV1],
    ['SDK v2', (target: { url: string; token: string }) => connectV2(target, 'auto')],
  ] as const)
    test(`${name} is listed two tools, finds one by the first, and calls it by the second`, async () => {
      const peer = await connect({ url, token })
      const listed = (await peer.listTools()).map((one) => one.name)
      assert.deepEqual(listed, ['call_tool', 'search_tools'])
      const { structured, text } = await peer.callTool('search_tools', { query: 'ticket' })
      const found = ['desk__create_ticket']
      const { tools } = structured as { tools: { name: string }[] }
      assert.deepEqual(
        tools.map((one) => one.name),
        found,
      )
      assert.deepEqual(JSON.parse(text), structured)
      const done = await peer.callTool('call_tool', { name: found[0], arguments: { a: 1 } })
      assert.equal(done.text, 'done')
      await peer.close()
    })

  test('it finds by words wherever they stand, best first, and only what the caller may discover', async () => {
    assert.deepEqual(await find('ticket'), ['desk__create_ticket'])
    assert.deepEqual(await find('read'), ['desk__read_calendar', (await find('files'))[0]].sort())
    assert.deepEqual(await find('list tickets'), ['desk__create_ticket'])
    assert.deepEqual(await find('desk', 2), (await find('desk')).slice(0, 2))
    assert.deepEqual(await find('nothing of the kind'), [])
    assert.deepEqual(await find('.*'), [])
  })

  test('what is called by call_tool is decided, limited and recorded as the tool itself', async () => {
    await here.apply(all(true, quota('few', [{ tools: ['read_calendar'] }], { day: 1 })))
    const name = 'desk__read_calendar'
    assert.equal(
      (await call('call_tool', { name, arguments: { day: 1 } })).result.isError,
      undefined,
    )
    const sent = server.asked.filter(({ method }) => method === 'tools/call').at(-1)
    assert.deepEqual([sent?.params.name, sent?.params.arguments], ['read_calendar', { day: 1 }])
    const record = await here.newest('read_calendar')
    assert.deepEqual([record?.server, record?.outcome?.status], ['desk', 'complete'])
    assert.equal(await here.newest('call_tool'), undefined)
    const limited = await call('call_tool', { name, arguments: {} })
    assert.match(limited.result.content[0].text, /Limited|limit/)
    assert.match(limited.result.content[0].text, /desk__read_calendar/)
    const hidden = await call('call_tool', { name: 'desk__listTickets' })
    assert.deepEqual(hidden.error, {
      code: -32602,
      message: 'Unknown tool: desk__listTickets',
    })
    const short = (await find('files'))[0]
    assert.match(short, /^desk__files_read__[0-9a-f]{16}$/)
    await call('call_tool', { name: short })
    assert.equal((await here.newest('files.read'))?.outcome?.status, 'complete')
  })

  test('arguments that a tool wants in headers are repeated from the call itself, not from the caller', async () => {
    const args = { name: 'desk__region_report', arguments: { region: 'eu' } }
    const answer = await call('call_tool', args, { 'mcp-param-region': 'us' })
    assert.equal(answer.result.content[0].text, 'done')
    assert.equal(server.last('tools/call')?.headers['mcp-param-region'], 'eu')
    assert.equal(server.last('tools/call')?.headers['mcp-name'], 'region_report')
  })

  test('a search is recorded; one that asks wrongly, and a call within a call, are refused with words', async () => {
    await find('calendar')
    const record = await here.newest('search_tools')
    assert.deepEqual([record?.server, record?.grant, record?.outcome?.status], ['', '', 'complete'])
    for (const args of [{}, { query: '' }, { query: 'x', limit: 21 }, { query: 'x', more: 1 }, 'x'])
      assert.equal((await call('search_tools', args)).result.isError, true, JSON.stringify(args))
    for (const args of [
      {},
      { name: '' },
      { name: 'desk__read_calendar', arguments: 'x' },
      { name: 'call_tool', arguments: { name: 'desk__read_calendar' } },
    ])
      assert.match(
        (await call('call_tool', args)).result.content[0].text,
        /do not fit what "call_tool" takes/,
      )
    await here.suspend('agent', 'planner')
    assert.match((await call('search_tools', { query: 'x' })).result.content[0].text, /Suspended/)
    await here.resume('agent', 'planner')
  })

  test('it is off unless a plane says so, and a change of that is told as a change of tools', async () => {
    const { headers, body } = modern('subscriptions/listen')
    const params = { ...body.params, notifications: { toolsListChanged: true } }
    const sent = { ...headers, ...bearer(token) }
    const stream = await callingAt(url).openStream('POST', sent, { ...body, params })
    streams.push(stream)
    await until(() => stream.said().includes('acknowledged'))
    await here.apply(all(false))
    await until(() => stream.said().includes('tools/list_changed'))
    assert.equal((await callingAt(url).names(token)).length, 4)
    const unknown = await call('search_tools', { query: 'ticket' })
    assert.equal(unknown.error.message, 'Unknown tool: search_tools')
  })
})
