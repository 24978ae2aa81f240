import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Refused } from '#domain/entry.ts'
import { callId, clientId, planeId } from '#domain/name.ts'
import { startWorld, type World } from './world.ts'

const ops = planeId('ops')
const named = (kind: string, name: string, more: object = {}) => ({
  kind,
  plane: 'ops',
  name,
  ...more,
})
const read = { class: 'read' }
const byLine = { class: 'read', index: ['line'] }
const standing = [
  { kind: 'Plane', name: 'ops' },
  named('Team', 'operations', { people: ['olga'] }),
  named('Team', 'security', { people: ['sam'] }),
  named('RoleBinding', 'soc', { role: 'soc', team: 'security' }),
  named('Consumer', 'plant'),
  named('Server', 'mes', {
    owner: 'operations',
    upstream: { url: 'https://mes.internal/mcp' },
    tools: { read_telemetry: byLine, read_history: read, list_lines: read },
    resources: { 'mes://line{line}/state': byLine, 'mes://line4/plan': byLine },
  }),
  named('Server', 'siem', {
    owner: 'security',
    upstream: { url: 'https://siem.internal/mcp' },
    tools: { trace: read },
  }),
  named('Agent', 'line-3', { owner: 'operations', consumers: ['plant'] }),
  named('Agent', 'hunter', { owner: 'security', consumers: ['plant'] }),
]
const tool = (name: string, ...properties: string[]) => ({
  kind: 'tool' as const,
  definition: {
    name,
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries(properties.map((one) => [one, { type: 'string' }])),
    },
  },
})

