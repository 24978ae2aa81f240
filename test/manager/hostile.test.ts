import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startWorld, type World } from './world.ts'

describe('The API, given what no client of ours sends,', () => {
  let world: World
  let token = ''
  before(async () => {
    world = await startWorld()
    await world.apply([{ kind: 'Plane', name: 'ops' }])
    token = await world.signIn('root', { administrator: true })
  })
  after(() => world.stop())

  const consumer = '{"apiVersion":"bailiwick/v1","kind":"Consumer","plane":"ops","name":"a"}'
  const put = (raw: string | Buffer, headers: Record<string, string> = {}, path = 'consumers/a') =>
    world.ask('PUT', `/planes/ops/${path}`, { token, raw, headers })

  const bodies: readonly (readonly [string, string | Buffer, number, Record<string, string>?])[] = [
    ['a key that stands twice', consumer.replace('"name"', '"name":"b","name"'), 400],
    [
      'a key that stands twice, once escaped',
      consumer.replace('"name"', '"n\\u0061me":"b","name"'),
      400,
    ],
    ['__proto__ as a key', consumer.replace('{', '{"__proto__":{"owner":"x"},'), 400],
    ['nesting without end', '['.repeat(100_000), 400],
    ['a lone surrogate', consumer.replace('"a"', '"\\ud800"'), 400],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
    [
      'a byte order mark',
      Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(consumer)]),
      400,
    ],
    ['a body of more than a megabyte', Buffer.alloc(1024 * 1024 + 1, 0x20), 413],
    ['no body', '', 400],
    ['a list instead of a document', '[]', 400],
    ['null', 'null', 400],
    ['a form', 'name=a', 415, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text', consumer, 415, { 'content-type': 'text/plain' }],
    [
      'another character set',
      consumer,
      415,
      { 'content-type': 'application/json; charset=utf-16' },
    ],
    ['a packed body', consumer, 415, { 'content-encoding': 'gzip' }],
    ['a page of somebody else', consumer, 403, { origin: 'https://evil.example' }],
  ]
  for (const [what, raw, status, headers] of bodies)
    test(`refuses ${what}, and changes nothing`, async () => {
      const answer = await put(raw, headers)
      assert.equal(answer.status, status, answer.text)
      assert.equal(answer.headers['content-type'], 'application/problem+json')
      assert.equal(answer.headers['cache-control'], 'no-store')
      const missing = await world.ask('GET', '/planes/ops/consumers/a', { token })
      assert.equal(missing.status, 404)
    })

  for (const name of [
    '..',
    '%2e%2e',
    'a%2fb',
    'a%5cb',
    '%00',
    'A',
    'ops;x',
    'a b',
    'constructor()',
    '__proto__',
    'x'.repeat(25),
    '-a',
    '%C4%B1',
  ])
    test(`finds nothing under the name ${name}`, async () => {
      const answer = await put(consumer, {}, `consumers/${name.replace(' ', '%20')}`)
      assert.ok([400, 404].includes(answer.status), `${answer.status} ${answer.text}`)
    })

  test('takes a name that every object has for a name like any other', async () => {
    const body = consumer.replace('"a"', '"constructor"')
    assert.equal((await put(body, {}, 'consumers/constructor')).status, 201)
    assert.equal((await world.ask('GET', '/planes/constructor', { token })).status, 404)
    assert.equal((await world.ask('GET', '/people/constructor', { token })).status, 404)
  })

  const queries = [
    '?limit=0',
    '?limit=1e9',
    '?limit=x',
    '?limit=',
    '?nope=1',
    '?limit=1&limit=2',
    '?limit=1.5',
  ]
  for (const query of queries)
    test(`refuses the query ${query}`, async () => {
      const answer = await world.ask('GET', `/planes/ops/consumers${query}`, { token })
      assert.equal(answer.status, 400, answer.text)
    })

  test('repeats nothing of a secret that stands in the wrong place', async () => {
    const secret = 'hunter2-hunter2'
    const answers = [
      await world.ask('POST', '/session', {
        body: { name: 'root', password: secret, extra: secret },
      }),
      await world.ask('POST', '/session', {
        body: { name: secret.toUpperCase(), password: secret },
      }),
      await world.ask('PUT', '/people/bob', {
        token,
        body: { administrator: secret, [secret]: secret },
      }),
      await world.ask('PUT', '/people/bob', {
        token,
        body: { administrator: false, password: 'hunter2' },
      }),
      await world.ask('GET', `/planes/ops/consumers?after=x&${secret}=1`, { token }),
    ]
    for (const { status, text } of answers) {
      assert.equal(status, 400, text)
      assert.equal(text.includes('hunter2'), false, text)
    }
  })

  test('promises nothing to an Idempotency-Key where a repeated answer would be another', async () => {
    await world.apply([
      { kind: 'Plane', name: 'ops' },
      { kind: 'Consumer', plane: 'ops', name: 'office' },
      {
        kind: 'Agent',
        plane: 'ops',
        name: 'keyed',
        owner: 'x',
        consumers: ['office'],
        authenticate: { secret: true },
      },
    ])
    const path = '/planes/ops/agents/keyed/secret'
    const headers = { 'idempotency-key': 'k' }
    const refused = await world.ask('POST', path, { token, body: {}, headers })
    assert.equal(refused.status, 400, refused.text)
    assert.match(refused.text, /takes no Idempotency-Key/)
    assert.equal((await world.ask('POST', path, { token, body: {} })).status, 201)
  })

  test('reads no body of a stranger', async () => {
    const answer = await world.ask('PUT', '/planes/ops/consumers/a', {
      raw: Buffer.alloc(900_000, 0x20),
    })
    assert.equal(answer.status, 401)
    assert.equal(answer.headers.connection, 'close')
  })

  test('takes a token in the header alone', async () => {
    const inQuery = await world.ask('GET', `/planes?access_token=${token}`)
    assert.equal(inQuery.status, 401)
    for (const authorization of [`Basic ${token}`, `bearer`, `Bearer ${token} x`, token])
      assert.equal((await world.ask('GET', '/planes', { headers: { authorization } })).status, 401)
  })

  test('takes no token of an agent for a person', async () => {
    await world.apply([
      { kind: 'Plane', name: 'ops' },
      { kind: 'Consumer', plane: 'ops', name: 'office' },
      { kind: 'Agent', plane: 'ops', name: 'planner', owner: 'x', consumers: ['office'] },
    ])
    const { identity, origin } = world.started.installation
    const { planeId, clientId } = await import('#domain/name.ts')
    const minted = await identity.mint(
      planeId('ops'),
      clientId('planner', 'office'),
      `${origin}/mcp/ops`,
    )
    assert.equal((await world.ask('GET', '/planes', { token: minted.token })).status, 401)
  })

  test('limits guesses at the sign-in, and says when to come back', async () => {
    const guess = () => world.ask('POST', '/session', { body: { name: 'root', password: 'wrong' } })
    const statuses = []
    for (let i = 0; i < 30; i++) statuses.push((await guess()).status)
    assert.ok(statuses.includes(401) && statuses.includes(429))
    const limited = await guess()
    assert.ok(Number(limited.headers['retry-after']) >= 1)
    assert.ok(limited.json<{ retryAfterMs: number }>().retryAfterMs > 0)
  })
})
