// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  ClientCredentialsProvider,
  StreamableHTTPClientTransport,
  Client as V2Client,
} from '@modelcontextprotocol/client'
import { connectV1, connectV2, type Peer } from '../peers/clients.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type OtherHouse, startOtherHouse } from '../peers/other-house.ts'
import { exchange, modern } from '../peers/wire.ts'
import { type Document, written } from './documents.ts'
import { openOffice, type People } from './people.ts'
import { createInsurer } from './servers/insurer.ts'
import { type Serving, serve } from './servers/serving.ts'

const plane = 'insurer'
const personal = { class: 'read', data: ['personal'], scopes: ['policy.read'], index: ['number'] }
const redacted = {
  class: 'read',
  scopes: ['policy.read'],
  remove: ['$.holder.born', '$.holder.iban', '$.claims[*].physician'],
}
const agent = (name: string, more: object): Document => ({
  kind: 'Agent',
  plane,
  name,
  owner: 'claims-team',
  consumers: ['claims'],
  authenticate: { secret: true },
  ...more,
})
const grant = (name: string, to: string): Document => ({
  kind: 'Grant',
  plane,
  name,
  agent: to,
  consumer: 'claims',
  allow: [{ server: 'policies' }],
  reason: 'its work',
})

const standing = (serving: Serving): Document[] => [
  { kind: 'Plane', name: plane },
  { kind: 'Consumer', plane, name: 'claims' },
  { kind: 'RoleBinding', plane, name: 'privacy', role: 'privacy', people: ['priya'] },
  {
    kind: 'Server',
    plane,
    name: 'policies',
    owner: 'claims-team',
    upstream: { url: serving.url('policies') },
    tools: {
      list_policies: { class: 'read', scopes: ['policy.read'] },
      read_policy: personal,
      read_policy_redacted: { ...redacted, variantOf: 'read_policy' },
    },
    resources: {
      'policy://{number}': { ...personal, scopes: ['policy.read', 'policy.personal'] },
      'policy://{number}/redacted': { ...redacted, variantOf: 'policy://{number}' },
    },
  },
  {
    kind: 'Rule',
    plane,
    name: 'personal-claim',
    over: [{ labels: ['personal'] }],
    require: 'caller.claims.clearance == "personal"',
  },
  {
    kind: 'Rule',
    plane,
    name: 'personal-token',
    over: [{ labels: ['personal'] }],
    require: '"policy.personal" in caller.scopes',
    otherwise: { challenge: { scope: 'policy.personal' } },
  },
  agent('adjuster', { claims: { clearance: 'personal' } }),
  agent('assistant', {}),
  grant('adjuster-reads', 'adjuster'),
  grant('assistant-reads', 'assistant'),
]

