import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { about } from '../change/door.ts'
import { lone, ops, planner } from '../identity/world.ts'
import { ask, basic, send, startIssuer } from './server.ts'

const issuer = await startIssuer()
const { origin, port, identity, verify, clock } = issuer
const resource = `${origin}/mcp/ops`
const asPlanner = { authorization: basic('planner', await identity.setSecret(ops, planner, about)) }
const asLone = { authorization: basic('lone', await identity.setSecret(ops, lone, about)) }
const asStranger = { authorization: basic('planner', 'a guess') }

const mint = async (client = planner) => (await identity.mint(ops, client, resource, ['a'])).token

/** RFC 7009 §2.2: the answer has no body. */
const revoke = async (token: string, headers: Record<string, string>, more = {}) => {
  const body = new URLSearchParams({ token, ...more })
  const answer = await fetch(`${origin}/oauth/ops/revoke`, { method: 'POST', body, headers })
  return { status: answer.status, text: await answer.text() }
}
const introspect = (token: string, headers: Record<string, string>) =>
  ask(`${origin}/oauth/ops/introspect`, { token }, headers)

describe('a token that its client revokes', () => {
  test('is taken no longer, here and in every other process, and what was permitted with it ends', async () => {
    const other = await issuer.start()
    const token = await mint()
    const here = verify(token)
    const there = other.verify(ops, token, clock.now())
    assert(typeof here === 'object' && typeof there === 'object')
    const told: string[] = []
    identity.onRevoked((planes) => told.push(...planes))
    other.onRevoked((planes) => told.push(`other ${planes}`))
    assert.deepEqual(await revoke(token, asPlanner), { status: 200, text: '' })
    assert.deepEqual(told, ['ops'])
    assert.equal(verify(token), 'revoked')
    assert.equal(identity.stands(here), false)
    await other.followRevoked()
    assert.deepEqual(told, ['ops', 'other ops'])
    assert.equal(other.verify(ops, token, clock.now()), 'revoked')
    assert.equal(other.stands(there), false)
  })

  test('stays revoked after a restart', async () => {
    const token = await mint()
    await revoke(token, asPlanner)
    const restarted = await issuer.start()
    assert.equal(restarted.verify(ops, token, clock.now()), 'revoked')
  })

  test('is one token: others of the client are taken as before', async () => {
    const [one, another] = [await mint(), await mint()]
    await revoke(one, asPlanner, { token_type_hint: 'access_token' })
    assert.equal(typeof verify(another), 'object')
  })
})

describe('attack: a token is revoked by nobody else', () => {
  test('not by another client, which is answered as if it were', async () => {
    const token = await mint()
    assert.deepEqual(await revoke(token, asLone), { status: 200, text: '' })
    assert.equal(typeof verify(token), 'object')
  })

  test('not by a stranger', async () => {
    const token = await mint()
    assert.equal((await revoke(token, asStranger)).status, 401)
    assert.equal((await revoke(token, {})).status, 400)
    assert.equal(typeof verify(token), 'object')
  })

  test('not by a browser, and not by a link', async () => {
    const token = await mint()
    const browser = { ...asPlanner, origin: 'https://evil.example' }
    assert.equal((await revoke(token, browser)).status, 403)
    const path = `/oauth/ops/revoke?token=${token}`
    assert.equal((await send(port, { method: 'GET', path })).status, 405)
    assert.equal(typeof verify(token), 'object')
  })

  test('and what is no token of ours changes nothing', async () => {
    for (const text of ['x', 'a.b.c', `${await mint()}x`]) {
      assert.equal((await revoke(text, asPlanner)).status, 200)
    }
    assert.equal((await revoke('', asPlanner)).status, 400)
  })
})

describe('what a token says', () => {
  test('its client is told', async () => {
    const token = await mint()
    const { status, json, headers } = await introspect(token, asPlanner)
    assert.equal(status, 200)
    assert.equal(headers.get('cache-control'), 'no-store')
    const said = verify(token)
    assert(typeof said === 'object')
    assert.deepEqual(json, {
      active: true,
      iss: `${origin}/oauth/ops`,
      sub: 'planner',
      client_id: planner,
      aud: resource,
      iat: said.issuedAt / 1000,
      exp: said.expiresAt / 1000,
      jti: said.tokenId,
      token_type: 'Bearer',
      scope: 'a',
    })
  })

  test('nobody else is told, nor whether there is one', async () => {
    const token = await mint()
    for (const text of [token, 'x', `${token}x`])
      assert.deepEqual((await introspect(text, asLone)).json, { active: false })
    assert.equal((await introspect(token, asStranger)).status, 401)
  })

  test('is not active once it was revoked, or has ended', async () => {
    const token = await mint()
    await revoke(token, asPlanner)
    assert.deepEqual((await introspect(token, asPlanner)).json, { active: false })
    const old = await mint()
    clock.advance(301_000)
    assert.deepEqual((await introspect(old, asPlanner)).json, { active: false })
  })
})

describe('everything issued until now', () => {
  const onBehalf = async (user: string) =>
    issuer.resign(await issuer.privateKey(), await mint(), { sub: user, act: { sub: 'planner' } })

  test('to a client is taken no longer; what it gets later is, and what others have', async () => {
    const [before, others] = [await mint(), await mint(lone)]
    await identity.revoke(ops, { kind: 'client', name: planner }, about)
    assert.equal(verify(before), 'revoked')
    assert.equal(typeof verify(others), 'object')
    clock.advance(1000)
    assert.equal(typeof verify(await mint()), 'object')
  })

  test('on behalf of a person is taken no longer, whichever agent has it', async () => {
    const [alices, bobs] = [await onBehalf('alice'), await onBehalf('bob')]
    await identity.revoke(ops, { kind: 'user', name: 'alice' }, about)
    assert.equal(verify(alices), 'revoked')
    assert.equal(typeof verify(bobs), 'object')
  })

  test('a client that there is not has nothing to revoke', async () => {
    await assert.rejects(identity.revoke(ops, { kind: 'client', name: 'nobody@x' }, about))
  })
})
