import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { IssuerDocument } from '#domain/documents.ts'
import { about } from '../change/door.ts'
import { compact, type House, makeKey, startHouse } from '../identity/house.ts'
import { ops, planner } from '../identity/world.ts'
import { ask, basic, startIssuer } from './server.ts'

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const issuer = await startIssuer()
const { origin, tokenUrl, policy, clock, verify } = issuer
const house = await startHouse(['ES256', 'RS256'])
after(() => house.stop())

const trusted: IssuerDocument = {
  ...{ apiVersion: 'bailiwick/v1', kind: 'Issuer', plane: 'ops', name: 'cluster' },
  owner: 'platform-team',
  issuer: house.issuer,
  assertions: {},
  grants: {},
}
policy.issuers.set('cluster', trusted)
const subject = 'system:serviceaccount:agents:rover'
policy.putAgent(ops, 'rover', { issuer: 'cluster', subject })

const nowS = () => Math.floor(clock.now() / 1000)
const workloadClaims = () => ({
  ...{ iss: house.issuer, sub: subject, aud: [`${origin}/oauth/ops`] },
  ...{ iat: nowS(), nbf: nowS(), exp: nowS() + 600, jti: randomUUID() },
})
/** As Kubernetes writes it: with no type. */
const workload = (changes: object = {}, header: object = {}) =>
  house.token({ ...workloadClaims(), ...changes }, { header: { typ: undefined, ...header } })
const asRover = { grant_type: jwtBearer, client_id: 'rover' }
const given = (assertion: string, more: Record<string, string> = {}) =>
  ask(tokenUrl, { ...asRover, assertion, ...more })
const refusal = { error: 'invalid_grant', error_description: 'the assertion is not accepted' }

describe('An agent that has only the token of its workload', () => {
  test('gets a token for itself, which lives no longer than that', async () => {
    const { status, json } = await given(workload())
    assert.equal(status, 200, JSON.stringify(json))
    const token = verify(String(json.access_token))
    assert(typeof token === 'object')
    assert.deepEqual(
      [token.client, token.user, token.audience, token.scopes, json.expires_in],
      ['rover@workplace-ai', undefined, `${origin}/mcp/ops`, undefined, 300],
    )
    const short = await given(workload({ exp: nowS() + 40 }))
    assert.equal(short.json.expires_in, 40)
  })

  test('uses it as often as it likes while it is good', async () => {
    const assertion = workload()
    for (let i = 0; i < 3; i++) assert.equal((await given(assertion)).status, 200)
  })

  test('asks for one endpoint and for scopes as any agent', async () => {
    const resource = `${origin}/mcp/ops/calendar`
    const { json } = await given(workload(), { resource, scope: 'calendar.read' })
    const token = verify(String(json.access_token))
    assert(typeof token === 'object')
    assert.deepEqual([token.audience, [...(token.scopes ?? [])]], [resource, ['calendar.read']])
  })

  const stranger = makeKey('ES256', 'ES256-key')
  const rows: readonly (readonly [string, () => string, Record<string, string>?])[] = [
    ['of another subject', () => workload({ sub: 'system:serviceaccount:agents:other' })],
    ['of another issuer', () => workload({ iss: 'https://evil.example' })],
    ['for the API server itself', () => workload({ aud: ['https://kubernetes.default.svc'] })],
    ['for another plane', () => workload({ aud: [`${origin}/oauth/finance`] })],
    [
      'for us and for others',
      () => workload({ aud: [`${origin}/oauth/ops`, 'https://x.example'] }),
    ],
    ['for the token endpoint', () => workload({ aud: tokenUrl })],
    ['that is over', () => workload({ iat: nowS() - 600, nbf: nowS() - 600, exp: nowS() })],
    ['without an end', () => workload({ exp: undefined })],
    ['that lives for a day', () => workload({ exp: nowS() + 86_400 })],
    ['without an audience', () => workload({ aud: undefined })],
    ['that is an access token', () => workload({}, { typ: 'at+jwt' })],
    ['that is a grant of a person', () => workload({}, { typ: 'oauth-id-jag+jwt' })],
    ['that is bound to a key', () => workload({ cnf: { jkt: 'A'.repeat(43) } })],
    ['that somebody acts in', () => workload({ act: { sub: 'other' } })],
    [
      'signed by a stranger',
      () =>
        compact(
          stranger,
          JSON.stringify({ alg: 'ES256', kid: 'ES256-key' }),
          JSON.stringify(workloadClaims()),
        ),
    ],
    ['with a key in its header', () => workload({}, { jwk: stranger.jwk })],
    ['without a signature', () => `${workload().split('.').slice(0, 2).join('.')}.`],
    ['in an algorithm that is none', () => workload({}, { alg: 'none' })],
    ['that is no token', () => 'x'],
  ]
  for (const [name, make, more] of rows)
    test(`gets none by one ${name}`, async () => {
      assert.equal((await given(workload())).status, 200)
      const { status, json } = await given(make(), more)
      assert.deepEqual([status, json], [400, refusal])
    })

  test('may be a SPIFFE one, whose token names its trust domain as its subject does', async () => {
    const domain = 'spiffe://example.org'
    const spiffe = { ...trusted, name: 'mesh', issuer: domain, keys: `${house.issuer}/keys` }
    policy.issuers.set('mesh', spiffe)
    policy.putAgent(ops, 'drone', { issuer: 'mesh', subject: `${domain}/drone` })
    const svid = (sub: string, more: object = {}) =>
      workload({ iss: undefined, iat: undefined, nbf: undefined, jti: undefined, sub, ...more })
    const sent = (assertion: string) => given(assertion, { client_id: 'drone' })
    assert.equal((await sent(svid(`${domain}/drone`))).status, 200)
    for (const token of [
      svid(`${domain}/other`),
      svid(`${domain}.evil.example/drone`),
      svid(`spiffe://elsewhere.example/drone`),
      svid(`${domain}/drone`, { iss: house.issuer }),
      svid(`${domain}/drone`, { exp: nowS() + 86_400 }),
    ])
      assert.deepEqual((await sent(token)).json, refusal)
    // Where an issuer is no trust domain, its tokens say it.
    assert.deepEqual((await given(workload({ iss: undefined }))).json, refusal)
    policy.issuers.delete('mesh')
  })

  test('is no other client by it, and whoever is none is told the same', async () => {
    for (const client_id of ['planner', 'secretless', 'rover@soc', 'nobody', 'shared', '-']) {
      const { status, json } = await given(workload(), { client_id })
      assert.deepEqual([status, json], [400, refusal], client_id)
    }
  })

  test('gets nothing by its name alone, nor by other grants', async () => {
    for (const form of [
      { grant_type: 'client_credentials', client_id: 'rover' },
      { grant_type: 'client_credentials', client_id: 'rover', assertion: workload() },
      { grant_type: jwtBearer, client_id: 'rover' },
      { grant_type: jwtBearer, assertion: workload() },
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer',
        client_id: 'rover',
        assertion: workload(),
      },
    ]) {
      const { status, json } = await ask(tokenUrl, form as Record<string, string>)
      assert([400, 401].includes(status), JSON.stringify(json))
      assert.equal(json.access_token, undefined)
    }
  })

  test('gets none any more when its issuer is trusted no longer', async () => {
    const assertion = workload()
    assert.equal((await given(assertion)).status, 200)
    policy.issuers.set('cluster', { ...trusted, assertions: undefined } as never)
    assert.deepEqual((await given(assertion)).json, refusal)
    policy.issuers.delete('cluster')
    assert.deepEqual((await given(assertion)).json, refusal)
    policy.issuers.set('cluster', trusted)
    assert.equal((await given(assertion)).status, 200)
  })
})

