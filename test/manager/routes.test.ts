import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { routes } from '#edge/manager/routes.ts'
import { type Answer, startWorld, type World } from './world.ts'

/**
 * Who passes the permission of each route, for a request about what team alpha owns. The letters are
 * the callers below. A route that stands in no row fails, and so does a row without its route.
 */
const everybody = 'APOUSVD'
const readers = 'APOUSV'
const table: Readonly<Record<string, string>> = {
  'GET /setup': 'public',
  'POST /setup': 'public',
  'POST /session': 'public',
  'GET /session/ways': 'public',
  'POST /session/begin': 'public',
  'GET /openapi.json': 'public',
  'GET /session': 'signed in',
  'DELETE /session': 'signed in',
  'PUT /session/password': 'signed in',
  'GET /session/tokens': 'signed in',
  'DELETE /session/tokens/{token}': 'signed in',
  'GET /status': 'signed in',
  'GET /planes': 'signed in',
  'GET /revisions': 'signed in',
  'GET /revisions/{revision}': 'signed in',
  'GET /events': 'signed in',
  'POST /apply': 'A',
  'GET /people': 'A',
  'GET /people/{person}': 'A',
  'PUT /people/{person}': 'A',
  'DELETE /people/{person}': 'A',
  'GET /people/{person}/passkeys': 'A',
  'DELETE /people/{person}/passkeys/{passkey}': 'A',
  'GET /people/{person}/tokens': 'A',
  'DELETE /people/{person}/tokens/{token}': 'A',
  'GET /members': 'A',
  'POST /revisions/{revision}/restore': 'A',
  'GET /planes/{plane}': everybody,
  'PUT /planes/{plane}': 'A',
  'DELETE /planes/{plane}': 'A',
  'GET /planes/{plane}/status': readers,
  'GET /planes/{plane}/export': 'APUSV',
  'GET /planes/{plane}/catalogue': everybody,
  'GET /planes/{plane}/revisions': 'APUSV',
  'GET /planes/{plane}/revisions/{revision}': 'APUSV',
  'GET /planes/{plane}/can': readers,
  'POST /planes/{plane}/can': readers,
  'GET /planes/{plane}/matrix': readers,
  'POST /planes/{plane}/matrix': readers,
  'POST /planes/{plane}/matrix/draft': readers,
  'GET /planes/{plane}/see': readers,
  'POST /planes/{plane}/policy/test': readers,
  'POST /planes/{plane}/policy/replay': readers,
  'GET /planes/{plane}/calls': readers,
  'GET /planes/{plane}/calls/count': readers,
  'GET /planes/{plane}/calls/histogram': readers,
  'GET /planes/{plane}/calls/facets': readers,
  'GET /planes/{plane}/calls/difference': readers,
  'GET /planes/{plane}/calls/path': readers,
  'GET /planes/{plane}/calls/traffic': readers,
  'GET /planes/{plane}/calls/{call}': readers,
  'POST /planes/{plane}/ledger/export': 'APUSV',
  'POST /planes/{plane}/ledger/verify': 'APUSV',
  'GET /planes/{plane}/ledger/keys': readers,
  // The first one is of policy; of calls more may read theirs: see calls.test.ts.
  'GET /planes/{plane}/ledger/entries/{position}': 'APUSV',
  'GET /planes/{plane}/ledger/entries/{position}/proof': 'APUSV',
  'POST /planes/{plane}/ledger/key': 'A',
  'POST /planes/{plane}/ledger/accept': 'A',
  'POST /planes/{plane}/ledger/reindex': 'A',
  'GET /planes/{plane}/calls/{call}/recorded': 'S',
  'GET /planes/{plane}/find': 'SV',
  'POST /planes/{plane}/find': 'SV',
  'POST /planes/{plane}/find/key': 'SV',
  'POST /planes/{plane}/erase': 'AV',
  'GET /planes/{plane}/status/servers': readers,
  'GET /planes/{plane}/status/servers/{name}': readers,
  'GET /planes/{plane}/status/capabilities': readers,
  'GET /planes/{plane}/status/servers/{name}/definition': readers,
  'POST /planes/{plane}/servers/{name}/refresh': 'APO',
  'GET /planes/{plane}/status/agents': readers,
  'GET /planes/{plane}/status/credentials': 'APOU',
  'POST /planes/{plane}/servers/{name}/classify': 'APO',
  'POST /planes/{plane}/servers/{name}/life-cycle': 'APO',
  'POST /planes/{plane}/servers/{name}/release': 'APO',
  'POST /planes/{plane}/servers/{name}/release-all': 'APO',
  'GET /planes/{plane}/status/servers/{name}/versions': readers,
  'POST /planes/{plane}/agents/{name}/secret': 'APO',
  'GET /planes/{plane}/api-keys': readers,
  'POST /planes/{plane}/agents/{name}/keys': 'APO',
  'POST /planes/{plane}/agents/{name}/keys/revoke': 'APOS',
  'POST /planes/{plane}/agents/{name}/revoke': 'APOS',
  'POST /planes/{plane}/users/revoke': 'APS',
  'POST /planes/{plane}/issuer/key': 'A',
  'POST /planes/{plane}/agents/{name}/suspend': 'APOS',
  'POST /planes/{plane}/agents/{name}/resume': 'APS',
  'POST /planes/{plane}/consumers/{name}/suspend': 'APS',
  'POST /planes/{plane}/consumers/{name}/resume': 'APS',
  'POST /planes/{plane}/users/suspend': 'APS',
  'POST /planes/{plane}/users/resume': 'APS',
  'POST /planes/{plane}/servers/{name}/suspend': 'APOS',
  'POST /planes/{plane}/servers/{name}/resume': 'APS',
  'POST /planes/{plane}/servers/{name}/block': 'APOS',
  'POST /planes/{plane}/servers/{name}/unblock': 'APS',
  'POST /planes/{plane}/suspend': 'APS',
  'POST /planes/{plane}/resume': 'APS',
  'GET /planes/{plane}/suspensions': readers,
  'PUT /planes/{plane}/credentials/{name}/secret': 'APO',
  'DELETE /planes/{plane}/credentials/{name}/secret': 'APO',
  ...kind('teams', readers, 'AP'),
  ...kind('role-bindings', 'APUS', 'AP'),
  ...kind('servers', readers, 'APO'),
  ...kind('consumers', readers, 'AP'),
  ...kind('agents', readers, 'APO'),
  ...kind('grants', readers, 'APO'),
  ...kind('quotas', readers, 'APO'),
  ...kind('credentials', 'APOU', 'APO'),
  ...kind('issuers', 'APUS', 'AP'),
  ...kind('agent-groups', readers, 'APO'),
  ...kind('apis', readers, 'APO'),
  ...kind('rules', readers, 'AP'),
  ...kind('alarms', readers, 'AP'),
  ...kind('channels', readers, 'AP'),
  ...kind('sinks', readers, 'AP'),
  ...kind('policy-tests', readers, 'AP'),
}

