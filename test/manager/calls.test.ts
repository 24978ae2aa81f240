import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { callId, clientId, planeId } from '#domain/name.ts'
import { startWorld, type World } from './world.ts'

const ops = planeId('ops')
const named = (kind: string, name: string, more: object = {}) => ({
  kind,
  plane: 'ops',
  name,
  ...more,
})
const standing = [
  { kind: 'Plane', name: 'ops' },
  named('Team', 'operations', { people: ['olga'] }),
  named('Team', 'security', { people: ['sam'] }),
  named('RoleBinding', 'soc', { role: 'soc', team: 'security' }),
  named('RoleBinding', 'mail-only', { role: 'auditor', people: ['max'], over: { server: 'mail' } }),
  named('RoleBinding', 'dev', { role: 'developer', people: ['dana'] }),
  named('Consumer', 'office'),
  ...(['mail', 'siem'] as const).map((name) =>
    named('Server', name, {
      owner: name === 'mail' ? 'operations' : 'security',
      upstream: { url: `https://${name}.internal/mcp` },
    }),
  ),
  named('Agent', 'clerk', { owner: 'operations', consumers: ['office'] }),
  named('Agent', 'hunter', { owner: 'security', consumers: ['office'] }),
]

const idOf = (n: number) => callId(`cal_${String(n).padStart(26, '0')}`)

