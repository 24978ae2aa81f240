// Runs on both stores.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { startGateway } from '../peers/gateway.ts'
import { createCaller, inParallel } from './caller.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from './plane.ts'

test('an anonymous flood and a looping denied agent cost the ledger little, and another plane nothing', async () => {
  const gateway = await startGateway({
    documents: documents(
      plane(),
      plane('finance'),
      consumer(),
      consumer('finance'),
      agent('looper'),
      agent('payer', 'finance'),
      bank(),
      bank({}, 'finance'),
      grant('some', 'looper', [{ server: 'bank', tools: ['whoami'] }]),
      grant('all', 'payer', [{ server: 'bank' }], 'finance'),
    ),
    config: { runners: bankRunner(), limits: { unauthenticatedPerSecond: 50 } },
  })
  const ops = `${gateway.origin}/mcp/ops/bank`
  const finance = `${gateway.origin}/mcp/finance/bank`
  const looper = createCaller(ops, await gateway.token('looper', ops))
  const payer = createCaller(finance, await gateway.token('payer', finance))
  const stranger = createCaller(ops, 'not-a-token')
  try {
    const turnedAway = new Map<number, number>()
    const flood = inParallel(3000, 32, async () => {
      const told = await stranger.call('rates_today', {})
      turnedAway.set(told?.status ?? 0, (turnedAway.get(told?.status ?? 0) ?? 0) + 1)
    })
    let denied = 0
    const loop = inParallel(2000, 16, async () => {
      const told = await looper.call('transfer_create', {})
      if (told?.text.includes('-32602')) denied++
    })
    let paid = 0
    const work = inParallel(200, 4, async () => {
      const told = await payer.call('rates_today', {})
      if (told?.text.includes('"resultType":"complete"') && !told.text.includes('isError":true'))
        paid++
    })
    await Promise.all([flood, loop, work])
    assert.equal(paid, 200, 'every call of the other plane succeeded')
    assert.equal(denied, 2000)
    assert.deepEqual([...turnedAway.keys()].toSorted(), [401, 429], 'unauthenticated, then flood')
    looper.close()
    payer.close()
    stranger.close()
    process.kill(gateway.pid, 'SIGTERM')
    await gateway.ended

    const { entries } = await gateway.ledger('ops')
    const refused = entries.filter(({ type }) => type === 'call.refused')
    const counts = entries.filter(({ type }) => type === 'call.refused.count')
    const perSecond = new Map<number, number>()
    for (const { at } of [...refused, ...counts.map((one) => ({ at: Number(one.from) }))]) {
      const second = Math.floor(at / 1000)
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
    }
    assert.ok(
      Math.max(...perSecond.values()) <= 11,
      `at most eleven a second: ${[...perSecond.values()]}`,
    )
    const total = refused.length + counts.reduce((sum, { count }) => sum + Number(count), 0)
    assert.equal(total, 2000, 'none is missing from full entries and counts')

    const strangers = entries.filter(({ type }) => type === 'unauthenticated.count')
    assert.equal(
      strangers.reduce((sum, { count }) => sum + Number(count), 0),
      3000,
    )
    assert.ok(strangers.length <= 4, `${strangers.length} entries for 3,000 strangers`)
  } finally {
    await gateway.stop()
  }
})

test('a flood is told to come back later, before its body is read', async () => {
  const gateway = await startGateway({
    documents: documents(plane()),
    config: { limits: { unauthenticatedPerSecond: 1 } },
  })
  try {
    const statuses: number[] = []
    for (let n = 0; n < 20; n++)
      await new Promise<void>((resolve, reject) => {
        const asked = request(`${gateway.origin}/mcp/ops`, {
          method: 'POST',
          agent: false,
          headers: { 'content-length': '1000000' },
        })
        asked.on('error', reject)
        asked.on('response', (answer) => {
          statuses.push(answer.statusCode ?? 0)
          if (answer.statusCode === 429) assert.equal(answer.headers['retry-after'], '1')
          answer.resume()
          asked.destroy()
          resolve()
        })
        asked.flushHeaders()
      })
    assert.ok(statuses.includes(401) && statuses.includes(429), `flood: ${statuses}`)
  } finally {
    await gateway.stop()
  }
})