describe('What is asked of the calls over the API', () => {
  let world: World
  const tokens: Record<string, string> = {}
  let last = 0

  /** A refused call, a minute after the one before. */
  const refuse = async (about: Partial<Refused>): Promise<void> => {
    const n = ++last
    const agent = about.agent ?? 'line-3'
    await world.started.installation.ledger.plane(ops).append({
      v: 1,
      type: 'call.refused',
      at: n * 60_000,
      plane: ops,
      call: callId(`cal_${String(n).padStart(26, '0')}`),
      agent,
      consumer: 'plant',
      client: clientId(agent, 'plant'),
      method: 'tools/call',
      server: 'mes',
      kind: 'tool',
      name: 'read_telemetry',
      station: 'permit',
      reason: 'unknown',
      because: 'no grant',
      revision: 1,
      argumentBytes: 2,
      ...about,
    })
  }
  const uri = { method: 'resources/read', kind: 'resource' } as const

  before(async () => {
    world = await startWorld()
    await world.apply(standing)
    const { registry } = world.started.installation
    await registry.observe(ops, 'mes', [
      tool('read_telemetry', 'line', 'sensor'),
      tool('read_history', 'line'),
      tool('list_lines'),
      { kind: 'template', definition: { uriTemplate: 'mes://line{line}/state', name: 'state' } },
      { kind: 'template', definition: { uriTemplate: 'mes://line{line}/plan', name: 'plans' } },
      { kind: 'resource', definition: { uri: 'mes://line4/plan', name: 'plan' } },
    ])
    await registry.observe(ops, 'siem', [tool('trace', 'line')])
    // #1 to #3: before anything was indexed.
    await refuse({ name: 'read_telemetry' })
    await refuse({ name: 'list_lines' })
    await refuse({ ...uri, name: 'mes://line4/state' })
    for (const line of ['3', '4', '4']) await refuse({ 'arg.line': line })
    await refuse({
      ...uri,
      name: 'mes://line4/state',
      template: 'mes://line{line}/state',
      'arg.line': '4',
    })
    await refuse({ name: 'list_lines' })
    await refuse({ name: 'no_such_tool' })
    await refuse({ agent: 'hunter', 'arg.line': '4', reason: 'limited', station: 'limit' })
    await refuse({ agent: 'hunter', server: 'siem', name: 'trace' })
    for (const name of ['olga', 'sam']) tokens[name] = await world.signIn(name)
    tokens.root = await world.signIn('root', { administrator: true })
  })
  after(() => world.stop())

  const ask = async (who: string, path: string, query: Record<string, string | string[]>) => {
    const search = new URLSearchParams()
    for (const [key, value] of Object.entries(query))
      for (const one of [value].flat()) search.append(key, one)
    return world.ask('GET', `/planes/ops/calls${path}?${search}`, { token: tokens[who] })
  }
  const minutes = async (who: string, query: Record<string, string | string[]>) => {
    const found: number[] = []
    for (let after: string | undefined, on = true; on; on = after !== undefined) {
      const page = await ask(who, '', { ...query, limit: '2', ...(after && { after }) })
      assert.equal(page.status, 200, page.text)
      const { items, next } = page.json<{ items: { at: number }[]; next?: string }>()
      found.push(...items.map(({ at }) => at / 60_000))
      after = next
    }
    const count = await ask(who, '/count', query)
    assert.equal(count.json<{ count: number }>().count, found.length, count.text)
    return found
  }
  /** Without `since`, everything is asked; the entries of the first three minutes do not say. */
  const later = { since: new Date(4 * 60_000).toISOString() }
  const indexed = { server: 'mes', where: ['arg.line=4', 'capability!=mes/read_history'] }

  test('is told by the words of the terminal, each key once, and lists once for each', async () => {
    assert.deepEqual(await minutes('root', { agent: 'hunter' }), [11, 10])
    assert.deepEqual(await minutes('root', { agent: 'hunter@plant', result: 'limited' }), [10])
    assert.deepEqual(await minutes('root', { result: ['limited', 'held'] }), [10])
    assert.deepEqual(
      await minutes('root', { capability: ['siem/trace', 'mes/no_such_tool'] }),
      [11, 9],
    )
    assert.deepEqual(await minutes('root', { capability: 'mes/mes://line{line}/state' }), [7, 3])
    assert.deepEqual(
      await minutes('root', { since: new Date(9 * 60_000).toISOString() }),
      [11, 10, 9],
    )
    const twice = await world.ask('GET', '/planes/ops/calls?agent=a&agent=b', {
      token: tokens.root,
    })
    assert.deepEqual([twice.status, /key twice/.test(twice.text)], [400, true])
  })

  test('of an argument is answered from entries that say it', async () => {
    assert.deepEqual(await minutes('root', { ...indexed, ...later }), [10, 7, 6, 5])
    assert.deepEqual(await minutes('root', { ...indexed, ...later, agent: 'line-3' }), [7, 6, 5])
    const others = { capability: 'mes/read_telemetry', where: 'arg.line!=4' }
    assert.deepEqual(await minutes('root', { ...others, ...later }), [4])
  })

  const problems: [name: string, query: Record<string, string | string[]>, says: RegExp][] = [
    [
      'that is not recorded',
      { where: 'arg.line=4', ...later },
      /What \S+ is called with as line is not recorded/,
    ],
    [
      'that what it names does not record',
      { capability: 'mes/read_history', where: 'arg.line=4' },
      /mes\/read_history is called with as line is not recorded.*index: \[line\]/s,
    ],
    [
      'that what it names does not take',
      { capability: 'mes/list_lines', where: 'arg.line=4' },
      /mes\/list_lines takes no argument \\"line\\"\./,
    ],
    [
      'that nothing takes',
      { server: 'mes', where: 'arg.lien=4' },
      /Nothing that this asks about takes an argument \\"lien\\"; did you mean line\?/,
    ],
    [
      'that was recorded later only',
      indexed,
      /mes\/mes:\/\/line4\/state was called with as line is not recorded up to 1970-01-01T00:03:00\.000Z/,
    ],
  ]
  for (const [name, query, says] of problems)
    test(`of an argument ${name} is an error, and never an empty answer`, async () => {
      for (const path of ['', '/count']) {
        const answer = await ask('root', path, query)
        assert.equal(answer.status, 422, answer.text)
        assert.equal(answer.json().type, 'https://bailiwick.dev/problems/not-indexed')
        assert.match(answer.text, says)
      }
    })

  test('of the argument of what is not there at all names it', async () => {
    const answer = await ask('root', '', { capability: 'mes/old', where: 'arg.line=4' })
    assert.equal(answer.status, 404)
    assert.match(answer.text, /There is no mes\/old in plane ops/)
  })

  test('of an argument is an error for those alone who may read what does not say it', async () => {
    // siem/trace takes a line, and records none; operations does not read its calls.
    const query = { where: ['arg.line=4', 'capability!=mes/read_history'], ...later }
    assert.deepEqual(await minutes('olga', query), [10, 7, 6, 5])
    const soc = await ask('sam', '', query)
    assert.deepEqual([soc.status, /siem\/trace/.test(soc.text)], [422, true])
  })

  test('is answered and counted of those calls alone that whoever asks may read', async () => {
    assert.deepEqual(await minutes('sam', { agent: 'hunter' }), [11, 10])
    assert.deepEqual(await minutes('olga', { agent: 'hunter' }), [10])
    assert.deepEqual(await minutes('olga', { server: 'siem' }), [])
  })

  test('with a mistake in it says which', async () => {
    for (const [query, says] of [
      [{ where: 'agnet=hunter' }, /did you mean agent\?/],
      [{ result: 'denid' }, /did you mean denied\?/],
      [{ since: 'yesterday' }, /--since takes an instant/],
      [{ agnet: 'hunter' }, /a key that it does not know/],
    ] as const) {
      const answer = await ask('root', '', query)
      assert.equal(answer.status, 400)
      assert.match(answer.text, says)
    }
  })

  test('by a name that does not stand is answered, and says so', async () => {
    const answer = await ask('root', '', { agent: 'line-5' })
    assert.deepEqual(answer.json(), {
      items: [],
      unnamed: 0,
      unknown: [{ field: 'agent', value: 'line-5', meant: '; did you mean line-3?' }],
    })
  })
})