function kind(segment: string, read: string, write: string): Record<string, string> {
  return {
    [`GET /planes/{plane}/${segment}`]: read,
    [`GET /planes/{plane}/${segment}/{name}`]: read,
    [`PUT /planes/{plane}/${segment}/{name}`]: write,
    [`DELETE /planes/{plane}/${segment}/{name}`]: write,
  }
}

const roles = {
  P: 'plane-admin',
  O: 'owner',
  U: 'auditor',
  S: 'soc',
  V: 'privacy',
  D: 'developer',
} as const

const ops = { plane: 'ops' }
/** What stands in the plane, each the document that its own routes are asked about. */
const documents: Readonly<Record<string, object>> = {
  consumers: { kind: 'Consumer', ...ops, name: 'office' },
  credentials: { kind: 'Credential', ...ops, name: 'key', owner: 'alpha' },
  servers: {
    kind: 'Server',
    ...ops,
    name: 'bank',
    owner: 'alpha',
    upstream: { url: 'https://bank.internal/mcp' },
  },
  agents: {
    kind: 'Agent',
    ...ops,
    name: 'planner',
    owner: 'alpha',
    consumers: ['office'],
    authenticate: { secret: true },
  },
  grants: {
    kind: 'Grant',
    ...ops,
    name: 'reads',
    agent: 'planner',
    consumer: 'office',
    allow: [{ server: 'bank' }],
    reason: 'a test',
  },
  quotas: {
    kind: 'Quota',
    ...ops,
    name: 'calls',
    over: [{ server: 'bank' }],
    per: 'agent',
    allow: { day: 5 },
  },
  teams: { kind: 'Team', ...ops, name: 'alpha', people: ['o'] },
  'role-bindings': { kind: 'RoleBinding', ...ops, name: 'b-d', role: 'developer', people: ['d'] },
}
const standing: readonly object[] = [
  { kind: 'Plane', name: 'ops' },
  { kind: 'Plane', name: 'fin' },
  ...Object.values(documents),
  ...Object.entries(roles).flatMap(([letter, role]) =>
    role === 'owner' || role === 'developer'
      ? []
      : [
          {
            kind: 'RoleBinding',
            ...ops,
            name: `b-${letter.toLowerCase()}`,
            role,
            people: [letter.toLowerCase()],
          },
        ],
  ),
  { kind: 'RoleBinding', plane: 'fin', name: 'x', role: 'plane-admin', people: ['elsewhere'] },
]

