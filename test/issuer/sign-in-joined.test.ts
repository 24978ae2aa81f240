import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ops } from '../identity/world.ts'
import { createProver, type Prover } from '../senders/prover.ts'
import { ask, basic } from './server.ts'
import { password, redirect, startSignIns } from './sign-in-world.ts'

// What sign-ins share with all other tokens: entries, revocation, proofs of keys.

const world = await startSignIns()
const { origin, tokenUrl, policy, clock, goThrough, redeem, refresh, verify } = world

const signedIn = async () => {
  const gone = await goThrough()
  const { json } = await redeem(gone)
  const token = String(json.access_token)
  assert.equal(typeof verify(token), 'object')
  return { gone, token, refreshToken: String(json.refresh_token) }
}
const revoke = (form: Record<string, string>) =>
  fetch(`${origin}/oauth/ops/revoke`, { method: 'POST', body: new URLSearchParams(form) })

describe('A sign-in is entered', () => {
  test('before anything comes of it, with whoever signed in, and so is each token', async () => {
    const [before, tokens] = [world.signedIn.length, world.issued.length]
    const { token } = await signedIn()
    const [entry] = world.signedIn.slice(before)
    assert.deepEqual(
      [entry?.person, entry?.plane, entry?.label],
      ['alice', ops, 'for desktop@workplace-ai at the issuer'],
    )
    const known = verify(token)
    assert(typeof known === 'object')
    assert.deepEqual(
      world.issued.slice(tokens).map((one) => [one.token, one.user, one.binding]),
      [[known.tokenId, 'alice', undefined]],
    )
  })

  test('where nothing can be recorded nobody signs in, and no code becomes a token', async () => {
    const gone = await goThrough()
    world.full(true)
    try {
      const { status, json } = await redeem(gone)
      assert.deepEqual([status, json.error], [503, 'temporarily_unavailable'])
      assert.equal(json.access_token, undefined)
    } finally {
      world.full(false)
    }
  })
})

describe('An access token of a sign-in ends', () => {
  test('with its refresh token, which its program revokes', async () => {
    const { token, refreshToken } = await signedIn()
    const answer = await revoke({ token: refreshToken, client_id: 'desktop' })
    assert.equal(answer.status, 200)
    assert.equal(verify(token), 'revoked')
    assert.equal((await refresh(refreshToken)).json.error, 'invalid_grant')
  })

  test('by itself, where its program revokes it', async () => {
    const { token } = await signedIn()
    assert.equal((await revoke({ token, client_id: 'desktop' })).status, 200)
    assert.equal(verify(token), 'revoked')
  })

  test('attack: with a code that is used again', async () => {
    const { gone, token } = await signedIn()
    await redeem(gone)
    assert.equal(verify(token), 'revoked')
  })

  test('attack: with a refresh token that is used again', async () => {
    const { token, refreshToken } = await signedIn()
    const { json } = await refresh(refreshToken)
    await refresh(refreshToken)
    assert.deepEqual([verify(token), verify(String(json.access_token))], ['revoked', 'revoked'])
  })

  test('with the password, and with the account', async () => {
    const { token } = await signedIn()
    const about = { name: 'alice', title: undefined, administrator: false, by: 'test' }
    await world.people.put({ ...about, password: `${password} 2` })
    assert.equal(verify(token), 'revoked')
    await world.people.put({ ...about, password })
    const again = await signedIn()
    await world.people.remove('alice', 'test')
    assert.equal(verify(again.token), 'revoked')
    await world.people.put({ ...about, password })
  })

  test('with everything of its agent, or of its person, that an operator revokes: for good', async () => {
    for (const whose of [
      { kind: 'client', name: 'desktop@workplace-ai' },
      { kind: 'user', name: 'alice' },
    ] as const) {
      clock.advance(1000)
      const { token, refreshToken } = await signedIn()
      await world.identity.revoke(ops, whose, { by: 'test' } as never)
      assert.equal(verify(token), 'revoked', whose.kind)
      assert.equal((await refresh(refreshToken)).json.error, 'invalid_grant', whose.kind)
      clock.advance(1000)
    }
  })

  test('attack: another program revokes nothing, and no program without a secret asks about tokens', async () => {
    const { token, refreshToken } = await signedIn()
    await revoke({ token: refreshToken, client_id: 'other' })
    await revoke({ token, client_id: 'other' })
    assert.equal(typeof verify(token), 'object')
    assert.equal((await refresh(refreshToken)).status, 200)
    const form = { token, client_id: 'desktop' }
    const asked = await ask(`${origin}/oauth/ops/introspect`, form)
    assert.deepEqual([asked.status, asked.json.error], [401, 'invalid_client'])
  })
})

