import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Answer, startWorld, type World } from './world.ts'

// ayse owns alpha's items in ops and bob beta's; soc watches over the plane, half over alpha's items.

const binding = (name: string, role: string, more: object = {}) => ({
  kind: 'RoleBinding',
  plane: 'ops',
  name: `b-${name}`,
  role,
  people: [name],
  ...more,
})
const server = (name: string, owner: string) => ({
  kind: 'Server',
  plane: 'ops',
  name,
  owner,
  upstream: { url: `https://${name}.internal/mcp` },
})
const agent = (name: string, owner: string) => ({
  kind: 'Agent',
  plane: 'ops',
  name,
  owner,
  consumers: ['office'],
})

describe('Suspensions over the API', () => {
  let world: World
  const tokens: Record<string, string> = {}
  const everybody = ['ayse', 'bob', 'soc', 'half', 'audit', 'dev', 'elsewhere']

  before(async () => {
    world = await startWorld()
    await world.apply([
      { kind: 'Plane', name: 'ops' },
      { kind: 'Team', plane: 'ops', name: 'alpha', people: ['ayse'] },
      { kind: 'Team', plane: 'ops', name: 'beta', people: ['bob'] },
      binding('soc', 'soc'),
      binding('half', 'soc', { over: { team: 'alpha' } }),
      binding('audit', 'auditor'),
      binding('dev', 'developer'),
      { kind: 'Consumer', plane: 'ops', name: 'office' },
      server('mine', 'alpha'),
      server('theirs', 'beta'),
      agent('mine', 'alpha'),
      agent('theirs', 'beta'),
      { kind: 'Plane', name: 'fin' },
      { ...binding('elsewhere', 'plane-admin'), plane: 'fin' },
    ])
    for (const name of everybody) tokens[name] = await world.signIn(name)
  })
  after(() => world.stop())

  const post = (who: string, path: string, body: object, headers = {}) =>
    world.ask('POST', `/planes/ops/${path}`, { token: tokens[who], body, headers })
  const suspend = (who: string, path: string, names: object = {}): Promise<Answer> =>
    post(who, path, { ...names, reason: `by ${who}` })
  const list = async (who: string, query = '') =>
    (await world.ask('GET', `/planes/ops/suspensions${query}`, { token: tokens[who] })).json<{
      items: { kind: string; name: string; by: string; reason: string }[]
      next?: string
    }>()
  const standing = async (): Promise<string[]> =>
    (await list('soc')).items.map(({ kind, name }) => `${kind} ${name}`)
  const revision = () => world.started.installation.change.current().revision

  test('say who stopped whom and why, and are lifted by who may', async () => {
    assert.equal((await suspend('soc', 'users/suspend', { user: 'alice@example.com' })).status, 200)
    assert.equal((await suspend('ayse', 'servers/mine/suspend')).status, 200)
    const told = (await list('audit')).items.map((one) => [one.kind, one.name, one.by, one.reason])
    assert.deepEqual(told, [
      ['server', 'mine', 'person:ayse', 'by ayse'],
      ['user', 'alice@example.com', 'person:soc', 'by soc'],
    ])
    const status = await world.ask('GET', '/planes/ops/status', { token: tokens.audit })
    const { suspensions } = status.json<{ suspensions: { count: number; newest: object } }>()
    assert.equal(suspensions.count, 2)
    assert.deepEqual(suspensions.newest, {
      ...{ kind: 'server', name: 'mine', by: 'person:ayse', reason: 'by ayse' },
      ...{ at: (suspensions.newest as { at: number }).at, revision: revision() },
    })
    const resumed = await post('soc', 'users/resume', { user: 'alice@example.com' })
    assert.deepEqual(resumed.json(), {
      ...{ plane: 'ops', kind: 'user', name: 'alice@example.com', revision: revision() },
    })
    assert.equal((await post('half', 'servers/mine/resume', {})).status, 200)
    assert.deepEqual(await standing(), [])
  })

  const whatever: readonly (readonly [string, object?])[] = [
    ['agents/theirs/suspend'],
    ['consumers/office/suspend'],
    ['users/suspend', { user: 'alice' }],
    ['servers/theirs/suspend'],
    ['servers/theirs/block', { name: 'transfer' }],
    ['suspend'],
  ]
  for (const [path, names] of whatever)
    test(`attack: nobody stops by ${path} what their role is not over`, async () => {
      const before = revision()
      for (const who of ['ayse', 'half', 'audit', 'dev'])
        assert.equal((await suspend(who, path, names)).status, 403, who)
      assert.equal((await suspend('elsewhere', path, names)).status, 404)
      assert.equal(revision(), before)
    })

  test('attack: an owner lifts nothing, neither what the SOC has stopped of theirs nor what they stopped themselves', async () => {
    await suspend('soc', 'agents/mine/suspend')
    await suspend('ayse', 'servers/mine/suspend')
    const before = revision()
    for (const path of ['agents/mine/resume', 'servers/mine/resume'])
      assert.equal((await post('ayse', path, {})).status, 403)
    const renamed = { ...agent('mine', 'alpha'), apiVersion: 'bailiwick/v1', title: 'Mine' }
    const headers = { 'if-match': '*' }
    const put = { token: tokens.ayse, body: renamed, headers }
    assert.equal((await world.ask('PUT', '/planes/ops/agents/mine', put)).status, 200)
    assert.equal(revision(), before + 1)
    assert.deepEqual(await standing(), ['agent mine', 'server mine'])
    for (const path of ['agents/mine/resume', 'servers/mine/resume'])
      assert.equal((await post('soc', path, {})).status, 200)
  })

  test('attack: who sees the catalogue alone learns of no suspension, nor whether there is something of a name', async () => {
    const answers = await Promise.all(
      ['theirs', 'no-such'].map((name) => suspend('ayse', `agents/${name}/suspend`)),
    )
    assert.equal(answers[0]?.text, answers[1]?.text)
    const read = await world.ask('GET', '/planes/ops/suspensions', { token: tokens.dev })
    assert.equal(read.status, 403)
  })

  test('of what is not there are refused, with what shows what is', async () => {
    const rows = [
      ['agents/no-such/suspend', {}, 404, 'bailiwick agent list'],
      ['consumers/no-such/suspend', {}, 404, 'bailiwick export'],
      ['servers/no-such/suspend', {}, 404, 'bailiwick server list'],
      ['servers/no-such/block', { name: 'x' }, 404, 'bailiwick server list'],
      ['servers/mine/block', { name: 'x' }, 404, 'bailiwick server show ops/mine'],
      ['users/suspend', { user: ' alice' }, 400, undefined],
      ['users/suspend', { user: 'ali\u200bce' }, 400, undefined],
      ['users/suspend', { user: 'a'.repeat(256) }, 400, undefined],
    ] as const
    const before = revision()
    for (const [path, names, status, fix] of rows) {
      const answer = await suspend('soc', path, names)
      assert.equal(answer.status, status, `${path} ${answer.text}`)
      if (fix) assert.equal(answer.json<{ fix: string }>().fix, fix)
    }
    const resumed = await post('soc', 'users/resume', { user: 'nobody' })
    assert.equal(resumed.json<{ fix: string }>().fix, 'bailiwick suspensions --plane ops')
    assert.equal(resumed.status, 404)
    assert.equal((await post('soc', 'agents/mine/suspend', {})).status, 400)
    assert.equal(revision(), before)
  })

  test('are told page by page, each once, however long and odd the names', async () => {
    const users = [
      ...Array.from({ length: 9 }, (_, n) => `${n}`.repeat(255)),
      '../../bob',
      'a b',
      'a%2fb',
      '"\\"',
      '&after=x',
    ]
    for (const user of users) await suspend('soc', 'users/suspend', { user })
    const found: string[] = []
    for (let after: string | undefined; ; ) {
      const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
      const page = await list('soc', `?limit=4${query}`)
      found.push(...page.items.map(({ name }) => name))
      if (found.length === 4) await post('soc', 'users/resume', { user: users[0] })
      after = page.next
      if (after === undefined) break
    }
    assert.deepEqual(found, users.toSorted())
    for (const user of users.slice(1)) await post('soc', 'users/resume', { user })
  })

  test('happen once for one key, and say another reason when there is one', async () => {
    const key = { 'idempotency-key': 'once' }
    const about = { reason: 'a loop' }
    const first = await post('soc', 'agents/mine/suspend', about, key)
    const again = await post('soc', 'agents/mine/suspend', about, key)
    assert.equal(again.text, first.text)
    assert.equal((await post('soc', 'agents/mine/suspend', about)).text, first.text)
    await post('soc', 'agents/mine/suspend', { reason: 'a key leaked' })
    assert.deepEqual(
      (await list('soc')).items.map((one) => one.reason),
      ['a key leaked'],
    )
  })
})