test('An access token of another issuer is not exchanged for ours, ended or told about: it would become wider', async () => {
  const accessTokens = { agent: { is: 'planner' } }
  policy.issuers.set('cluster', { ...trusted, accessTokens })
  const secret = await issuer.identity.setSecret(ops, planner, about)
  const authorization = basic('planner', secret)
  const claims = { ...workloadClaims(), aud: `${origin}/mcp/ops` }
  const token = house.token(claims)
  const taken = await issuer.identity.verifyForeign(ops, token, clock.now())
  assert(typeof taken === 'object')
  // Without a claim of scopes it has none.
  assert.equal(taken.scopes?.size, 0)
  assert.equal(verify(token), taken)
  const exchanged = await ask(
    tokenUrl,
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    },
    { authorization },
  )
  assert.deepEqual([exchanged.status, exchanged.json.error], [400, 'invalid_grant'])
  const told = await ask(tokenUrl.replace('/token', '/introspect'), { token }, { authorization })
  assert.deepEqual(told.json, { active: false })
  policy.issuers.set('cluster', trusted)
})

describe('A client that a person’s issuer grants something', async () => {
  const secret = await issuer.identity.setSecret(ops, planner, about)
  const authorization = basic('planner', secret)
  const resource = `${origin}/mcp/ops/calendar`
  const claims = () => ({
    ...{ iss: house.issuer, sub: 'alice@example.com', aud: `${origin}/oauth/ops` },
    ...{ client_id: 'planner@workplace-ai', resource, scope: 'calendar.read calendar.write' },
    ...{ iat: nowS(), exp: nowS() + 300, jti: randomUUID() },
  })
  const grant = (changes: object = {}, header: object = {}, of: House = house) =>
    of.token({ ...claims(), ...changes }, { header: { typ: 'oauth-id-jag+jwt', ...header } })
  const asked = (assertion: string, more: Record<string, string> = {}, by = authorization) =>
    ask(tokenUrl, { grant_type: jwtBearer, assertion, ...more }, { authorization: by })

  test('gets a token on the person’s behalf, for that resource and those scopes', async () => {
    const { status, json } = await asked(grant({ acr: 'phr', auth_time: nowS() - 60 }))
    assert.equal(status, 200, JSON.stringify(json))
    const token = verify(String(json.access_token))
    assert(typeof token === 'object')
    assert.deepEqual(
      [token.user, token.agent, token.audience, [...(token.scopes ?? [])], token.acr],
      ['alice@example.com', 'planner', resource, ['calendar.read', 'calendar.write'], 'phr'],
    )
    assert.equal(token.signedInAt, (nowS() - 60) * 1000)
  })

  test('asks for less, and not for more', async () => {
    const { json } = await asked(grant(), { scope: 'calendar.read' })
    assert.equal(json.scope, 'calendar.read')
    const more = await asked(grant(), { scope: 'calendar.read bank.write' })
    assert.deepEqual([more.status, more.json.error], [400, 'invalid_scope'])
    const elsewhere = await asked(grant(), { resource: `${origin}/mcp/ops` })
    assert.deepEqual([elsewhere.status, elsewhere.json.error], [400, 'invalid_target'])
    const below = await asked(grant({ resource: `${origin}/mcp/ops` }), { resource })
    assert.equal(below.status, 200)
    const foreign = await asked(grant({ resource: `${origin}/mcp/finance` }))
    assert.deepEqual([foreign.status, foreign.json.error], [400, 'invalid_target'])
  })

  test('uses each of them once, over all processes', async () => {
    const assertion = grant()
    const answers = await Promise.all(Array.from({ length: 8 }, () => asked(assertion)))
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    await issuer.restart()
    assert.deepEqual((await asked(assertion)).json, refusal)
  })

  const rows: readonly (readonly [string, () => string])[] = [
    ['for another client', () => grant({ client_id: 'lone@workplace-ai' })],
    ['for no client', () => grant({ client_id: undefined })],
    ['for several clients', () => grant({ client_id: ['planner'] })],
    ['for another audience', () => grant({ aud: `${origin}/oauth/finance` })],
    ['for the resource and not for its issuer', () => grant({ aud: resource })],
    ['for several audiences', () => grant({ aud: [`${origin}/oauth/ops`, 'https://x.example'] })],
    ['of another issuer', () => grant({ iss: 'https://evil.example' })],
    ['of the plane itself', () => grant({ iss: `${origin}/oauth/ops` })],
    ['without an id', () => grant({ jti: undefined })],
    ['without a time', () => grant({ iat: undefined })],
    ['that is over', () => grant({ iat: nowS() - 300, exp: nowS() })],
    ['of the future', () => grant({ iat: nowS() + 60 })],
    ['that lives for two hours', () => grant({ exp: nowS() + 7200 })],
    ['without scopes', () => grant({ scope: undefined })],
    ['with scopes that are none', () => grant({ scope: 'a"b' })],
    ['for several resources', () => grant({ resource: [resource, `${origin}/mcp/ops`] })],
    ['with details that nobody reads', () => grant({ authorization_details: [{ type: 'x' }] })],
    ['that is bound to a key', () => grant({ cnf: { jkt: 'A'.repeat(43) } })],
    ['that somebody acts in', () => grant({ act: { sub: 'other' } })],
    ['without a person', () => grant({ sub: undefined })],
    ['that is an ID token', () => grant({}, { typ: 'JWT' })],
    ['that is an access token', () => grant({}, { typ: 'at+jwt' })],
    ['without a type', () => grant({}, { typ: undefined })],
    ['that is a workload’s', () => workload()],
  ]
  for (const [name, make] of rows)
    test(`gets nothing by one ${name}`, async () => {
      assert.equal((await asked(grant())).status, 200)
      assert.deepEqual((await asked(make())).json, refusal)
    })

  test('has to authenticate: the grant alone makes nobody a client', async () => {
    const alone = await ask(tokenUrl, {
      grant_type: jwtBearer,
      client_id: 'planner',
      assertion: grant(),
    })
    assert.deepEqual([alone.status, alone.json], [400, refusal])
    const wrong = await asked(grant(), {}, basic('planner', `${secret.slice(0, -2)}AA`))
    assert.deepEqual([wrong.status, wrong.json.error], [401, 'invalid_client'])
    const rover = await ask(tokenUrl, { ...asRover, assertion: grant({ client_id: 'rover' }) })
    assert.deepEqual(rover.json, refusal)
  })

  test('is told nothing by entries of the log about what it sent', async () => {
    const assertion = grant({ sub: 'canary@example.com', scope: undefined })
    await asked(assertion)
    assert(!issuer.lines.join('\n').includes('canary'))
    assert(!issuer.lines.join('\n').includes(assertion))
  })
})
