// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connectV1, connectV2 } from '../peers/clients.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, legacy, modern, type WireRequest } from '../peers/wire.ts'
import { type Document, written } from './documents.ts'
import { openOffice, type People, type Person } from './people.ts'
import { createDesk } from './servers/desk.ts'
import { type Serving, serve } from './servers/serving.ts'

const planes = ['operations', 'finance'] as const
type Plane = (typeof planes)[number]
/** Both have a server `meters`, an agent `reader` and a credential `meter-key`: names are a plane's own. */
const tools: Record<Plane, Record<string, string[]>> = {
  operations: { scada: ['open_breaker', 'read_grid'], meters: ['read_meter'] },
  finance: { billing: ['read_invoice'], meters: ['read_meter'] },
}
const otherOf = (plane: Plane): Plane => (plane === 'finance' ? 'operations' : 'finance')
const keyOf = (plane: Plane) => `key-of-${plane}`

const standing = (serving: Serving): Document[] =>
  planes.flatMap((plane): Document[] => [
    { kind: 'Plane', name: plane, apiKeys: { longest: '30d' } },
    { kind: 'Consumer', plane, name: 'office' },
    { kind: 'Credential', plane, name: 'meter-key', owner: plane },
    ...Object.entries(tools[plane]).map(
      ([name, all]): Document => ({
        kind: 'Server',
        plane,
        name,
        owner: plane,
        upstream: { url: serving.url(`${plane}-${name}`) },
        credential:
          name === 'meters' ? { name: 'meter-key', header: 'X-Meter-Key' } : { perCall: true },
        tools: Object.fromEntries(all.map((tool) => [tool, { class: 'read' }])),
      }),
    ),
    {
      kind: 'Agent',
      plane,
      name: 'reader',
      owner: plane,
      consumers: ['office'],
      authenticate: { secret: true },
    },
    {
      kind: 'Grant',
      plane,
      name: 'reads',
      agent: 'reader',
      consumer: 'office',
      allow: [{ class: 'read' }],
      reason: 'its work',
    },
    {
      kind: 'RoleBinding',
      plane,
      name: 'governs',
      role: 'plane-admin',
      people: [`${plane}-admin`],
    },
  ])

