// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { calculateJwkThumbprint } from 'jose'
import { faults } from '#lib/fault.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, modern } from '../peers/wire.ts'
import { api, operations } from '../rest/api.ts'
import { startTickets, type Tickets, ticketsDocument } from '../rest/tickets.ts'
import { askToken, boundToken, createProver, type Otherwise, type Prover } from './prover.ts'

const client = 'planner@workplace-ai'

describe('A token that is bound to a key', () => {
  let gateway: Gateway
  let tickets: Tickets
  let tokenUrl: string
  let url: string
  let secret: string
  let prover: Prover
  let other: Prover
  let token: string
  let nonce: string

  before(async () => {
    tickets = await startTickets()
    gateway = await startGateway({
      config: { runners: bankRunner() },
      documents: documents(
        plane(),
        consumer(),
        agent('planner'),
        bank(),
        api(tickets.url, ticketsDocument(), { operations }),
        grant('planner', 'planner', [
          { server: 'bank', class: ['read'] },
          { api: 'tickets', class: ['read'] },
        ]),
      ),
    })
    tokenUrl = `${gateway.origin}/oauth/ops/token`
    url = `${gateway.origin}/mcp/ops/bank`
    const made = await gateway.cli(['agent', 'secret', 'planner', '--json'])
    secret = JSON.parse(made.stdout).secret
    prover = await createProver()
    other = await createProver()
    const bound = await boundToken(tokenUrl, prover, { client, secret })
    token = bound.token
    nonce = bound.nonce
  })
  after(async () => {
    await gateway?.stop()
    await tickets?.close()
  })

  /** One call with these headers. */
  const send = async (headers: Record<string, string>, at = url) => {
    const { headers: mirrored, body } = modern('tools/call', {
      name: 'rates_today',
      arguments: {},
    } as { name: string })
    const answer = await exchange(at, { headers: { ...mirrored, ...headers }, body })
    const said = answer.headers['www-authenticate']
    return { ...answer, challenge: typeof said === 'string' ? said : '' }
  }
  /** One call with a proof that is good, but for what is said. */
  const call = async (
    otherwise: Otherwise = {},
    by = prover,
    about: { nonce?: undefined } = {},
  ) => {
    const proof = await by.proof({ method: 'POST', url, token, nonce, ...about }, otherwise)
    return send({ authorization: `DPoP ${token}`, dpop: proof })
  }
  const isCalled = ({ status, body }: { status: number; body: string }) =>
    status === 200 && body.includes('"content"')

  describe('at the token endpoint', () => {
    const ask = (otherwise: Otherwise = {}, by = prover, about: object = { nonce }) =>
      by
        .proof({ method: 'POST', url: tokenUrl, ...about }, otherwise)
        .then((proof) => askToken(tokenUrl, { client, secret, proof }))

    test('is asked for with a proof, and says so', async () => {
      const { status, json } = await ask()
      assert.equal(status, 200)
      assert.equal(json.token_type, 'DPoP')
      const [, payload = ''] = String(json.access_token).split('.')
      const { cnf } = JSON.parse(Buffer.from(payload, 'base64url').toString())
      assert.deepEqual(cnf, { jkt: prover.thumbprint })
    })

    test('without a nonce it is told one', async () => {
      const { status, json, nonce: told } = await ask({}, prover, {})
      assert.equal(status, 400)
      assert.equal(json.error, 'use_dpop_nonce')
      assert.equal(typeof told, 'string')
    })

    test('by Ed25519 under either of its names', async () => {
      for (const alg of ['Ed25519', 'EdDSA'] as const) {
        const { status, json } = await ask({}, await createProver(alg))
        assert.deepEqual([status, json.token_type], [200, 'DPoP'], alg)
      }
    })

    test('a request without a proof gets a bearer token, as before', async () => {
      const { status, json, nonce: told } = await askToken(tokenUrl, { client, secret })
      assert.deepEqual([status, json.token_type, told], [200, 'Bearer', undefined])
    })

    test('attack: a proof of another address, method or time, or used before', async () => {
      const now = Math.floor(Date.now() / 1000)
      const used = await prover.proof({ method: 'POST', url: tokenUrl, nonce })
      assert.equal((await askToken(tokenUrl, { client, secret, proof: used })).status, 200)
      const bad = [
        await ask({ claims: { htu: url } }),
        await ask({ claims: { htm: 'GET' } }),
        await ask({ claims: { iat: now - 120 } }),
        await askToken(tokenUrl, { client, secret, proof: used }),
        await askToken(tokenUrl, { client, secret, proof: 'nothing.of.it' }),
      ]
      for (const { status, json } of bad)
        assert.deepEqual(
          [status, json.error, json.access_token],
          [400, 'invalid_dpop_proof', undefined],
        )
    })

    test('attack: two proofs', async () => {
      const proofs = [1, 2].map(() => prover.proof({ method: 'POST', url: tokenUrl, nonce }))
      const dpop = (await Promise.all(proofs)) as unknown as string
      const { status, json } = await askToken(tokenUrl, { client, secret, headers: { dpop } })
      assert.equal(status, 400)
      assert.equal(json.access_token, undefined)
    })

    test('says in its metadata what it takes', async () => {
      const at = `${gateway.origin}/.well-known/oauth-authorization-server/oauth/ops`
      const metadata = (await (await fetch(at)).json()) as Record<string, unknown>
      assert.deepEqual(metadata.dpop_signing_alg_values_supported, ['ES256', 'Ed25519', 'EdDSA'])
    })
  })

  describe('at an MCP endpoint', () => {
    test('is taken with a proof, and each answer brings a nonce', async () => {
      const answer = await call()
      assert(isCalled(answer), answer.body)
      assert.equal(typeof answer.headers['dpop-nonce'], 'string')
    })

    test('also below another spelling of the address that means the same', async () => {
      const htu = `${url.replace('http:', 'HTTP:')}?of=nothing#here`
      assert(isCalled(await call({ claims: { htu } })))
    })

    test('without a nonce its sender is told one, and what to do', async () => {
      const { status, challenge, headers, body } = await call({}, prover, { nonce: undefined })
      assert.equal(status, 401)
      assert(body.includes(faults.new_nonce.say))
      assert.match(
        challenge,
        /^DPoP algs="ES256 Ed25519 EdDSA", error="use_dpop_nonce", resource_metadata="/,
      )
      const proof = await prover.proof({
        method: 'POST',
        url,
        token,
        nonce: String(headers['dpop-nonce']),
      })
      assert(isCalled(await send({ authorization: `DPoP ${token}`, dpop: proof })))
    })

    test('an old nonce is told the new one', async () => {
      const head = Buffer.from(nonce, 'base64url')
      head.writeUIntBE(head.readUIntBE(0, 6) - 5, 0, 6)
      for (const claims of [{ nonce: head.toString('base64url') }, { nonce: 'made-up' }]) {
        const { status, challenge } = await call({ claims })
        assert.equal(status, 401)
        assert.match(challenge, /error="use_dpop_nonce"/)
      }
    })

    const now = () => Math.floor(Date.now() / 1000)
    const attacks: Record<string, () => Otherwise | Promise<Otherwise>> = {
      'of another method': () => ({ claims: { htm: 'GET' } }),
      'of another server': () => ({ claims: { htu: url.replace('/bank', '/bank2') } }),
      'of another host': () => ({ claims: { htu: 'http://elsewhere.example/mcp/ops/bank' } }),
      'of an address with a user in it': () => ({ claims: { htu: url.replace('//', '//a@') } }),
      'of another token': () => ({ claims: { ath: 'x'.repeat(43) } }),
      'of no token': () => ({ claims: { ath: undefined } }),
      'from two minutes ago': () => ({ claims: { iat: now() - 120 } }),
      'from two minutes ahead': () => ({ claims: { iat: now() + 120 } }),
      'whose time is a text': () => ({ claims: { iat: String(now()) } }),
      'without a time': () => ({ claims: { iat: undefined } }),
      'without an id': () => ({ claims: { jti: undefined } }),
      'whose id is a number': () => ({ claims: { jti: 7 } }),
      'of no type': () => ({ header: { typ: undefined } }),
      'of the type of a token': () => ({ header: { typ: 'at+jwt' } }),
      'without its key': () => ({ header: { jwk: undefined } }),
      'with its private key in it': async () => ({ header: { jwk: await prover.privateJwk() } }),
      'with another public key than it is signed by': () => ({ header: { jwk: other.jwk } }),
      'with a key of another curve': () => ({ header: { jwk: { ...prover.jwk, crv: 'P-384' } } }),
      'with an extra critical header': () => ({ header: { crit: ['b64'], b64: true } }),
      'with the address of a key': () => ({ header: { jku: 'http://127.0.0.1:9/jwks' } }),
      'by a symmetric key that it brings along': () => {
        const k = Buffer.alloc(32, 7)
        const jwk = { kty: 'oct', k: k.toString('base64url') }
        return { key: k, header: { alg: 'HS256', jwk } }
      },
    }
    for (const [name, otherwise] of Object.entries(attacks))
      test(`attack: a proof ${name}`, async () => {
        const { status, challenge, body } = await call(await otherwise())
        assert.equal(status, 401, body)
        assert.match(challenge, /^DPoP .*error="invalid_dpop_proof"/)
        assert(body.includes(faults.bad_proof.say))
        assert(isCalled(await call()), 'its twin without the flaw is accepted')
      })

    test('attack: a proof by another key than the token names', async () => {
      const { status, challenge } = await call({}, other)
      assert.equal(status, 401)
      assert.match(challenge, /error="invalid_dpop_proof"/)
      assert.notEqual(await calculateJwkThumbprint(other.jwk), prover.thumbprint)
    })

    test('attack: one proof twice, also at once', async () => {
      const dpop = await prover.proof({ method: 'POST', url, token, nonce })
      const headers = { authorization: `DPoP ${token}`, dpop }
      const answers = await Promise.all(Array.from({ length: 5 }, () => send(headers)))
      assert.equal(answers.filter(isCalled).length, 1)
      assert.equal(answers.filter(({ status }) => status === 401).length, 4)
      assert.equal((await send(headers)).status, 401)
    })

    test('attack: one proof at the issuer and then here, or the other way round', async () => {
      const proof = await prover.proof({ method: 'POST', url: tokenUrl, nonce })
      assert.equal((await askToken(tokenUrl, { client, secret, proof })).status, 200)
      assert.equal((await send({ authorization: `DPoP ${token}`, dpop: proof })).status, 401)
    })

    test('attack: the bound token as a bearer token, with and without a proof', async () => {
      const dpop = await prover.proof({ method: 'POST', url, token, nonce })
      for (const headers of [{}, { dpop }]) {
        const sent = { authorization: `Bearer ${token}`, ...headers }
        const { status, challenge, body } = await send(sent)
        assert.equal(status, 401)
        assert(body.includes(faults.unproven.say))
        assert.match(challenge, /^DPoP .*error="invalid_token"/)
      }
    })

    test('attack: an unbound token under the scheme of bound ones', async () => {
      const { json } = await askToken(tokenUrl, { client, secret })
      const bearer = String(json.access_token)
      const dpop = await prover.proof({ method: 'POST', url, token: bearer, nonce })
      assert.equal((await send({ authorization: `DPoP ${bearer}`, dpop })).status, 401)
      assert(isCalled(await send({ authorization: `Bearer ${bearer}` })))
    })

    test('attack: no proof, two of them, or two tokens', async () => {
      const authorization = `DPoP ${token}`
      assert.equal((await send({ authorization })).status, 401)
      const proofs = await Promise.all(
        [1, 2].map(() => prover.proof({ method: 'POST', url, token, nonce })),
      )
      const [dpop = ''] = proofs
      const two = await send({ authorization, dpop: proofs as unknown as string })
      assert.equal(two.status, 400)
      assert.equal((await send({ authorization, dpop: proofs.join(', ') })).status, 401)
      const twice = [authorization, authorization] as unknown as string
      assert.equal((await send({ authorization: twice, dpop })).status, 400)
    })
  })

  test('at a REST endpoint each address needs a proof of its own', async () => {
    const address = `${gateway.origin}/rest/ops/tickets`
    const get = async (path: string, of = path) => {
      const proof = await prover.proof({ method: 'GET', url: address + of, token, nonce })
      const headers = { authorization: `DPoP ${token}`, dpop: proof }
      return exchange(address + path, { method: 'GET', headers })
    }
    const rest = await boundToken(tokenUrl, prover, { client, secret, form: { resource: address } })
    token = rest.token
    assert.equal((await get('/tickets/42')).status, 200)
    assert.equal((await get('/tickets?line=3', '/tickets')).status, 200)
    assert.equal((await get('/tickets/42', '/tickets/7')).status, 401)
  })
})
