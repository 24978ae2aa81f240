import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { clientId, planeId } from '#domain/name.ts'
import { type Answer, send, startWorld, type World } from '../manager/world.ts'
import { wrongWith } from './registry-v0.1.ts'

interface Entry {
  server: {
    name: string
    title?: string
    description: string
    version: string
    websiteUrl?: string
  }
  _meta: Record<string, Record<string, unknown>>
}
interface List {
  servers: Entry[]
  metadata: { count: number; nextCursor?: string }
}

const official = 'io.modelcontextprotocol.registry/official'
const ops = planeId('ops')

let world: World
before(async () => {
  world = await startWorld()
  await world.apply(documents)
  for (const name of names) await observe(name, ['read_it', 'write_it'])
})
after(() => world?.stop())

const names = ['calendar', 'drafted', 'mail', 'old', 'reviewed', 'secrets', 'shelved']
const inOps = { plane: 'ops' }
const server = (name: string, more: object = {}) => ({
  ...{ kind: 'Server', ...inOps, name, owner: 'workplace', ...more },
  upstream: { url: `https://upstream-${name}.internal/mcp` },
  tools: { read_it: { class: 'read' }, write_it: { class: 'write' } },
})
const agent = (name: string) => ({
  ...{ kind: 'Agent', ...inOps, name, owner: 'alice', consumers: ['desk'] },
})
const grant = (name: string, to: string, allow: object[]) => ({
  ...{ kind: 'Grant', ...inOps, name, agent: to, consumer: 'desk', allow, reason: 'a test' },
})
const documents = [
  {
    kind: 'Plane',
    name: 'ops',
    namespace: 'com.example.ops',
    registry: { public: ['mail', 'drafted'] },
  },
  { kind: 'Plane', name: 'finance' },
  { kind: 'Consumer', ...inOps, name: 'desk' },
  ...['planner', 'reader', 'nobody'].map(agent),
  server('calendar', {
    title: 'Calendar',
    description: 'Rooms and meetings of the whole house, read and written.',
    contacts: ['#calendar'],
    documentation: 'https://wiki.internal/calendar',
  }),
  server('mail', { title: 'ü'.repeat(150), documentation: 'https://wiki.internal/mail' }),
  server('old', { lifeCycle: 'deprecated' }),
  server('drafted', { lifeCycle: 'draft' }),
  server('reviewed', { lifeCycle: 'review' }),
  server('shelved', { lifeCycle: 'retired' }),
  server('secrets'),
  grant('all', 'planner', [{ server: names.filter((one) => one !== 'secrets') }]),
  grant('reads', 'reader', [{ server: 'calendar', class: 'read' }]),
]

const observe = (name: string, tools: string[], description = 'a tool') =>
  world.started.installation.registry.observe(
    ops,
    name,
    tools.map((tool) => ({
      kind: 'tool' as const,
      definition: { name: tool, description, inputSchema: { type: 'object' } },
    })),
  )
const tokenOf = async (who: string, resource = '/mcp/ops'): Promise<string> => {
  const { identity } = world.started.installation
  const minted = await identity.mint(ops, clientId(who, 'desk'), `${world.origin}${resource}`)
  return minted.token
}
const at = (path: string) => `${world.origin}/registry/ops/v0.1${path}`
const get = (path: string, token?: string, headers: Record<string, string> = {}) =>
  send(new URL(at(path)), 'GET', { token, headers })
const listed = async (path: string, token?: string): Promise<List> => {
  const answer = await get(path, token)
  assert.equal(answer.status, 200, answer.text)
  const list = answer.json<List>()
  assert.equal(wrongWith.list(list), undefined, answer.text)
  return list
}
const namesOf = ({ servers }: List) => servers.map(({ server }) => server.name)
const place = (name: string, version?: string) =>
  `/servers/${encodeURIComponent(`com.example.ops/${name}`)}/versions${version ? `/${version}` : ''}`
