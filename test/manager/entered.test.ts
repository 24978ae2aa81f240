import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import type { Entry } from '#domain/entry.ts'
import { planeId } from '#domain/name.ts'
import { openInstallation } from '../../src/compose.ts'
import { about } from '../change/door.ts'
import { ask as askToken, basic } from '../issuer/server.ts'
import { password, startWorld, type World } from './world.ts'

const planeOf = (name: string) => [
  { kind: 'Plane', name },
  { kind: 'Consumer', plane: name, name: 'workplace-ai' },
  {
    kind: 'Agent',
    plane: name,
    name: 'planner',
    owner: 'alice@example.com',
    consumers: ['workplace-ai'],
    authenticate: { secret: true },
  },
]
const binding = {
  kind: 'RoleBinding',
  plane: 'ops',
  name: 'sue-watches',
  role: 'soc',
  people: ['sue'],
}

/** Everything that a person or a client did through the interfaces, and what the ledgers say of it afterwards. */
describe('What is done through the API and the token endpoint', () => {
  let world: World
  const entries = new Map<string, readonly Entry[]>()
  const of = <T extends Entry['type']>(plane: string, type: T) =>
    (entries.get(plane) ?? []).filter((one): one is Entry & { type: T } => one.type === type)
  let tokenId = ''
  let expiresAt = 0
  const secrets: string[] = []

  const read = async (name: string) => {
    const { installation, close } = await openInstallation({ data: world.data })
    const stored = await installation.ledgerFile(planeId(name)).read(1, 10_000)
    await close()
    return stored.map(({ entry }) => entry)
  }

  before(async () => {
    world = await startWorld()
    const ops = planeId('ops')
    await world.apply([...planeOf('ops'), ...planeOf('finance'), binding])
    const { identity } = world.started.installation
    const secret = await identity.setSecret(ops, 'planner@workplace-ai' as never, about)
    const url = `${world.origin}/oauth/ops/token`
    const asked = { grant_type: 'client_credentials', scope: 'read write read' }
    const { json } = await askToken(url, asked, { authorization: basic('planner', secret) })
    const token = String(json.access_token)
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    tokenId = claims.jti
    expiresAt = claims.exp * 1000
    for (let guess = 0; guess < 5; guess++)
      await askToken(url, asked, { authorization: basic('planner', 'a guess') })
    const root = await world.signIn('root', { administrator: true })
    const sue = await world.signIn('sue')
    const put = { body: { administrator: false, password }, token: root }
    assert.equal((await world.ask('PUT', '/people/bob', put)).status, 201)
    assert.equal((await world.ask('DELETE', '/people/bob', { token: root })).status, 204)
    const wrong = { body: { name: 'root', password: 'a wrong one' } }
    for (let guess = 0; guess < 3; guess++)
      assert.equal((await world.ask('POST', '/session', wrong)).status, 401)
    assert.equal((await world.ask('DELETE', '/session', { token: sue })).status, 204)
    secrets.push(secret, token, root, sue, password)
    await world.started.stop()
    for (const name of ['ops', 'finance']) entries.set(name, await read(name))
  })
  after(async () => {
    await rm(world.data, { recursive: true, force: true })
    await rm(`${world.data}.config.json`, { force: true })
  })

  test('a token is entered with its client, audience, scopes, end and id, in its plane alone', () => {
    const [issued, ...others] = of('ops', 'token.issued')
    assert.deepEqual(others, [])
    assert.deepEqual(
      { ...issued, at: 0 },
      {
        type: 'token.issued',
        v: 1,
        at: 0,
        plane: 'ops',
        token: tokenId,
        client: 'planner@workplace-ai',
        audience: `${world.origin}/mcp/ops`,
        scopes: ['read', 'write'],
        expiresAt,
        by: 'planner@workplace-ai',
      },
    )
    assert.deepEqual(of('finance', 'token.issued'), [])
  })

  test('a flood of refused token requests is one count', () => {
    assert.deepEqual(
      of('ops', 'token.refused.count').map(({ reason, count }) => [reason, count]),
      [['invalid_client', 5]],
    )
  })

  test('a sign-in is entered where its person holds a role, an administrator’s everywhere', () => {
    const who = (plane: string) => of(plane, 'person.signed-in').map(({ person }) => person)
    assert.deepEqual(who('ops'), ['root', 'sue'])
    assert.deepEqual(who('finance'), ['root'])
    assert.match(of('ops', 'person.signed-in')[0]?.token ?? '', /^tok_/)
  })

  test('a flood of wrong passwords is one count', () => {
    for (const plane of ['ops', 'finance'])
      assert.deepEqual(
        of(plane, 'sign-in.refused.count').map(({ reason, count }) => [reason, count]),
        [['wrong name or password', 3]],
      )
  })

  test('a sign-out, and accounts that are made and removed, are entered with who did it', () => {
    assert.deepEqual(
      of('ops', 'person.signed-out').map(({ person, by }) => [person, by]),
      [['sue', 'person:sue']],
    )
    assert.deepEqual(
      of('finance', 'person.changed').map(({ person, done, role, by }) => [person, done, role, by]),
      [
        ['root', 'made', 'administrator', 'test'],
        ['bob', 'made', '', 'person:root'],
        ['bob', 'removed', '', 'person:root'],
      ],
    )
  })

  test('start and stop are entered, and a stop in order leaves no gap', () => {
    for (const plane of ['ops', 'finance']) {
      assert.ok(of(plane, 'ledger.open').length > 0)
      assert.ok(of(plane, 'ledger.close').length > 0)
      assert.deepEqual(of(plane, 'ledger.gap'), [])
    }
  })

  test('no secret, password or token stands in an entry', () => {
    const all = JSON.stringify([...entries.values()])
    for (const one of secrets) assert.equal(all.includes(one), false)
  })
})