describe('Every route', () => {
  let world: World
  const tokens = new Map<string, string>()
  const nameOf = (caller: string) => caller.toLowerCase()

  before(async () => {
    world = await startWorld()
    await world.apply(standing)
    for (const caller of [...everybody, 'elsewhere', 'nowhere'])
      tokens.set(caller, await world.signIn(nameOf(caller), { administrator: caller === 'A' }))
  })

  after(() => world.stop())

  /** Puts back what an earlier request has taken away. */
  const restore = async () => {
    await world.apply(standing)
    const { people } = world.started.installation
    await people.put({
      name: 'victim',
      title: undefined,
      administrator: false,
      password: undefined,
      by: 'test',
    })
  }

  const request = async (method: string, path: string, token: string | undefined) => {
    if (method !== 'GET' && token !== undefined) await restore()
    const segment = /^\/planes\/\{plane\}\/([a-z-]+)\/\{name\}$/.exec(path)?.[1]
    const document = segment === undefined ? undefined : documents[segment]
    const name =
      document && 'name' in document ? String(document.name) : (namesFor[path] ?? 'nothing')
    const address = path
      .replace('{plane}', 'ops')
      .replace('{name}', name)
      .replace('{person}', 'victim')
      .replace('{passkey}', 'pky_00000000000000000000000000')
      .replace('{token}', 'tok_00000000000000000000000000')
      .replace('{call}', 'cal_00000000000000000000000000')
      .replace('{revision}', '1')
      .replace('{position}', '1')
    const body =
      bodies[`${method} ${path}`] ?? (method === 'PUT' && document ? changed(document) : undefined)
    return world.ask(method, `${address}${queries[`${method} ${path}`] ?? ''}`, {
      token,
      ...(body !== undefined && { body }),
      headers: { ...(document && method !== 'GET' && { 'if-match': '*' }) },
    })
  }

  test('stands in the table, and the table has no other', () => {
    const written = routes.map(({ method, path }) => `${method} ${path}`)
    assert.deepEqual(written.toSorted(), Object.keys(table).toSorted())
  })

  const guarded = routes.filter(({ needs }) => needs !== 'nobody')

  test('refuses a caller without a token, or with one that is none', async () => {
    for (const { method, path } of guarded) {
      const without = await request(method, path, undefined)
      assert.equal(without.status, 401, `${method} ${path}`)
      assert.match(String(without.headers['www-authenticate']), /^Bearer /)
      for (const token of ['x', `bwm_${'A'.repeat(43)}`, `Bearer ${tokens.get('A')}`])
        assert.equal((await request(method, path, token)).status, 401, `${method} ${path}`)
    }
  })

  for (const letter of everybody)
    test(`answers ${letter === 'A' ? 'the administrator' : roles[letter as keyof typeof roles]} as the table says`, async () => {
      for (const { method, path, streams } of guarded) {
        if (streams || changesSession.has(`${method} ${path}`)) continue
        const may = table[`${method} ${path}`] ?? ''
        const answer = await request(method, path, tokens.get(letter))
        const isPermitted = may === 'signed in' || may.includes(letter)
        assert.equal(
          verdictOf(answer),
          isPermitted ? 'permitted' : 'missing',
          said(method, path, answer),
        )
      }
    })

  test('of a plane is hidden from whoever holds a role only in another, or in none', async () => {
    for (const { method, path } of guarded) {
      if (!path.includes('{plane}')) continue
      for (const caller of ['elsewhere', 'nowhere']) {
        const here = await request(method, path, tokens.get(caller))
        const mayBeAnyones = `${method} ${path}` === 'PUT /planes/{plane}'
        assert.equal(verdictOf(here), mayBeAnyones ? 'missing' : 'hidden', said(method, path, here))
        const missing = await world.ask(
          method,
          path
            .replace('{plane}', 'no-such')
            .replaceAll(/\{[a-z]+\}/g, path.includes('{call}') ? 'cal_0' : '1')
            .replace(/\/1$/, path.endsWith('{revision}') ? '/1' : '/nothing'),
          { token: tokens.get(caller) },
        )
        if (!mayBeAnyones) assert.equal(missing.text, here.text, `${method} ${path}`)
      }
    }
  })

  test('of the installation is for its administrators alone', async () => {
    for (const [row, may] of Object.entries(table)) {
      const [method = '', path = ''] = row.split(' ')
      if (may !== 'A' || path.includes('{plane}') || path === '/apply') continue
      for (const caller of ['elsewhere', 'nowhere', 'P'])
        assert.equal(verdictOf(await request(method, path, tokens.get(caller))), 'missing', row)
    }
  })
})

