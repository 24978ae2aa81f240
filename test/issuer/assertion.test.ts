import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { describe, test } from 'node:test'
import { auth, PrivateKeyJwtProvider } from '@modelcontextprotocol/client'
import type { Jwks } from '#domain/jwk.ts'
import { ops } from '../identity/world.ts'
import { ask, startIssuer } from './server.ts'

// The library tells the time by itself, so the clock of this issuer is the machine's.
const issuer = await startIssuer({ startAt: Date.now() })
const { origin, tokenUrl, verify, policy } = issuer
const mine = `${origin}/oauth/ops`

const pairOf = (type: 'ec' | 'ed25519' | 'rsa') => {
  if (type === 'ec') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return type === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ed25519')
}
const jwkOf = (key: KeyObject, kid?: string) =>
  ({ ...key.export({ format: 'jwk' }), ...(kid && { kid }) }) as unknown as Jwks['keys'][number]

const own = pairOf('ec')
const next = pairOf('ed25519')
const rsa = pairOf('rsa')
const stranger = pairOf('ec')
policy.putAgent(ops, 'signer', {
  jwks: {
    keys: [
      jwkOf(own.publicKey, 'first'),
      jwkOf(next.publicKey, 'second'),
      jwkOf(rsa.publicKey, 'third'),
    ],
  },
})
policy.putAgent(ops, 'neighbour', { jwks: { keys: [jwkOf(stranger.publicKey, 'first')] } })

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const nowS = () => Math.floor(Date.now() / 1000)
const client = 'signer@workplace-ai'
const claims = (more: object = {}) => ({
  iss: client,
  sub: client,
  aud: mine,
  jti: randomUUID(),
  iat: nowS(),
  exp: nowS() + 60,
  ...more,
})
const header = (more: object = {}) => ({ alg: 'ES256', kid: 'first', typ: 'JWT', ...more })

const assertion = (
  payload: unknown = claims(),
  head: unknown = header(),
  key: KeyObject = own.privateKey,
) => {
  const signed = `${encode(head)}.${encode(payload)}`
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return `${signed}.${encode2(sign(digest, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }))}`
}
const encode2 = (bytes: Buffer) => bytes.toString('base64url')

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const present = (text: string, more: Record<string, string> = {}, url = tokenUrl) =>
  ask(url, {
    grant_type: 'client_credentials',
    client_assertion_type: type,
    client_assertion: text,
    ...more,
  })

describe('an agent with a key of its own gets a token', () => {
  test('by an assertion for this issuer alone', async () => {
    const { status, json } = await present(assertion())
    assert.equal(status, 200)
    const token = verify(String(json.access_token))
    assert(typeof token === 'object')
    assert.equal(token.client, client)
  })

  test('by each of its keys, so that one can take over from another', async () => {
    const second = header({ alg: 'EdDSA', kid: 'second' })
    const third = header({ alg: 'RS256', kid: 'third', typ: 'client-authentication+jwt' })
    assert.equal((await present(assertion(claims(), second, next.privateKey))).status, 200)
    assert.equal((await present(assertion(claims(), third, rsa.privateKey))).status, 200)
  })

  test('under its short name, and says the whole one in the token', async () => {
    const { status, json } = await present(assertion(claims({ iss: 'signer', sub: 'signer' })))
    assert.equal(status, 200)
    const token = verify(String(json.access_token))
    assert(typeof token === 'object')
    assert.equal(token.client, client)
  })

  test("with the SDK's own provider, found from the resource", async () => {
    const pem = own.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    const provider = new PrivateKeyJwtProvider({
      clientId: client,
      privateKey: pem,
      algorithm: 'ES256',
    })
    assert.equal(await auth(provider, { serverUrl: `${origin}/mcp/ops` }), 'AUTHORIZED')
    assert.equal(typeof verify(String(provider.tokens()?.access_token)), 'object')
  })
})

