import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startWorld, type World } from './world.ts'

const v1 = { apiVersion: 'bailiwick/v1' }
const inOps = { ...v1, plane: 'ops' }
const consumer = (name: string, more: object = {}) => ({
  kind: 'Consumer',
  plane: 'ops',
  name,
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
const grant = (name: string, to: string, allow: object[]) => ({
  kind: 'Grant',
  plane: 'ops',
  name,
  agent: to,
  consumer: 'office',
  allow,
  reason: 'a test',
})

const standing = [
  { kind: 'Plane', name: 'ops' },
  { kind: 'Team', plane: 'ops', name: 'operations', people: ['olga', 'otto'] },
  { kind: 'Team', plane: 'ops', name: 'security', people: ['sam'] },
  { kind: 'RoleBinding', plane: 'ops', name: 'soc', role: 'soc', team: 'security' },
  { kind: 'RoleBinding', plane: 'ops', name: 'admin', role: 'plane-admin', people: ['paul'] },
  consumer('office'),
  server('mail', 'operations'),
  server('siem', 'security'),
  agent('clerk', 'operations'),
  agent('hunter', 'security'),
  agent('own', 'olga'),
]

describe('Documents over the API', () => {
  let world: World
  const tokens: Record<string, string> = {}
  before(async () => {
    world = await startWorld()
    await world.apply(standing)
    for (const name of ['olga', 'otto', 'sam', 'paul']) tokens[name] = await world.signIn(name)
    tokens.root = await world.signIn('root', { administrator: true })
  })
  after(() => world.stop())

  const as = (who: string) => {
    const token = tokens[who]
    return {
      get: (path: string, headers: Record<string, string> = {}) =>
        world.ask('GET', `/planes/ops${path}`, { token, headers }),
      put: (path: string, body: object, headers: Record<string, string> = {}) =>
        world.ask('PUT', `/planes/ops${path}`, { token, body: { ...inOps, ...body }, headers }),
      remove: (path: string, headers: Record<string, string> = {}) =>
        world.ask('DELETE', `/planes/ops${path}`, { token, headers }),
      post: (path: string, body: object) => world.ask('POST', path, { token, body }),
    }
  }
  const codeOf = (answer: { json<T>(): T }) =>
    answer.json<{ type: string }>().type.split('/').at(-1)

  test('are made once, said again without a change, and read with their ETag', async () => {
    const made = await as('paul').put('/consumers/first', consumer('first'))
    assert.equal(made.status, 201)
    assert.equal(made.headers.location, '/api/v1/planes/ops/consumers/first')
    const again = await as('paul').put('/consumers/first', consumer('first'))
    assert.deepEqual([again.status, again.headers.etag], [200, made.headers.etag])
    const read = await as('paul').get('/consumers/first')
    assert.deepEqual(read.json(), { ...v1, ...consumer('first') })
    assert.equal(read.headers.etag, made.headers.etag)
    const tag = String(read.headers.etag)
    assert.equal((await as('paul').get('/consumers/first', { 'if-none-match': tag })).status, 304)
  })

  test('of two people who changed one at once, the second is told who was first', async () => {
    const made = await as('paul').put('/consumers/shared', consumer('shared'))
    const etag = String(made.headers.etag)
    const [first, second] = await Promise.all([
      as('paul').put('/consumers/shared', consumer('shared', { title: 'Paul' }), {
        'if-match': etag,
      }),
      as('root').put('/consumers/shared', consumer('shared', { title: 'Root' }), {
        'if-match': etag,
      }),
    ])
    const [won, lost] = first.status === 200 ? [first, second] : [second, first]
    assert.deepEqual([won.status, lost.status], [200, 412])
    assert.equal(codeOf(lost), 'stale')
    const who = won === first ? 'paul' : 'root'
    assert.match(lost.json<{ detail: string }>().detail, new RegExp(`by person:${who}`))
    const stands = await as('paul').get('/consumers/shared')
    assert.deepEqual(stands.json(), won.json())
  })

  test('are never overwritten or removed unseen', async () => {
    await as('paul').put('/consumers/seen', consumer('seen'))
    const blind = await as('paul').put('/consumers/seen', consumer('seen', { title: 'x' }))
    assert.deepEqual([blind.status, codeOf(blind)], [428, 'unconditional'])
    assert.match(String(blind.headers.etag), /^"\d+"$/)
    assert.equal((await as('paul').remove('/consumers/seen')).status, 428)
    const none = { 'if-none-match': '*' }
    assert.equal((await as('paul').put('/consumers/seen', consumer('seen'), none)).status, 412)
    const any = { 'if-match': '*' }
    assert.equal((await as('paul').remove('/consumers/seen', any)).status, 204)
    assert.equal((await as('paul').remove('/consumers/seen', any)).status, 404)
    assert.equal((await as('paul').put('/consumers/seen', consumer('seen'), any)).status, 412)
  })

  test('refuse a condition that is none of ours', async () => {
    await as('paul').put('/consumers/tagged', consumer('tagged'))
    const change = (headers: Record<string, string>) =>
      as('paul').put('/consumers/tagged', consumer('tagged', { title: 'x' }), headers)
    assert.equal((await change({ 'if-match': 'W/"1"' })).status, 412)
    assert.equal((await change({ 'if-match': '"abc"' })).status, 412)
    assert.equal((await change({ 'if-match': '1' })).status, 400)
    assert.equal((await change({ 'if-none-match': '"1"' })).status, 400)
    assert.equal((await change({ 'if-match': '*', 'if-none-match': '*' })).status, 400)
  })

  test('are written once for each Idempotency-Key, whoever thinks of the same', async () => {
    const reason = 'ordered by ticketing: ağ'
    const key = {
      'idempotency-key': '7d1b',
      'x-reason': Buffer.from(reason).toString('latin1'),
    }
    const first = await as('paul').put('/consumers/keyed', consumer('keyed'), key)
    assert.equal(first.status, 201, first.text)
    const again = await as('paul').put('/consumers/keyed', consumer('keyed'), key)
    assert.deepEqual([again.status, again.headers.etag], [200, first.headers.etag])
    const other = await as('paul').put('/consumers/other', consumer('other'), key)
    assert.equal(other.status, 400)
    assert.equal((await as('root').put('/consumers/other', consumer('other'), key)).status, 201)
    const revision = String(first.headers.etag).replaceAll('"', '')
    const told = await world.ask('GET', `/planes/ops/revisions/${revision}`, {
      token: tokens.paul,
    })
    const { by, why, diff } = told.json<{ by: string; why: string; diff: string }>()
    assert.deepEqual([by, why], ['person:paul', reason])
    assert.match(diff, /\+name: keyed/)
  })

  test('are listed in pages that miss nothing', async () => {
    for (const name of ['p1', 'p2', 'p3', 'p4', 'p5'])
      await as('paul').put(`/consumers/${name}`, consumer(name))
    const names: string[] = []
    for (let next: string | undefined = ''; next !== undefined; ) {
      const query: string = next === '' ? '?limit=2' : `?limit=2&after=${next}`
      const page = (await as('paul').get(`/consumers${query}`)).json<{
        items: { document: { name: string } }[]
        next?: string
      }>()
      names.push(...page.items.map(({ document }) => document.name))
      assert.ok(page.items.length <= 2)
      next = page.next
    }
    assert.deepEqual(names, names.toSorted())
    assert.deepEqual(
      names.filter((name) => /^p\d$/.test(name)),
      ['p1', 'p2', 'p3', 'p4', 'p5'],
    )
  })

  test('with problems answer all of them, and nothing is changed', async () => {
    const answer = await as('paul').put('/grants/bad', {
      ...grant('bad', 'clerkk', [{ server: 'mial' }]),
      until: 'tomorrow',
    })
    assert.deepEqual([answer.status, codeOf(answer)], [422, 'bad-documents'])
    const { problems } = answer.json<{ problems: { message: string }[] }>()
    assert.ok(problems.length >= 2)
    const text = JSON.stringify(problems)
    for (const part of ['did you mean mail', 'until']) assert.ok(text.includes(part), text)
    assert.equal((await as('paul').get('/grants/bad')).status, 404)
  })

  test('at the address of another are refused', async () => {
    for (const wrong of [{ name: 'b' }, { plane: 'fin' }, { kind: 'Agent' }]) {
      const answer = await as('paul').put('/consumers/a', { ...consumer('a'), ...wrong })
      assert.deepEqual([answer.status, codeOf(answer)], [400, 'usage'])
    }
  })

  describe('An owner', () => {
    test("changes what its team owns, and nothing of another's", async () => {
      const mine = { ...server('mail', 'operations'), title: 'Mail' }
      const any = { 'if-match': '*' }
      assert.equal((await as('olga').put('/servers/mail', mine, any)).status, 200)
      const theirs = { ...server('siem', 'security'), title: 'Mine' }
      const refused = await as('olga').put('/servers/siem', theirs, any)
      assert.deepEqual([refused.status, codeOf(refused)], [403, 'not-permitted'])
      assert.match(refused.json<{ detail: string }>().detail, /servers\.write/)
    })

    test('neither takes what others own nor gives away what its team owns', async () => {
      const any = { 'if-match': '*' }
      const taken = await as('olga').put('/servers/siem', server('siem', 'operations'), any)
      const given = await as('olga').put('/servers/mail', server('mail', 'security'), any)
      assert.deepEqual([taken.status, given.status], [403, 403])
    })

    test('grants the use of its own servers alone', async () => {
      const put = (name: string, allow: object[]) =>
        as('olga').put(`/grants/${name}`, grant(name, 'clerk', allow))
      assert.equal((await put('own-server', [{ server: 'mail' }])).status, 201)
      for (const allow of [
        [{ server: 'siem' }],
        [{ server: ['mail', 'siem'] }],
        [{ server: 'mail' }, { class: 'read' }],
        [{ class: 'read' }],
      ])
        assert.equal((await put('too-much', allow)).status, 403, JSON.stringify(allow))
    })

    test('cannot widen what another granted, by any command', async () => {
      await world.apply([grant('siem-reads', 'hunter', [{ server: 'siem' }])], 'soc')
      const wider = grant('siem-reads', 'clerk', [{ server: 'mail' }])
      const any = { 'if-match': '*' }
      assert.equal((await as('olga').put('/grants/siem-reads', wider, any)).status, 403)
      assert.equal((await as('olga').remove('/grants/siem-reads', any)).status, 403)
      const files = [{ name: 'x.yaml', text: JSON.stringify({ ...v1, ...wider }) }]
      for (const dryRun of [true, false]) {
        const applied = await as('olga').post('/apply', { files, set: 'soc', dryRun })
        assert.equal(applied.status, 403, applied.text)
      }
      const pruned = await as('olga').post('/apply', {
        files: [{ name: 'x.yaml', text: JSON.stringify({ ...v1, ...consumer('office') }) }],
        set: 'soc',
        prune: true,
      })
      assert.equal(pruned.status >= 400, true, pruned.text)
      assert.equal((await as('sam').get('/grants/siem-reads')).status, 200)
    })
  })

  describe('Nobody', () => {
    test('gives themselves a role, directly, by a team or by a file', async () => {
      const any = { 'if-match': '*' }
      const binding = { kind: 'RoleBinding', plane: 'ops', name: 'me', role: 'soc' }
      const answers = [
        await as('paul').put('/role-bindings/me', { ...binding, people: ['paul'] }),
        await as('paul').put(
          '/teams/security',
          { kind: 'Team', plane: 'ops', name: 'security', people: ['sam', 'paul'] },
          any,
        ),
        await as('root').put('/role-bindings/me', { ...binding, people: ['root'] }),
        await as('root').post('/apply', {
          files: [
            { name: 'x.yaml', text: JSON.stringify({ ...v1, ...binding, people: ['root'] }) },
          ],
          set: 'x',
        }),
      ]
      for (const answer of answers) {
        assert.deepEqual([answer.status, codeOf(answer)], [403, 'not-permitted'], answer.text)
        assert.match(answer.json<{ detail: string }>().detail, /somebody else gives you a role/)
      }
      const other = await as('paul').put('/role-bindings/me', { ...binding, people: ['otto'] })
      assert.equal(other.status, 201, other.text)
      assert.equal((await as('paul').remove('/role-bindings/me', any)).status, 204)
    })

    test('grants to an agent of their own', async () => {
      const own = grant('for-me', 'own', [{ server: 'mail' }])
      const refused = await as('olga').put('/grants/for-me', own)
      assert.deepEqual([refused.status, codeOf(refused)], [403, 'not-permitted'])
      assert.equal((await as('otto').put('/grants/for-me', own)).status, 201)
    })
  })

  test('of a role that has ended say nothing from then on', async () => {
    const binding = { kind: 'RoleBinding', plane: 'ops', name: 'audit', role: 'auditor' }
    const until = '2020-01-01'
    await as('paul').put('/role-bindings/audit', { ...binding, people: ['eve'], until })
    const token = await world.signIn('eve')
    assert.equal((await world.ask('GET', '/planes/ops', { token })).status, 404)
    const body = { ...inOps, ...binding, people: ['eve'], until: '2999-01-01' }
    const headers = { 'if-match': '*' }
    await world.ask('PUT', '/planes/ops/role-bindings/audit', { token: tokens.paul, body, headers })
    assert.equal((await world.ask('GET', '/planes/ops', { token })).status, 200)
  })

  test('of every plane are put back by a restore, which is a revision of its own', async () => {
    const { revision } = world.started.installation.change.current()
    await as('paul').put('/consumers/late', consumer('late'))
    const path = `/revisions/${revision}/restore`
    assert.equal((await as('paul').post(path, {})).status, 403)
    const dry = await as('root').post(path, { dryRun: true })
    assert.match(dry.text, /"op":"remove","plane":"ops","kind":"Consumer","name":"late"/)
    assert.equal((await as('paul').get('/consumers/late')).status, 200)
    const restored = await as('root').post(path, { reason: 'a mistake' })
    assert.equal(restored.json<{ revision: number }>().revision, revision + 2)
    assert.equal((await as('paul').get('/consumers/late')).status, 404)
  })
})
