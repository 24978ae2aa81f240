import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { createCaller } from '../gateway/caller.ts'
import {
  agent,
  bank,
  bankRunner,
  consumer,
  document,
  documents,
  grant,
  plane,
  quota,
} from '../gateway/plane.ts'
import { startEcho } from '../peers/echo.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import type { Raw } from '../peers/ledger.ts'
import { freePort, samplesOf, sum } from './scrape.ts'

const token = 'the-token-of-a-prometheus'
const nobodyCloses = document('Rule', {
  ...{ plane: 'ops', name: 'nobody-closes', over: [{ class: 'destructive' }] },
  ...{ otherwise: 'deny', require: 'false' },
})

describe('Metrics', () => {
  let gateway: Gateway
  let echo: Awaited<ReturnType<typeof startEcho>>
  let address: string
  before(async () => {
    echo = await startEcho()
    const port = await freePort()
    address = `http://127.0.0.1:${port}/metrics`
    const server = document('Server', {
      ...{ plane: 'ops', name: 'echo', owner: 'tests', upstream: { url: echo.url } },
      tools: { echo: { class: 'read' } },
    })
    gateway = await startGateway({
      documents: documents(
        ...[plane(), consumer(), agent('planner'), bank(), server, nobodyCloses],
        grant('planner', 'planner', [{ server: 'bank' }, { server: 'echo' }]),
        quota('rates', [{ server: 'bank', tools: ['rates_today'] }], { day: 2 }),
      ),
      config: {
        runners: bankRunner(),
        limits: { firstAnswerTimeoutMs: 1000 },
        discovery: { freshMs: 3_600_000, everyMs: 3_600_000 },
        telemetry: {
          metrics: {
            listen: `127.0.0.1:${port}`,
            tokenSha256: [createHash('sha256').update(token).digest('hex')],
          },
        },
      },
    })
  })
  after(async () => {
    await gateway?.stop()
    echo?.stop()
  })

  const scrape = async () => samplesOf(await (await fetch(address)).text())
  const at = async (server: string) => {
    const url = `${gateway.origin}/mcp/ops/${server}`
    return createCaller(url, await gateway.token('planner', url))
  }
  /** 2 complete, 1 limited, 1 denied, 1 unknown, 1 of an argument that is none; 12 more unknown ones of another name. */
  const callBank = async () => {
    const caller = await at('bank')
    for (let n = 0; n < 3; n++) await caller.call('rates_today', {})
    await caller.call('account_close', { account: 'acc-0001' })
    await caller.call('account_balance', { account: 'acc-9999' })
    await caller.call('account_balance', { nonsense: 1 })
    await Promise.all(Array.from({ length: 13 }, () => caller.call('no_such_tool', {})))
    caller.close()
  }
  const callEcho = async () => {
    const caller = await at('echo')
    await caller.call('echo', { ref: 'once' })
    await caller.call('echo', { ref: 'too late', waitMs: 2000 })
    caller.close()
  }
  const withToken = (of: string, path = '/metrics') =>
    fetch(`${gateway.origin}${path}`, { headers: { authorization: `Bearer ${of}` } })

  test('count what the ledger says: permitted, denied, limited and failed calls', async () => {
    await callBank()
    await callEcho()
    const samples = await scrape()
    await gateway.cli(['stop'])
    const { entries } = await gateway.ledger('ops')
    agree(samples, entries)
    assert.equal(sum(samples, 'bailiwick_calls_total', { outcome: 'failed' }), 1)
    assert.equal(sum(samples, 'bailiwick_refusals_total', { reason: 'limited' }), 1)
    assert.equal(sum(samples, 'bailiwick_refusals_total', { reason: 'rule' }), 1)
    const unknown = { reason: 'unknown', server: '' }
    assert.equal(sum(samples, 'bailiwick_refusals_total', unknown), 13)
    assert.ok(![...samples.keys()].some((key) => key.includes('no_such_tool')))
    const rates = { capability: 'rates_today', result: 'complete' }
    assert.equal(sum(samples, 'bailiwick_capability_calls_total', rates), 2)
    const limited = { capability: 'rates_today', result: 'refused' }
    assert.equal(sum(samples, 'bailiwick_capability_calls_total', limited), 1)
    const durations = 'mcp_server_operation_duration_seconds_count'
    assert.equal(sum(samples, durations), sum(samples, 'bailiwick_calls_total'))
    assert.equal(sum(samples, 'bailiwick_calls_open'), 0)
  })

  test('begin at zero with a process, and go on agreeing with what it writes', async () => {
    const before = (await gateway.ledger('ops')).entries.length
    gateway = await gateway.restart()
    const zero = await scrape()
    for (const name of ['bailiwick_calls_total', 'bailiwick_refusals_total'])
      assert.equal(sum(zero, name), 0)
    await callBank()
    const samples = await scrape()
    const { entries } = await gateway.ledger('ops')
    assert.ok(entries.length > before)
    const unsettled = entries.slice(before).filter(({ type }) => type !== 'call.refused.count')
    agreeOnOutcomes(samples, unsettled)
  })

  test('tell of the ledger, the servers and the process', async () => {
    const samples = await scrape()
    for (const name of [
      ...['bailiwick_ready', 'bailiwick_store_reachable', 'bailiwick_build_info'],
      'bailiwick_ledger_state{plane="ops",state="open"}',
      'bailiwick_upstream_up{plane="ops",server="bank"}',
    ])
      assert.equal(sum(samples, name.split('{')[0] ?? '', labelsOf(name)), 1, name)
    assert.equal(sum(samples, 'bailiwick_ledger_commit_failures_total'), 0)
    assert.ok(samples.has('bailiwick_ledger_waiting{plane="ops"}'))
    assert.ok(sum(samples, 'bailiwick_ledger_tree_size', { plane: 'ops' }) > 10)
    assert.ok(samples.has('bailiwick_ledger_checkpoint_age_seconds{plane="ops"}'))
    assert.ok(sum(samples, 'bailiwick_ledger_entries_total', { plane: 'ops' }) > 10)
    assert.ok(sum(samples, 'process_resident_memory_bytes') > 1e7)
    assert.ok(sum(samples, 'bailiwick_revision') > 0)
  })

  test('are read at the origin with the token alone, and by no agent', async () => {
    const answer = await withToken(token)
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    assert.equal((await fetch(`${gateway.origin}/metrics`)).status, 401)
    assert.equal((await withToken('another')).status, 401)
    assert.equal((await withToken(await gateway.token('planner'))).status, 401)
    assert.equal((await withToken(token, '/metrics/ops')).status, 404)
    const written = await fetch(address, { method: 'POST' })
    assert.equal(written.status, 405)
  })

  test('a page that resolves its own name to this machine reads nothing at the listener of their own', async () => {
    const status = await new Promise((resolve) => {
      const host = `rebound.example:${new URL(address).port}`
      request(address, { headers: { host } }, (answer) => resolve(answer.statusCode)).end()
    })
    assert.equal(status, 403)
  })

  test('of another first segment nothing is told at the listener of their own', async () => {
    for (const path of ['/healthz', '/mcp/ops', '/api/v1/status'])
      assert.equal((await fetch(new URL(path, address))).status, 404, path)
  })
})

