// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connectLibrary } from '../peers/callers.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { everythingCommand, type HttpServer, startEverything } from '../peers/servers.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from './plane.ts'

describe('/mcp/{plane}', () => {
  let everything: HttpServer
  let gateway: Gateway
  let target: { url: string; token: string }

  before(async () => {
    everything = await startEverything()
    const { command, args, env } = everythingCommand()
    const its = {
      apiVersion: 'bailiwick/v1',
      kind: 'Server',
      plane: 'ops',
      owner: 'o',
      tools: { echo: { class: 'read' }, 'get-sum': { class: 'read' } },
    }
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        agent('planner'),
        bank(),
        JSON.stringify({ ...its, name: 'child', upstream: { runner: 'everything' } }),
        JSON.stringify({ ...its, name: 'remote', upstream: { url: everything.url } }),
        grant('some', 'planner', [
          { server: 'bank', class: 'read' },
          { server: ['child', 'remote'], tools: ['echo'] },
        ]),
      ),
      config: {
        runners: { ...bankRunner(), everything: { command, arguments: args, environment: env } },
      },
    })
    const url = `${gateway.origin}/mcp/ops`
    target = { url, token: await gateway.token('planner', url) }
  })
  after(async () => {
    await gateway?.stop()
    await everything?.stop()
  })

  const ofBank = ['account_balance', 'accounts_list', 'rates_today', 'report_build', 'whoami'].map(
    (tool) => `bank__${tool}`,
  )

  test('a legacy client meets every server under prefixed names, and calls each', async () => {
    const peer = await connectLibrary('SDK v1', target)
    assert.deepEqual(await peer.toolNames(), [...ofBank, 'child__echo', 'remote__echo'])
    for (const server of ['child', 'remote']) {
      const answers = await Promise.all(
        [1, 2, 3].map((n) => peer.callTool(`${server}__echo`, { message: `m${n}` })),
      )
      assert.deepEqual(
        answers.map(({ text }) => text),
        ['Echo: m1', 'Echo: m2', 'Echo: m3'],
      )
    }
    await assert.rejects(
      peer.callTool('bank__transfer_create'),
      /Unknown tool: bank__transfer_create/,
    )
    await peer.close()
  })

  test('a modern client meets the servers that speak its era, and status says which are left out', async () => {
    const peer = await connectLibrary('SDK v2 pinned to 2026-07-28', target)
    assert.deepEqual(await peer.toolNames(), ofBank)
    const balance = await peer.callTool('bank__account_balance', { account: 'acc-1003' })
    assert.match(balance.text, /190785/)
    await peer.close()
    const { stdout } = await gateway.cli(['status'])
    assert.match(stdout, /child for modern callers/)
    assert.match(stdout, /remote for modern callers/)
  })

  test('a modern client at a legacy server gets a version error that names what it speaks', async () => {
    const url = `${gateway.origin}/mcp/ops/child`
    const token = await gateway.token('planner', url)
    await assert.rejects(
      connectLibrary('SDK v2 pinned to 2026-07-28', { url, token }),
      /2025-11-25/,
    )
    // A client that can speak both falls back by itself.
    const peer = await connectLibrary('SDK v2 auto', { url, token })
    assert.deepEqual(await peer.toolNames(), ['echo'])
    await peer.close()
  })
})
