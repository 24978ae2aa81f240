// Runs on both stores.
// Rounds of a legacy session's calls: its server asks by itself, and each answer that lets it go on is decided anew.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Asker, type Step, startAsker } from '../bridge/asker.ts'
import { accept, form } from '../bridge/calling.ts'
import { openSession } from '../bridge/raw-session.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange } from '../peers/wire.ts'
import { callingAt, until } from './calling.ts'
import { agent, consumer, document, documents, grant, plane } from './plane.ts'

const agents = ['planner', 'spender', 'saver', 'mover', 'clerk']
const all = (url: string, without = '') =>
  documents(
    ...[plane(), consumer(), ...agents.map((name) => agent(name))],
    document('Server', {
      ...{ plane: 'ops', name: 'asker', owner: 'tests' },
      upstream: { url },
      tools: { ask: { class: 'read' } },
    }),
    ...agents
      .filter((name) => name !== without)
      .map((name) => {
        const more = name === 'spender' || name === 'saver' ? { quota: { day: 1 } } : {}
        return grant(`all-${name}`, name, [{ server: 'asker' }], 'ops', more)
      }),
  )

const askName: Step = { ask: 'elicitation/create', params: form }
const wait: Step = { wait: 'for answers' }
const progress: Step = { notice: 'notifications/progress', params: { progress: 1 } }