const isError = (answer: Answer, status: number) => {
  assert.equal(answer.status, status, answer.text)
  assert.equal(wrongWith.error(answer.json()), undefined, answer.text)
}

describe('The registry API', () => {
  test('lists what the caller may discover, in the form of the specification, with our own endpoint', async () => {
    const answer = await get('/servers', await tokenOf('planner'))
    const list = answer.json<List>()
    assert.equal(wrongWith.list(list), undefined)
    assert.deepEqual(
      namesOf(list),
      ['calendar', 'mail', 'old'].map((one) => `com.example.ops/${one}`),
    )
    assert.deepEqual(list.servers[0], {
      server: {
        $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
        name: 'com.example.ops/calendar',
        title: 'Calendar',
        description: 'Rooms and meetings of the whole house, read and written.',
        version: list.servers[0]?.server.version,
        websiteUrl: 'https://wiki.internal/calendar',
        remotes: [{ type: 'streamable-http', url: `${world.origin}/mcp/ops/calendar` }],
      },
      _meta: {
        [official]: { ...list.servers[0]?._meta[official], status: 'active', isLatest: true },
        'dev.bailiwick/registry': {
          ...{ kind: 'Server', owner: 'workplace', contacts: ['#calendar'] },
          ...{ tools: 2, prompts: 0, resources: 0 },
        },
      },
    })
    assert.equal(list.servers[2]?._meta[official]?.status, 'deprecated')
    assert.doesNotMatch(answer.text, /upstream-|internal\/mcp/, 'where a server lies is nobody’s')
    assert.equal([...(list.servers[1]?.server.title ?? '')].length, 100)
    const reads = (await listed('/servers', await tokenOf('reader'))).servers
    assert.deepEqual(
      reads.map(({ _meta }) => _meta['dev.bailiwick/registry']?.tools),
      [1],
    )
    assert.deepEqual((await listed('/servers', await tokenOf('nobody'))).servers, [])
  })

  test('answers one server under its escaped name, and where a proxy unescaped it', async () => {
    const token = await tokenOf('planner')
    for (const path of [
      place('calendar', 'latest'),
      '/servers/com.example.ops/calendar/versions/latest',
      '/servers/com.example.ops%2fcalendar/versions/latest',
    ]) {
      const answer = await get(path, token)
      assert.equal(answer.status, 200, answer.text)
      assert.equal(wrongWith.entry(answer.json()), undefined)
      const { version } = answer.json<Entry>().server
      assert.equal((await get(place('calendar', version), token)).text, answer.text)
    }
    const versions = await listed(place('calendar'), token)
    assert.deepEqual(
      [versions.metadata.count, namesOf(versions)],
      [1, ['com.example.ops/calendar']],
    )
    isError(await get(place('calendar', '9.9.9'), token), 404)
  })

  test('gives a version that moves with the document and with the definitions, and never otherwise', async () => {
    const token = await tokenOf('planner')
    const told = async () => (await get(place('mail', 'latest'), token)).json<Entry>()
    const first = await told()
    await observe('mail', ['read_it', 'write_it'])
    await observe('calendar', ['read_it', 'write_it', 'another'])
    assert.deepEqual(await told(), first)
    await observe('mail', ['read_it', 'write_it'], 'another description')
    const second = await told()
    await world.apply([
      server('mail', { title: 'Mail', documentation: 'https://wiki.internal/mail' }),
    ])
    const third = await told()
    const order = [first, second, third].map(({ server }) => Number(server.version.split('.')[2]))
    assert.deepEqual(order, [order[0], (order[0] ?? 0) + 1, (order[0] ?? 0) + 2])
    assert.equal(second._meta[official]?.publishedAt, first._meta[official]?.publishedAt)
    await observe('mail', ['read_it', 'write_it'])
  })
})