test('Without configuration there are no metrics anywhere', async () => {
  const gateway = await startGateway({ documents: documents(plane()) })
  try {
    const { status } = await fetch(`${gateway.origin}/metrics`)
    assert.equal(status, (await fetch(`${gateway.origin}/nothing`)).status)
  } finally {
    await gateway.stop()
  }
})

const labelsOf = (written: string): Record<string, string> =>
  Object.fromEntries(
    [...written.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]),
  )

const agreeOnOutcomes = (samples: ReadonlyMap<string, number>, entries: readonly Raw[]): void => {
  const of = (type: string) => entries.filter((one) => one.type === type)
  assert.equal(sum(samples, 'bailiwick_calls_begun_total'), of('call.intent').length)
  for (const [status, all] of Object.entries(Object.groupBy(of('call.outcome'), statusOf)))
    assert.equal(sum(samples, 'bailiwick_calls_total', { outcome: status }), all?.length, status)
}

/** A flood of equal refusals is in the ledger as a count. */
const agree = (samples: ReadonlyMap<string, number>, entries: readonly Raw[]): void => {
  agreeOnOutcomes(samples, entries)
  const refused = entries.filter(({ type }) => `${type}`.startsWith('call.refused'))
  for (const [reason, all = []] of Object.entries(Object.groupBy(refused, reasonOf))) {
    const count = all.reduce((n, one) => n + Number(one.count ?? 1), 0)
    assert.equal(sum(samples, 'bailiwick_refusals_total', { reason }), count, reason)
  }
  assert.equal(
    sum(samples, 'bailiwick_refusals_total'),
    refused.reduce((n, one) => n + Number(one.count ?? 1), 0),
  )
}
const statusOf = (one: Raw): string => String(one.status)
const reasonOf = (one: Raw): string => String(one.reason)