describe('an assertion is refused', () => {
  const refused: [string, () => string][] = [
    [
      'signed by a key that is not among its own',
      () => assertion(claims(), header(), stranger.privateKey),
    ],
    ['with an id of a key that is another’s', () => assertion(claims(), header({ kid: 'second' }))],
    [
      'for another client than signed it',
      () => assertion(claims({ iss: 'neighbour@workplace-ai', sub: 'neighbour@workplace-ai' })),
    ],
    ['whose issuer is not its subject', () => assertion(claims({ iss: 'neighbour@workplace-ai' }))],
    ['for the token endpoint', () => assertion(claims({ aud: tokenUrl }))],
    ['for a list of this issuer alone', () => assertion(claims({ aud: [mine] }))],
    [
      'for this issuer and another server',
      () => assertion(claims({ aud: [mine, 'https://other.example'] })),
    ],
    [
      'for the issuer of another plane',
      () => assertion(claims({ aud: `${origin}/oauth/finance` })),
    ],
    ['for this issuer with a slash', () => assertion(claims({ aud: `${mine}/` }))],
    ['that has ended', () => assertion(claims({ exp: nowS() - 60 }))],
    ['that begins later', () => assertion(claims({ nbf: nowS() + 120 }))],
    ['that was made later', () => assertion(claims({ iat: nowS() + 120 }))],
    ['that lives for a day', () => assertion(claims({ exp: nowS() + 86_400 }))],
    ['that never ends', () => assertion(claims({ exp: undefined }))],
    ['that ends at a fraction of a second', () => assertion(claims({ exp: nowS() + 60.5 }))],
    ['that ends at a text', () => assertion(claims({ exp: String(nowS() + 60) }))],
    ['without an id', () => assertion(claims({ jti: undefined }))],
    ['with an id that is no text', () => assertion(claims({ jti: 1 }))],
    [
      'with an audience that stands twice',
      () => assertion(JSON.stringify(claims()).replace('{', '{"aud":"https://other.example",')),
    ],
    ['with a byte order mark', () => assertion(`\uFEFF${JSON.stringify(claims())}`)],
    ['with a key in its header', () => assertion(claims(), header({ jwk: jwkOf(own.publicKey) }))],
    [
      'with an address of keys in its header',
      () => assertion(claims(), header({ jku: `${mine}/jwks` })),
    ],
    ['with an extension that is critical', () => assertion(claims(), header({ crit: ['exp'] }))],
    ['of another type', () => assertion(claims(), header({ typ: 'at+jwt' }))],
    ['without an algorithm', () => assertion(claims(), header({ alg: 'none' }))],
    ['without a signature', () => `${assertion().split('.').slice(0, 2).join('.')}.`],
    ['with a shared key', () => assertion(claims(), header({ alg: 'HS256' }))],
    [
      'with an algorithm that is not the key’s',
      () => assertion(claims(), header({ alg: 'ES384' })),
    ],
    ['padded', () => `${assertion()}==`],
    ['with a line break behind it', () => `${assertion()}\n`],
    [
      'of a client that does not exist',
      () => assertion(claims({ iss: 'nobody@workplace-ai', sub: 'nobody@workplace-ai' })),
    ],
    [
      'of a client that authenticates by a secret',
      () => assertion(claims({ iss: 'planner', sub: 'planner' })),
    ],
  ]
  for (const [how, made] of refused) {
    test(how, async () => {
      assert.equal((await present(assertion())).status, 200)
      const { status, json } = await present(made())
      assert.deepEqual([status, json.error], [401, 'invalid_client'])
    })
  }

  test('a second time, with any text around it', async () => {
    const once = assertion()
    assert.equal((await present(once)).status, 200)
    for (const more of [{}, { scope: 'a' }, { client_id: client }]) {
      const { status, json } = await present(once, more)
      assert.deepEqual([status, json.error], [401, 'invalid_client'])
    }
  })

  test('when it comes ten times at once, nine times', async () => {
    const once = assertion()
    const answers = await Promise.all(Array.from({ length: 10 }, () => present(once)))
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  })

  test('a second time after a restart', async () => {
    const once = assertion()
    assert.equal((await present(once)).status, 200)
    await issuer.restart()
    assert.equal((await present(once)).status, 401)
    assert.equal((await present(assertion())).status, 200)
  })

  test('with a secret beside it, or for another client than the request names', async () => {
    for (const more of [{ client_secret: 'x' }, { client_id: 'planner@workplace-ai' }]) {
      const { status, json } = await present(assertion(), more)
      assert.deepEqual([status, json.error], [400, 'invalid_request'])
    }
  })

  test('once its key has been taken out of the document, and its agent is gone', async () => {
    policy.putAgent(ops, 'signer', { jwks: { keys: [jwkOf(next.publicKey, 'second')] } })
    assert.equal((await present(assertion())).status, 401)
    const second = header({ alg: 'EdDSA', kid: 'second' })
    assert.equal((await present(assertion(claims(), second, next.privateKey))).status, 200)
    policy.remove(ops, 'signer')
    assert.equal((await present(assertion(claims(), second, next.privateKey))).status, 401)
  })
})

test('who exists, and how it authenticates, is not told by what a stranger is answered', async () => {
  const as = (name: string) =>
    assertion(claims({ iss: name, sub: name }), header(), stranger.privateKey)
  const answers = await Promise.all(
    ['planner', 'nobody', 'secretless', 'shared'].map(async (name) => {
      const { status, headers, json } = await present(as(name))
      return { status, json, headers: [...headers].filter(([name]) => name !== 'date') }
    }),
  )
  for (const answer of answers) assert.deepEqual(answer, answers[0])
})
