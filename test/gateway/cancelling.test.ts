import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Asker, type Step, startAsker } from '../bridge/asker.ts'
import { openSession } from '../bridge/raw-session.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { until } from './calling.ts'
import { agent, consumer, document, documents, grant, plane } from './plane.ts'

let asker: Asker
let gateway: Gateway
let token: string
before(async () => {
  asker = await startAsker()
  const server = document('Server', {
    ...{ plane: 'ops', name: 'asker', owner: 'tests' },
    upstream: { url: asker.url },
    tools: { ask: { class: 'read' } },
  })
  gateway = await startGateway({
    documents: documents(
      ...[plane(), consumer(), agent('planner'), server],
      grant('all', 'planner', [{ server: 'asker' }]),
    ),
  })
  token = await gateway.token('planner', `${gateway.origin}/mcp/ops`)
})
after(async () => {
  await gateway?.stop()
  asker?.stop()
})

const cancellations = () =>
  asker.heard.filter(({ message }) => message.method === 'notifications/cancelled')

// 2025-11-25, basic/utilities/cancellation: a server SHOULD NOT answer what was cancelled, and most leave its stream open.
for (const [path, tool] of [
  ['ops/asker', 'ask'],
  ['ops', 'asker__ask'],
] as const)
  test(`what a legacy caller cancels at /mcp/${path} ends at once, though a legacy server answers nothing more`, async () => {
    const [before, heard] = [(await gateway.ledger('ops')).entries.length, cancellations().length]
    const session = await openSession({ url: `${gateway.origin}/mcp/${path}`, token })
    const script: Step[] = [
      { notice: 'notifications/progress', params: { progress: 1 } },
      { ask: 'roots/list' },
      { wait: 'for ever' },
    ]
    const call = await session.call(tool, { script }, { _meta: { progressToken: 'p' } })
    assert.equal((await call.next())?.method, 'notifications/progress')
    const params = { requestId: call.id, reason: 'enough' }
    const told = await session.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params })
    assert.equal(told.status, 202)
    let last = await call.next()
    while (last?.method === 'roots/list') last = await call.next()
    assert.equal(last, undefined)
    await until(() => cancellations().length === heard + 1)
    const added = (await gateway.ledger('ops')).entries.slice(before)
    assert.deepEqual(
      added.map(({ type, status }) => [type, status]),
      [
        ['call.intent', undefined],
        ['call.outcome', 'cancelled'],
      ],
    )
  })