describe('The insurer, whose personal data needs a stronger identity', () => {
  const server = createInsurer()
  let serving: Serving
  let gateway: Gateway
  let people: People
  const secrets = new Map<string, string>()

  before(async () => {
    serving = await serve({ policies: server.make })
    gateway = await startGateway({ documents: written(standing(serving)) })
    people = await openOffice(gateway)
    for (const name of ['adjuster', 'assistant']) {
      const { stdout } = await gateway.cli(['agent', 'secret', name])
      secrets.set(name, stdout.trim())
    }
  })
  after(async () => {
    await people?.leave()
    await gateway?.stop()
    await serving?.stop()
  })

  const endpoint = () => `${gateway.origin}/mcp/${plane}/policies`
  const issuer = () => `${gateway.origin}/oauth/${plane}`
  /** As an agent gets it of the issuer: with these scopes, or with what its grants imply. */
  const tokenOf = async (name: string, scope?: string): Promise<string> => {
    const basic = Buffer.from(`${name}:${secrets.get(name)}`).toString('base64')
    const answer = await fetch(`${issuer()}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource: endpoint(),
        ...(scope !== undefined && { scope }),
      }),
    })
    const { access_token, error } = (await answer.json()) as Record<string, string>
    assert(access_token, error)
    return access_token
  }
  const send = async (token: string, method: string, params: { name?: string; uri?: string }) => {
    const { headers, body } = modern(method, params)
    const authorization = `Bearer ${token}`
    return exchange(endpoint(), { headers: { ...headers, authorization }, body })
  }
  const policy4711 = { name: 'read_policy', arguments: { number: '4711' } }
  const dialects = [
    ['SDK v1', (token: string) => connectV1({ url: endpoint(), token })],
    ['SDK v2', (token: string) => connectV2({ url: endpoint(), token }, { pin: '2026-07-28' })],
  ] as const
  const isClean = (said: string) => server.secrets.every((secret) => !said.includes(secret))

  test('an agent does its ordinary work with an ordinary token', async () => {
    const peer = await connectV1({
      url: endpoint(),
      token: await tokenOf('adjuster', 'policy.read'),
    })
    assert.match((await peer.callTool('list_policies')).text, /4711/)
    await peer.close()
  })

  test('a call to personal data with it is refused with a challenge for all that it needs, and told the redacted variant', async () => {
    const token = await tokenOf('adjuster', 'policy.read')
    for (const [method, params, fallback] of [
      ['tools/call', policy4711, 'read_policy_redacted'],
      ['resources/read', { uri: 'policy://4711' }, 'policy://4711/redacted'],
    ] as const) {
      const { status, headers, body } = await send(token, method, params)
      assert.equal(status, 403, body)
      const challenge = String(headers['www-authenticate'])
      assert.match(challenge, /^Bearer error="insufficient_scope"/)
      assert.match(challenge, /scope="policy\.read policy\.personal"/)
      assert.match(challenge, new RegExp(`resource_metadata="${gateway.origin}/\\.well-known`))
      const { error } = JSON.parse(body)
      assert.deepEqual([error.code, error.data.fallback], [-31403, fallback])
    }
    assert.deepEqual(server.asked, [])
  })

  for (const [name, connect] of dialects)
    test(`the agent falls back to that variant with the token it has, and the marked fields are gone (${name})`, async () => {
      const before = server.asked.length
      const peer: Peer = await connect(await tokenOf('adjuster', 'policy.read'))
      const answer = await peer.callTool('read_policy_redacted', { number: '4711' })
      const seen = {
        number: '4711',
        cover: 'household',
        holder: { name: 'Ana Kovač' },
        claims: [
          { id: 'c-1', amount: 1200 },
          { id: 'c-2', amount: 80 },
        ],
      }
      assert.deepEqual(answer.structured, seen)
      assert.deepEqual(JSON.parse(answer.text), seen)
      assert.deepEqual(JSON.parse(await peer.readResource('policy://4711/redacted')), seen)
      // Of the same server, which knows nothing of a variant.
      assert.deepEqual(server.asked.slice(before), ['read_policy 4711', 'policy://4711'])
      await peer.close()
    })

  test('an agent of the SDK that does what the challenge says gets a wider token, and the whole record', async () => {
    const authProvider = new ClientCredentialsProvider({
      clientId: 'adjuster',
      clientSecret: secrets.get('adjuster') ?? '',
      expectedIssuer: issuer(),
      scope: 'policy.read',
    })
    const client = new V2Client(
      { name: 'adjuster', version: '1.0.0' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    )
    await client.connect(new StreamableHTTPClientTransport(new URL(endpoint()), { authProvider }))
    const scopes = () => {
      const [, claims = ''] = authProvider.tokens()?.access_token.split('.') ?? []
      return JSON.parse(Buffer.from(claims, 'base64url').toString()).scope
    }
    assert.equal(scopes(), 'policy.read')
    const { structuredContent } = await client.callTool(policy4711)
    assert.match(JSON.stringify(structuredContent), /AT611904300234573201.*Lindqvist/)
    assert.equal(scopes(), 'policy.read policy.personal')
    await client.close()
  })

  for (const [name, connect] of dialects)
    test(`an agent that nobody vouches for is denied whatever its token says, told the variant, and served it (${name})`, async () => {
      const before = server.asked.length
      for (const scope of [undefined, 'policy.read', 'policy.read policy.personal']) {
        const token = await tokenOf('assistant', scope)
        const { status, body } = await send(token, 'tools/call', policy4711)
        assert.equal(status, 200)
        const { result } = JSON.parse(body)
        assert.equal(result.isError, true)
        assert.match(result.content[0].text, /^Denied by policy: agent "assistant"/)
        const { reason, fallback } = result._meta['dev.bailiwick/refusal']
        assert.deepEqual([reason, fallback], ['rule', 'read_policy_redacted'])
      }
      assert.deepEqual(server.asked.slice(before), [])
      const peer = await connect(await tokenOf('assistant'))
      const refused = await peer.callTool('read_policy', { number: '4711' })
      assert.equal(refused.isError, true)
      const [, fallback = ''] = /"(\w+)" may be/.exec(refused.text) ?? []
      const { text, structured } = await peer.callTool(fallback, { number: '4711' })
      assert(isClean(`${text} ${JSON.stringify(structured)}`))
      assert.match(text, /Ana Kovač/)
      await peer.close()
    })

  test('nothing that was taken out is in any byte that left, in any entry or in the log', async () => {
    for (const [method, params] of [
      ['tools/list', {}],
      ['tools/call', { ...policy4711, name: 'read_policy_redacted' }],
      ['resources/read', { uri: 'policy://4711/redacted' }],
      ['tools/call', policy4711],
    ] as const) {
      const { body } = await send(await tokenOf('assistant'), method, params)
      assert(isClean(body), body)
    }
    const { entries } = await gateway.ledger(plane)
    assert(isClean(JSON.stringify(entries)))
    assert(isClean(gateway.output()))
  })

  test('the privacy officer asks who read a person’s record whole, who was shown less, and who was refused', async () => {
    const officer = await people.hire('priya')
    const ask = async (...words: string[]) => {
      const asked = ['calls', '--where', 'arg.number=4711', '--json', 'agent,name,decision']
      const { code, stdout, stderr } = await officer.terminal(...asked, '--most', '100', ...words)
      assert.equal(code, 0, stderr)
      return JSON.parse(stdout) as { agent: string; name: string; decision: string }[]
    }
    const whole = await ask('--capability', 'policies/read_policy', '--result', 'complete')
    assert.deepEqual(whole, [{ agent: 'adjuster', name: 'read_policy', decision: 'permitted' }])
    // A variant is recorded as what it is derived from is.
    const less = await ask('--capability', 'policies/read_policy_redacted')
    assert.deepEqual(new Set(less.map(({ agent }) => agent)), new Set(['adjuster', 'assistant']))
    assert(less.every(({ decision }) => decision === 'permitted'))
    const refused = await ask('--result', 'denied', '--agent', 'assistant')
    assert(refused.length >= 8 && refused.every(({ name }) => name === 'read_policy'))
  })
})

