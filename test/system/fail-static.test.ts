// Needs from Debian: postgresql
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createCaller, type Told } from '../gateway/caller.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { readLedgerTables } from '../peers/ledger.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { exchange, modern } from '../peers/wire.ts'

// The real program before a PostgreSQL that goes away: what is refused, how soon, and what comes back.

let folder: string
let server: PostgresServer
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bailiwick-static-'))
  server = await startPostgres({ durable: true })
})
after(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const journal = () => join(folder, 'journal')
const executed = () => readFileSync(journal(), 'utf8')

const start = async () => {
  const database = await server.createDatabase()
  const gateway = await startGateway({
    env: { DATABASE_URL: database },
    documents: documents(
      plane(),
      consumer(),
      agent('planner'),
      bank(),
      grant('all', 'planner', [{ server: 'bank' }]),
    ),
    config: { runners: bankRunner({ BANK_JOURNAL: journal() }) },
  })
  const url = `${gateway.origin}/mcp/ops/bank`
  const entries = async () =>
    (await readLedgerTables((sql) => server.query(sql, database), 'ops')).entries
  return { gateway, url, entries, token: await gateway.token('planner', url) }
}

const timed = async <T>(work: Promise<T>): Promise<{ told: T; ms: number }> => {
  const from = performance.now()
  const told = await work
  return { told, ms: performance.now() - from }
}
const until = async (isSo: () => Promise<boolean>, forMs: number): Promise<void> => {
  for (const end = Date.now() + forMs; Date.now() < end; await pause(50)) if (await isSo()) return
  assert.fail('it never came')
}
const readyOf = async (gateway: Gateway): Promise<number> =>
  (await exchange(`${gateway.origin}/readyz`, { method: 'GET' })).status

describe('With the store away', () => {
  let gateway: Gateway
  let url: string
  let token: string
  let clientSecret: string
  let person: string
  let caller: ReturnType<typeof createCaller>
  before(async () => {
    ;({ gateway, url, token } = await start())
    caller = createCaller(url, token)
    clientSecret = (await gateway.cli(['agent', 'secret', 'planner'])).stdout.trim()
    const code = readFileSync(join(gateway.data, 'setup-code'), 'utf8').trim()
    const body = { code, name: 'root', password: 'correct horse battery' }
    const setUp = await exchange(`${gateway.origin}/api/v1/setup`, { body })
    person = JSON.parse(setUp.body).token
  })
  after(async () => {
    caller?.close()
    await gateway?.stop()
  })

  const call = (): Promise<Told> => caller.call('rates_today', { ref: 'x' })
  const list = () => {
    const { headers, body } = modern('tools/list')
    return exchange(url, { headers: { ...headers, authorization: `Bearer ${token}` }, body })
  }
  const newToken = () =>
    exchange(`${gateway.origin}/oauth/ops/token`, {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`planner:${clientSecret}`).toString('base64')}`,
      },
      body: `grant_type=client_credentials&resource=${encodeURIComponent(url)}`,
    })
  const govern = () =>
    exchange(`${gateway.origin}/api/v1/planes`, {
      method: 'GET',
      headers: { authorization: `Bearer ${person}` },
    })

  const ways = [
    {
      what: 'standing still',
      stop: async () => server.signal('SIGSTOP', 'all'),
      go: async () => server.signal('SIGCONT', 'all'),
    },
    {
      what: 'killed',
      // All of it: without its first process one of the others may yet record an intent, and its call is made.
      stop: async () => server.signal('SIGKILL', 'all'),
      go: () => server.restart(),
    },
  ]
  for (const { what, stop, go } of ways)
    test(`${what}: calls are refused at once and never made, lists too, and all comes back`, async () => {
      await until(async () => (await readyOf(gateway)) === 200, 20_000)
      assert.equal((await call())?.status, 200)
      assert.equal((await newToken()).status, 200)
      assert.equal((await govern()).status, 200)
      const before = executed()
      await stop()
      try {
        const first = await timed(call())
        assert.equal(first.told?.status, 503, first.told?.text)
        assert.ok(first.ms < 4000, `the first waited ${first.ms} ms`)
        for (let n = 0; n < 5; n++) {
          const { told, ms } = await timed(call())
          assert.equal(told?.status, 503, told?.text)
          assert.ok(ms < 500, `a refusal took ${ms} ms`)
          assert.ok(Number(told?.headers['retry-after']) >= 1)
        }
        const listed = await timed(list())
        assert.equal(listed.told.status, 503, listed.told.body)
        assert.ok(listed.ms < 500, `a list took ${listed.ms} ms`)
        const tokens = await timed(newToken())
        assert.ok([200, 503].includes(tokens.told.status), `${tokens.told.status}`)
        assert.ok(tokens.ms < 4000, `a token took ${tokens.ms} ms`)
        const governed = await timed(govern())
        assert.equal(governed.told.status, 503, governed.told.body)
        assert.ok(governed.ms < 8000, `the Manager took ${governed.ms} ms`)
        await until(async () => (await readyOf(gateway)) === 503, 8000)
        const health = await exchange(`${gateway.origin}/healthz`, { method: 'GET' })
        assert.equal(health.status, 200)
        assert.equal((await call())?.status, 503)
        assert.equal(executed(), before, 'nothing reached the server')
      } finally {
        await go()
      }
      await until(async () => (await call())?.status === 200, 15_000)
      await until(async () => (await readyOf(gateway)) === 200, 15_000)
      assert.equal((await list()).status, 200)
      assert.equal((await newToken()).status, 200)
      assert.equal((await govern()).status, 200)
      process.kill(gateway.pid, 0)
    })
})

describe('SIGTERM', () => {
  test('under load on PostgreSQL lets what is on its way end, and leaves no intent open', async () => {
    const { gateway, url, token, entries } = await start()
    const caller = createCaller(url, token)
    try {
      const answers: Told[] = []
      let stopped = false
      const loop = async () => {
        while (!stopped) {
          const told = await caller.call('rates_today', { ref: 'x' })
          answers.push(told)
          if (told?.status !== 200) return
        }
      }
      const load = Promise.all(Array.from({ length: 16 }, loop))
      while (answers.length < 300) await pause(10)
      process.kill(gateway.pid, 'SIGTERM')
      assert.equal(await gateway.ended, 0)
      stopped = true
      await load
      const all = await entries()
      const types = (type: string) => all.filter((one) => one.type === type)
      const outcomes = new Set(types('call.outcome').map(({ call }) => call))
      for (const { call } of types('call.intent')) assert.ok(outcomes.has(call), `${call} is open`)
      const answered = answers.filter((told) => told?.status === 200)
      assert.ok(outcomes.size >= answered.length)
      for (const told of answers) assert.ok(!told || [200, 503].includes(told.status), told?.text)
    } finally {
      caller.close()
      await gateway.stop()
    }
  })

  test('ends the process within half a minute though the store stands still', async () => {
    const { gateway, url, token } = await start()
    const caller = createCaller(url, token)
    try {
      assert.equal((await caller.call('rates_today', { ref: 'x' }))?.status, 200)
      server.signal('SIGSTOP', 'all')
      await pause(3000)
      const { ms } = await timed(
        (async () => {
          process.kill(gateway.pid, 'SIGTERM')
          await Promise.race([gateway.ended, pause(30_000, undefined, { ref: false })])
        })(),
      )
      assert.ok(ms < 30_000, `it had not ended after ${ms} ms`)
    } finally {
      server.signal('SIGCONT', 'all')
      caller.close()
      await gateway.stop()
    }
  })
})
