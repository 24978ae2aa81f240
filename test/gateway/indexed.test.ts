// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connectV1, connectV2, type Peer } from '../peers/clients.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, modern } from '../peers/wire.ts'
import { createMes } from '../stories/servers/mes.ts'
import { type Serving, serve } from '../stories/servers/serving.ts'
import { agent, consumer, documents, grant, plane } from './plane.ts'

const read = { class: 'read' }
const byLine = { class: 'read', index: ['line'] }
const mes = (url: string) =>
  JSON.stringify({
    apiVersion: 'bailiwick/v1',
    kind: 'Server',
    plane: 'ops',
    name: 'mes',
    owner: 'plant',
    upstream: { url },
    tools: { read_telemetry: { class: 'read', index: ['line', 'sensor'] }, list_lines: read },
    prompts: { explain_line: byLine },
    resources: {
      'mes://line{line}/telemetry': byLine,
      'mes://line{line}/recipe': byLine,
      'mes://line4/recipe': read,
      'mes://plant/overview': read,
    },
  })

describe('The entry of a call', () => {
  let serving: Serving
  let gateway: Gateway
  const server = createMes()
  before(async () => {
    serving = await serve({ mes: server.make })
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        agent('reader'),
        agent('stranger'),
        mes(serving.url('mes')),
        grant('all', 'reader', [{ server: 'mes' }]),
        grant('lines', 'stranger', [{ server: 'mes', tools: ['list_lines'] }]),
      ),
    })
  })
  after(async () => {
    await gateway?.stop()
    await serving?.stop()
  })

  const target = async (as: string) => {
    const url = `${gateway.origin}/mcp/ops/mes`
    return { url, token: await gateway.token(as, url) }
  }
  type Said = readonly [type: string, name: unknown, said: Record<string, unknown>]
  /** What was recorded of calls since the last look: what the entry says of arguments. */
  let seen = 0
  const told = async (): Promise<Said[]> => {
    const { entries } = await gateway.ledger('ops')
    const fresh = entries.slice(seen).filter(({ type }) => /intent|refused/.test(type))
    seen = entries.length
    return fresh.map((entry) => [
      entry.type.replace('call.', ''),
      entry.name,
      Object.fromEntries(
        Object.entries(entry).filter(([field]) => field === 'template' || field.startsWith('arg.')),
      ),
    ])
  }
  const errands = async (peer: Peer) => {
    await told()
    await peer.callTool('read_telemetry', { line: '4' }).catch(() => {})
    await peer.callTool('read_telemetry', { line: '4', sensor: 'x'.repeat(200) }).catch(() => {})
    await peer.callTool('list_lines').catch(() => {})
    await peer.getPrompt('explain_line', { line: '3' }).catch(() => {})
    await peer.readResource('mes://line4/telemetry').catch(() => {})
    await peer.readResource('mes://line4/recipe').catch(() => {})
    await peer.readResource('mes://plant/overview').catch(() => {})
    await peer.close()
  }
  const uri = { template: 'mes://line{line}/telemetry', 'arg.line': '4' }
  const wanted = (type: string): Said[] => [
    [type, 'read_telemetry', { 'arg.line': '4', 'arg.sensor': null }],
    [type, 'read_telemetry', { 'arg.line': '4', 'arg.sensor': true }],
    ['intent', 'list_lines', {}],
    [type, 'explain_line', { 'arg.line': '3' }],
    [type, 'mes://line4/telemetry', uri],
    // A resource of its own, which a template fits too: it says what that template would.
    [type, 'mes://line4/recipe', { 'arg.line': '4' }],
    [type, 'mes://plant/overview', {}],
  ]

  for (const [name, connect] of [
    ['SDK v1', connectV1],
    ['SDK v2', (to: Parameters<typeof connectV2>[0]) => connectV2(to, { pin: '2026-07-28' })],
  ] as const) {
    test(`says what was given for its indexed arguments, by tool, prompt and URI (${name})`, async () => {
      await errands(await connect(await target('reader')))
      assert.deepEqual(await told(), wanted('intent'))
    })

    test(`that was refused says the same as one that was permitted (${name})`, async () => {
      const before = server.reads.length
      await errands(await connect(await target('stranger')))
      assert.deepEqual(await told(), wanted('refused'))
      assert.deepEqual(server.reads.slice(before), ['list_lines'])
    })
  }

  const send = async (method: string, params: object) => {
    const { url, token } = await target('stranger')
    const { headers, body } = modern(method, params)
    await told()
    await exchange(url, { headers: { ...headers, authorization: `Bearer ${token}` }, body })
    return (await told())[0]?.[2]
  }
  const line = (value: unknown) => ({ name: 'read_telemetry', arguments: { line: value } })

  test('takes an integer and a boolean for their texts, and says of all else that it was there', async () => {
    for (const [given, said] of [
      [4, '4'],
      [true, 'true'],
      [4.5, true],
      [['4'], true],
      [null, true],
      [{ line: '4' }, true],
      ['4\n', true],
    ] as const)
      assert.equal((await send('tools/call', line(given)))?.['arg.line'], said, String(given))
    assert.equal((await send('tools/call', { name: 'read_telemetry' }))?.['arg.line'], null)
  })

  test('of a URI is not told another line by an argument that nothing takes', async () => {
    const given = { uri: 'mes://line4/telemetry', arguments: { line: '3' } }
    assert.deepEqual(await send('resources/read', given), uri)
  })

  test('of a completion says what was settled, and what is being typed', async () => {
    const prompt = { ref: { type: 'ref/prompt', name: 'explain_line' } }
    const typed = { ...prompt, argument: { name: 'line', value: '4' } }
    assert.deepEqual(await send('completion/complete', typed), { 'arg.line': '4' })
    const settled = { argument: { name: 'x', value: '' }, context: { arguments: { line: '3' } } }
    assert.deepEqual(await send('completion/complete', { ...prompt, ...settled }), {
      'arg.line': '3',
    })
    const other = { argument: { name: 'line', value: '3' } }
    const made = { ref: { type: 'ref/resource', uri: 'mes://line4/telemetry' } }
    assert.deepEqual(await send('completion/complete', { ...made, ...other }), uri)
    const template = { ref: { type: 'ref/resource', uri: 'mes://line{line}/telemetry' } }
    assert.deepEqual(await send('completion/complete', { ...template, argument: typed.argument }), {
      'arg.line': '4',
    })
  })
})
