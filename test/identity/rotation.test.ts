import assert from 'node:assert/strict'
import { test } from 'node:test'
import { about } from '../change/door.ts'
import { createWorld, finance, ops, planner } from './world.ts'

const day = 24 * 60 * 60_000
const headerOf = (token: string): { kid: string } =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())

const served = async ({ identity }: Pick<Awaited<ReturnType<typeof createWorld>>, 'identity'>) =>
  (await identity.jwks(ops)).keys.map(({ kid }) => kid)

test('the next key is served for as long as keys may be cached, and signs then', async () => {
  const world = await createWorld()
  const { identity, clock, mint, verify } = world
  const first = headerOf(await mint()).kid
  const { kid, signsFrom } = await identity.rotate(ops, about, { atOnce: false })
  assert.deepEqual(await served(world), [kid, first])
  assert(signsFrom - clock.now() >= 300_000)
  clock.nowMs = signsFrom - 1
  const before = await mint()
  assert.equal(headerOf(before).kid, first)
  clock.nowMs = signsFrom
  const after = await mint()
  assert.equal(headerOf(after).kid, kid)
  for (const token of [before, after]) assert.equal(typeof verify(token), 'object')
})

test('the key before is served and taken until the last token that it signed has ended', async () => {
  const world = await createWorld()
  const { identity, clock, mint, verify, policy } = world
  policy.lifetimes.set(ops, 3_600_000)
  const { signsFrom } = await identity.rotate(ops, about, { atOnce: false })
  clock.nowMs = signsFrom - 1
  const last = await mint()
  clock.nowMs += 3_599_000
  assert.equal(typeof verify(last), 'object')
  assert.equal((await served(world)).length, 2)
  clock.nowMs += 120_000
  assert.equal((await served(world)).length, 1)
})

test('attack: who kept a key that is no longer served signs nothing that is taken', async () => {
  const world = await createWorld()
  const { identity, clock, mint, verify, privateKey, resign } = world
  const token = await mint()
  const old = await privateKey()
  const twin = resign(old, token)
  assert.equal(typeof verify(twin), 'object')
  const { signsFrom } = await identity.rotate(ops, about, { atOnce: false })
  clock.nowMs = signsFrom + 3_600_000 + 61_000
  const iat = Math.floor(clock.nowMs / 1000)
  assert.equal(verify(resign(old, token, { iat, exp: iat + 60 })), 'unknown key')
})

test('a key that may be in other hands is taken no longer at once, in every process', async () => {
  const world = await createWorld()
  const { identity, mint, verify, start, clock, store } = world
  const other = await start()
  const token = await mint()
  assert.equal(typeof verify(token), 'object')
  const known = other.verify(ops, token, clock.now())
  assert(typeof known === 'object' && other.stands(known))
  const { kid } = await identity.rotate(ops, about, { atOnce: true })
  assert.equal(verify(token), 'revoked')
  assert.equal(other.verify(ops, token, clock.now()), 'revoked')
  assert.equal(other.stands(known), false)
  assert.deepEqual(await served(world), [kid])
  assert.equal((await store.plane(ops).signingKeys.list('access')).length, 1)
  const fresh = await mint()
  assert.equal(typeof other.verify(ops, fresh, clock.now()), 'object')
})

test('keys of other planes are left alone', async () => {
  const { identity, mint, verify } = await createWorld()
  const there = await mint([], planner, finance)
  await identity.rotate(ops, about, { atOnce: true })
  assert.equal(typeof verify(there, finance), 'object')
})

test('a key is replaced when it has grown old, by one of the processes alone, without a restart', async () => {
  const world = await createWorld()
  const { start, clock, mint, verify, store } = world
  await start()
  await start()
  const first = headerOf(await mint()).kid
  clock.nowMs += 29 * day
  clock.ring()
  assert.equal((await served(world)).length, 1)
  clock.nowMs += day
  clock.ring()
  await world.settled(async () => (await served(world)).length === 2)
  assert.equal((await store.plane(ops).signingKeys.list('access')).length, 2)
  assert.equal(headerOf(await mint()).kid, first)
  clock.nowMs += 320_000
  const token = await mint()
  assert.notEqual(headerOf(token).kid, first)
  assert.equal(typeof verify(token), 'object')
})

test('where a key was removed on a machine whose clock is ahead, others sign with what stands', async () => {
  const { identity, clock, mint, store } = await createWorld()
  clock.nowMs += 60_000
  const { kid } = await identity.rotate(ops, about, { atOnce: true })
  clock.nowMs -= 60_000
  assert.equal(headerOf(await mint()).kid, kid)
  assert.equal((await store.plane(ops).signingKeys.list('access')).length, 1)
})

test('a hundred tokens a step through two rotations: each verifies, in each process, until it ends', async () => {
  const { identity, clock, mint, start } = await createWorld()
  const processes = [identity, await start(), await start()]
  const alive: { token: string; until: number }[] = []
  for (let step = 0; step < 60; step++) {
    if (step === 5 || step === 30) await identity.rotate(ops, about, { atOnce: false })
    alive.push({ token: await mint(), until: clock.nowMs + 299_000 })
    clock.advance(30_000)
    for (const { token, until } of alive) {
      if (until <= clock.nowMs) continue
      for (const one of processes)
        assert.equal(typeof one.verify(ops, token, clock.now()), 'object')
    }
  }
})
