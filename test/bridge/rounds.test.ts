// Rounds of calls at a server of the older era, which asks by itself what it wants to know.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { agent, consumer, document, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type Asker, type Step, startAsker } from './asker.ts'
import {
  accept,
  bodyOf,
  type Calling,
  call,
  everything,
  form,
  headersOf,
  textOf,
} from './calling.ts'

let asker: Asker
let gateway: Gateway
let url: string
const tokens = new Map<string, string>()
const roundTimeoutMs = 3000
before(async () => {
  asker = await startAsker({ capabilities: { logging: {} } })
  const server = document('Server', {
    ...{ plane: 'ops', name: 'asker', owner: 'tests' },
    upstream: { url: asker.url },
    tools: { ask: { class: 'read' } },
  })
  const agents = ['planner', 'clerk', 'flooder']
  gateway = await startGateway({
    documents: documents(
      ...[plane(), consumer(), server, ...agents.map((name) => agent(name))],
      ...agents.map((name) => grant(`all-${name}`, name, [{ server: 'asker' }])),
    ),
    config: { limits: { roundTimeoutMs, parkedCallsPerCaller: 3 } },
  })
  url = `${gateway.origin}/mcp/ops/asker`
  for (const name of agents) tokens.set(name, await gateway.token(name, url))
})
after(async () => {
  await gateway?.stop()
  asker?.stop()
})

const as = (name: string, about: Omit<Calling, 'url' | 'token'>) =>
  call({ url, token: tokens.get(name) ?? '', ...about })
const planner = (about: Omit<Calling, 'url' | 'token'>) => as('planner', about)

const askName: Step[] = [{ ask: 'elicitation/create', params: form }, { wait: 'for answers' }]
const ann = { 'request-1': accept('Ann') }
const told = (from: number) => asker.heard.slice(from).map(({ message }) => message)

describe('A round', () => {
  test('has what the server asked, without what only its era has, and its answer goes to the server', async () => {
    const params = { ...form, task: { ttl: 1 }, elicitationId: 'e' }
    const script: Step[] = [{ ask: 'elicitation/create', params }, { wait: 'for answers' }]
    const { result } = await planner({ script })
    assert.equal(result.resultType, 'input_required')
    assert.deepEqual(result.inputRequests, {
      'request-1': { method: 'elicitation/create', params: form },
    })
    const { requestState } = result
    const last = await planner({ script, requestState, inputResponses: ann, id: 'x' })
    assert.deepEqual(textOf(last), [accept('Ann')])
    assert.equal(last.messages.at(-1)?.id, 'x')
    assert.equal(last.result.resultType, 'complete')
  })

  test('has all that was asked at once; what is not answered is asked again, and what nobody asked ignored', async () => {
    const script: Step[] = [
      { ask: 'elicitation/create', params: form },
      { ask: 'roots/list' },
      { wait: 'for answers' },
    ]
    const first = await planner({ script })
    assert.deepEqual(Object.keys(first.result.inputRequests), ['request-1', 'request-2'])
    const again = await planner({
      script,
      requestState: first.result.requestState,
      inputResponses: { ...ann, 'request-9': { action: 'accept' } },
    })
    assert.deepEqual(Object.keys(again.result.inputRequests), ['request-2'])
    const last = await planner({
      script,
      requestState: again.result.requestState,
      inputResponses: { 'request-2': { roots: [] } },
    })
    assert.deepEqual(textOf(last), [accept('Ann'), { roots: [] }])
  })

  test('is an entry of the ledger, and so is the call that answers it', async () => {
    const { entries } = await gateway.ledger('ops')
    const before = entries.length
    const { requestState } = (await planner({ script: askName })).result
    await planner({ script: askName, requestState, inputResponses: ann })
    const added = (await gateway.ledger('ops')).entries.slice(before)
    assert.deepEqual(
      added.map(({ type, status, round }) => [type, status ?? round]),
      [
        ['call.intent', undefined],
        ['call.outcome', 'input required'],
        ['call.intent', 1],
        ['call.outcome', 'complete'],
      ],
    )
  })

  test('of a server that wants a URL visited first lets the same call be sent again', async () => {
    const elicitations = [
      { mode: 'url', elicitationId: 'e1', url: 'https://a.example/', message: 'm' },
    ]
    const script: Step[] = [{ error: { code: -32042, message: 'visit', data: { elicitations } } }]
    const { result } = await planner({ script })
    const params = { mode: 'url', message: 'm', url: 'https://a.example/' }
    assert.deepEqual(result.inputRequests, { 'url-1': { method: 'elicitation/create', params } })
    const { requestState } = result
    const inputResponses = { 'url-1': { action: 'accept' } }
    const again = await planner({ script, requestState, inputResponses })
    assert.equal(again.result.resultType, 'input_required')
  })

  test('whose time is over is declined at the server, which is told that nobody wants the call', async () => {
    const from = asker.heard.length
    const { requestState } = (await planner({ script: askName })).result
    await asker.until(() => told(from).some(({ method }) => method === 'notifications/cancelled'))
    assert.ok(
      told(from).some(({ result }) => (result as { action?: string })?.action === 'decline'),
    )
    const { error } = await planner({ script: askName, requestState, inputResponses: ann })
    assert.equal(error.code, -32602)
  })

  test('ends when its caller is suspended', async () => {
    const from = asker.heard.length
    await as('clerk', { script: askName })
    const suspended = await gateway.cli(['agent', 'suspend', 'clerk', '--reason', 'a test'])
    assert.equal(suspended.code, 0, suspended.stderr)
    await asker.until(() => told(from).some(({ method }) => method === 'notifications/cancelled'))
    await gateway.cli(['agent', 'resume', 'clerk'])
  })
})

