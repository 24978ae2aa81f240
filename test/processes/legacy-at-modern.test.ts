import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import {
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { askingPlane } from '../bridge/asking-plane.ts'
import { startAskingServer } from '../bridge/asking-server.ts'
import { connectV1 } from '../bridge/legacy-client.ts'
import { openSession } from '../bridge/raw-session.ts'
import { startProcesses } from '../peers/processes.ts'

let server: Awaited<ReturnType<typeof startAskingServer>>
let processes: Awaited<ReturnType<typeof startProcesses>>
let token: string
const path = '/mcp/ops/asking'
before(async () => {
  server = await startAskingServer()
  processes = await startProcesses(2, askingPlane(server.url))
  token = await processes.at(0).token('planner', processes.origin + path)
})
after(async () => {
  await processes?.stop()
  await server?.stop()
})

const text = (result: Record<string, unknown>) =>
  (result.content as { text: string }[]).map((one) => one.text).join('')

// The balancer sends each connection to the next process, and this client opens one for each request.
test('a legacy client that alternates between two processes notices nothing', async () => {
  const client = await connectV1({ url: processes.origin + path, token, fetch: fetchOnce })
  const heard: unknown[] = []
  const updated = Promise.withResolvers<string>()
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    heard.push(params.data)
  })
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) =>
    updated.resolve(params.uri),
  )
  for (let n = 0; n < 4; n++) {
    assert.equal(text(await client.callTool({ name: 'plain', arguments: {} })), 'plain')
    const rounds = await client.callTool({ name: 'rounds', arguments: {} })
    assert.equal(text(rounds), 'after 2 rounds: Ada')
  }
  await client.setLoggingLevel('error')
  await client.subscribeResource({ uri: 'test://watched' })
  for (let n = 0; n < 2; n++) await client.callTool({ name: 'logs', arguments: {} })
  let isTold = false
  void updated.promise.then(() => {
    isTold = true
  })
  // Where the stream is at the other process, it hears of the subscription there a little later.
  while (!isTold) await client.callTool({ name: 'touch', arguments: {} })
  assert.equal(await updated.promise, 'test://watched')
  assert.deepEqual(heard, ['an error', 'an error'])
  await client.close()
})

const at = (n: number) => `${processes.origins()[n]}${path}`
const open = () =>
  openSession({
    url: at(0),
    token,
    capabilities: { elicitation: { form: {}, url: {} } },
    headers: { host: new URL(processes.origin).host },
  })

test('a question of one process is answered at the other, and by its own session alone', async () => {
  const [mine, twin] = [await open(), await open()]
  const call = await mine.call('link')
  const question = await call.next()
  const say = (action: string) => ({ action })
  assert.equal((await twin.answer(question?.id, say('decline'), at(1))).status, 202)
  assert.equal((await mine.answer(question?.id, say('accept'), at(1))).status, 202)
  const { result } = (await call.next()) as { result?: Record<string, unknown> }
  assert.deepEqual(JSON.parse(text(result ?? {})), say('accept'))
})

test('a call of one process is cancelled at the other', async () => {
  const session = await open()
  const before = server.closed.length
  const call = session.call('slow')
  while (!server.seen.some(({ method }) => method === 'slow')) await tick()
  const params = { requestId: 1, reason: 'enough' }
  const notice = { jsonrpc: '2.0', method: 'notifications/cancelled', params }
  assert.equal((await session.post(notice, {}, at(1))).status, 202)
  while (server.closed.length === before) await tick()
  await (await call).next()
})

const tick = () => new Promise((resolve) => setImmediate(resolve))

/** A connection of its own for each request. */
const fetchOnce: typeof fetch = (url, init = {}) =>
  new Promise((resolve, reject) => {
    const headers = Object.fromEntries(new Headers(init.headers))
    const outbound = request(String(url), { method: init.method ?? 'GET', headers, agent: false })
    init.signal?.addEventListener('abort', () => outbound.destroy())
    outbound.on('error', reject)
    outbound.on('response', (inbound) => {
      const body = new ReadableStream({
        start(controller) {
          inbound.on('data', (chunk: Buffer) => controller.enqueue(new Uint8Array(chunk)))
          inbound.on('end', () => controller.close())
          inbound.on('error', (cause) => controller.error(cause))
        },
        cancel: () => void inbound.destroy(),
      })
      const status = inbound.statusCode ?? 500
      const told = Object.entries(inbound.headers).map(
        ([k, v]) => [k, String(v)] as [string, string],
      )
      const isEmpty = status === 202 || status === 204
      resolve(new Response(isEmpty ? null : body, { status, headers: told }))
    })
    outbound.end(init.body as string | undefined)
  })
