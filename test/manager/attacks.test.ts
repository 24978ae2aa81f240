import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { planeId } from '#domain/name.ts'
import { startWorld, type World } from './world.ts'

// People with a role who want more than it gives. ayse owns alpha's items in ops, bob beta's; dev is a
// developer there; nobody of them has anything to do with fin.

const server = (name: string, owner: string, more: object = {}) => ({
  kind: 'Server',
  plane: 'ops',
  name,
  owner,
  upstream: { url: `https://${name}.internal/mcp` },
  ...more,
})
const api = (name: string, owner: string, more: object = {}) => ({
  kind: 'API',
  plane: 'ops',
  name,
  owner,
  upstream: { url: `https://${name}.internal/v1`, openapi },
  ...more,
})
const openapi = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Tickets', version: '1' },
  paths: { '/tickets': { get: { operationId: 'listTickets' } } },
})
const header = { header: 'Authorization', format: 'Bearer {secret}' }
const lent = (name: string) => ({ credential: { name, ...header } })

describe('attack: a person with a role', () => {
  let world: World
  const tokens: Record<string, string> = {}
  before(async () => {
    world = await startWorld()
    await world.apply([
      { kind: 'Plane', name: 'ops' },
      { kind: 'Team', plane: 'ops', name: 'alpha', people: ['ayse'] },
      { kind: 'Team', plane: 'ops', name: 'beta', people: ['bob'] },
      { kind: 'RoleBinding', plane: 'ops', name: 'devs', role: 'developer', people: ['dev'] },
      { kind: 'Credential', plane: 'ops', name: 'alpha-key', owner: 'alpha' },
      { kind: 'Credential', plane: 'ops', name: 'beta-key', owner: 'beta' },
      server('mail', 'beta', lent('beta-key')),
      server('shared', 'alpha', lent('beta-key')),
      { kind: 'Consumer', plane: 'ops', name: 'office' },
      { kind: 'Agent', plane: 'ops', name: 'planner', owner: 'beta', consumers: ['office'] },
    ])
    await world.apply(
      [
        { kind: 'Plane', name: 'fin' },
        { kind: 'Consumer', plane: 'fin', name: 'hush-desk' },
        {
          kind: 'Agent',
          plane: 'fin',
          name: 'hush-trader',
          owner: 'cfo',
          consumers: ['hush-desk'],
        },
      ],
      'fin-set',
    )
    await world.apply(
      [
        {
          kind: 'Agent',
          plane: 'fin',
          name: 'hush-auditor',
          owner: 'cfo',
          consumers: ['hush-desk'],
        },
      ],
      'fin-more',
    )
    for (const name of ['ayse', 'bob', 'dev']) tokens[name] = await world.signIn(name)
    tokens.root = await world.signIn('root', { administrator: true })
  })
  after(() => world.stop())

  const put = (who: string, document: { kind: string; name: string }, kinds = 'servers') =>
    world.ask('PUT', `/planes/ops/${kinds}/${document.name}`, {
      token: tokens[who],
      body: { apiVersion: 'bailiwick/v1', ...document },
      headers: { 'if-match': '*' },
    })
  const make = (who: string, document: { kind: string; name: string }, kinds = 'servers') =>
    world.ask('PUT', `/planes/ops/${kinds}/${document.name}`, {
      token: tokens[who],
      body: { apiVersion: 'bailiwick/v1', ...document },
    })
  const apply = (who: string, documents: readonly object[], more: object = {}) =>
    world.ask('POST', '/apply', {
      token: tokens[who],
      body: {
        set: 'mine',
        files: documents.map((one, n) => ({
          name: `${n}.json`,
          text: JSON.stringify({ apiVersion: 'bailiwick/v1', ...one }),
        })),
        ...more,
      },
    })

  test('has no secret of another team sent to a server of his own', async () => {
    const trap = server('trap', 'alpha', lent('beta-key'))
    assert.equal((await make('ayse', trap)).status, 403)
    assert.equal((await apply('ayse', [trap])).status, 403)
    assert.equal((await apply('ayse', [trap], { dryRun: true })).status, 403)
    assert.equal((await make('ayse', server('honest', 'alpha', lent('alpha-key')))).status, 201)
    assert.equal((await put('ayse', server('honest', 'alpha', lent('beta-key')))).status, 403)
  })

  test('has no secret of another team sent to an API of his own, nor to another address of one', async () => {
    const trap = api('trap', 'alpha', lent('beta-key'))
    assert.equal((await make('ayse', trap, 'apis')).status, 403)
    assert.equal((await apply('ayse', [trap])).status, 403)
    assert.equal((await make('ayse', api('fair', 'alpha', lent('alpha-key')), 'apis')).status, 201)
    assert.equal((await put('ayse', api('fair', 'alpha', lent('beta-key')), 'apis')).status, 403)
    assert.equal((await make('root', api('given', 'alpha', lent('beta-key')), 'apis')).status, 201)
    const titled = api('given', 'alpha', { ...lent('beta-key'), title: 'Given' })
    assert.equal((await put('ayse', titled, 'apis')).status, 200)
    const elsewhere = { upstream: { url: 'https://evil.example/v1', openapi } }
    const led = api('given', 'alpha', { ...lent('beta-key'), ...elsewhere })
    assert.equal((await put('ayse', led, 'apis')).status, 403)
  })

  test('leads no secret that was lent to his server to another address, nor into another header', async () => {
    const elsewhere = { ...lent('beta-key'), upstream: { url: 'https://evil.example/mcp' } }
    assert.equal((await put('ayse', server('shared', 'alpha', elsewhere))).status, 403)
    const other = { credential: { name: 'beta-key', header: 'X-Echo', format: '{secret}' } }
    assert.equal((await put('ayse', server('shared', 'alpha', other))).status, 403)
    const titled = server('shared', 'alpha', { ...lent('beta-key'), title: 'Shared' })
    assert.equal((await put('ayse', titled)).status, 200)
    assert.equal((await put('root', server('shared', 'alpha', elsewhere))).status, 200)
  })

  test('takes no credential over together with the server that uses it', async () => {
    const mine = { kind: 'Credential', plane: 'ops', name: 'beta-key', owner: 'alpha' }
    const both = [mine, server('trap', 'alpha', lent('beta-key'))]
    const answer = await apply('ayse', both, { set: 'test' })
    assert.equal(answer.status, 403, answer.text)
  })

  test('learns nothing of another plane from what prune would break there', async () => {
    const before = world.started.installation.change.current().revision
    for (const dryRun of [true, false])
      for (const set of ['fin-set', 'fin-more']) {
        const mine = server('own', 'alpha')
        const answer = await apply('ayse', [mine], { set, prune: true, dryRun })
        assert.equal(answer.status, 403, answer.text)
        assert.doesNotMatch(answer.text, /fin(?!-)|hush|cfo/)
      }
    assert.equal(world.started.installation.change.current().revision, before)
  })

  test('who sees the catalogue alone learns no names by guessing near them', async () => {
    const near = [
      { kind: 'Grant', plane: 'ops', name: 'g', agent: 'planer', consumer: 'offce', allow: [] },
      server('near', 'dev', lent('beta-kee')),
      { kind: 'Agent', plane: 'ops', name: 'planner', owner: 'dev', consumers: ['ofice'] },
      { kind: 'Agent', plane: 'ops', name: 'planner', owner: 'dev', nope: 1, consumers: ['ofice'] },
    ]
    for (const one of near) {
      const answer = await apply('dev', [one], { dryRun: true })
      assert.equal(answer.status, 403, answer.text)
      assert.doesNotMatch(answer.text, /planner|office|beta-key|test/)
    }
  })

  test('vouches for no claims of an agent of his own, and puts it into no group', async () => {
    const agent = (more: object = {}) => ({
      kind: 'Agent',
      plane: 'ops',
      name: 'planner',
      owner: 'beta',
      consumers: ['office'],
      ...more,
    })
    const claims = { clearance: 'personal' }
    assert.equal((await put('bob', agent({ title: 'Plans' }), 'agents')).status, 200)
    assert.equal((await put('bob', agent({ claims }), 'agents')).status, 403)
    assert.equal((await apply('bob', [agent({ claims })], { set: 'test' })).status, 403)
    const group = { kind: 'AgentGroup', plane: 'ops', name: 'trusted', agents: ['planner'] }
    assert.equal((await make('bob', group, 'agent-groups')).status, 403)
    assert.equal((await put('root', agent({ claims }), 'agents')).status, 200)
    assert.equal((await put('root', agent({ claims, owner: 'root' }), 'agents')).status, 200)
    const wider = agent({ claims: { clearance: 'all' }, owner: 'root' })
    assert.equal((await put('root', wider, 'agents')).status, 403)
    assert.equal((await make('root', group, 'agent-groups')).status, 403)
    assert.equal((await put('root', agent(), 'agents')).status, 200)
    assert.equal((await make('root', group, 'agent-groups')).status, 201)
  })

  test('an owner is still told what a name may have been meant for', async () => {
    const answer = await apply('ayse', [server('typo', 'alpha', lent('alpha-kee'))])
    assert.equal(answer.status, 422, answer.text)
    assert.match(answer.text, /did you mean alpha-key/)
  })

  test('gets nothing by the Idempotency-Key of somebody else, nor by his own after his role has gone', async () => {
    const ask = (who: string, more: object = {}) =>
      world.ask('PUT', '/planes/ops/servers/keyed', {
        token: tokens[who],
        body: { apiVersion: 'bailiwick/v1', ...server('keyed', 'beta', more) },
        headers: { 'idempotency-key': 'key-1', ...(who === 'ayse' && { 'if-match': '*' }) },
      })
    assert.equal((await ask('bob')).status, 201)
    assert.equal((await ask('ayse', { title: 'Mine' })).status, 403)
    await world.apply([{ kind: 'Team', plane: 'ops', name: 'beta', people: ['carol'] }])
    try {
      assert.equal((await ask('bob')).status, 404)
    } finally {
      await world.apply([{ kind: 'Team', plane: 'ops', name: 'beta', people: ['bob'] }])
    }
  })
})

