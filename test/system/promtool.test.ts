// Needs from Debian: prometheus
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { createCaller } from '../gateway/caller.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { startGateway } from '../peers/gateway.ts'
import { freePort } from '../telemetry/scrape.ts'

test('promtool has nothing to say about what /metrics tells', async () => {
  const listen = `127.0.0.1:${await freePort()}`
  const gateway = await startGateway({
    documents: documents(
      ...[plane(), consumer(), agent('planner'), bank()],
      grant('planner', 'planner', [{ server: 'bank' }]),
    ),
    config: { runners: bankRunner(), telemetry: { metrics: { listen } } },
  })
  try {
    const url = `${gateway.origin}/mcp/ops/bank`
    const caller = createCaller(url, await gateway.token('planner', url))
    await caller.call('rates_today', {})
    await caller.call('no_such_tool', {})
    caller.close()
    await fetch(url, { method: 'POST' })
    const input = await (await fetch(`http://${listen}/metrics`)).text()
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input })
    assert.deepEqual([status, `${stdout}${stderr}`], [0, ''])
  } finally {
    await gateway.stop()
  }
})
