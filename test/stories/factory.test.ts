// Runs on both stores.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connectV1, connectV2, type Peer } from '../peers/clients.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type Document, written } from './documents.ts'
import { openOffice, type People, type Person } from './people.ts'
import { createDesk } from './servers/desk.ts'
import { createMes } from './servers/mes.ts'
import { type Serving, serve } from './servers/serving.ts'

const plane = 'plant'
const read = { class: 'read' }
const byLine = { class: 'read', index: ['line'] }
const telemetry = 'mes://line{line}/telemetry'
const recipe = 'mes://line{line}/recipe'

const mes = (serving: Serving): Document => ({
  kind: 'Server',
  plane,
  name: 'mes',
  owner: 'production',
  upstream: { url: serving.url('mes') },
  tools: { read_telemetry: byLine, list_lines: read },
  prompts: { explain_line: byLine },
  resources: {
    [telemetry]: byLine,
    [recipe]: byLine,
    'mes://line4/recipe': read,
    'mes://plant/overview': read,
  },
})
const labels = (serving: Serving, its: object): Document => ({
  kind: 'Server',
  plane,
  name: 'labels',
  owner: 'logistics',
  upstream: { url: serving.url('labels') },
  tools: { print_label: its },
})
const agent = (name: string, claims?: object): Document => ({
  kind: 'Agent',
  plane,
  name,
  owner: 'production',
  consumers: ['shop-floor'],
  ...(claims && { claims }),
})
const grant = (name: string, body: object): Document => ({
  kind: 'Grant',
  plane,
  name,
  consumer: 'shop-floor',
  reason: 'its work',
  ...body,
})

const standing = (serving: Serving): Document[] => [
  { kind: 'Plane', name: plane },
  { kind: 'Consumer', plane, name: 'shop-floor' },
  { kind: 'RoleBinding', plane, name: 'audits', role: 'auditor', people: ['audrey'] },
  agent('line-3', { line: '3' }),
  agent('line-4', { line: '4' }),
  agent('visitor'),
  { kind: 'AgentGroup', plane, name: 'lines', agents: ['line-3', 'line-4'] },
  mes(serving),
  labels(serving, read),
  grant('own-line', {
    group: 'lines',
    allow: [
      { server: 'mes', tools: ['read_telemetry'] },
      { server: 'mes', resources: [telemetry, recipe] },
      { server: 'mes', prompts: ['explain_line'] },
    ],
    when: 'args.line == caller.claims.line',
  }),
  grant('plant', {
    group: 'lines',
    allow: [
      { server: 'mes', tools: ['list_lines'] },
      { server: 'mes', resources: ['mes://plant/overview'] },
    ],
  }),
  // Somebody was careless: no condition.
  grant('visitors', { agent: 'visitor', allow: [{ server: ['mes', 'labels'] }] }),
]