/** A real change of each document: what changes nothing is nobody's to refuse. */
const changed = (document: object): object => {
  const { kind } = document as { kind: string }
  const change =
    kind === 'Grant' || kind === 'RoleBinding'
      ? { reason: 'another test' }
      : kind === 'Quota'
        ? { allow: { day: 6 } }
        : { title: 'Changed' }
  return { apiVersion: 'bailiwick/v1', ...document, ...change }
}

const bodies: Readonly<Record<string, object>> = {
  'POST /apply': {
    files: [{ name: 'x.yaml', text: 'apiVersion: bailiwick/v1\nkind: Plane\nname: fresh\n' }],
    set: 'x',
    dryRun: true,
  },
  'PUT /people/{person}': { administrator: false },
  'PUT /planes/{plane}': { apiVersion: 'bailiwick/v1', kind: 'Plane', name: 'ops', title: 'new' },
  'POST /revisions/{revision}/restore': { dryRun: true },
  'POST /planes/{plane}/servers/{name}/classify': { name: 'x', class: 'read' },
  'POST /planes/{plane}/servers/{name}/life-cycle': { lifeCycle: 'published' },
  'POST /planes/{plane}/servers/{name}/release': { name: 'x', fingerprint: 'f'.repeat(12) },
  'POST /planes/{plane}/servers/{name}/release-all': { fingerprint: 'f'.repeat(12) },
  'POST /planes/{plane}/ledger/key': {},
  'POST /planes/{plane}/ledger/accept': { reason: 'a test' },
  'POST /planes/{plane}/ledger/reindex': { goesOn: true },
  'POST /planes/{plane}/can': { client: 'planner', server: 'bank', name: 'x' },
  'POST /planes/{plane}/matrix/draft': {
    cells: [{ client: 'planner@office', server: 'bank', kind: 'tool', name: 'x', allow: true }],
    reason: 'a test',
  },
  'POST /planes/{plane}/matrix': { draft: { files: [{ name: 'none', text: '' }] } },
  'POST /planes/{plane}/policy/test': {},
  'POST /planes/{plane}/policy/replay': { draft: { files: [{ name: 'none', text: '' }] } },
  'POST /planes/{plane}/agents/{name}/secret': {},
  'POST /planes/{plane}/agents/{name}/keys': { until: '2027-06-30' },
  'POST /planes/{plane}/agents/{name}/keys/revoke': { id: 'key_0', reason: 'a test' },
  'POST /planes/{plane}/agents/{name}/revoke': { reason: 'a test' },
  'POST /planes/{plane}/users/revoke': { user: 'alice', reason: 'a test' },
  'POST /planes/{plane}/issuer/key': {},
  'POST /planes/{plane}/agents/{name}/suspend': { reason: 'a test' },
  'POST /planes/{plane}/agents/{name}/resume': {},
  'POST /planes/{plane}/consumers/{name}/suspend': { reason: 'a test' },
  'POST /planes/{plane}/consumers/{name}/resume': {},
  'POST /planes/{plane}/users/suspend': { user: 'alice', reason: 'a test' },
  'POST /planes/{plane}/users/resume': { user: 'alice' },
  'POST /planes/{plane}/servers/{name}/suspend': { reason: 'a test' },
  'POST /planes/{plane}/servers/{name}/resume': {},
  'POST /planes/{plane}/servers/{name}/block': { name: 'x', reason: 'a test' },
  'POST /planes/{plane}/servers/{name}/unblock': { name: 'x' },
  'POST /planes/{plane}/suspend': { reason: 'a test' },
  'POST /planes/{plane}/resume': {},
  'PUT /planes/{plane}/credentials/{name}/secret': { secret: 'aGVsbG8=' },
}
const queries: Readonly<Record<string, string>> = {
  'GET /planes/{plane}/can': '?client=planner&server=bank&name=x',
  'GET /planes/{plane}/see': '?client=planner&server=bank',
  'GET /planes/{plane}/status/servers/{name}/definition': '?name=x',
}
const namesFor: Readonly<Record<string, string>> = {
  '/planes/{plane}/status/servers/{name}': 'bank',
  '/planes/{plane}/servers/{name}/refresh': 'bank',
  '/planes/{plane}/servers/{name}/classify': 'bank',
  '/planes/{plane}/servers/{name}/life-cycle': 'bank',
  '/planes/{plane}/servers/{name}/release': 'bank',
  '/planes/{plane}/servers/{name}/release-all': 'bank',
  '/planes/{plane}/agents/{name}/secret': 'planner',
  '/planes/{plane}/agents/{name}/keys': 'planner',
  '/planes/{plane}/agents/{name}/keys/revoke': 'planner',
  '/planes/{plane}/agents/{name}/revoke': 'planner',
  '/planes/{plane}/agents/{name}/suspend': 'planner',
  '/planes/{plane}/agents/{name}/resume': 'planner',
  '/planes/{plane}/consumers/{name}/suspend': 'office',
  '/planes/{plane}/consumers/{name}/resume': 'office',
  '/planes/{plane}/servers/{name}/suspend': 'bank',
  '/planes/{plane}/servers/{name}/resume': 'bank',
  '/planes/{plane}/servers/{name}/block': 'bank',
  '/planes/{plane}/servers/{name}/unblock': 'bank',
  '/planes/{plane}/credentials/{name}/secret': 'key',
}
const changesSession = new Set(['DELETE /session', 'PUT /session/password'])

/** A problem of the permission, or whatever else came of a request that passed it. */
const verdictOf = ({ status, text }: Answer): 'permitted' | 'missing' | 'hidden' => {
  if (status === 403 && text.includes('/problems/not-permitted')) return 'missing'
  if (status === 404 && text.includes('/problems/not-found')) return 'hidden'
  assert.notEqual(status, 401)
  assert.ok(status < 500 || status === 501, text)
  return 'permitted'
}

const said = (method: string, path: string, { status, text }: Answer): string =>
  `${method} ${path}: ${status} ${text}`
