// Runs on both stores.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGateway } from '../peers/gateway.ts'
import { createCaller, inParallel } from './caller.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane, quota } from './plane.ts'

const mayADay = 100

test('of 1,000 parallel calls exactly as many pass as the day may hold, and none after a kill -9', async () => {
  let gateway = await startGateway({
    documents: documents(
      plane(),
      consumer(),
      agent('planner'),
      agent('auditor'),
      bank(),
      grant('planner', 'planner', [{ server: 'bank' }]),
      grant('auditor', 'auditor', [{ server: 'bank' }]),
      quota('calls', [{ server: 'bank', tools: ['rates_today'] }], {
        day: mayADay,
        minute: 100_000,
      }),
    ),
    config: { runners: bankRunner() },
  })
  try {
    assert.deepEqual(await rush(gateway, 'planner'), { passed: mayADay, limited: 1000 - mayADay })
    await gateway.kill()
    gateway = await gateway.restart()
    assert.deepEqual(await rush(gateway, 'planner'), { passed: 0, limited: 1000 })
    // Another agent's windows are its own.
    assert.deepEqual(await rush(gateway, 'auditor'), { passed: mayADay, limited: 1000 - mayADay })
    // At the end of a second its equal refusals are written as one count: at a stop as well, at a kill not.
    await gateway.cli(['stop'])
    await gateway.ended
    const { entries } = await gateway.ledger('ops')
    const intents = entries.filter(({ type }) => type === 'call.intent')
    assert.equal(intents.filter(({ agent: who }) => who === 'planner').length, mayADay)
    const refused = entries.filter(({ type }) => type === 'call.refused')
    const counted = entries.filter(({ type }) => type === 'call.refused.count')
    const total = counted.reduce((sum, { count }) => sum + Number(count), 0)
    assert.ok(
      refused.length + total >= 1000 - mayADay,
      'refusals are recorded, in full or in counts',
    )
  } finally {
    await gateway.stop()
  }
})

async function rush(
  gateway: { origin: string; token(agent: string, url: string): Promise<string> },
  who: string,
) {
  const url = `${gateway.origin}/mcp/ops/bank`
  const caller = createCaller(url, await gateway.token(who, url))
  let passed = 0
  let limited = 0
  await inParallel(1000, 128, async () => {
    const told = await caller.call('rates_today', {})
    assert.equal(told?.status, 200)
    const refusal = JSON.parse(told.text).result._meta?.['dev.bailiwick/refusal']
    if (refusal === undefined) passed++
    else {
      assert.equal(refusal.reason, 'limited')
      assert.ok(refusal.retryAfterMs > 0 && refusal.retryAfterMs <= 86_400_000)
      limited++
    }
  })
  caller.close()
  return { passed, limited }
}