describe('A legacy server that asks a legacy caller in the middle of a call', () => {
  let asker: Asker
  let gateway: Gateway
  let url: string
  before(async () => {
    asker = await startAsker()
    gateway = await startGateway({ documents: all(asker.url) })
    url = `${gateway.origin}/mcp/ops/asker`
  })
  after(async () => {
    await gateway?.stop()
    asker?.stop()
  })

  const open = async (who = 'planner', at = url) =>
    openSession({ url: at, token: await gateway.token(who, at) })
  const heardFrom = (from: number) => asker.heard.slice(from).map(({ message }) => message)
  /** What is no request of the gateway's own, which looks at the server when it likes. */
  const answersFrom = (from: number) => heardFrom(from).filter(({ method }) => method === undefined)
  const isCancellation = ({ method }: Record<string, unknown>) =>
    method === 'notifications/cancelled'
  /** What was written from there on: an intent with its round, an outcome with its status. */
  const ofCalls = async () =>
    (await gateway.ledger('ops')).entries.filter(({ type }) => String(type).startsWith('call.'))
  const entriesFrom = async (from: number) =>
    (await ofCalls())
      .slice(from)
      .map(({ type, round, status, reason }) => [type, round ?? status ?? reason])
  const written = async () => (await ofCalls()).length
  const once = [['call.intent', undefined]]
  const textOf = (message: unknown) => {
    const { result } = message as { result: { content: { text: string }[] } }
    return JSON.parse(result.content[0]?.text ?? '')
  }

  test('makes a round of it: decided and recorded as one in every other pairing', async () => {
    const [session, from] = [await open(), await written()]
    const call = await session.call('ask', { script: [askName, wait, { ask: 'roots/list' }, wait] })
    const name = await call.next()
    assert.equal(name?.method, 'elicitation/create')
    assert.deepEqual(await entriesFrom(from), once)
    assert.equal((await session.answer(name?.id, accept('Ann'))).status, 202)
    const roots = await call.next()
    assert.equal(roots?.method, 'roots/list')
    await session.answer(roots?.id, { roots: [] })
    assert.deepEqual(textOf(await call.next()), [accept('Ann'), { roots: [] }])
    assert.deepEqual(await entriesFrom(from), [
      ['call.intent', undefined],
      ['call.outcome', 'input required'],
      ['call.intent', 1],
      ['call.outcome', 'input required'],
      ['call.intent', 2],
      ['call.outcome', 'complete'],
    ])
  })

  test('and asks several things at once has one round of them, whichever is answered first', async () => {
    const [session, from] = [await open(), await written()]
    const script = [askName, { ask: 'roots/list' }, askName, wait]
    const call = await session.call('ask', { script })
    const asked = [await call.next(), await call.next(), await call.next()]
    const answers = [accept('Ann'), { roots: [] }, accept('Bo')]
    await Promise.all([2, 0, 1].map((n) => session.answer(asked[n]?.id, answers[n] as object)))
    assert.deepEqual(textOf(await call.next()), answers)
    assert.deepEqual(await entriesFrom(from), [
      ['call.intent', undefined],
      ['call.outcome', 'input required'],
      ['call.intent', 1],
      ['call.outcome', 'complete'],
    ])
  })

  test('and gets no answer goes on without one: that is no round', async () => {
    const [session, from] = [await open(), await written()]
    const call = await session.call('ask', { script: [askName] })
    const name = await call.next()
    assert.deepEqual(textOf(await call.next()), [null])
    const heard = asker.heard.length
    assert.equal((await session.answer(name?.id, accept('late'))).status, 202)
    assert.deepEqual(answersFrom(heard), [])
    assert.deepEqual(await entriesFrom(from), [
      ['call.intent', undefined],
      ['call.outcome', 'complete'],
    ])
  })

  test('hears that its client will not say, too, as an answer like any other', async () => {
    const [session, from] = [await open(), await written()]
    const call = await session.call('ask', { script: [askName, wait] })
    const name = await call.next()
    const error = { code: -1, message: 'no' }
    await session.post({ jsonrpc: '2.0', id: name?.id, error })
    assert.deepEqual(textOf(await call.next()), [error])
    assert.equal((await entriesFrom(from)).length, 4)
  })

  test('attack: an answer beyond a quota reaches nobody; its server is told, and the call ends refused', async () => {
    const [session, from] = [await open('spender'), await written()]
    const heard = asker.heard.length
    const call = await session.call('ask', { script: [askName, wait] })
    const name = await call.next()
    await session.answer(name?.id, accept('Ann'))
    const last = (await call.next()) as { result?: { isError: boolean; content: object[] } }
    assert.equal(last.result?.isError, true)
    assert.match(JSON.stringify(last.result?.content), /[Ll]imit/)
    assert.equal(await call.next(), undefined)
    await until(() => heardFrom(heard).some(isCancellation))
    const told = answersFrom(heard)
    assert.deepEqual(
      told.map(({ id, error }) => [id, (error as { code: number }).code]),
      [[name?.id, -32603]],
    )
    assert.deepEqual(await entriesFrom(from), [
      ['call.intent', undefined],
      ['call.outcome', 'input required'],
      ['call.refused', 'limited'],
    ])
  })

  test('attack: an answer of a suspended agent reaches nobody, and its call has ended', async () => {
    const session = await open('clerk')
    const [heard, ended] = [asker.heard.length, asker.ended.length]
    const call = await session.call('ask', { script: [askName, wait] })
    const name = await call.next()
    await gateway.cli(['agent', 'suspend', 'clerk', '--reason', 'a test'])
    const refused = await session.answer(name?.id, accept('Ann'))
    assert.equal(refused.status, 403)
    assert.match(JSON.stringify(await call.next()), /Suspended|suspended/)
    await until(() => asker.ended.length > ended)
    assert.ok(!heardFrom(heard).some(({ result }) => result !== undefined))
    await gateway.cli(['agent', 'resume', 'clerk'])
  })

  test('attack: what nobody asked, what another session was asked, and a second answer reach nobody', async () => {
    const [mine, twin] = [await open(), await open()]
    const call = await mine.call(
      'ask',
      { script: [askName, wait, progress, askName, wait] },
      {
        _meta: { progressToken: 'p' },
      },
    )
    const name = await call.next()
    const heard = asker.heard.length
    for (const [session, id] of [
      [twin, name?.id],
      [mine, 'nobody-asked'],
      [mine, 1],
    ] as const)
      assert.equal((await session.answer(id, accept('Eve'))).status, 202)
    assert.deepEqual(answersFrom(heard), [])
    await mine.answer(name?.id, accept('Ann'))
    await mine.answer(name?.id, accept('Eve'))
    while ((await call.next())?.method !== 'elicitation/create');
    assert.deepEqual(
      answersFrom(heard).map(({ result }) => result),
      [accept('Ann')],
    )
    await mine.post({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: call.id },
    })
  })

  test('attack: a server that never stops asking is answered with errors from the eighth round on', async () => {
    const [session, from] = [await open('mover'), await written()]
    const script = Array.from({ length: 9 }, () => [askName, wait]).flat()
    const call = await session.call('ask', { script })
    let message = await call.next()
    for (; message?.method === 'elicitation/create'; message = await call.next())
      await session.answer(message.id, accept('Ann'))
    const answers = textOf(message) as { code?: number }[]
    assert.equal(answers.filter(({ code }) => code === undefined).length, 7)
    assert.deepEqual(
      answers.slice(7).map(({ code }) => code),
      [-32603, -32603],
    )
    const entries = await entriesFrom(from)
    assert.deepEqual(
      entries.filter(([type]) => type === 'call.intent').map(([, round]) => round),
      [undefined, 1, 2, 3, 4, 5, 6, 7],
    )
  })

  test('attack: a server that asks very much at once gets errors beyond sixteen things', async () => {
    const session = await open('mover')
    const script = [...Array.from({ length: 20 }, () => askName), wait]
    const call = await session.call('ask', { script })
    const asked = []
    for (let n = 0; n < 16; n++) asked.push(await call.next())
    await Promise.all(asked.map((one) => session.answer(one?.id, accept('Ann'))))
    const answers = textOf(await call.next()) as { code?: number }[]
    assert.equal(answers.filter(({ code }) => code === -32603).length, 4)
  })

  test('attack: what is no question of the table of methods is refused at the server, and never shown', async () => {
    const session = await open()
    const script = [{ ask: 'ping' }, { ask: 'tasks/result' }, { ask: 'interceptor/invoke' }, wait]
    const call = await session.call('ask', { script })
    const answers = textOf(await call.next()) as { code?: number }[]
    assert.deepEqual(
      answers.map(({ code }) => code),
      [undefined, -32601, -32601],
    )
  })

  test('attack: a server is told of no tasks at its client, which it would ask for beside calls', async () => {
    const tasks = { requests: { elicitation: { create: {} } } }
    const capabilities = { tasks, elicitation: {} }
    await openSession({ url, token: await gateway.token('planner', url), capabilities })
    assert.deepEqual(asker.opened.at(-1), { elicitation: {} })
  })

  describe('and closes the stream of the call after that (SEP-1699)', () => {
    const askAndClose = async (who: string) => {
      const [session, from, heard] = [await open(who), await written(), asker.heard.length]
      const call = await session.call('ask', { script: [askName, { close: true }, wait] })
      const name = await call.next()
      assert.equal(name?.method, 'elicitation/create')
      assert.equal(await call.next(), undefined)
      assert.equal((await session.answer(name?.id, accept('Ann'))).status, 202)
      return { session, from, heard, call }
    }

    test('has a round of it, which ends with what the resumed stream brings', async () => {
      const { session, from, heard, call } = await askAndClose('planner')
      const called = asker.heard.slice(heard).find(({ message }) => message.method === 'tools/call')
      const stream = await callingAt(url).openStream('GET', {
        ...session.headers,
        'mcp-protocol-version': '2025-11-25',
        'last-event-id': `${called?.session} ${call.id}`,
      })
      await until(() => stream.said().includes('Ann'))
      assert.deepEqual(await entriesFrom(from), [
        ['call.intent', undefined],
        ['call.outcome', 'input required'],
        ['call.intent', 1],
        ['call.outcome', 'complete'],
      ])
      stream.close()
    })

    test('attack: beyond a quota has none, and its server is told that the call is over', async () => {
      const { from, heard } = await askAndClose('saver')
      await until(() => heardFrom(heard).some(isCancellation))
      assert.ok(!answersFrom(heard).some(({ result }) => result !== undefined))
      assert.deepEqual(await entriesFrom(from), [
        ['call.intent', undefined],
        ['call.outcome', 'input required'],
        ['call.refused', 'limited'],
      ])
    })
  })

  describe('on the stream of the session', () => {
    /** Somebody who listens in a session, and the server's own end of it. */
    const listen = async () => {
      const session = await open()
      const known = new Set(asker.own.keys())
      const headers = { ...session.headers, 'mcp-protocol-version': '2025-11-25' }
      const stream = await callingAt(url).openStream('GET', headers)
      await until(() => [...asker.own.keys()].some((one) => !known.has(one)))
      const at = [...asker.own.keys()].find((one) => !known.has(one)) ?? ''
      return { session, stream, ask: (id: string, method: string) => asker.say(at, { id, method }) }
    }
    const answerTo = async (id: string) => {
      await until(() => asker.heard.some(({ message }) => message.id === id && !message.method))
      return asker.heard.find(({ message }) => message.id === id && !message.method)?.message
    }

    test('asks the caller of the one call that is on its way: a round of that', async () => {
      const { session, stream, ask } = await listen()
      const from = await written()
      const call = await session.call(
        'ask',
        { script: [progress, wait, { ask: 'ping' }, askName, wait] },
        { _meta: { progressToken: 'p' } },
      )
      await call.next()
      const name = await call.next()
      ask('beside', 'roots/list')
      await until(() => stream.said().includes('"beside"'))
      await session.answer('beside', { roots: [] })
      assert.deepEqual((await answerTo('beside'))?.result, { roots: [] })
      await session.answer(name?.id, accept('Ann'))
      await call.next()
      assert.deepEqual(await entriesFrom(from), [
        ['call.intent', undefined],
        ['call.outcome', 'input required'],
        ['call.intent', 1],
        ['call.outcome', 'complete'],
      ])
      stream.close()
    })

    test('attack: outside of any call nobody is asked, nor where it could be about several', async () => {
      const { session, stream, ask } = await listen()
      ask('outside', 'elicitation/create')
      ask('alive', 'ping')
      const refused = (await answerTo('outside')) as { error?: { code: number } }
      assert.equal(refused.error?.code, -32601)
      assert.deepEqual((await answerTo('alive'))?.result, {})
      const calls = [1, 2].map(() => session.call('ask', { script: [askName, wait] }))
      for (const one of await Promise.all(calls)) await one.next()
      ask('whose', 'sampling/createMessage')
      assert.ok((await answerTo('whose'))?.error)
      assert.ok(!stream.said().includes('"whose"') && !stream.said().includes('"outside"'))
      stream.close()
      await exchange(url, { method: 'DELETE', headers: session.headers })
    })
  })
})