describe('The insurer, whose own issuer vouches for whoever calls', () => {
  const server = createInsurer()
  let serving: Serving
  let house: OtherHouse
  let gateway: Gateway

  before(async () => {
    serving = await serve({ policies: server.make })
    house = await startOtherHouse({
      'adjuster-app': { department: 'claims', clearance: 'personal' },
      'intern-app': { department: 'claims' },
      'temp-app': { department: 'elsewhere', clearance: 'personal' },
      'unknown-app': { department: 'claims', clearance: 'personal' },
    })
    const vouching = {
      ...{ kind: 'Issuer', plane, name: 'corporate', owner: 'identity-team' },
      issuer: house.issuer,
      keys: `${house.issuer}/jwks`,
      accessTokens: {
        agent: {
          claim: 'client_id',
          // The same agent for both: what a person may see is no property of the program.
          names: { 'adjuster-app': 'desk', 'intern-app': 'desk', 'temp-app': 'desk' },
        },
        consumer: { claim: 'department' },
        claims: { clearance: 'clearance' },
      },
    }
    // What is said of the agent here does not stand in for what its issuer leaves out.
    const desk = agent('desk', { claims: { clearance: 'personal' } })
    gateway = await startGateway({
      documents: written([...standing(serving), desk, grant('desk-reads', 'desk'), vouching]),
    })
  })
  after(async () => {
    await gateway?.stop()
    await house?.stop()
    await serving?.stop()
  })

  const endpoint = () => `${gateway.origin}/mcp/${plane}/policies`
  const tokenOf = (client: string, scope = 'policy.read policy.personal') =>
    house.token(client, { resource: endpoint(), scope })
  const read = async (token: string, name = 'read_policy') => {
    const { headers, body } = modern('tools/call', { name })
    const params = { ...body.params, arguments: { number: '4711' } }
    const authorization = `Bearer ${token}`
    const about = { headers: { ...headers, authorization }, body: { ...body, params } }
    return exchange(endpoint(), about)
  }

  test('whoever it vouches for reads the whole record, with a token of its own', async () => {
    const { status, body } = await read(await tokenOf('adjuster-app'))
    assert.equal(status, 200, body)
    assert.match(body, /AT611904300234573201/)
    const { entries } = await gateway.ledger(plane)
    assert.match(JSON.stringify(entries), /"agent":"desk"/)
  })

  test('with too narrow a token it is challenged for the scopes, and told where both issuers are', async () => {
    const { status, headers } = await read(await tokenOf('adjuster-app', 'policy.read'))
    assert.equal(status, 403)
    const challenge = String(headers['www-authenticate'])
    assert.match(challenge, /error="insufficient_scope", scope="policy\.read policy\.personal"/)
    const [, address = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
    const metadata = (await (await fetch(address)).json()) as Record<string, unknown>
    const own = `${gateway.origin}/oauth/${plane}`
    assert.deepEqual(metadata.authorization_servers, [own, house.issuer])
  })

  test('whoever it does not vouch for is denied, told the variant, and served it', async () => {
    const before = server.asked.length
    const token = await tokenOf('intern-app')
    const { status, body } = await read(token)
    assert.equal(status, 200)
    const { result } = JSON.parse(body)
    assert.equal(result.isError, true)
    assert.equal(result._meta['dev.bailiwick/refusal'].fallback, 'read_policy_redacted')
    assert.equal(server.asked.length, before)
    const variant = await read(token, 'read_policy_redacted')
    assert.match(variant.body, /Ana Kovač/)
    assert(server.secrets.every((secret) => !variant.body.includes(secret)))
  })

  test('a token that means nobody here, or is for somewhere else, is none', async () => {
    const before = server.asked.length
    for (const token of [
      await tokenOf('temp-app'),
      await tokenOf('unknown-app'),
      await house.token('adjuster-app', {
        resource: `${gateway.origin}/mcp/other`,
        scope: 'policy.read',
      }),
      await house.token('adjuster-app', {
        resource: 'https://elsewhere.example/mcp',
        scope: 'policy.read',
      }),
    ])
      assert.equal((await read(token)).status, 401)
    assert.equal(server.asked.length, before)
  })
})
