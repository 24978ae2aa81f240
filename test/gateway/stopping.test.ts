// Calls that wait for what their callers are asked, when the gateway is told to stop.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { type Asker, type Step, startAsker } from '../bridge/asker.ts'
import { askingPlane } from '../bridge/asking-plane.ts'
import { startAskingServer } from '../bridge/asking-server.ts'
import { accept, call, form } from '../bridge/calling.ts'
import { openSession } from '../bridge/raw-session.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { agent, consumer, document, documents, grant, plane } from './plane.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const one of cleanUp.splice(0).reverse()) await one()
})

const startAt = async (all: string, drainMs: number): Promise<Gateway> => {
  const gateway = await startGateway({ documents: all, config: { limits: { drainMs } } })
  cleanUp.push(() => gateway.stop())
  return gateway
}
const askerPlane = ({ url }: Asker): string =>
  documents(
    ...[plane(), consumer(), agent('planner')],
    document('Server', {
      ...{ plane: 'ops', name: 'asker', owner: 'tests', upstream: { url } },
      tools: { ask: { class: 'read' } },
    }),
    grant('all', 'planner', [{ server: 'asker' }]),
  )
const startLegacy = async (): Promise<Asker> => {
  const asker = await startAsker()
  cleanUp.push(asker.stop)
  return asker
}

/** SIGTERM, and that it ended by itself. */
const stop = async (gateway: Gateway): Promise<void> => {
  process.kill(gateway.pid, 'SIGTERM')
  assert.equal(await gateway.ended, 0)
}
const calls = async (gateway: Gateway) =>
  (await gateway.ledger('ops')).entries
    .filter(({ type }) => type === 'call.intent' || type === 'call.outcome')
    .map(({ type, status }) => [type, status])

const script: Step[] = [{ ask: 'elicitation/create', params: form }, { wait: 'for answers' }]
const longMs = 600_000

test('a call of a modern caller that waits holds nothing up: it is declined at its legacy server, and its retry told to call again', async () => {
  const asker = await startLegacy()
  const gateway = await startAt(askerPlane(asker), longMs)
  const at = async (one: Gateway, more: object = {}) => {
    const url = `${one.origin}/mcp/ops/asker`
    return call({ url, token: await one.token('planner', url), script, ...more })
  }
  const { result } = await at(gateway)
  assert.equal(result.resultType, 'input_required')
  await stop(gateway)
  const heard = asker.heard.map(({ message }) => message)
  const answers = heard.filter(({ method, result }) => method === undefined && result)
  assert.deepEqual(
    answers.map(({ result }) => result),
    [{ action: 'decline' }],
  )
  assert.ok(heard.some(({ method }) => method === 'notifications/cancelled'))
  const once = [
    ['call.intent', undefined],
    ['call.outcome', 'input required'],
  ]
  assert.deepEqual(await calls(gateway), once)

  const again = await gateway.restart()
  cleanUp.push(() => again.stop())
  const { requestState } = result
  const inputResponses = { 'request-1': accept('Ann') }
  const { error } = await at(again, { requestState, inputResponses })
  assert.equal(error.code, -32602)
  assert.match(error.message, /Call again/)
})

test('a legacy caller that is asked for a modern server is told that the gateway stops, and what it was asked is taken back', async () => {
  const server = await startAskingServer()
  cleanUp.push(server.stop)
  const gateway = await startAt(askingPlane(server.url), longMs)
  const url = `${gateway.origin}/mcp/ops/asking`
  const session = await openSession({ url, token: await gateway.token('planner', url) })
  const asked = await session.call('rounds')
  assert.equal((await asked.next())?.method, 'elicitation/create')
  const ended = stop(gateway)
  assert.equal((await asked.next())?.method, 'notifications/cancelled')
  const { result } = (await asked.next()) as { result?: { isError: boolean; content: object[] } }
  assert.equal(result?.isError, true)
  assert.match(JSON.stringify(result?.content), /stops.*Call again/)
  assert.equal(await asked.next(), undefined)
  await ended
  assert.deepEqual(await calls(gateway), [
    ['call.intent', undefined],
    ['call.outcome', 'input required'],
  ])
})

test('a legacy caller that its legacy server asks has as long as calls have at a stop; then its call failed, and is recorded so', async () => {
  const asker = await startLegacy()
  const gateway = await startAt(askerPlane(asker), 300)
  const url = `${gateway.origin}/mcp/ops/asker`
  const session = await openSession({ url, token: await gateway.token('planner', url) })
  const asked = await session.call('ask', { script })
  assert.equal((await asked.next())?.method, 'elicitation/create')
  const ended = stop(gateway)
  const last = (await asked.next()) as { error?: { message: string } } | undefined
  assert.ok(last?.error, JSON.stringify(last))
  await ended
  assert.deepEqual(await calls(gateway), [
    ['call.intent', undefined],
    ['call.outcome', 'failed'],
  ])
})