describe('What a server says beside its answer', () => {
  test('is progress under the caller’s own token, and what is logged as far as it asked for that', async () => {
    const script: Step[] = [
      { notice: 'notifications/progress', params: { progress: 1 } },
      { notice: 'notifications/message', params: { level: 'debug', data: 'too much' } },
      { notice: 'notifications/message', params: { level: 'error', data: 'wrong' } },
      { notice: 'notifications/tools/list_changed' },
    ]
    const meta = { progressToken: 'mine', 'io.modelcontextprotocol/logLevel': 'info' }
    const from = asker.heard.length
    const { messages } = await planner({ script, meta })
    assert.deepEqual(
      messages.slice(0, -1).map(({ method, params }) => [method, params]),
      [
        ['notifications/progress', { progressToken: 'mine', progress: 1 }],
        ['notifications/message', { level: 'error', data: 'wrong' }],
      ],
    )
    const levels = told(from).filter(({ method }) => method === 'logging/setLevel')
    assert.deepEqual(
      levels.map(({ params }) => params),
      [{ level: 'info' }],
    )
    const quiet = await planner({ script })
    assert.equal(quiet.messages.length, 1)
  })

  test('goes on where it closed its stream, and the caller does not notice', async () => {
    const script: Step[] = [{ close: true }, ...askName]
    const { requestState } = (await planner({ script })).result
    assert.deepEqual(textOf(await planner({ script, requestState, inputResponses: ann })), [
      accept('Ann'),
    ])
  })

  test('that its session is unknown opens another one, once', async () => {
    await planner({})
    const before = asker.opened.length
    asker.forget()
    const { result } = await planner({})
    assert.equal(result.resultType, 'complete')
    assert.equal(asker.opened.length, before + 1)
  })
})

describe('A caller that closes its stream', () => {
  test('cancels the call at the server, under the id that it has there', async () => {
    const from = asker.heard.length
    const script: Step[] = [
      { notice: 'notifications/progress', params: { progress: 1 } },
      { wait: 'for answers' },
      { ask: 'ping', id: 'p' },
      { wait: 'for answers' },
      { close: true },
    ]
    const body = bodyOf({ url, token: '', script, meta: { progressToken: 1 } })
    const headers = {
      ...headersOf({ token: tokens.get('planner') ?? '' }),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    }
    const outbound = request(url, { method: 'POST', headers, agent: false })
    outbound.on('error', () => {})
    outbound.end(JSON.stringify(body))
    await new Promise((resolve) => outbound.on('response', resolve))
    outbound.destroy()
    await asker.until(() => told(from).some(({ method }) => method === 'notifications/cancelled'))
    const heard = told(from)
    const called = heard.find(({ method }) => method === 'tools/call')
    const cancelled = heard.find(({ method }) => method === 'notifications/cancelled')
    assert.deepEqual(cancelled?.params, {
      requestId: called?.id,
      reason: 'the caller closed its connection',
    })
  })
})

