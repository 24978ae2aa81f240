// A subscription of the newest revision at a server of the older ones.
import assert from 'node:assert/strict'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { agent, consumer, document, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type Asker, startAsker } from './asker.ts'
import { headersOf } from './calling.ts'

let asker: Asker
let gateway: Gateway
let url: string
let token: string
let open: ClientRequest[]
interface Message {
  method?: string
  params?: Record<string, unknown>
  error?: { code: number }
}
const subscriptionId = 'io.modelcontextprotocol/subscriptionId'

before(async () => {
  asker = await startAsker({
    capabilities: {
      tools: { listChanged: true },
      resources: { subscribe: true },
      prompts: { listChanged: true },
    },
  })
  const server = document('Server', {
    ...{ plane: 'ops', name: 'asker', owner: 'tests' },
    upstream: { url: asker.url },
    tools: { ask: { class: 'read' } },
    resources: { 'test://open': { class: 'read' }, 'test://closed': { class: 'write' } },
  })
  const allowed = grant('all', 'planner', [{ server: 'asker', class: ['read'] }])
  gateway = await startGateway({
    documents: documents(plane(), consumer(), agent('planner'), server, allowed),
  })
  url = `${gateway.origin}/mcp/ops/asker`
  token = await gateway.token('planner', url)
})
after(async () => {
  await gateway?.stop()
  asker?.stop()
})
beforeEach(() => {
  open = []
})
afterEach(() => {
  for (const one of open) one.destroy()
})

/** Resolves with what answers it: the messages as they come. */
const listen = async (id: number, notifications: object) => {
  const headers = {
    ...headersOf({ token }),
    'mcp-method': 'subscriptions/listen',
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const outbound = request(url, { method: 'POST', headers, agent: false })
  open.push(outbound)
  outbound.on('error', () => {})
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const params = { notifications, _meta }
  outbound.end(JSON.stringify({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params }))
  const inbound = await new Promise<IncomingMessage>((resolve) => outbound.on('response', resolve))
  const lines = createInterface({ input: inbound })[Symbol.asyncIterator]()
  const next = async (): Promise<Message> => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error('the stream has ended')
      if (value.startsWith('data: ')) return JSON.parse(value.slice(6))
      if (value.startsWith('{')) return JSON.parse(value)
    }
  }
  return { next, leave: () => outbound.destroy() }
}
const told = () => asker.heard.map(({ message }) => message)
const session = () => [...asker.own.keys()].at(-1) ?? ''

describe('A subscription at a server of the older era', () => {
  test('is acknowledged for lists, whose changes the gateway itself tells, whatever the server can', async () => {
    const one = await listen(7, {
      toolsListChanged: true,
      promptsListChanged: false,
      resourcesListChanged: true,
    })
    const ack = await one.next()
    assert.equal(ack.method, 'notifications/subscriptions/acknowledged')
    assert.deepEqual(ack.params, {
      notifications: { toolsListChanged: true, resourcesListChanged: true },
      _meta: { [subscriptionId]: 7 },
    })
  })

  test('subscribes at the server for the first who wants to hear of a resource, until the last has left', async () => {
    const of = (what: string) =>
      told().filter(({ method }) => method === `resources/${what}`).length
    const wish = { resourceSubscriptions: ['test://open'] }
    const [one, two] = [await listen(1, wish), await listen(2, wish)]
    for (const each of [one, two]) assert.deepEqual((await each.next()).params?.notifications, wish)
    assert.equal(of('subscribe'), 1)
    const params = { uri: 'test://open' }
    asker.say(session(), { method: 'notifications/resources/updated', params: { uri: 'test://x' } })
    asker.say(session(), { method: 'notifications/resources/updated', params })
    for (const each of [one, two]) assert.equal((await each.next()).params?.uri, 'test://open')
    one.leave()
    const three = await listen(3, wish)
    await three.next()
    assert.equal(of('unsubscribe'), 0)
    two.leave()
    three.leave()
    await asker.until(() => of('unsubscribe') === 1)
    assert.equal(of('subscribe'), 1)
  })

  test('attack: a resource that its caller may not read is refused, without a word to the server', async () => {
    const from = asker.heard.length
    const one = await listen(1, { resourceSubscriptions: ['test://open', 'test://closed'] })
    assert.equal((await one.next()).error?.code, -32602)
    assert.deepEqual(told().slice(from), [])
  })

  test('attack: what a server asks on it, outside of any call, reaches nobody and is refused', async () => {
    const one = await listen(8, { resourceSubscriptions: ['test://open'] })
    await one.next()
    asker.say(session(), { id: 'outside', method: 'elicitation/create', params: {} })
    asker.say(session(), { id: 'alive', method: 'ping' })
    const params = { uri: 'test://open' }
    asker.say(session(), { method: 'notifications/resources/updated', params })
    assert.equal((await one.next()).params?.uri, 'test://open')
    await asker.until(
      () => told().filter(({ id }) => id === 'outside' || id === 'alive').length === 2,
    )
    const answers = told().filter(({ id }) => id === 'outside' || id === 'alive')
    const refusal = { code: -32601, message: 'Nothing is asked outside of a call' }
    assert.deepEqual([answers[0]?.error, answers[1]?.result], [refusal, {}])
  })
})
