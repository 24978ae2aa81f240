import assert from 'node:assert/strict'
import { createPublicKey, randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { clientId, planeId } from '#domain/name.ts'
import type { Store } from '#store/store.ts'
import type { Keyring } from '#vault/vault.ts'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Here, startHere, startWatched, watchedServer } from '../gateway/watched.ts'
import { exchange, modern } from '../peers/wire.ts'
import { type Alg, type House, type HouseKey, startHouse } from './house.ts'
import { openSigningKey } from './signing.ts'
import { type Good, goodToken, spoilt } from './spoilt.ts'

/** Whoever takes it for an answer does not wait for it. */
const rejection = (): Promise<never> => {
  const promise = Promise.reject(new Error('a bug'))
  promise.catch(() => {})
  return promise
}

const ops = planeId('ops')
const finance = planeId('finance')
const planner = clientId('planner', 'workplace-ai')
const algs: readonly Alg[] = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']

const trusting = (name: string, { issuer }: House) =>
  JSON.stringify({
    apiVersion: 'bailiwick/v1',
    kind: 'Issuer',
    plane: 'ops',
    name,
    owner: 'identity-team',
    issuer,
    algorithms: algs,
    accessTokens: {
      agent: { claim: 'client_id' },
    },
  })

/** The list of trust.md §4 at the endpoint itself: what is refused there has reached no server. */
describe('A token that is not exactly as it has to be', () => {
  let watched: Awaited<ReturnType<typeof startWatched>>
  let house: House
  let other: House
  let here: Here
  let url: string
  let ourKey: HouseKey

  before(async () => {
    watched = await startWatched()
    house = await startHouse(algs)
    other = await startHouse(algs)
    here = await startHere(
      documents(
        plane(),
        plane('finance'),
        consumer(),
        consumer('finance'),
        agent('planner', 'finance'),
        watchedServer(watched.url),
        agent('planner'),
        grant('planner', 'planner', [{ server: 'watched' }]),
        trusting('corporate', house),
        trusting('partner', other),
      ),
    )
    url = `${here.origin}/mcp/ops/watched`
    await here.token('planner', url)
    const { store, keyring } = here.installation as unknown as { store: Store; keyring: Keyring }
    const { kid, key } = await openSigningKey(store, keyring, ops)
    const publicKey = createPublicKey(key)
    const jwk = publicKey.export({ format: 'jwk' }) as Record<string, unknown>
    ourKey = { kid, alg: 'ES256', privateKey: key, publicKey, jwk, lowS: true }
  })
  after(async () => {
    await here?.stop()
    watched?.stop()
    house?.stop()
    other?.stop()
  })

  const nowS = () => Math.floor(Date.now() / 1000)
  const reached = () => watched.seen.filter(({ method }) => method === 'tools/call').length
  const call = async (token: string, headers: Record<string, string> = {}) => {
    const about = modern('tools/call', { name: 'quick' })
    const before = reached()
    const answer = await exchange(url, {
      headers: { ...about.headers, authorization: `Bearer ${token}`, ...headers },
      body: about.body,
    })
    return { ...answer, reached: reached() - before }
  }
  const isTaken = async (token: string) => {
    const { status, reached: servers, body } = await call(token)
    assert.deepEqual([status, servers], [200, 1], body)
  }
  const isRefused = async (token: string, headers: Record<string, string> = {}) => {
    const { status, reached: servers, headers: answered, body } = await call(token, headers)
    assert.deepEqual([status, servers], [401, 0], body)
    assert.match(String(answered['www-authenticate']), /^(?:Bearer|DPoP) .*resource_metadata="/)
    assert(!body.includes(token) && !JSON.stringify(answered).includes(token))
  }

  /** What our issuer would write, signed by its key. */
  const ours = (): Good => ({
    key: ourKey,
    header: { typ: 'at+jwt', alg: 'ES256', kid: ourKey.kid },
    claims: {
      iss: `${here.origin}/oauth/ops`,
      sub: 'planner',
      client_id: 'planner@workplace-ai',
      aud: url,
      iat: nowS(),
      exp: nowS() + 300,
      jti: randomUUID(),
    },
  })
  const theirs = (alg: Alg, of = house): Good => ({
    key: of.key(alg),
    header: { typ: 'at+jwt', alg, kid: of.key(alg).kid },
    claims: {
      iss: of.issuer,
      sub: 'service-account-7',
      client_id: 'planner',
      aud: url,
      iat: nowS(),
      exp: nowS() + 300,
      jti: randomUUID(),
    },
  })
  const anew = (good: Good): Good => ({ ...good, claims: { ...good.claims, jti: randomUUID() } })

  for (const [name, spoil] of spoilt) {
    test(`of ours: ${name}`, async () => {
      const good = ours()
      await isTaken(goodToken(good))
      await isRefused(spoil(anew(good)))
    })
    for (const alg of ['ES256', 'RS256'] as const) {
      // That is its own algorithm, and a stranger's signature is a row of its own.
      if (name.startsWith(`alg ${alg} where`)) continue
      test(`of another issuer by ${alg}: ${name}`, async () => {
        const good = theirs(alg)
        await isTaken(goodToken(good))
        await isRefused(spoil(anew(good)))
      })
    }
  }

  test('is taken by each algorithm that its issuer is trusted in', async () => {
    for (const alg of algs) await isTaken(goodToken(theirs(alg)))
  })

  test('is not taken where it stands: twice, in the query, in the body, as another scheme or with what is not its own', async () => {
    for (const good of [ours(), theirs('ES256')]) {
      const token = goodToken(good)
      await isTaken(token)
      const { headers, body } = modern('tools/call', { name: 'quick' })
      const before = reached()
      for (const [where, authorization, more] of [
        [`${url}?access_token=${token}`, undefined, body],
        [url, undefined, { ...body, access_token: token }],
        [url, `Basic ${token}`, body],
        [url, `Bearer${token}`, body],
        [url, `Bearer  `, body],
        [url, `Bearer ${token}, Bearer ${token}`, body],
        [url, `Bearer ${token} ${token}`, body],
        [url, token, body],
      ] as const) {
        const answer = await exchange(where, {
          headers: { ...headers, ...(authorization !== undefined && { authorization }) },
          body: more,
        })
        assert([400, 401].includes(answer.status), `${authorization}: ${answer.status}`)
      }
      assert.equal(reached(), before)
      const lower = await call('', { authorization: `bearer ${token}` })
      assert.equal(lower.status, 200)
    }
  })

  test('is not taken twice in one request', async () => {
    const token = goodToken(theirs('ES256'))
    const text = JSON.stringify(modern('tools/call', { name: 'quick' }).body)
    const { host, port } = new URL(url)
    const before = reached()
    const socket = connect(Number(port), '127.0.0.1')
    const head = [
      `POST ${new URL(url).pathname} HTTP/1.1`,
      `host: ${host}`,
      'content-type: application/json',
      'accept: application/json, text/event-stream',
      'mcp-protocol-version: 2026-07-28',
      'mcp-method: tools/call',
      'mcp-name: quick',
      `authorization: Bearer ${token}`,
      `authorization: Bearer ${token}`,
      `content-length: ${Buffer.byteLength(text)}`,
      'connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${text}`)
    const answer = Buffer.concat(await socket.toArray()).toString()
    assert.match(answer, /^HTTP\/1\.1 400 /)
    assert.equal(reached(), before)
  })

  test('by a key of another issuer, of another plane or of a set that is not its own is refused', async () => {
    const good = theirs('ES256')
    await isTaken(goodToken(good))
    const of = other.key('ES256')
    // Both houses call their keys alike.
    await isRefused(goodToken({ ...anew(good), key: of }))
    await isRefused(
      goodToken({ ...anew(good), key: of, header: { ...good.header, kid: ourKey.kid } }),
    )
    const { store, keyring } = here.installation as unknown as { store: Store; keyring: Keyring }
    await here.installation.identity.mint(finance, planner, `${here.origin}/mcp/finance`)
    const their = await openSigningKey(store, keyring, finance)
    const ofFinance = { ...ourKey, kid: their.kid, privateKey: their.key }
    await isRefused(goodToken({ ...anew(ours()), key: ofFinance }))
    const named = { ...ours().header, kid: their.kid }
    await isRefused(goodToken({ ...anew(ours()), key: ofFinance, header: named }))
    // What another issuer signs about us is not ours, and the other way round.
    await isRefused(
      goodToken({ ...anew(good), claims: { ...anew(good).claims, iss: other.issuer } }),
    )
    await isRefused(
      goodToken({ ...anew(ours()), claims: { ...anew(ours()).claims, iss: house.issuer } }),
    )
    const elsewhere = await exchange(`${here.origin}/mcp/finance`, {
      headers: { authorization: `Bearer ${goodToken(anew(good))}` },
      body: modern('tools/list').body,
    })
    assert.equal(elsewhere.status, 401)
  })

  const odd: readonly (readonly [string, () => unknown])[] = [
    ['throws', () => assert.fail('a bug')],
    ['answers nothing', () => undefined],
    ['answers null', () => null],
    ['answers yes', () => true],
    ['answers an empty object', () => ({})],
    ['answers a list', () => [{}]],
    ['answers a problem nobody knows', () => 'fine'],
    ['answers an empty text', () => ''],
    ['answers a token of another plane', () => ({ plane: 'finance', client: planner })],
    ['answers a token that says nothing else', () => ({ plane: 'ops' })],
    ['rejects', rejection],
    ['promises what it should have said', () => Promise.resolve({ plane: 'ops', client: planner })],
  ]
  for (const [name, answer] of odd)
    test(`is refused where what verifies it ${name}`, async () => {
      const { identity } = here.installation
      const ways = [
        ['verify', goodToken(ours())],
        ['verifyForeign', goodToken(theirs('ES256'))],
      ] as const
      for (const [way, token] of ways) {
        const verify = identity[way]
        const spoil = way === 'verify' ? answer : async () => answer()
        Object.assign(identity, { [way]: spoil })
        try {
          await isRefused(token)
        } finally {
          Object.assign(identity, { [way]: verify })
        }
        await isTaken(token)
      }
    })
})