describe('A program that signs people in', () => {
  const proofBy = (prover: Prover, nonce?: string) =>
    prover.proof(
      { method: 'POST', url: tokenUrl, nonce },
      { claims: { iat: Math.floor(clock.now() / 1000) } },
    )
  const nonceOf = async (form: Record<string, string>, prover: Prover) => {
    const answer = await fetch(tokenUrl, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { dpop: await proofBy(prover) },
    })
    assert.equal(((await answer.json()) as { error: string }).error, 'use_dpop_nonce')
    return answer.headers.get('dpop-nonce') ?? ''
  }
  const redemption = ({ code, verifier }: { code: string; verifier: string }) => ({
    grant_type: 'authorization_code',
    client_id: 'desktop',
    redirect_uri: redirect,
    code,
    code_verifier: verifier,
  })
  const bound = async (prover: Prover) => {
    const form = redemption(await goThrough())
    const nonce = await nonceOf(form, prover)
    const answer = await ask(tokenUrl, form, { dpop: await proofBy(prover, nonce) })
    return { ...answer, nonce }
  }

  test('proves a key, and a missing nonce costs it no code', async () => {
    const prover = await createProver()
    const { status, json } = await bound(prover)
    assert.deepEqual([status, json.token_type], [200, 'DPoP'])
    const token = verify(String(json.access_token))
    assert(typeof token === 'object')
    assert.deepEqual(token.binding, { method: 'dpop', thumbprint: prover.thumbprint })
    const entry = world.issued.at(-1)
    assert.deepEqual(
      [entry?.token, entry?.binding, entry?.thumbprint],
      [token.tokenId, 'dpop', prover.thumbprint],
    )
  })

  test('attack: a refresh token that was taken from it is worth nothing without that key', async () => {
    const prover = await createProver()
    const { json, nonce } = await bound(prover)
    const form = {
      grant_type: 'refresh_token',
      client_id: 'desktop',
      refresh_token: String(json.refresh_token),
    }
    assert.equal((await ask(tokenUrl, form)).json.error, 'invalid_grant')
    const thief = { dpop: await proofBy(await createProver(), nonce) }
    assert.equal((await ask(tokenUrl, form, thief)).json.error, 'invalid_grant')
    // It was not used up by either.
    const own = await ask(tokenUrl, form, { dpop: await proofBy(prover, nonce) })
    assert.deepEqual([own.status, own.json.token_type], [200, 'DPoP'])
  })

  test('attack: and that has no way to authenticate gets nothing for itself', async () => {
    const grants = ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange']
    for (const grant_type of grants) {
      const answer = await ask(tokenUrl, { grant_type, client_id: 'desktop' })
      assert.notEqual(answer.status, 200)
      assert.equal(answer.json.access_token, undefined)
    }
    const assertion = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'x' }
    const answer = await ask(tokenUrl, { ...assertion, client_id: 'desktop' })
    assert.equal(answer.json.error, 'invalid_grant')
  })

  test('and has a secret gets tokens for itself as well', async () => {
    policy.put(ops, 'both', ['workplace-ai'], true, { redirects: [redirect] })
    const secret = await world.identity.setSecret(ops, 'both@workplace-ai' as never, { by: 'test' })
    const headers = { authorization: basic('both', secret) }
    const answer = await ask(tokenUrl, { grant_type: 'client_credentials' }, headers)
    assert.equal(answer.status, 200, JSON.stringify(answer.json))
    const { code, verifier } = await goThrough({ client_id: 'both' })
    const { client_id: _, ...form } = redemption({ code, verifier })
    assert.equal((await ask(tokenUrl, form, headers)).status, 200)
  })
})
