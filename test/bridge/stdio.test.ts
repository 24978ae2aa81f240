import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { startGateway } from '../peers/gateway.ts'
import { pathOf } from '../peers/program.ts'
import { connectV1 } from './legacy-client.ts'

test('legacy agents share a process that speaks the modern era alone, and each is asked for itself', async (t) => {
  const server = JSON.stringify({
    ...{ apiVersion: 'bailiwick/v1', kind: 'Server', plane: 'ops', name: 'piped', owner: 'tests' },
    upstream: { runner: 'piped' },
    tools: { asks: { class: 'read' } },
  })
  const program = pathOf('test/bridge/modern-stdio.ts')
  const gateway = await startGateway({
    documents: documents(
      plane(),
      consumer(),
      agent('planner'),
      server,
      grant('all', 'planner', [{ server: 'piped' }]),
    ),
    config: { runners: { piped: { command: process.execPath, arguments: [program] } } },
  })
  t.after(() => gateway.stop())
  const url = `${gateway.origin}/mcp/ops/piped`
  const token = await gateway.token('planner', url)
  const clients = await Promise.all([connectV1({ url, token }), connectV1({ url, token })])
  t.after(() => Promise.all(clients.map((one) => one.close())))
  for (const client of clients)
    assert.deepEqual(client.getServerCapabilities(), { tools: { listChanged: true } })
  const answers = await Promise.all(
    clients.flatMap((one) => [1, 2, 3].map(() => one.callTool({ name: 'asks', arguments: {} }))),
  )
  for (const { content } of answers) assert.deepEqual(content, [{ type: 'text', text: 'Ada' }])
})
