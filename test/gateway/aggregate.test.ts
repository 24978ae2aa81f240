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

  test('a modern client meets every server too, whatever era it speaks', async () => {
    const peer = await connectLibrary('SDK v2 pinned to 2026-07-28', target)
    assert.deepEqual(await peer.toolNames(), [...ofBank, 'child__echo', 'remote__echo'])
    const balance = await peer.callTool('bank__account_balance', { account: 'acc-1003' })
    assert.match(balance.text, /190785/)
    for (const server of ['child', 'remote']) {
      const { text } = await peer.callTool(`${server}__echo`, { message: 'm' })
      assert.equal(text, 'Echo: m')
    }
    await peer.close()
  })

  test('a modern client speaks its own era to a legacy server, and one that speaks both may choose', async () => {
    const url = `${gateway.origin}/mcp/ops/child`
    const token = await gateway.token('planner', url)
    for (const client of ['SDK v2 pinned to 2026-07-28', 'SDK v2 auto'] as const) {
      const peer = await connectLibrary(client, { url, token })
      assert.deepEqual(await peer.toolNames(), ['echo'])
      await peer.close()
    }
  })
})
