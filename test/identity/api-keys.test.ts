import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ClientId, clientId } from '#domain/name.ts'
import { makeApiKey } from '#identity/api-key/text.ts'
import { Fault } from '#lib/fault.ts'
import { about } from '../change/door.ts'
import { createWorld, finance, lone, ops, planner, type World } from './world.ts'

const dayMs = 24 * 60 * 60_000

/** Both planes take keys for ninety days. */
const createKeyed = async (): Promise<World> => {
  const world = await createWorld()
  for (const plane of [ops, finance]) world.policy.longestKeys.set(plane, 90 * dayMs)
  world.policy.touch()
  return world
}
const issue = async (
  world: World,
  more: { client?: ClientId; days?: number; plane?: typeof ops },
) => {
  const { client = planner, days = 30, plane = ops } = more
  const asked = { client, scopes: ['read'], label: 'nightly' }
  const endsAt = world.clock.now() + days * dayMs
  return world.identity.apiKeys.issue(plane, { ...asked, endsAt }, about)
}
const ask = ({ identity, clock }: World, key: string, plane = ops) =>
  identity.apiKeys.verify(plane, key, clock.now())
const refuses = (code: string, says: RegExp) => (thrown: unknown) => {
  assert(thrown instanceof Fault)
  assert.equal(thrown.code, code)
  assert.match(thrown.detail ?? '', says)
  return true
}

describe('an API key', () => {
  test('is its client for nobody, with its scopes and its end, and the same object for as long as it says the same', async () => {
    const world = await createKeyed()
    const { key, row } = await issue(world, {})
    const token = ask(world, key)
    assert(typeof token === 'object')
    const { client, agent, consumer, user, apiKey, tokenId, expiresAt, binding, acr } = token
    assert.deepEqual(
      { client, agent, consumer, user, apiKey, tokenId, expiresAt, binding, acr },
      {
        ...{ client: planner, agent: 'planner', consumer: 'workplace-ai', user: undefined },
        ...{ apiKey: row.id, tokenId: row.id, expiresAt: row.endsAt },
        ...{ binding: undefined, acr: undefined },
      },
    )
    assert.deepEqual([...(token.scopes ?? [])], ['read'])
    world.policy.touch()
    assert.equal(ask(world, key), token)
  })

  test('is good in every other process, and after a restart', async () => {
    const world = await createKeyed()
    const { key } = await issue(world, {})
    const other = await world.start()
    assert.equal(typeof other.apiKeys.verify(ops, key, world.clock.now()), 'object')
  })

  test('is kept nowhere: rows have its hash, lists and log have neither', async () => {
    const world = await createKeyed()
    const { key, row } = await issue(world, {})
    const rows = await world.identity.apiKeys.list(ops)
    assert.deepEqual(rows, [row])
    const all = JSON.stringify([
      rows,
      await world.store.revisions.page(undefined, 100),
      world.lines,
    ])
    for (const secret of [key, key.slice(4, 44)]) assert(!all.includes(secret))
  })

  test('is revoked for good, and what came by it stands no longer', async () => {
    const world = await createKeyed()
    const { key, row } = await issue(world, {})
    const kept = await issue(world, {})
    const token = ask(world, key)
    assert(typeof token === 'object' && world.identity.stands(token))
    const which = { client: planner, id: row.id }
    await world.identity.apiKeys.revoke(ops, which, about)
    assert.equal(ask(world, key), 'revoked')
    assert.equal(world.identity.stands(token), false)
    const revision = await world.store.revisions.newest()
    await world.identity.apiKeys.revoke(ops, which, about)
    assert.equal(await world.store.revisions.newest(), revision, 'twice is once')
    assert.equal((await world.start()).apiKeys.verify(ops, key, world.clock.now()), 'revoked')
    assert.equal(typeof ask(world, kept.key), 'object')
    await assert.rejects(
      world.identity.apiKeys.revoke(ops, { client: lone, id: kept.row.id }, about),
      refuses('unknown_name', /has no API key/),
    )
  })

  test('ends with all that its client has, and no other client’s does', async () => {
    const world = await createKeyed()
    const [mine, another] = [await issue(world, {}), await issue(world, { client: lone })]
    await world.identity.revoke(ops, { kind: 'client', name: planner }, about)
    assert.equal(ask(world, mine.key), 'revoked')
    assert.equal(typeof ask(world, another.key), 'object')
    // A token is remembered to be revoked for a day; a key lives longer.
    world.clock.advance(2 * dayMs)
    const later = await world.start()
    assert.equal(later.apiKeys.verify(ops, mine.key, world.clock.now()), 'revoked')
    assert.equal(typeof ask(world, (await issue(world, {})).key), 'object')
  })

  test('that is made names what it needs where it cannot be', async () => {
    const world = await createKeyed()
    await assert.rejects(
      issue(world, { days: 91 }),
      refuses('usage', /ends by 2027-02-18T08:00:00Z/),
    )
    await assert.rejects(issue(world, { days: 0 }), refuses('usage', /passed already/))
    const nobody = clientId('nobody', 'workplace-ai')
    await assert.rejects(issue(world, { client: nobody }), refuses('unknown_name', /nobody/))
    world.policy.stopped.add(`ops/${planner}`)
    await assert.rejects(issue(world, {}), refuses('suspended', /suspended/))
    world.policy.longestKeys.delete(ops)
    await assert.rejects(issue(world, { client: lone }), refuses('usage', /takes no API keys/))
  })

  test('is one of at most twenty that a client has at a time', async () => {
    const world = await createKeyed()
    for (let count = 0; count < 20; count++) await issue(world, { days: 10 })
    await assert.rejects(issue(world, {}), refuses('usage', /has 20 API keys/))
    world.clock.advance(11 * dayMs)
    assert.equal(typeof ask(world, (await issue(world, {})).key), 'object')
  })
})

