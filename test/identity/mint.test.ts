import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { clientId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { createWorld, finance, ops, planner, startMs } from './world.ts'

test('a minted token verifies and says who, for whom, where and until when', async () => {
  const { mint, verify } = await createWorld()
  const token = verify(await mint(['calendar.read', 'calendar.write']))
  assert(typeof token === 'object')
  assert.deepEqual(
    { ...token, tokenId: token.tokenId.length },
    {
      plane: ops,
      client: planner,
      agent: 'planner',
      consumer: 'workplace-ai',
      user: undefined,
      audience: 'https://gw.example/mcp/ops',
      scopes: new Set(['calendar.read', 'calendar.write']),
      tokenId: 22,
      through: [],
      run: undefined,
      binding: undefined,
      acr: undefined,
      signedInAt: undefined,
      issuedAt: startMs,
      expiresAt: startMs + 300_000,
    },
  )
})

test('a token without scopes says nothing of scopes', async () => {
  const { mint, verify } = await createWorld()
  const text = await mint()
  const token = verify(text)
  assert(typeof token === 'object')
  assert.equal(token.scopes, undefined)
  assert(!Buffer.from(text.split('.')[1] ?? '', 'base64url').includes('scope'))
})

test('a token is what RFC 9068 says, to a foreign library reading the served keys', async () => {
  const { mint, clock, privateKey } = await createWorld()
  const text = await mint(['a'])
  const { key, kid } = await privateKey()
  const { kty, crv, x, y } = key.export({ format: 'jwk' })
  const { payload, protectedHeader } = await jwtVerify(
    text,
    createLocalJWKSet({ keys: [{ kty: kty ?? '', crv: crv ?? '', x: x ?? '', y: y ?? '', kid }] }),
    { currentDate: new Date(clock.now()), issuer: 'https://gw.example/oauth/ops', typ: 'at+jwt' },
  )
  assert.deepEqual(protectedHeader, { typ: 'at+jwt', alg: 'ES256', kid })
  assert.deepEqual(
    { ...payload, jti: '' },
    {
      iss: 'https://gw.example/oauth/ops',
      sub: 'planner',
      client_id: 'planner@workplace-ai',
      aud: 'https://gw.example/mcp/ops',
      iat: startMs / 1000,
      exp: startMs / 1000 + 300,
      jti: '',
      scope: 'a',
    },
  )
})

test("a token lives as long as its plane's tokenLifetime, and never longer than an hour", async () => {
  const { identity, policy, resource } = await createWorld()
  policy.lifetimes.set(ops, 60_000)
  assert.equal((await identity.mint(ops, planner, resource)).expiresInS, 60)
  policy.lifetimes.set(ops, 7_200_000)
  assert.equal((await identity.mint(ops, planner, resource)).expiresInS, 3600)
})

test('each plane signs with a key of its own, and tokens outlive a restart', async () => {
  const { mint, start, clock, privateKey, store } = await createWorld()
  const text = await mint()
  await mint([], planner, finance)
  assert.notEqual((await privateKey(ops)).kid, (await privateKey(finance)).kid)
  const restarted = await start()
  assert.equal(typeof restarted.verify(ops, text, clock.now()), 'object')
  await restarted.mint(ops, planner, 'https://gw.example/mcp/ops')
  assert.equal((await store.plane(ops).signingKeys.list('access')).length, 1)
})

test('the newest key signs, and what the older one signed stays valid', async () => {
  const { mint, start, addKey, clock, resource } = await createWorld()
  const before = await mint()
  await addKey(clock.now() + 1, 'older')
  // The order in which they were made counts, whatever a clock said.
  await addKey(clock.now() - 1, 'newer')
  const identity = await start()
  assert.equal(typeof identity.verify(ops, before, clock.now()), 'object')
  const { token } = await identity.mint(ops, planner, resource)
  const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
  assert.equal(header.kid, 'newer')
  assert.equal(typeof identity.verify(ops, token, clock.now()), 'object')
})

test('a hundred first uses at once make one key', async () => {
  const { mint, store } = await createWorld()
  await Promise.all(Array.from({ length: 100 }, () => mint()))
  assert.equal((await store.plane(ops).signingKeys.list('access')).length, 1)
})

test('the private part is stored sealed', async () => {
  const { mint, store, privateKey } = await createWorld()
  await mint()
  const [row] = await store.plane(ops).signingKeys.list('access')
  const { d = '' } = (await privateKey()).key.export({ format: 'jwk' })
  assert.equal(Buffer.from(d, 'base64url').length, 32)
  assert(!Buffer.from(row?.sealedPrivate ?? []).includes(Buffer.from(d, 'base64url')))
  assert(!row?.publicJwk.includes('"d"'))
})

test("a key's row copied to another plane or under another id stops the start", async () => {
  for (const spoil of [{ plane: finance }, { plane: ops, kid: 'another' }]) {
    const { mint, store, start } = await createWorld()
    await mint()
    const [row] = await store.plane(ops).signingKeys.list('access')
    assert(row)
    const { plane, ...changes } = spoil
    await store.plane(plane).signingKeys.add({ ...row, ...changes, number: 2 })
    await assert.rejects(start, isFault('bad_key'))
  }
})

test('a key of an algorithm that this version does not know stops the start', async () => {
  const { mint, addKey, start, clock } = await createWorld()
  await mint()
  await addKey(clock.now(), 'later', 'EdDSA')
  await assert.rejects(start, isFault('bad_key'))
})

test('nobody mints for a client, a resource or scopes that there are not', async () => {
  const { identity, resource } = await createWorld()
  const nobody = clientId('nobody', 'workplace-ai')
  const elsewhere = clientId('planner', 'soc')
  await assert.rejects(identity.mint(ops, nobody, resource), isFault('unknown_name'))
  await assert.rejects(identity.mint(ops, elsewhere, resource), isFault('unknown_name'))
  for (const wrong of ['https://gw.example/mcp/finance', 'https://evil.example/mcp/ops', '']) {
    await assert.rejects(identity.mint(ops, planner, wrong), isFault('usage'))
  }
  await assert.rejects(identity.mint(ops, planner, resource, ['a b']), isFault('usage'))
  await assert.rejects(identity.mint(ops, planner, resource, ['"']), isFault('usage'))
})

test('a token with as many and as long scopes as may be is still one that the verifier takes', async () => {
  const { mint, verify } = await createWorld()
  const scopes = Array.from({ length: 16 }, (_, i) => `${i}`.padStart(127, 's'))
  assert.equal(typeof verify(await mint(scopes)), 'object')
  await assert.rejects(mint([...scopes, 's'.repeat(127)]), isFault('usage'))
})

const isFault = (code: string) => (thrown: unknown) =>
  thrown instanceof Fault && thrown.code === code