describe('Attacks on rounds', () => {
  test('attack: another caller’s requestState is refused, before anything goes to the server', async () => {
    const { requestState } = (await planner({ script: askName })).result
    const from = asker.heard.length
    const { error } = await as('clerk', { script: askName, requestState, inputResponses: ann })
    assert.equal(error.code, -32602)
    assert.deepEqual(told(from), [])
    const mine = await planner({ script: askName, requestState, inputResponses: ann })
    assert.deepEqual(textOf(mine), [accept('Ann')])
  })

  test('attack: other arguments than those that were permitted are refused', async () => {
    const { requestState } = (await planner({ script: askName })).result
    const from = asker.heard.length
    const args = { amount: 1_000_000 }
    const { error } = await planner({ script: askName, args, requestState, inputResponses: ann })
    assert.equal(error.code, -32602)
    assert.deepEqual(told(from), [])
  })

  test('attack: a forged state, and one that was changed by a bit, is refused', async () => {
    const { requestState } = (await planner({ script: askName })).result
    const bytes = Buffer.from(requestState, 'base64url')
    bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1)
    for (const forged of ['', 'forged', `parked ${requestState}`, bytes.toString('base64url')]) {
      const { error } = await planner({
        script: askName,
        requestState: forged,
        inputResponses: ann,
      })
      assert.equal(error.code, -32602, forged)
    }
  })

  test('attack: a state that is replayed finds nothing that waits', async () => {
    const { requestState } = (await planner({ script: askName })).result
    const once = await planner({ script: askName, requestState, inputResponses: ann })
    assert.deepEqual(textOf(once), [accept('Ann')])
    for (let n = 0; n < 2; n++) {
      const { error } = await planner({ script: askName, requestState, inputResponses: ann })
      assert.equal(error.code, -32602)
    }
  })

  test('attack: two answers to one round at once are one answer and one error', async () => {
    const { requestState } = (await planner({ script: askName })).result
    const both = await Promise.all(
      [1, 2].map((id) => planner({ script: askName, requestState, inputResponses: ann, id })),
    )
    assert.equal(both.filter(({ result }) => result?.resultType === 'complete').length, 1)
    assert.equal(both.filter(({ error }) => error?.code === -32602).length, 1)
  })

  test('attack: a flood of calls that wait ends at its bound, for its own caller alone', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, id) => as('flooder', { script: askName, id })),
    )
    assert.equal(all.filter(({ result }) => result?.resultType === 'input_required').length, 3)
    assert.equal(all.filter(({ error }) => error?.code === -32603).length, 5)
    assert.equal((await planner({ script: askName })).result.resultType, 'input_required')
  })

  test('attack: a server that asks what the client did not declare gets an error, and the client nothing', async () => {
    const script: Step[] = [
      { ask: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } },
      {
        ask: 'elicitation/create',
        params: { mode: 'url', url: 'https://evil.example', message: '' },
      },
      { ask: 'roots/list' },
      { ask: 'tasks/list' },
      { wait: 'for answers' },
    ]
    const called = await planner({ script, capabilities: { elicitation: {} } })
    assert.equal(called.messages.length, 1)
    const codes = (textOf(called) as { code: number }[]).map(({ code }) => code)
    assert.deepEqual(codes, [-32601, -32602, -32601, -32601])
    assert.deepEqual(asker.opened.at(-1), { elicitation: { form: {} } })
  })

  test('attack: callers, and what they can be asked, do not share a session', async () => {
    const sessionOf = async (name: string, capabilities: object) => {
      const from = asker.heard.length
      await as(name, { capabilities })
      const calls = asker.heard.slice(from).filter(({ message }) => message.method === 'tools/call')
      return calls.at(-1)?.session
    }
    const [one, same] = [
      await sessionOf('planner', everything),
      await sessionOf('planner', everything),
    ]
    assert.equal(one, same)
    assert.notEqual(await sessionOf('planner', {}), one)
    assert.notEqual(await sessionOf('clerk', everything), one)
  })
})