describe('Calls over the API', () => {
  let world: World
  const tokens: Record<string, string> = {}
  before(async () => {
    world = await startWorld()
    await world.apply(standing)
    const ledger = world.started.installation.ledger.plane(ops)
    // 30 of each agent × server, the oldest first.
    for (let n = 1; n <= 120; n++) {
      const agent = n % 2 === 0 ? 'clerk' : 'hunter'
      const server = n % 4 < 2 ? 'mail' : 'siem'
      await ledger.append({
        v: 1,
        type: 'call.refused',
        at: n,
        plane: ops,
        call: idOf(n),
        agent,
        consumer: 'office',
        client: clientId(agent, 'office'),
        method: 'tools/call',
        server,
        kind: 'tool',
        name: 'read',
        station: 'permit',
        reason: 'unknown',
        because: 'no grant',
        revision: 1,
        argumentBytes: 2,
      })
    }
    for (const name of ['olga', 'sam', 'max', 'dana']) tokens[name] = await world.signIn(name)
    tokens.root = await world.signIn('root', { administrator: true })
  })
  after(() => world.stop())

  type Row = { call: string; agent: string; server: string; at: number }
  const listAs = async (who: string, query = ''): Promise<Row[]> => {
    const rows: Row[] = []
    for (let next: string | undefined = ''; next !== undefined; ) {
      const path: string = `/planes/ops/calls?limit=7${query}${next && `&after=${next}`}`
      const answer = await world.ask('GET', path, { token: tokens[who] })
      assert.equal(answer.status, 200, answer.text)
      const page = answer.json<{ items: Row[]; next?: string }>()
      rows.push(...page.items)
      next = page.next
    }
    return rows
  }
  const places = (rows: readonly Row[]) =>
    [...new Set(rows.map(({ agent, server }) => `${agent} ${server}`))].toSorted()

  test("of both teams are the SOC's to read; operations does not read the SOC's", async () => {
    const all = await listAs('sam')
    assert.equal(all.length, 120)
    assert.deepEqual(
      all.map(({ at }) => at),
      all.map(({ at }) => at).toSorted((a, b) => b - a),
    )
    const ours = await listAs('olga')
    assert.deepEqual(places(ours), ['clerk mail', 'clerk siem', 'hunter mail'])
    assert.equal(ours.length, 90)
    const hidden = all.find(({ agent, server }) => agent === 'hunter' && server === 'siem')
    const path = `/planes/ops/calls/${hidden?.call}`
    assert.equal((await world.ask('GET', path, { token: tokens.olga })).status, 403)
    assert.equal((await world.ask('GET', path, { token: tokens.sam })).status, 200)
  })

  test('of one server are all that a role over that server reads', async () => {
    assert.deepEqual(places(await listAs('max')), ['clerk mail', 'hunter mail'])
  })

  test('of one agent are found among those that may be read', async () => {
    assert.deepEqual(places(await listAs('olga', '&agent=hunter')), ['hunter mail'])
  })

  test('of any of several values are asked for together', async () => {
    const count = async (query: string) => {
      const path = `/planes/ops/calls/count?${query}`
      const answer = await world.ask('GET', path, { token: tokens.root })
      return answer.json<{ count?: number; detail?: string }>()
    }
    assert.equal((await count('any=agent=clerk&any=agent=hunter')).count, 120)
    assert.equal((await count('any=agent=clerk&any=agent=nobody&any=server=siem')).count, 30)
    assert.equal((await count('any=agent=clerk&where=server!=siem')).count, 30)
    assert.match((await count('any=agent!=clerk')).detail ?? '', /leaves out/)
  })

  test('are summed to one way, and by what they have in common, of those that may be read', async () => {
    const ask = async <T>(who: string, path: string) =>
      (await world.ask('GET', `/planes/ops/calls/${path}`, { token: tokens[who] })).json<T>()
    const path = await ask<{
      arrived: number
      recorded: number
      stations: { station: string; passed: number; stopped: object[] }[]
    }>('olga', 'path')
    assert.deepEqual([path.arrived, path.recorded], [90, 90])
    assert.deepEqual(path.stations[1], {
      ...{ station: 'permit', passed: 0 },
      stopped: [{ state: 'denied', count: 90 }],
    })
    assert.deepEqual(path.stations[5], { station: 'record', passed: 90, stopped: [] })
    const gap = { problem: 'the disk is full', from: 200, to: 300, refused: 7 }
    const written = { v: 1, type: 'ledger.gap', at: 300, plane: ops, ...gap } as const
    await world.started.installation.ledger.plane(ops).append(written)
    const broken = await ask<{ arrived: number; recorded: number; gaps: object[] }>('root', 'path')
    assert.deepEqual([broken.arrived, broken.recorded, broken.gaps.length], [127, 120, 1])
    const some = await ask<{ arrived: number; gaps: object[] }>('root', 'path?agent=clerk')
    assert.deepEqual([some.arrived, some.gaps], [60, []])
    const traffic = await ask<{
      total: number
      others: number
      values: { value: string; count: number; outcomes: { denied: number } }[]
    }>('olga', 'traffic?by=agent&top=1')
    assert.deepEqual([traffic.total, traffic.others], [90, 30])
    const told = traffic.values.map(({ value, count, outcomes }) => [value, count, outcomes.denied])
    assert.deepEqual(told, [['clerk', 60, 60]])
  })

  test('are entries by their number, of others to nobody, and those of policy to who may read it', async () => {
    const entry = (who: string, position: number | string) =>
      world.ask('GET', `/planes/ops/ledger/entries/${position}`, { token: tokens[who] })
    const [theirs] = (await listAs('sam')).filter(
      ({ agent, server }) => agent === 'hunter' && server === 'siem',
    )
    const { call, position } = theirs as Row & { position: number }
    assert.deepEqual((await entry('sam', position)).json<{ call: string }>().call, call)
    assert.equal((await entry('olga', position)).status, 403)
    assert.equal((await entry('root', 1)).status, 200)
    assert.equal((await entry('max', 1)).status, 403)
    for (const none of [999_999, 0, 'x', '1e3'])
      assert.equal((await entry('root', none)).status, 404, String(none))
  })

  test('are asked by rules of nobody who may not read them, however it is written', async () => {
    for (const way of ['where', 'any']) {
      const path = `/planes/ops/calls?${way}=rule=strong`
      assert.equal((await world.ask('GET', path, { token: tokens.max })).status, 403, way)
    }
  })

  test("are no developer's, and hold no arguments for anybody", async () => {
    const refused = await world.ask('GET', '/planes/ops/calls', { token: tokens.dana })
    assert.equal(refused.status, 403)
    const [first] = await listAs('root')
    const why = await world.ask('GET', `/planes/ops/calls/${first?.call}`, { token: tokens.root })
    assert.deepEqual(Object.keys(why.json()).toSorted(), ['entries', 'now', 'plane', 'record'])
    assert.equal(/"argument(s|Json)"/.test(why.text), false)
  })
})