test('two people who classify tools of one server at once, and one who edits it, lose nothing of each other', async () => {
  const world = await startWorld()
  try {
    await world.apply([{ kind: 'Plane', name: 'ops' }, server('mail', 'alpha')])
    const token = await world.signIn('root', { administrator: true })
    const names = ['read_mail', 'send_mail', 'drop_mail']
    const { registry } = world.started.installation
    const definition = (name: string) => ({ name, inputSchema: { type: 'object' } })
    await registry.observe(
      planeId('ops'),
      'mail',
      names.map((name) => ({ kind: 'tool', definition: definition(name) })),
    )
    const classify = (name: string) =>
      world.ask('POST', '/planes/ops/servers/mail/classify', {
        token,
        body: { name, class: 'read' },
      })
    const edit = world.ask('PUT', '/planes/ops/servers/mail', {
      token,
      headers: { 'if-match': '*' },
      body: { apiVersion: 'bailiwick/v1', ...server('mail', 'alpha', { title: 'Mail' }) },
    })
    const answers = await Promise.all([edit, ...names.map(classify)])
    for (const { status, text } of answers) assert.ok([200, 412].includes(status), text)
    const [edited] = answers
    const stands = await world.ask('GET', '/planes/ops/servers/mail', { token })
    const { title, tools } = stands.json<{ title?: string; tools: object }>()
    assert.deepEqual(Object.keys(tools).toSorted(), names.toSorted())
    assert.equal(title, edited?.status === 200 ? 'Mail' : undefined)
  } finally {
    await world.stop()
  }
})