describe('The factory, whose agents may read their own line', () => {
  const server = createMes()
  let serving: Serving
  let gateway: Gateway
  let people: People
  let auditor: Person

  before(async () => {
    serving = await serve({ mes: server.make, labels: () => createDesk('labels', ['print_label']) })
    gateway = await startGateway({ documents: written(standing(serving)) })
    people = await openOffice(gateway)
    auditor = await people.hire('audrey')
  })
  after(async () => {
    await people?.leave()
    await gateway?.stop()
    await serving?.stop()
  })

  const connections: [name: string, (url: string, token: string) => Promise<Peer>][] = [
    ['SDK v1', (url, token) => connectV1({ url, token })],
    ['SDK v2', (url, token) => connectV2({ url, token }, { pin: '2026-07-28' })],
  ]
  const as = async (agent: string, [, connect]: (typeof connections)[number], at = '/mes') => {
    const url = `${gateway.origin}/mcp/${plane}${at}`
    return connect(url, await gateway.token(agent, url))
  }
  const [v1, v2] = connections as [(typeof connections)[0], (typeof connections)[0]]
  /** What became of it, as a model or its program reads it. */
  const told = async (what: Promise<unknown>): Promise<string> =>
    JSON.stringify(await what.catch((thrown) => ({ thrown: String(thrown) })))

  /** How often line-3 was permitted line 3, and refused line 4. */
  const counted = { own: 0, other: 0 }

  for (const connection of connections)
    test(`the agent of line 3 reads line 3: by tool, by URI and by prompt (${connection[0]})`, async () => {
      const peer = await as('line-3', connection)
      assert.match((await peer.callTool('read_telemetry', { line: '3' })).text, /line 3: 71.5/)
      assert.match(await peer.readResource('mes://line3/telemetry'), /telemetry of line 3/)
      assert.match(await peer.readResource('mes://line3/recipe'), /recipe of line 3/)
      assert.match(await peer.getPrompt('explain_line', { line: '3' }), /Explain line 3/)
      counted.own += 4
      assert.match((await peer.callTool('list_lines')).text, /3, 4/)
      assert.match(await peer.readResource('mes://plant/overview'), /overview/)
      await peer.close()
    })

  test('it discovers the very tools and templates that the agent of line 4 does: nothing is hidden by a name', async () => {
    const offers = async (agent: string) => {
      const peer = await as(agent, v1)
      const tools = (await peer.listTools()).map(({ name }) => name).toSorted()
      const all = {
        tools,
        templates: await peer.listTemplates(),
        prompts: await peer.listPrompts(),
      }
      await peer.close()
      return all
    }
    const three = await offers('line-3')
    assert.deepEqual(three, await offers('line-4'))
    assert.deepEqual(three.tools, ['list_lines', 'read_telemetry'])
    assert.deepEqual(three.templates.toSorted(), [recipe, telemetry])
  })

  for (const connection of connections)
    test(`it is refused line 4 by the argument: by tool, by URI and by prompt (${connection[0]})`, async () => {
      const before = server.reads.length
      const peer = await as('line-3', connection)
      const tool = await told(peer.callTool('read_telemetry', { line: '4' }))
      assert.match(tool, /Denied by policy: agent .*line-3/)
      assert.match(tool, /"isError":true/)
      for (const uri of ['mes://line4/telemetry', 'mes://line%34/telemetry'])
        assert.match(await told(peer.readResource(uri)), /[Dd]enied by policy/)
      assert.match(await told(peer.getPrompt('explain_line', { line: '4' })), /[Dd]enied by policy/)
      // This one is a resource of its own, which nothing grants it: as one that is not there.
      assert.match(await told(peer.readResource('mes://line4/recipe')), /not found|Resource/)
      counted.other += 5
      await peer.close()
      const whole = await as('line-3', connection, '')
      const there = await told(whole.callTool('mes__read_telemetry', { line: '4' }))
      assert.match(there, /Denied by policy/)
      counted.other += 1
      await whole.close()
      assert.deepEqual(server.reads.slice(before), [])
    })

  test('no other way of writing the number gets it there', async () => {
    const before = server.reads.length
    const peer = await as('line-3', v2)
    for (const line of [' 4', '4 ', '04', '４', '4\u200b', '3,4', '', '3\n4'])
      assert.match(await told(peer.callTool('read_telemetry', { line })), /Denied by policy/, line)
    for (const args of [{}, { line: null }, { line: ['4'] }, { line: 4 }, { line: '3', Line: '4' }])
      assert.match(await told(peer.callTool('read_telemetry', args)), /takes:|Denied by policy/)
    counted.other += 1
    for (const uri of [
      'mes://line4%2Ftelemetry/telemetry',
      'mes://line3/../line4/telemetry',
      'mes://line4/telemetry?line=3',
      'mes://LINE4/telemetry',
      'mes://line3%00/telemetry',
    ])
      assert.match(await told(peer.readResource(uri)), /thrown/, uri)
    await peer.close()
    assert.deepEqual(server.reads.slice(before), [])
  })

  test('the agent of line 4 reads line 4, and a visitor whom a careless grant lets in reads it as well', async () => {
    const four = await as('line-4', v1)
    assert.match((await four.callTool('read_telemetry', { line: '4' })).text, /88.25/)
    assert.match(await told(four.callTool('read_telemetry', { line: '3' })), /Denied by policy/)
    await four.close()
    const visitor = await as('visitor', v2)
    assert.match(await visitor.readResource('mes://line4/telemetry'), /telemetry of line 4/)
    assert.match(await visitor.readResource('mes://line4/recipe'), /mes:\/\/line4\/recipe/)
    await visitor.close()
  })

  const ask = (...words: string[]) => auditor.terminal('calls', '--server', 'mes', ...words)
  const count = async (...words: string[]): Promise<number> => {
    const { code, stdout, stderr } = await ask('--count', ...words)
    assert.equal(code, 0, stderr)
    return Number(stdout)
  }
  const line4 = ['--where', 'arg.line=4']

  test('the auditor confirms with one query that no agent of line 3 ever read line 4', async () => {
    assert.equal(await count('--agent', 'line-3', '--result', 'permitted', ...line4), 0)
    // Read without a line of the product: no intent of that agent names line 4, by argument or URI.
    const { entries } = await gateway.ledger(plane)
    const own = entries.filter(({ agent, type }) => agent === 'line-3' && type === 'call.intent')
    assert(own.length > 0)
    assert.deepEqual(
      own.filter((entry) => /4/.test(String(entry['arg.line']))),
      [],
    )
    assert.deepEqual(
      own.filter(({ name }) => /line(4|%34)/i.test(String(name))),
      [],
    )
  })

  test('the same query finds each of its refused attempts', async () => {
    assert.equal(await count('--agent', 'line-3', '--result', 'denied', ...line4), counted.other)
    assert.equal(await count('--agent', 'line-3', ...line4), counted.other)
    const { stdout } = await ask('--agent', 'line-3', ...line4, '--most', '100', '--json')
    const rows: { decision: string; indexed: { line: string }; agent: string }[] =
      JSON.parse(stdout)
    assert.equal(rows.length, counted.other)
    assert(rows.every(({ decision, indexed }) => decision === 'denied' && indexed.line === '4'))
  })

  test('and what it did read is its own line, exactly as often as it did', async () => {
    const own = ['--agent', 'line-3', '--where', 'arg.line=3', '--result', 'complete']
    assert.equal(await count(...own), counted.own)
    const { entries } = await gateway.ledger(plane)
    const read = entries.filter(
      (entry) =>
        entry.type === 'call.intent' && entry.agent === 'line-3' && entry['arg.line'] === '3',
    )
    assert.equal(read.length, counted.own)
  })

  test('the same query without the agent finds the planted read of another one', async () => {
    const others = ['--result', 'permitted', ...line4, '--where', 'agent!=line-4']
    const { stdout } = await ask(...others, '--json', 'agent,name,template,indexed')
    assert.deepEqual(JSON.parse(stdout), [
      { agent: 'visitor', name: 'mes://line4/recipe', template: null, indexed: { line: '4' } },
      {
        agent: 'visitor',
        name: 'mes://line4/telemetry',
        template: telemetry,
        indexed: { line: '4' },
      },
    ])
    assert.equal(await count('--agent', 'line-4', '--result', 'permitted', ...line4), 1)
  })

  test('whether it asks at the terminal or over the API, a page at a time, the answer is the same', async () => {
    const found: string[] = []
    for (let after: string | undefined, on = true; on; on = after !== undefined) {
      const query = new URLSearchParams({ server: 'mes', agent: 'line-3', limit: '3' })
      query.append('where', 'arg.line=4')
      query.append('where', 'result=denied')
      if (after) query.set('after', after)
      const { json } = await auditor.ask('GET', `/planes/${plane}/calls?${query}`)
      const page = json<{ items: { call: string }[]; next?: string }>()
      found.push(...page.items.map(({ call }) => call))
      after = page.next
    }
    assert.equal(new Set(found).size, counted.other)
    assert.equal(found.length, counted.other)
  })

  test('and takes all of it home as a bundle, which proves itself without the factory', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bailiwick-factory-'))
    const evidence = join(folder, 'evidence')
    const made = await gateway.cli(['ledger', 'export', plane, '-o', evidence, '--payloads'])
    assert.equal(made.code, 0, made.stderr)
    const keys = (await gateway.cli(['ledger', 'keys', plane])).stdout.trim()
    const judged = await gateway.cli(['verify', evidence, '--key', keys])
    assert.equal(judged.code, 0, judged.stdout)
    const entries = (await readFile(join(evidence, 'entries.jsonl'), 'utf8')).trim().split('\n')
    const own = entries.map((line) => JSON.parse(line)).filter(({ agent }) => agent === 'line-3')
    const reads = own.filter(({ type }) => type === 'call.intent')
    assert.ok(reads.length >= counted.own)
    assert.deepEqual(
      reads.filter((entry) => /4/.test(String(entry['arg.line']))),
      [],
    )
    // test/system: the same, by the verifier that shares no code.
    if (process.env.TEST_PYTHON) {
      const verifier = join(evidence, 'verify.py')
      const python = spawnSync('python3', [verifier, evidence, '--key', keys], { encoding: 'utf8' })
      assert.equal(python.status, 0, python.stdout + python.stderr)
    }
    await rm(folder, { recursive: true })
  })

  test('a query over an argument that is not recorded is an error, and not an empty answer', async () => {
    const sensor = await ask('--where', 'arg.sensor=north', '--count')
    assert.equal(sensor.code, 2)
    assert.equal(sensor.stdout, '')
    assert.match(sensor.stderr, /What mes\/read_telemetry is called with as sensor is not recorded/)
    const misspelt = await ask('--where', 'arg.lien=4')
    assert.match(misspelt.stderr, /takes an argument "lien"; did you mean line\?/)
    assert.equal(misspelt.code, 2)
    const none = await auditor.terminal('calls', '--capability', 'mes/list_lines', ...line4)
    assert.deepEqual([none.code, none.stdout], [2, ''])
  })

  test('nor is one that reaches back to where it was not recorded yet', async () => {
    const print = async (id: string) => {
      const peer = await as('visitor', v1, '/labels')
      assert.equal((await peer.callTool('print_label', { id })).isError, false)
      await peer.close()
    }
    const asked = ['calls', '--server', 'labels', '--where', 'arg.id=7', '--count']
    await print('7')
    assert.match((await auditor.terminal(...asked)).stderr, /print_label is called with as id/)
    const files = [{ name: 'x.yaml', text: written([labels(serving, { ...read, index: ['id'] })]) }]
    const applied = await people.root.ask('POST', '/apply', { files, set: 'test' })
    assert.equal(applied.status, 200, applied.text)
    await print('7')
    const late = await auditor.terminal(...asked)
    assert.deepEqual([late.code, late.stdout], [2, ''])
    const [, since = ''] = /--since (\S+Z)/.exec(late.stderr) ?? []
    const { stdout } = await auditor.terminal(...asked, '--since', since)
    assert.equal(stdout, '1\n')
  })
})
