// Needs from Debian: redis-server
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createCaller, inParallel } from '../gateway/caller.ts'
import { agent, consumer, documents, grant, plane, quota } from '../gateway/plane.ts'
import { startEcho } from '../peers/echo.ts'
import { startGateway } from '../peers/gateway.ts'
import { startProcesses } from '../peers/processes.ts'
import { startRedis } from '../peers/redis.ts'

const mayADay = 100
const password = 'a password of this test'

let redis: Awaited<ReturnType<typeof startRedis>>
let echo: Awaited<ReturnType<typeof startEcho>>
let processes: Awaited<ReturnType<typeof startProcesses>>
before(async () => {
  redis = await startRedis({ tcp: true, password })
  echo = await startEcho()
  const server = JSON.stringify({
    apiVersion: 'bailiwick/v1',
    ...{ kind: 'Server', plane: 'ops', name: 'echo', owner: 'tests' },
    upstream: { url: echo.url },
    tools: { echo: { class: 'read' } },
  })
  const agents = ['planner', 'auditor'].flatMap((name) => [
    agent(name),
    grant(name, name, [{ server: 'echo' }]),
  ])
  const bound = quota('calls', [{ server: 'echo' }], { day: mayADay })
  const config = { quotas: { redis: { url: redis.url } } }
  const env = { REDIS_PASSWORD: password }
  const all = documents(plane(), consumer(), ...agents, server, bound)
  processes = await startProcesses(2, all, { config, env })
})
after(async () => {
  await processes?.stop()
  echo?.stop()
  await redis?.stop()
})

const callerOf = async (who: string) => {
  const url = `${processes.origin}/mcp/ops/echo`
  return createCaller(url, await processes.at(0).token(who, url))
}

/** How many calls passed, of 1,000 over both processes at once; the others were refused by the quota. */
const rush = async (who: string): Promise<number> => {
  const caller = await callerOf(who)
  let passed = 0
  await inParallel(1000, 128, async (n) => {
    const told = await caller.call('echo', { ref: `${who}-${n}` })
    assert.equal(told?.status, 200, told?.text)
    if (!told?.text.includes('dev.bailiwick/refusal')) passed++
    else assert.match(told.text, /"reason":"limited"/)
  })
  caller.close()
  return passed
}

test('of 1,000 parallel calls over two processes exactly as many pass as the day may hold, counted in Redis', async () => {
  assert.equal(await rush('planner'), mayADay)
  assert.equal(echo.executed.length, mayADay)
  assert.ok((await redis.redis.dbSize()) > 0, 'Redis counts')
  const intents = (await processes.entries('ops')).filter(({ type }) => type === 'call.intent')
  assert.deepEqual(new Set(intents.map(({ writer }) => writer)).size, 2, 'both processes called')
})

test('attack: after FLUSHALL none passes still', async () => {
  await redis.redis.flushAll()
  assert.equal(await rush('planner'), 0)
  assert.equal(echo.executed.length, mayADay)
})

test('while Redis is gone every call is refused at once and nothing is executed; back, it counts on', async () => {
  const caller = await callerOf('auditor')
  assert.equal((await caller.call('echo', { ref: 'first' }))?.status, 200)
  await redis.kill()
  const executed = echo.executed.length
  for (let n = 0; n < 20; n++) {
    const from = performance.now()
    const told = await caller.call('echo', { ref: `away-${n}` })
    assert.equal(told?.status, 503, told?.text)
    assert.match(told?.text ?? '', /quota/i)
    assert.ok(performance.now() - from < 2000, 'at once')
  }
  assert.equal(echo.executed.length, executed)
  await redis.start()
  // It comes back empty: both processes connect again by themselves, and the counts come from the ledger.
  let back = 0
  for (let tries = 0; back < 4; tries++) {
    assert.ok(tries < 100, 'taken again by itself')
    const told = await caller.call('echo', { ref: `back-${tries}` })
    if (told?.status === 200) back++
    else {
      assert.equal(told?.status, 503)
      await pause(100)
    }
  }
  caller.close()
  const used = 1 + back
  assert.equal(await rush('auditor'), mayADay - used)
  assert.equal(await rush('planner'), 0)
})

const refusesToStart = async (url: string, secret: string, says: RegExp): Promise<void> => {
  const config = { quotas: { redis: { url } } }
  await assert.rejects(
    startGateway({ config, env: { REDIS_PASSWORD: secret } }),
    (thrown: Error) => {
      assert.match(thrown.message, says)
      assert.doesNotMatch(thrown.message, new RegExp(`${secret}|    at `), 'no secret, no stack')
      return true
    },
  )
}

test('where no Redis answers, or it refuses the password, the start ends and says so', async () => {
  await refusesToStart('redis://127.0.0.1:1', 'unused', /quotas\.redis cannot be reached/)
  await refusesToStart(redis.url, 'not the password', /quotas\.redis .*password/)
  await refusesToStart('http://127.0.0.1:1', 'unused', /quotas\.redis\.url/)
})