describe('An API', () => {
  test('is told of where its operations are offered as tools, and to whom they are granted', async () => {
    const openapi = JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Tickets', version: '1' },
      paths: {
        '/tickets': {
          get: { operationId: 'listTickets', responses: { 200: { description: 'ok' } } },
        },
      },
    })
    const api = (name: string, more: object) => ({
      ...{ kind: 'API', ...inOps, name, owner: 'service-desk', ...more },
      upstream: { url: 'https://tickets.internal', openapi },
      operations: { listTickets: { class: 'read' } },
    })
    await world.apply(
      [
        api('tickets', { tools: true }),
        api('plain', {}),
        grant('tickets', 'reader', [{ api: ['tickets', 'plain'] }]),
      ],
      'apis',
    )
    const told = await listed('/servers?search=tickets', await tokenOf('reader'))
    assert.deepEqual(namesOf(told), ['com.example.ops/tickets'])
    const [entry] = told.servers
    assert.equal(entry?.server.description, 'The REST API tickets, as MCP tools.')
    assert.deepEqual(entry?._meta['dev.bailiwick/registry'], {
      ...{ kind: 'API', owner: 'service-desk', tools: 1, prompts: 0, resources: 0 },
    })
    isError(await get(place('plain', 'latest'), await tokenOf('reader')), 404)
    isError(await get(place('tickets', 'latest'), await tokenOf('planner')), 404)
  })
})

describe('attack: what somebody may not discover is asked for', () => {
  const hidden = ['secrets', 'drafted', 'reviewed', 'shelved', 'nonesuch', 'mcp', '..', 'a%20b']
  test('a hidden server, a draft, what is in review, retired or does not exist answer alike', async () => {
    for (const who of ['planner', 'reader', 'nobody']) {
      const token = await tokenOf(who)
      const answers = await Promise.all(
        hidden
          .flatMap((name) => [place(name), place(name, 'latest'), place(name, '1.0.1')])
          .map((path) => get(path, token)),
      )
      const [first] = answers
      for (const one of answers) {
        isError(one, 404)
        assert.equal(one.text, first?.text)
        const { date: _, ...headers } = one.headers
        const { date: _other, ...firstHeaders } = first?.headers ?? {}
        assert.deepEqual(headers, firstHeaders)
      }
    }
  })

  test('neither under another namespace nor in another plane', async () => {
    const token = await tokenOf('planner')
    for (const name of ['local.ops/calendar', 'com.example/calendar', 'com.example.ops/Calendar'])
      isError(await get(`/servers/${encodeURIComponent(name)}/versions/latest`, token), 404)
    const there = new URL(`${world.origin}/registry/finance/v0.1/servers`)
    isError(await send(there, 'GET', { token }), 401)
    isError(
      await send(new URL(`${world.origin}/registry/nonesuch/v0.1/servers`), 'GET', { token }),
      404,
    )
  })

  test('a token for one server, for another plane’s, or none that is good opens nothing', async () => {
    for (const token of [await tokenOf('planner', '/mcp/ops/calendar'), 'nonsense', 'a.b.c']) {
      const answer = await get('/servers', token)
      isError(answer, 401)
      assert.match(
        String(answer.headers['www-authenticate']),
        /^Bearer error="invalid_token", resource_metadata=".*\/\.well-known\/oauth-protected-resource\/mcp\/ops"$/,
      )
    }
    isError(await get('/servers', undefined, { authorization: 'Basic YTpi' }), 401)
  })

  test('while its caller, the server or the plane is suspended nothing of it is told', async () => {
    const token = await tokenOf('planner')
    const { change } = world.started.installation
    const suspend = (kind: 'server' | 'agent' | 'plane', name: string, reason?: string) =>
      change.execute(
        {
          name: `suspend ${kind} ${name} ${reason}`,
          plan: () => ({
            ...{ summary: 'test', diff: '' },
            rows: [
              { topic: 'suspension', plane: ops, kind, name, row: reason ? { reason } : undefined },
            ],
          }),
        },
        { by: 'test' },
      )
    for (const [kind, name] of [
      ['server', 'mail'],
      ['agent', 'planner'],
      ['plane', 'ops'],
    ] as const) {
      await suspend(kind, name, 'a test')
      isError(await get(place('mail', 'latest'), token), 404)
      assert.ok(!namesOf(await listed('/servers', token)).includes('com.example.ops/mail'))
      const strangers = namesOf(await listed('/servers'))
      assert.equal(strangers.includes('com.example.ops/mail'), kind === 'agent')
      await suspend(kind, name)
    }
    assert.equal((await get(place('mail', 'latest'), token)).status, 200)
  })
})

