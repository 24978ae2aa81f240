import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client as V2Client } from '@modelcontextprotocol/client'
import { StdioClientTransport as V2Stdio } from '@modelcontextprotocol/client/stdio'
import { connectV1, connectV2, type Peer } from '../peers/clients.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { baseEnv, pathOf } from '../peers/program.ts'
import type { StdioServer } from '../peers/servers.ts'

const main = pathOf('src/main.ts')
const grant = (name: string, allow: string) =>
  `apiVersion: bailiwick/v1\nkind: Grant\nplane: ops\nname: ${name}\nagent: planner\nconsumer: workplace-ai\nallow: [${allow}]\nreason: test\n`

describe('bailiwick connect, as an MCP client starts it', () => {
  let gateway: Gateway
  before(async () => {
    gateway = await startGateway({ args: ['--sample'] })
  })
  after(() => gateway?.stop())

  const bridge = (place: string): StdioServer => ({
    command: process.execPath,
    args: [main, 'connect', place, '--as', 'planner', '--data', gateway.data],
    env: {},
  })
  const names = async (peer: Peer) => (await peer.listTools()).map(({ name }) => name).sort()

  const dialects = {
    'SDK v1': (place: string) => connectV1(bridge(place)),
    'SDK v2 legacy': (place: string) => connectV2(bridge(place), 'legacy'),
    'SDK v2 auto': (place: string) => connectV2(bridge(place), 'auto'),
    'SDK v2 pinned to 2026-07-28': (place: string) =>
      connectV2(bridge(place), { pin: '2026-07-28' }),
  }

  for (const [name, connect] of Object.entries(dialects)) {
    test(`${name} sees of the plane what its agent may, under the names of the plane`, async (t) => {
      const peer = await connect('ops')
      t.after(() => peer.close())
      const found = await names(peer)
      assert.ok(found.includes('bank__accounts_list'), found.join(' '))
      assert.equal(found.includes('bank__transfer_create'), false)
      assert.equal(found.includes('everything__echo'), true)
      const { text } = await peer.callTool('bank__account_balance', { account: 'acc-1001' })
      assert.match(text, /acc-1001/)
    })

    test(`${name} hears progress while a tool works, and calls others meanwhile`, async (t) => {
      const peer = await connect('ops/bank')
      t.after(() => peer.close())
      const told: number[] = []
      const slow = peer.callTool('report_build', { branch: 'harbour' }, (n) => told.push(n))
      const quick = await peer.callTool('rates_today')
      assert.match(quick.text, /EUR/)
      assert.match((await slow).text, /"steps":5/)
      assert.deepEqual(told, [1, 2, 3, 4, 5])
    })

    test(`${name} is refused as over HTTP: an unknown tool`, async (t) => {
      const peer = await connect('ops/bank')
      t.after(() => peer.close())
      await assert.rejects(peer.callTool('account_close', {}), /Unknown tool: account_close/)
    })
  }

  test('a cancelled call of the modern era is cancelled at the gateway', async (t) => {
    const { command, args } = bridge('ops/bank')
    const client = new V2Client(
      { name: 'canceller', version: '1' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    )
    await client.connect(new V2Stdio({ command, args, env: baseEnv(), stderr: 'ignore' }))
    t.after(() => client.close())
    const giveUp = new AbortController()
    const called = client.callTool(
      { name: 'report_build', arguments: { branch: 'market' } },
      { signal: giveUp.signal, onprogress: () => giveUp.abort('enough') },
    )
    await assert.rejects(called)
    for (let tries = 0; ; tries++) {
      const { stdout } = await gateway.cli(['calls', '--json', 'name,outcome'])
      const [newest] = JSON.parse(stdout)
      if (newest.name === 'report_build' && newest.outcome?.status === 'cancelled') break
      assert.ok(tries < 50, stdout)
      await pause(100)
    }
  })

  test('a client learns of a change while it is connected', async (t) => {
    const given = grant('drifts', '{ server: bank, tools: [bank_drift] }')
    await gateway.cli(['server', 'classify', 'ops/bank', 'bank_drift', 'write'])
    const peer = await connectV1(bridge('ops/bank'))
    t.after(() => peer.close())
    assert.equal((await names(peer)).includes('bank_drift'), false)
    const applied = await gateway.cli(['apply', '-f', '-', '--set', 'drifts'], given)
    assert.equal(applied.code, 0, applied.stderr)
    assert.equal((await names(peer)).includes('bank_drift'), true)
  })

  /** The bridge by itself: lines in, lines out. */
  const pipe = (t: TestContext, place: string) => {
    const { command, args } = bridge(place)
    const child = spawn(command, args, { env: baseEnv(), stdio: ['pipe', 'pipe', 'pipe'] })
    t.after(() => child.kill('SIGKILL'))
    const written = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => {
      written.stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      written.stderr += chunk
    })
    return { child, written, closed: once(child, 'close') }
  }
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'pipe', version: '1' },
    },
  }
  const lines = (...messages: object[]) =>
    messages.map((one) => `${JSON.stringify(one)}\n`).join('')

  test('writes nothing on standard output but messages, and ends with 0 when the pipe is closed', async (t) => {
    const { child, written, closed } = pipe(t, 'ops/bank')
    child.stdin.end(
      lines(
        initialize,
        { jsonrpc: '2.0', method: 'notifications/initialized' },
        { jsonrpc: '2.0', id: 2, method: 'tools/list' },
      ),
    )
    assert.deepEqual((await closed)[0], 0)
    const answers = written.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      answers.map(({ id }) => id),
      [1, 2],
    )
    assert.equal(answers[0].result.protocolVersion, '2025-11-25')
    assert.match(written.stderr, /^planner@workplace-ai at http/)
    assert.doesNotMatch(written.stderr, /ey[JK]/, 'a token was written')
  })

  test('ends at once with SIGTERM, and leaves no session', async (t) => {
    const { child, closed, written } = pipe(t, 'ops/bank')
    child.stdin.write(lines(initialize))
    while (!written.stdout.includes('\n')) await pause(20)
    child.kill('SIGTERM')
    assert.equal((await closed)[0], 0)
  })

  test('ends when the client no longer reads', async (t) => {
    const { child, closed } = pipe(t, 'ops/bank')
    child.stdout.destroy()
    child.stdin.write(lines(initialize, { jsonrpc: '2.0', id: 2, method: 'ping' }))
    assert.equal((await closed)[0], 0)
  })

  test('says on standard error why it cannot begin, and writes no byte on standard output', async (t) => {
    for (const [place, code] of [
      ['ops/nowhere', 6],
      ['nowhere', 6],
      ['a/b/c', 2],
    ] as const) {
      const { child, closed, written } = pipe(t, place)
      child.stdin.end()
      assert.deepEqual([(await closed)[0], written.stdout], [code, ''], place)
      assert.match(written.stderr, /^✗ /)
    }
  })
})