describe('attack: an API key that', () => {
  test('is of another plane is nobody’s, though its agent is called the same there', async () => {
    const world = await createKeyed()
    const { key } = await issue(world, {})
    assert.equal(typeof ask(world, key), 'object')
    assert.equal(ask(world, key, finance), 'unknown API key')
  })

  test('is past its end is refused at that very instant', async () => {
    const world = await createKeyed()
    const { key, row } = await issue(world, {})
    world.clock.advance(row.endsAt - world.clock.now() - 1)
    assert.equal(typeof ask(world, key), 'object')
    world.clock.advance(1)
    assert.equal(ask(world, key), 'expired')
  })

  test('was made for longer than its plane now lets one live ends when one made now would', async () => {
    const world = await createKeyed()
    const { key } = await issue(world, { days: 80 })
    world.policy.longestKeys.set(ops, 10 * dayMs)
    world.policy.touch()
    assert.equal(typeof ask(world, key), 'object')
    world.clock.advance(10 * dayMs)
    assert.equal(ask(world, key), 'expired')
  })

  test('is of a plane that takes none any more is refused, and stands no longer', async () => {
    const world = await createKeyed()
    const { key } = await issue(world, {})
    const token = ask(world, key)
    world.policy.longestKeys.delete(ops)
    world.policy.touch()
    assert.equal(ask(world, key), 'API key')
    assert(typeof token === 'object' && !world.identity.stands(token))
  })

  test('has one character changed is refused before anything is looked for', async () => {
    const world = await createKeyed()
    const { key } = await issue(world, {})
    for (let at = 0; at < key.length; at++) {
      const other = key[at] === '0' ? '1' : '0'
      assert.equal(ask(world, key.slice(0, at) + other + key.slice(at + 1)), 'malformed')
    }
  })

  test('was made up with a right sum is nobody’s', async () => {
    const world = await createKeyed()
    for (const fill of [0, 1, 255]) {
      const made = makeApiKey((count) => Buffer.alloc(count, fill))
      assert.equal(ask(world, made), 'unknown API key')
    }
  })

  test('was of an agent that went is not that of the agent made anew under its name', async () => {
    const world = await createKeyed()
    const { key } = await issue(world, {})
    await world.redocument(ops, 'planner', { owner: 'x', consumers: ['another'] })
    assert.equal(ask(world, key), 'revoked')
    const again = await issue(world, { client: lone })
    world.policy.remove(ops, 'lone')
    assert.equal(ask(world, again.key), 'unknown client')
    await world.redocument(ops, 'lone')
    world.policy.put(ops, 'lone', ['workplace-ai'], true)
    assert.equal(ask(world, again.key), 'revoked')
  })

  test('is sent where tokens are taken is none: it is not introspected, exchanged or revoked by itself', async () => {
    const world = await createKeyed()
    const { key } = await issue(world, {})
    assert.equal(world.verify(key), 'malformed')
  })
})