describe('Without a token', () => {
  test('a plane tells its public subset: name, title, description and where to connect', async () => {
    const list = await listed('/servers')
    assert.deepEqual(namesOf(list), ['com.example.ops/mail'], 'a draft is not told')
    const [entry] = list.servers
    assert.deepEqual(Object.keys(entry?._meta ?? {}), [official])
    assert.deepEqual(Object.keys(entry?.server ?? {}), [
      ...['$schema', 'name', 'title', 'description', 'version', 'remotes'],
    ])
    assert.equal((await get(place('mail', 'latest'))).status, 200)
    isError(await get(place('calendar', 'latest')), 404)
  })

  test('a plane without one answers 401 and says where a token can be had', async () => {
    const url = new URL(`${world.origin}/registry/finance/v0.1/servers`)
    const answer = await send(url, 'GET', {})
    isError(answer, 401)
    assert.equal(
      answer.headers['www-authenticate'],
      `Bearer resource_metadata="${world.origin}/.well-known/oauth-protected-resource/mcp/finance"`,
    )
  })

  test('a plane without a namespace is told under local.', async () => {
    const bench = { ...server('bench'), plane: 'lab' }
    const lab = { kind: 'Plane', name: 'lab', registry: { public: ['bench'] } }
    await world.apply([lab, bench], 'lab')
    const url = new URL(`${world.origin}/registry/lab/v0.1/servers`)
    const list = (await send(url, 'GET', {})).json<List>()
    assert.equal(wrongWith.list(list), undefined)
    assert.deepEqual(namesOf(list), ['local.lab/bench'])
    assert.equal(list.servers[0]?.server.description, 'The MCP server bench.')
  })
})

describe('attack: strangers ask without end', () => {
  test('so many a second are heard, those with a token are answered all the same', async () => {
    const few = await startWorld({ limits: { unauthenticatedPerSecond: 3 } })
    try {
      await few.apply(documents)
      const url = new URL(`${few.origin}/registry/ops/v0.1/servers`)
      const bad = new URL(`${few.origin}/registry/finance/v0.1/servers`)
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, n) => send(n % 2 ? url : bad, 'GET', {})),
      )
      const refused = answers.filter(({ status }) => status === 429)
      // They may fall into two seconds, or, on a slow machine, three.
      assert.ok(refused.length >= 31, `${refused.length} of 40`)
      for (const one of refused) {
        isError(one, 429)
        assert.equal(one.headers['retry-after'], '1')
      }
      const { identity } = few.started.installation
      const client = clientId('planner', 'desk')
      const { token } = await identity.mint(ops, client, `${few.origin}/mcp/ops`)
      assert.equal((await send(url, 'GET', { token })).status, 200)
    } finally {
      await few.stop()
    }
  })
})

