// Runs on both stores.
// At the plane's endpoint a legacy session is the gateway's own: what legacy servers ask there are rounds (docs/bridging.md).
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Asker, type Step, startAsker } from '../bridge/asker.ts'
import { accept, form } from '../bridge/calling.ts'
import { openSession } from '../bridge/raw-session.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { until } from './calling.ts'
import { agent, consumer, document, documents, grant, plane } from './plane.ts'

const servers = ['first', 'second']
const agents = ['planner', 'spender']
const everything = (urls: readonly string[]) =>
  documents(
    ...[plane(), consumer(), ...agents.map((name) => agent(name))],
    ...servers.map((name, at) =>
      document('Server', {
        ...{ plane: 'ops', name, owner: 'tests' },
        upstream: { url: urls[at] },
        tools: {
          ask: { class: 'read' },
          less: { class: 'read', variantOf: 'ask', remove: ['$.x'] },
        },
      }),
    ),
    ...agents.map((name) => {
      const more = name === 'spender' ? { quota: { day: 1 } } : {}
      return grant(`all-${name}`, name, [{ server: 'first' }, { server: 'second' }], 'ops', more)
    }),
  )

const askName: Step = { ask: 'elicitation/create', params: form }
const wait: Step = { wait: 'for answers' }

describe('A legacy agent at the plane’s endpoint', () => {
  let askers: Asker[]
  let gateway: Gateway
  let url: string
  before(async () => {
    askers = await Promise.all(servers.map(() => startAsker({ capabilities: { logging: {} } })))
    gateway = await startGateway({ documents: everything(askers.map((one) => one.url)) })
    url = `${gateway.origin}/mcp/ops`
  })
  after(async () => {
    await gateway?.stop()
    for (const one of askers ?? []) one.stop()
  })

  const all = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} }
  const open = async (who = 'planner', capabilities: object = all, revision = '2025-11-25') =>
    openSession({ url, token: await gateway.token(who, url), capabilities, revision })
  const ofCalls = async () =>
    (await gateway.ledger('ops')).entries.filter(({ type }) => String(type).startsWith('call.'))
  const written = async () => (await ofCalls()).length
  const entriesFrom = async (from: number) =>
    (await ofCalls())
      .slice(from)
      .map(({ type, round, status, reason }) => [type, round ?? status ?? reason])
  const textOf = (message: unknown) => {
    const { result } = message as { result: { content: { text: string }[] } }
    return JSON.parse(result.content[0]?.text ?? '')
  }

  const answersAt = (asker: Asker, from: number) =>
    asker.heard
      .slice(from)
      .map(({ message }) => message)
      .filter(({ method }) => method === undefined)

  const cancellationsAt = (asker: Asker, from: number) =>
    asker.heard.slice(from).filter(({ message }) => message.method === 'notifications/cancelled')
      .length

  test('is asked by a legacy server, in rounds that are decided and recorded as all are', async () => {
    const [session, from] = [await open(), await written()]
    const script = [askName, wait, { ask: 'roots/list' }, wait]
    const call = await session.call('first__ask', { script })
    const name = (await call.next()) as { id: unknown; method: string; params: object }
    assert.equal(name.method, 'elicitation/create')
    assert.deepEqual(name.params, { ...form, mode: 'form' })
    await session.answer(name.id, accept('Ann'))
    const roots = await call.next()
    assert.equal(roots?.method, 'roots/list')
    await session.answer(roots?.id, { roots: [] })
    assert.deepEqual(textOf(await call.next()), [accept('Ann'), { roots: [] }])
    assert.equal(await call.next(), undefined)
    assert.deepEqual(await entriesFrom(from), [
      ['call.intent', undefined],
      ['call.outcome', 'input required'],
      ['call.intent', 1],
      ['call.outcome', 'input required'],
      ['call.intent', 2],
      ['call.outcome', 'complete'],
    ])
  })

  test('is asked to sample, and by a revision that it speaks', async () => {
    const messages = [{ role: 'user', content: { type: 'text', text: 'Say hello' } }]
    const script: Step[] = [
      { ask: 'sampling/createMessage', params: { messages, maxTokens: 10 } },
      wait,
    ]
    for (const revision of ['2025-11-25', '2025-06-18', '2025-03-26']) {
      const session = await open('planner', { sampling: {} }, revision)
      const call = await session.call('first__ask', { script })
      const asked = (await call.next()) as { id: unknown; params: { messages: object } }
      assert.deepEqual(asked.params.messages, messages)
      const content = { type: 'text', text: 'hello' }
      const said = { role: 'assistant', model: 'm', content }
      await session.answer(asked.id, said)
      assert.deepEqual(textOf(await call.next()), [said], revision)
    }
  })

  test('is asked by two servers under one id, and each hears what was answered to it', async () => {
    const session = await open()
    const script: Step[] = [{ ...askName, id: 1 } as Step, wait]
    const calls = await Promise.all(
      servers.map((server) => session.call(`${server}__ask`, { script })),
    )
    const asked = await Promise.all(calls.map((call) => call.next()))
    assert.notEqual(asked[0]?.id, asked[1]?.id)
    // In the other order than they were asked.
    for (const at of [1, 0]) await session.answer(asked[at]?.id, accept(servers[at] ?? ''))
    for (const [at, call] of calls.entries())
      assert.deepEqual(textOf(await call.next()), [accept(servers[at] ?? '')])
  })

  test('that declared nothing is not asked: its server is told so, and the call goes on', async () => {
    const session = await open('planner', {})
    const call = await session.call('first__ask', { script: [askName, wait] })
    const answers = textOf(await call.next()) as { code?: number }[]
    assert.deepEqual(
      answers.map(({ code }) => code),
      [-32601],
    )
  })

  test('is asked for no more than it declared, as a server that asks for itself is told', async () => {
    const session = await open('planner', { roots: {} })
    const call = await session.call('first__ask', { script: [askName, wait] })
    const answers = textOf(await call.next()) as { code?: number }[]
    assert.deepEqual(
      answers.map(({ code }) => code),
      [-32601],
    )
    assert.deepEqual(askers[0]?.opened.at(-1), { roots: {} })
  })

  test('gets errors as its server wrote them, also that of a URL to visit before it calls again', async () => {
    const session = await open()
    const elicitations = [
      { mode: 'url', url: 'https://pay.example/1', message: 'Pay', elicitationId: 'e1' },
    ]
    for (const error of [
      { code: -32042, message: 'visit', data: { elicitations } },
      { code: -32021, message: 'what this server means by that' },
    ]) {
      const call = await session.call('first__ask', { script: [{ error }] })
      assert.deepEqual((await call.next())?.error, error)
    }
  })

  test('hears of progress and of what is logged in between, by its own token', async () => {
    const session = await open()
    await session.post({
      jsonrpc: '2.0',
      id: 7,
      method: 'logging/setLevel',
      params: { level: 'info' },
    })
    const script: Step[] = [
      { notice: 'notifications/progress', params: { progress: 1 } },
      { notice: 'notifications/message', params: { level: 'info', data: 'one' } },
      askName,
      wait,
      { notice: 'notifications/progress', params: { progress: 2 } },
    ]
    const call = await session.call('first__ask', { script }, { _meta: { progressToken: 'mine' } })
    const told: unknown[] = []
    for (let message = await call.next(); message !== undefined; message = await call.next()) {
      if (message.method === 'elicitation/create') await session.answer(message.id, accept('Ann'))
      told.push(message.method === undefined ? 'result' : message.params)
    }
    const isNotice = (params: unknown) => typeof params === 'object' && !('mode' in (params ?? {}))
    assert.deepEqual(told.filter(isNotice), [
      { progressToken: 'mine', progress: 1 },
      { level: 'info', data: 'one' },
      { progressToken: 'mine', progress: 2 },
    ])
    assert.equal(told.at(-1), 'result')
  })

  test('cancels a call whose server waits for its answer', async () => {
    const [session, from] = [await open(), await written()]
    const heard = askers[0]?.heard.length ?? 0
    const call = await session.call('first__ask', { script: [askName, wait] })
    await call.next()
    const params = { requestId: call.id, reason: 'enough' }
    await session.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params })
    while ((await call.next()) !== undefined);
    await until(() => cancellationsAt(askers[0] as Asker, heard) === 1)
    assert.deepEqual(await entriesFrom(from), [
      ['call.intent', undefined],
      ['call.outcome', 'input required'],
    ])
  })

  test('attack: an answer beyond a quota reaches nobody, and the call ends refused', async () => {
    const [session, from] = [await open('spender'), await written()]
    const heard = askers[0]?.heard.length ?? 0
    const call = await session.call('first__ask', { script: [askName, wait] })
    const name = await call.next()
    await session.answer(name?.id, accept('Ann'))
    const last = (await call.next()) as { result?: { isError: boolean; content: object[] } }
    assert.equal(last.result?.isError, true)
    assert.match(JSON.stringify(last.result?.content), /[Ll]imit/)
    await until(() => cancellationsAt(askers[0] as Asker, heard) === 1)
    assert.deepEqual(
      answersAt(askers[0] as Asker, heard).map(({ result }) => result),
      [{ action: 'decline' }],
    )
    assert.deepEqual(await entriesFrom(from), [
      ['call.intent', undefined],
      ['call.outcome', 'input required'],
      ['call.refused', 'limited'],
    ])
  })

  test('attack: another session, and an id that a server gave, answer nothing', async () => {
    const [mine, twin] = [await open(), await open()]
    const heard = askers[0]?.heard.length ?? 0
    const script: Step[] = [{ ...askName, id: 'known' } as Step, wait]
    const call = await mine.call('first__ask', { script })
    const name = await call.next()
    for (const [session, id] of [
      [twin, name?.id],
      [mine, 'known'],
    ] as const)
      assert.equal((await session.answer(id, accept('Eve'))).status, 202)
    assert.deepEqual(answersAt(askers[0] as Asker, heard), [])
    await mine.answer(name?.id, accept('Ann'))
    assert.deepEqual(textOf(await call.next()), [accept('Ann')])
  })

  test('attack: a redacted variant asks nothing: its questions could hold what it leaves out', async () => {
    const session = await open()
    const call = await session.call('first__less', { script: [askName, wait] })
    const answers = textOf(await call.next()) as { code?: number }[]
    assert.deepEqual(
      answers.map(({ code }) => code),
      [-32601],
    )
  })

  test('attack: what is no question of the table of methods is refused at the server, and never shown', async () => {
    const session = await open()
    const call = await session.call('first__ask', { script: [{ ask: 'interceptor/invoke' }, wait] })
    const answers = textOf(await call.next()) as { code?: number }[]
    assert.deepEqual(
      answers.map(({ code }) => code),
      [-32601],
    )
  })
})
