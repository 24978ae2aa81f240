import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Fault } from '#lib/fault.ts'
import { exchange, legacy, modern } from '../peers/wire.ts'
import { bearer, callingAt, until } from './calling.ts'
import { agent, consumer, documents, grant, plane } from './plane.ts'
import { type Here, startHere, startWatched, watchedServer } from './watched.ts'

describe('Who and what is suspended or permitted no longer', () => {
  let watched: Awaited<ReturnType<typeof startWatched>>
  let here: Here
  let url: string
  let planner: string
  let other: string
  let at: ReturnType<typeof callingAt>

  const all = () => [
    plane(),
    consumer(),
    agent('planner'),
    agent('other'),
    watchedServer(watched.url),
    grant('planner', 'planner', [{ server: 'watched' }]),
    grant('other', 'other', [{ server: 'watched' }]),
  ]
  const without = (name: string, kind: string) =>
    documents(
      ...all().filter((one) => {
        const document = JSON.parse(one)
        return !(document.name === name && document.kind === kind)
      }),
    )

  before(async () => {
    watched = await startWatched()
    here = await startHere(documents(...all()))
    url = `${here.origin}/mcp/ops/watched`
    at = callingAt(url)
    planner = await here.token('planner', url)
    other = await here.token('other', url)
  })
  after(async () => {
    await here?.stop()
    watched?.stop()
  })

  test('a suspended agent: its stream ends, its server is told, its next call is refused with words, and others go on', async () => {
    const stream = await at.streamCall(planner)
    const bystander = await at.streamCall(other, 'streams_too')
    await until(() => watched.open().length === 2)
    await here.suspend('agent', 'planner')

    assert.match(await stream.text, /-31403.*Suspended/)
    await until(() => watched.open().join() === 'streams_too')
    await until(async () => (await here.newest('streams'))?.outcome)
    const record = await here.newest('streams')
    assert.deepEqual([record?.outcome?.status, record?.outcome?.code], ['cancelled', 'suspended'])

    const told = await at.call(planner, 'quick')
    assert.equal(told.status, 200)
    assert.equal(told.result.isError, true)
    assert.match(told.result.content[0].text, /^Suspended: agent "planner".*\n.*alice@example\.com/)
    const refusal = told.result._meta['dev.bailiwick/refusal']
    assert.deepEqual([refusal.reason, refusal.station], ['suspended', 'permit'])
    assert.doesNotMatch(JSON.stringify(told), /deniz|a loop/)
    const entry = await here.newest('quick')
    assert.equal(entry?.because, 'agent planner suspended by deniz: a loop')
    assert.deepEqual(await at.call(planner, 'no_such').then(({ result }) => result.isError), true)

    assert.deepEqual(await at.names(planner), [])
    assert.equal((await at.names(other)).length, 4)
    assert.equal((await at.call(other, 'quick')).result.content[0].text, 'done')
    await assert.rejects(
      here.token('planner', url),
      (thrown) => thrown instanceof Fault && thrown.code === 'suspended',
    )
    bystander.close()
    await here.resume('agent', 'planner')
    assert.equal((await at.call(planner, 'quick')).result.content[0].text, 'done')
    await until(() => watched.open().length === 0)
  })

  test('no apply of a file lifts a suspension', async () => {
    await here.suspend('agent', 'planner')
    await here.apply(without('planner', 'Agent').replaceAll('"agent":"planner"', '"agent":"other"'))
    await here.apply(documents(...all()))
    assert.match((await at.call(planner, 'quick')).result.content[0].text, /^Suspended/)
    await here.resume('agent', 'planner')
  })

  test('a legacy session ends at its server, its stream here; the caller is told why, and after it begins anew', async () => {
    const session = await at.openSession(planner)
    const listening = await at.openStream('GET', session)
    const body = {
      jsonrpc: '2.0',
      id: 'r1',
      method: 'tools/call',
      params: { name: 'streams', _meta: { progressToken: 1 } },
    }
    const stream = await at.openStream('POST', session, body)
    await until(() => watched.open().length === 2)
    watched.seen.length = 0
    await here.suspend('agent', 'planner')

    assert.match(await stream.text, /-31403.*Suspended/)
    await listening.text
    await until(() => watched.open().length === 0)
    await until(() => watched.seen.some(({ method }) => method === 'DELETE'))
    const told = watched.seen.filter(({ method }) => method === 'notifications/cancelled')
    assert.deepEqual(
      told.map(({ params }) => params?.requestId),
      ['r1'],
    )
    assert.equal(new Set(watched.seen.map((one) => one.session)).size, 1)

    const quick = { ...legacy('tools/call', { name: 'quick' }), headers: session }
    const refused = await exchange(url, quick)
    assert.match(JSON.parse(refused.body).result.content[0].text, /^Suspended/)
    const empty = await exchange(url, { ...legacy('tools/list'), headers: session })
    assert.deepEqual(JSON.parse(empty.body).result.tools, [])
    const listen = await exchange(url, { method: 'GET', headers: session })
    assert.equal(listen.status, 403)
    const notice = { jsonrpc: '2.0', method: 'notifications/initialized' }
    assert.equal((await exchange(url, { headers: session, body: notice })).status, 403)
    const initialize = await exchange(url, { ...legacy('initialize'), headers: bearer(planner) })
    assert.equal(initialize.status, 403)

    await here.resume('agent', 'planner')
    assert.equal((await exchange(url, quick)).status, 404)
    const again = await at.openSession(planner)
    assert.match((await exchange(url, { ...quick, headers: again })).body, /done/)
  })

  test('a call that waits for a resumed stream is given up, and its server told', async () => {
    const session = await at.openSession(planner)
    const body = {
      jsonrpc: '2.0',
      id: 'r2',
      method: 'tools/call',
      params: { name: 'detaches', _meta: { progressToken: 1 } },
    }
    await exchange(url, { headers: session, body })
    assert.equal((await here.newest('detaches'))?.outcome, undefined)
    watched.seen.length = 0
    await here.suspend('capability', 'watched/tool/detaches')
    await until(async () => (await here.newest('detaches'))?.outcome)
    const outcome = (await here.newest('detaches'))?.outcome
    assert.deepEqual([outcome?.status, outcome?.code], ['cancelled', 'suspended'])
    await until(() => watched.seen.length > 0)
    assert.deepEqual(
      watched.seen.map(({ method, params }) => [method, params?.requestId]),
      [['notifications/cancelled', 'r2']],
    )
    await here.resume('capability', 'watched/tool/detaches')
  })

  test('a subscription of the modern era ends', async () => {
    const { headers, body } = modern('subscriptions/listen')
    const notifications = { resourceSubscriptions: ['w://one'] }
    const params = { ...body.params, notifications }
    const answer = streamOf({ ...headers, ...bearer(planner) }, { ...body, params })
    await until(() => watched.open().join() === 'subscription')
    await here.suspend('capability', 'watched/resource/w://one')
    assert.match((await answer).body, /-31403/)
    await until(() => watched.open().length === 0)
    await here.resume('capability', 'watched/resource/w://one')
  })
  const streamOf = (headers: Record<string, string>, body: object) =>
    exchange(url, { headers, body })

  const changes: {
    name: string
    code: 'suspended' | 'revoked'
    othersGoOn: boolean
    make(): Promise<unknown>
    undo(): Promise<unknown>
  }[] = [
    ...(
      [
        ['consumer', 'workplace-ai', false],
        ['server', 'watched', false],
        ['capability', 'watched/tool/streams', true],
        ['plane', 'ops', false],
      ] as const
    ).map(([kind, name, othersGoOn]) => ({
      name: `a suspended ${kind}`,
      code: 'suspended' as const,
      othersGoOn,
      make: () => here.suspend(kind, name),
      undo: () => here.resume(kind, name),
    })),
    ...(
      [
        ['planner', 'Grant', 'a grant that is removed'],
        ['watched', 'Server', 'a server that is removed'],
      ] as const
    ).map(([removed, kind, name]) => ({
      name,
      code: 'revoked' as const,
      othersGoOn: kind === 'Grant',
      make: () =>
        here.apply(without(removed, kind).replaceAll(/"server":"watched"/g, '"class":"read"')),
      async undo() {
        await here.apply(documents(...all()))
        await here.installation.refresh('ops' as never, 'watched')
      },
    })),
  ]
  for (const { name, code, othersGoOn, make, undo } of changes)
    test(`${name} ends what depends on it as ${code}, and nothing else`, async () => {
      const stream = await at.streamCall(planner)
      const bystander = await at.streamCall(other, 'streams_too')
      await until(() => watched.open().length === 2)
      await make()
      assert.match(await stream.text, /-31403/)
      await until(() => watched.open().join() === (othersGoOn ? 'streams_too' : ''))
      await until(async () => (await here.newest('streams'))?.outcome)
      assert.equal((await here.newest('streams'))?.outcome?.code, code)
      bystander.close()
      await undo()
      await until(() => watched.open().length === 0)
      assert.equal((await at.call(planner, 'quick')).result.content[0].text, 'done')
    })

  test('attack: a tool that is suspended takes no prompt of the same name with it, nor the prompt the tool', async () => {
    await here.suspend('capability', 'watched/tool/quick')
    assert.deepEqual(await at.names(planner, 'prompts'), ['quick'])
    assert.deepEqual((await at.ask(planner, 'prompts/get', { name: 'quick' })).result.messages, [])
    assert.equal((await at.call(planner, 'quick')).result.isError, true)
    await here.resume('capability', 'watched/tool/quick')
    await here.suspend('capability', 'watched/prompt/quick')
    assert.deepEqual(await at.names(planner, 'prompts'), [])
    assert.match(
      (await at.ask(planner, 'prompts/get', { name: 'quick' })).error.message,
      /Suspended/,
    )
    assert.equal((await at.call(planner, 'quick')).result.content[0].text, 'done')
    await here.resume('capability', 'watched/prompt/quick')
  })

  test('what is suspended is left out of lists and refused to those who have a grant, and to no others shown', async () => {
    await here.suspend('capability', 'watched/tool/quick')
    assert.deepEqual(await at.names(planner), ['detaches', 'streams', 'streams_too'])
    const told = await at.call(planner, 'quick')
    assert.match(told.result.content[0].text, /^Suspended: "quick" is.*\n.*watch-team/)
    await here.apply(without('planner', 'Grant'))
    assert.equal((await at.call(planner, 'quick')).error.message, 'Unknown tool: quick')
    await here.apply(documents(...all()))
    await here.resume('capability', 'watched/tool/quick')
  })
})