describe('The list', () => {
  test('comes page by page, nothing twice and nothing left out', async () => {
    const token = await tokenOf('planner')
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const list = await listed(`/servers?limit=1${cursor && `&cursor=${cursor}`}`, token)
      assert.equal(list.metadata.count, 1)
      found.push(...namesOf(list))
      if (list.metadata.nextCursor === undefined) break
      cursor = list.metadata.nextCursor
    }
    assert.deepEqual(found, namesOf(await listed('/servers', token)))
  })

  test('is narrowed by search, version and updated_since', async () => {
    const token = await tokenOf('planner')
    const found = async (query: string) =>
      namesOf(await listed(`/servers?${query}`, token)).map((one) => one.split('/')[1])
    assert.deepEqual(await found('search=CALEN'), ['calendar'])
    assert.deepEqual(await found('search=meetings'), ['calendar'])
    assert.deepEqual(await found('search=com.example.ops/o'), ['old'])
    assert.deepEqual(await found('search=nothing'), [])
    assert.deepEqual(await found('version=latest&search=&limit=500'), ['calendar', 'mail', 'old'])
    assert.deepEqual(await found('version=7.7.7'), [])
    assert.deepEqual(await found('updated_since=2030-01-01T00:00:00Z'), [])
    const since = new Date(Date.now() - 3_600_000).toISOString()
    assert.equal((await found(`updated_since=${since}&include_deleted=true`)).length, 3)
  })

  test('refuses what cannot be meant, in a sentence', async () => {
    const token = await tokenOf('planner')
    for (const query of [
      ...['limit=0', 'limit=-1', 'limit=ten', 'cursor=%20', 'cursor=YQ==', 'version=1&version=2'],
      ...['updated_since=yesterday', 'updated_since=2026-13-01T00:00:00Z'],
    ])
      isError(await get(`/servers?${query}`, token), 400)
  })
})

describe('As HTTP', () => {
  test('an answer that is known is not sent again', async () => {
    const token = await tokenOf('planner')
    const first = await get('/servers', token)
    const etag = String(first.headers.etag)
    assert.equal(first.headers['cache-control'], 'private, no-cache')
    assert.equal(first.headers.vary, 'authorization')
    const again = await get('/servers', token, { 'if-none-match': `"x", W/${etag}` })
    assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', etag])
    const other = await get('/servers', await tokenOf('reader'), { 'if-none-match': etag })
    assert.equal(other.status, 200, 'what another caller is told is another answer')
  })

  test('HEAD is GET without its body, OPTIONS says what there is, nothing is published here', async () => {
    const token = await tokenOf('planner')
    const got = await get('/servers', token)
    const head = await send(new URL(at('/servers')), 'HEAD', { token })
    assert.deepEqual([head.status, head.text], [200, ''])
    for (const name of ['etag', 'content-length', 'content-type'])
      assert.equal(head.headers[name], got.headers[name])
    const options = await send(new URL(at('/servers')), 'OPTIONS', {})
    assert.deepEqual([options.status, options.headers.allow], [204, 'GET, HEAD, OPTIONS'])
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await send(new URL(at('/servers')), method, { token, body: {} })
      isError(answer, 405)
      assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS')
    }
    for (const path of [
      '/publish',
      '/servers/',
      '/server',
      '/servers/x/y',
      '/servers/x/y/versions/1/2',
    ])
      isError(await get(path, token), 404)
  })

  test('a page of another origin gets nothing and no CORS header', async () => {
    const token = await tokenOf('planner')
    const answer = await get('/servers', token, { origin: 'https://evil.example' })
    isError(answer, 403)
    const options = await send(new URL(at('/servers')), 'OPTIONS', {
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    })
    for (const { headers } of [answer, options])
      assert.equal(headers['access-control-allow-origin'], undefined)
  })

  test('an escaped slash is part of a name here, and nowhere else', async () => {
    const raw = (path: string) =>
      new Promise<number>((resolve, reject) => {
        const { hostname, port } = new URL(world.origin)
        request({ hostname, port, path }, (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
          .once('error', reject)
          .end()
      })
    assert.equal(
      await raw('/registry/ops/v0.1/servers/com.example.ops%2Fmail/versions/latest'),
      200,
    )
    assert.equal(await raw('/registry%2Fops/v0.1/servers'), 400)
    assert.equal(await raw('/registry/ops%2Fv0.1%2Fservers'), 404)
    assert.equal(await raw('/registry/ops/v0.1/servers/a%2F..%2F..%2Fmcp/versions/latest'), 404)
    assert.equal(await raw('/registry/ops/../../mcp/ops'), 400)
    assert.equal(await raw('/mcp/ops%2Fbank'), 400)
  })
})