describe('The utility, whose operations and finance are two planes', () => {
  let serving: Serving
  let gateway: Gateway
  let people: People
  /** Requests that reached a server of a plane, each with the key that it came with. */
  const reached: Record<Plane, (string | null | undefined)[]> = { operations: [], finance: [] }
  /** Tokens per call that a plane's other servers were sent. */
  const sent: Record<Plane, string[]> = { operations: [], finance: [] }
  const secrets = new Map<Plane, string>()
  const apiKeys = new Map<Plane, string>()

  before(async () => {
    serving = await serve(
      Object.fromEntries(
        planes.flatMap((plane) =>
          Object.entries(tools[plane]).map(([name, all]) => [
            `${plane}-${name}`,
            ({ headers }: { headers: Headers | undefined }) => {
              if (name === 'meters') reached[plane].push(headers?.get('x-meter-key'))
              else sent[plane].push(headers?.get('authorization')?.split(' ')[1] ?? '')
              return createDesk(name, all)
            },
          ]),
        ),
      ),
    )
    gateway = await startGateway({
      documents: written(standing(serving)),
      secrets: Object.fromEntries(planes.map((plane) => [`${plane}/meter-key`, keyOf(plane)])),
    })
    people = await openOffice(gateway)
    for (const plane of planes) {
      const { code, stdout, stderr } = await gateway.cli([
        'agent',
        'secret',
        'reader',
        '--plane',
        plane,
      ])
      assert.equal(code, 0, stderr)
      secrets.set(plane, stdout.trim())
      const until = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)
      const keyed = ['agent', 'key', 'reader', '--until', until, '--plane', plane]
      apiKeys.set(plane, (await gateway.cli(keyed)).stdout.trim())
    }
  })
  after(async () => {
    await people?.leave()
    await gateway?.stop()
    await serving?.stop()
  })

  const endpoint = (plane: Plane, server?: string) =>
    `${gateway.origin}/mcp/${plane}${server === undefined ? '' : `/${server}`}`

  /** A token as an agent gets it: of the plane's own issuer, by its secret (RFC 6749 §4.4). */
  const askToken = async (issuer: Plane, secret: Plane, resource: string, more: object = {}) => {
    const id = `reader:${secrets.get(secret)}`
    const answer = await fetch(`${gateway.origin}/oauth/${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(id).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource, ...more }),
    })
    const json = (await answer.json()) as { access_token?: string; error?: string }
    return { status: answer.status, ...json }
  }
  const tokenOf = async (plane: Plane, server?: string): Promise<string> => {
    const { access_token, error } = await askToken(plane, plane, endpoint(plane, server))
    assert(access_token, error)
    return access_token
  }

  /** Every shape in which something of a plane goes about as a bearer token. */
  const shapesOf = async (plane: Plane): Promise<string[]> => {
    const scoped = await askToken(plane, plane, endpoint(plane), { scope: 'meters.read' })
    const call = sent[plane].at(-1)
    assert(scoped.access_token && call && apiKeys.get(plane))
    return [
      await tokenOf(plane),
      await tokenOf(plane, 'meters'),
      await gateway.token('reader', endpoint(plane)),
      await gateway.token('reader', `${gateway.origin}/rest/${plane}/ledgers`),
      scoped.access_token,
      call,
      secrets.get(plane) ?? '',
      apiKeys.get(plane) ?? '',
    ]
  }

  for (const plane of planes) {
    const sees = Object.entries(tools[plane])
      .flatMap(([name, all]) => all.map((tool) => `${name}__${tool}`))
      .toSorted()

    test(`the agents of ${plane} discover the servers of ${plane}, and no other`, async () => {
      const target = { url: endpoint(plane), token: await tokenOf(plane) }
      for (const connect of [connectV1, () => connectV2(target, { pin: '2026-07-28' })]) {
        const peer = await connect(target)
        const names = (await peer.listTools()).map(({ name }) => name)
        assert.deepEqual(names.toSorted(), sees)
        await peer.close()
      }
      const elsewhere = Object.keys(tools[otherOf(plane)]).find((name) => name !== 'meters')
      const peer = await connectV1(target)
      await assert.rejects(peer.callTool(`${elsewhere}__x`, { id: '1' }), /Unknown tool/)
      await peer.close()
    })

    test(`and the registry of ${plane} tells them of those, and nothing to an agent of ${otherOf(plane)}`, async () => {
      const ask = (token: string) =>
        fetch(`${gateway.origin}/registry/${plane}/v0.1/servers`, {
          headers: { authorization: `Bearer ${token}` },
        })
      const told = await ask(await tokenOf(plane))
      const { servers } = (await told.json()) as { servers: { server: { name: string } }[] }
      assert.deepEqual(
        servers.map(({ server }) => server.name).toSorted(),
        Object.keys(tools[plane])
          .map((name) => `local.${plane}/${name}`)
          .toSorted(),
      )
      assert.equal((await ask(await tokenOf(otherOf(plane)))).status, 401)
    })

    test(`a call in ${plane} reaches its own server with its own key, and stands in its own ledger`, async () => {
      const peer = await connectV1({ url: endpoint(plane), token: await tokenOf(plane) })
      const before = reached[plane].length
      const there = reached[otherOf(plane)].length
      const { text } = await peer.callTool('meters__read_meter', { id: '7' })
      await peer.close()
      assert.equal(text, 'meters read_meter 7')
      const keys = reached[plane].slice(before)
      assert(keys.length > 0 && keys.every((key) => key === keyOf(plane)), keys.join())
      assert.equal(reached[otherOf(plane)].length, there)
      const { entries } = await gateway.ledger(plane)
      assert(entries.every((entry) => entry.plane === plane))
      assert(entries.some(({ type, server }) => type === 'call.intent' && server === 'meters'))
    })

    test(`a token of ${plane} is worthless in ${otherOf(plane)}`, async () => {
      const there = otherOf(plane)
      const calls = async () => {
        const { entries } = await gateway.ledger(there)
        return entries.filter(({ type }) => type.startsWith('call.')).length
      }
      const before = [await calls(), reached[there].length]
      const messages: WireRequest[] = [
        modern('tools/list'),
        modern('tools/call', { name: 'read_meter' }),
        legacy('tools/call', { name: 'meters__read_meter', arguments: { id: '7' } }),
        { method: 'GET' },
        { method: 'DELETE' },
      ]
      const routes = [
        endpoint(there),
        endpoint(there, 'meters'),
        endpoint(there, Object.keys(tools[there])[0]),
        `${gateway.origin}/rest/${there}/ledgers/x`,
      ]
      for (const token of await shapesOf(plane))
        for (const url of routes)
          for (const message of messages) {
            const headers = { ...('headers' in message && message.headers) }
            const authorization = `Bearer ${token}`
            const answer = await exchange(url, {
              ...message,
              headers: { ...headers, authorization },
            })
            assert.equal(answer.status, 401, `${url}: ${answer.body}`)
          }
      assert.deepEqual([await calls(), reached[there].length], before)
    })

    test(`the issuer of ${plane} gives no token for ${otherOf(plane)}, and knows no secret of an agent there`, async () => {
      const there = otherOf(plane)
      const foreign = await askToken(plane, plane, endpoint(there))
      assert.deepEqual([foreign.status, foreign.error], [400, 'invalid_target'])
      const stranger = await askToken(there, plane, endpoint(there))
      assert.deepEqual([stranger.status, stranger.error], [401, 'invalid_client'])
    })
  }

  test('each plane signs with keys of its own', async () => {
    const kids = await Promise.all(
      planes.map(async (plane) => {
        const answer = await fetch(`${gateway.origin}/oauth/${plane}/jwks`)
        const { keys } = (await answer.json()) as { keys: { kid: string; x: string }[] }
        return keys.map(({ kid, x }) => `${kid} ${x}`)
      }),
    )
    const all = kids.flat()
    assert(kids.every((one) => one.length > 0))
    assert.equal(new Set(all).size, all.length)
  })

  const countOf = async (who: Person, ...words: string[]) => {
    const { code, stdout, stderr } = await who.terminal('calls', '--count', ...words)
    assert.equal(code, 0, stderr)
    return Number(stdout)
  }
  const callsIn = async (plane: Plane) => {
    const { entries } = await gateway.ledger(plane)
    return entries.filter(({ type }) => /^call\.(intent|refused)$/.test(type)).length
  }

  test('one Manager governs both, for whoever holds a role in both', async () => {
    const { root } = people
    const both = await root.ask('GET', '/planes')
    const { items } = both.json<{ items: { document: Document }[] }>()
    assert.deepEqual(items.map(({ document }) => document.name).toSorted(), [
      'finance',
      'operations',
    ])
    const [operations, finance] = [await callsIn('operations'), await callsIn('finance')]
    assert(operations > 0 && finance > 0)
    assert.equal(await countOf(root), operations + finance)
    assert.equal(await countOf(root, '--plane', 'finance'), finance)
    const listed = await root.terminal('calls', '--most', '1000', '--json', 'plane')
    const rows: { plane: string }[] = JSON.parse(listed.stdout)
    assert.equal(rows.filter(({ plane }) => plane === 'finance').length, finance)
    // One change over both planes is one revision.
    const text = written(
      planes.map((plane) => ({ kind: 'Consumer', plane, name: 'partner', title: 'A partner' })),
    )
    const files = [{ name: 'partner.yaml', text }]
    const applied = await root.ask('POST', '/apply', { files, set: 'partner' })
    assert.equal(applied.status, 200, applied.text)
    assert.equal(applied.json<{ changes: unknown[] }>().changes.length, 2)
  })

  test('and whoever holds one in a single plane finds nothing of the other', async () => {
    for (const plane of planes) {
      const there = otherOf(plane)
      const admin = await people.hire(`${plane}-admin`)
      assert.equal(await countOf(admin), await callsIn(plane))
      const names = (await admin.ask('GET', '/planes')).json<{ items: { document: Document }[] }>()
      assert.deepEqual(
        names.items.map(({ document }) => document.name),
        [plane],
      )
      for (const path of ['', '/servers', '/agents', '/calls', '/calls/count', '/status']) {
        const hidden = await admin.ask('GET', `/planes/${there}${path}`)
        const none = await admin.ask('GET', `/planes/no-such-plane${path}`)
        assert.deepEqual([hidden.status, hidden.text], [404, none.text], path)
      }
      assert.equal((await admin.terminal('calls', '--plane', there)).code, 6)
      const agent = { apiVersion: 'bailiwick/v1', kind: 'Consumer', plane: there, name: 'mine' }
      const put = await admin.ask('PUT', `/planes/${there}/consumers/mine`, agent)
      assert.equal(put.status, 404)
    }
  })

  test('an agent stopped in one plane goes on in the other, where another has its name', async () => {
    const before = await tokenOf('operations')
    const stopped = await people.root.terminal(
      ...['agent', 'suspend', 'reader', '--plane', 'operations', '--reason', 'under repair'],
    )
    assert.equal(stopped.code, 0, stopped.stderr)
    const message = modern('tools/call', { name: 'meters__read_meter' })
    const authorization = `Bearer ${before}`
    const headers = { ...message.headers, authorization }
    const answer = await exchange(endpoint('operations'), { ...message, headers })
    assert.match(answer.body, /Suspended: agent \\"reader\\"/)
    const again = await askToken('operations', 'operations', endpoint('operations'))
    assert.deepEqual([again.status, again.error], [400, 'access_denied'])
    const other = await connectV1({ url: endpoint('finance'), token: await tokenOf('finance') })
    assert.equal((await other.callTool('billing__read_invoice', { id: '1' })).isError, false)
    await other.close()
  })
})
