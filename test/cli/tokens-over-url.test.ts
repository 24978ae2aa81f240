import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { keep } from '#cli/kept.ts'
import { clientId, planeId } from '#domain/name.ts'
import { startWorld, type World } from '../manager/world.ts'
import { runHere } from './world.ts'

// What agents prove themselves by is made and ended from a terminal elsewhere, by whom that is for.

const ops = planeId('ops')
const binding = (name: string, role: string, more: object = {}) => ({
  ...{ kind: 'RoleBinding', plane: 'ops', name, role, people: [name], ...more },
})
const agent = (name: string, owner: string) => ({
  ...{ kind: 'Agent', plane: 'ops', name, owner, consumers: ['office'] },
})
const everybody = ['ayse', 'sid', 'audrey', 'dana', 'petra']

describe('Tokens and keys, from a terminal elsewhere', () => {
  let world: World
  let folder: string
  const homeOf = (name: string) => ({ env: { HOME: join(folder, name) } })
  const as = (name: string, ...words: string[]) =>
    runHere(['--url', world.origin, ...words], homeOf(name))
  const json = async (name: string, ...words: string[]) => {
    const { code, stdout, stderr } = await as(name, ...words, '--json')
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout)
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bailiwick-elsewhere-'))
    world = await startWorld()
    await world.apply([
      { kind: 'Plane', name: 'ops', apiKeys: { longest: '366d' } },
      { kind: 'Team', plane: 'ops', name: 'alpha', people: ['ayse'] },
      { kind: 'Consumer', plane: 'ops', name: 'office' },
      agent('mine', 'alpha'),
      agent('theirs', 'beta'),
      ...[binding('sid', 'soc'), binding('audrey', 'auditor'), binding('dana', 'developer')],
      binding('petra', 'plane-admin'),
    ])
    for (const name of [...everybody, 'root']) {
      const token = await world.signIn(name, { administrator: name === 'root' })
      const session = { person: name, token, endsAt: 9e15 }
      await keep({ ...homeOf(name), now: () => 0 } as never, world.origin, session)
    }
  })
  after(async () => {
    await world.stop()
    await rm(folder, { recursive: true })
  })

  const until = new Date(Date.now() + 86_400_000 * 30).toISOString().slice(0, 10)
  const isTaken = (key: string): boolean => {
    const { identity } = world.started.installation
    return typeof identity.apiKeys.verify(ops, key, Date.now()) === 'object'
  }

  test('an API key is made by the owner of its agent, listed by who reads agents, and revoked by who may stop it', async () => {
    const words = [
      'agent',
      'key',
      'mine',
      '--until',
      until,
      '--scope',
      'read',
      '--label',
      'nightly',
    ]
    const { key, id } = await json('ayse', ...words)
    assert(isTaken(key))
    for (const [name, whose] of [
      ['sid', 'mine'],
      ['audrey', 'mine'],
      ['ayse', 'theirs'],
    ] as const) {
      const refused = await as(name, 'agent', 'key', whose, '--until', until)
      assert.equal(refused.code, 5, refused.stderr)
    }
    const [row] = await json('audrey', 'agent', 'keys', 'mine')
    const { client, state, scopes, label, madeBy } = row
    assert.deepEqual(
      [row.id, client, state, scopes, label, madeBy],
      [id, 'mine@office', 'good', ['read'], 'nightly', 'person:ayse'],
    )
    assert.deepEqual(await json('dana', 'agent', 'keys'), [])
    const revoke = ['agent', 'revoke', 'mine', '--key', id, '--reason', 'left in a chat']
    for (const name of ['audrey', 'dana']) assert.equal((await as(name, ...revoke)).code, 5)
    assert(isTaken(key))
    assert.equal((await json('sid', ...revoke)).state, 'revoked')
    assert(!isTaken(key))
  })

  test('all that an agent, or any agent for a user, has is ended by who may stop it', async () => {
    const { key } = await json('petra', 'agent', 'key', 'theirs', '--until', until)
    const { identity } = world.started.installation
    const resource = `${world.origin}/mcp/ops`
    const { token } = await identity.mint(ops, clientId('theirs', 'office'), resource)
    const stands = () => typeof identity.verify(ops, token, Date.now()) === 'object'
    const revoke = ['agent', 'revoke', 'theirs', '--reason', 'token in a log']
    for (const name of ['ayse', 'audrey', 'dana']) assert.equal((await as(name, ...revoke)).code, 5)
    assert(stands() && isTaken(key))
    const { name, kind } = await json('sid', ...revoke)
    assert.deepEqual([kind, name], ['client', 'theirs@office'])
    assert(!stands() && !isTaken(key))
    const users = ['user', 'revoke', 'http://idp.example/al/ice', '--reason', 'lost laptop']
    for (const name of ['ayse', 'audrey', 'dana']) assert.equal((await as(name, ...users)).code, 5)
    const ended = await json('petra', ...users)
    assert.deepEqual([ended.kind, ended.name], ['user', 'http://idp.example/al/ice'])
    const silent = await as('sid', 'user', 'revoke', 'alice')
    assert.equal(silent.code, 2)
  })

  test('the keys of an issuer are rolled by who runs the installation, and at once where they may be in other hands', async () => {
    for (const name of everybody)
      assert.equal((await as(name, 'issuer', 'keyroll', 'ops')).code, 5, name)
    const { identity } = world.started.installation
    const known = async () => (await identity.jwks(ops)).keys.map(({ kid }) => kid)
    const before = await known()
    const { kid, signsFrom } = await json('root', 'issuer', 'keyroll', 'ops')
    assert(Date.parse(signsFrom) > 0)
    assert((await known()).includes(kid))
    await json('root', 'issuer', 'keyroll', 'ops', '--at-once')
    assert((await known()).every((one) => !before.includes(one)))
  })
})
