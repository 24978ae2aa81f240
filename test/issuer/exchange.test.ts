import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clientId } from '#domain/name.ts'
import { about } from '../change/door.ts'
import { finance, lone, ops, planner } from '../identity/world.ts'
import { ask, basic, startIssuer } from './server.ts'

const issuer = await startIssuer()
const { origin, tokenUrl, identity, verify, policy } = issuer
const plane = `${origin}/mcp/ops`
const grant = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'

const asPlanner = { authorization: basic('planner', await identity.setSecret(ops, planner, about)) }
const asLone = { authorization: basic('lone', await identity.setSecret(ops, lone, about)) }

/** A token of ours that says what it is told to, besides what a minted one does. */
const tokenOf = async (
  client = planner,
  {
    resource = plane,
    scopes = [],
    ...more
  }: { resource?: string; scopes?: string[] } & Record<string, unknown> = {},
) => {
  const { token } = await identity.mint(ops, client, resource, scopes)
  return issuer.resign(await issuer.privateKey(), token, more)
}
const forAlice = { sub: 'alice', act: { sub: 'planner' } }

const exchange = (
  subject: string,
  more: Record<string, string> = {},
  headers: Record<string, string> = asLone,
) =>
  ask(
    tokenUrl,
    { grant_type: grant, subject_token: subject, subject_token_type: accessToken, ...more },
    headers,
  )

const verified = (json: Record<string, unknown>) => {
  const token = verify(String(json.access_token))
  assert(typeof token === 'object', String(token))
  return token
}

describe('a token is exchanged', () => {
  test('for one of the same person, with the agent that asks before the one that acted', async () => {
    const { status, json } = await exchange(await tokenOf(planner, forAlice))
    assert.equal(status, 200)
    assert.equal(json.issued_token_type, accessToken)
    const token = verified(json)
    assert.deepEqual(
      [token.user, token.agent, token.client, token.through],
      ['alice', 'lone', lone, ['planner']],
    )
  })

  test('from one to the next, as long as the chain is, and the run stays', async () => {
    const first = verified((await exchange(await tokenOf(planner, forAlice))).json)
    assert.match(String(first.run), /^run_/)
    const second = await exchange(await tokenOf(planner, { ...forAlice, txn: first.run }))
    assert.equal(verified(second.json).run, first.run)
    const { user, run } = issuer.issued.at(-1) ?? {}
    assert.deepEqual([user, run], ['alice', first.run])
  })

  test('for a narrower one by its own client, without anybody it would act through', async () => {
    const resource = `${plane}/bank`
    const { json } = await exchange(
      await tokenOf(planner, { scopes: ['a', 'b'] }),
      { resource, scope: 'b' },
      asPlanner,
    )
    const token = verified(json)
    assert.deepEqual(
      [token.client, token.user, token.through, token.audience, token.scopes],
      [planner, undefined, [], resource, new Set(['b'])],
    )
  })

  test('with everything it had, where no less is asked for, and its end', async () => {
    const subject = await tokenOf(planner, {
      ...forAlice,
      scopes: ['a', 'b'],
      resource: `${plane}/bank`,
      acr: 'phr',
      auth_time: 1_700_000_000,
    })
    issuer.clock.advance(100_000)
    const { json } = await exchange(subject)
    const token = verified(json)
    assert.deepEqual(token.scopes, new Set(['a', 'b']))
    assert.equal(token.audience, `${plane}/bank`)
    assert.deepEqual([token.acr, token.signedInAt], ['phr', 1_700_000_000_000])
    const before = verify(subject)
    assert(typeof before === 'object')
    assert.equal(token.expiresAt, before.expiresAt)
    assert.equal(json.expires_in, 200)
  })

  test('and stays bound to the key it was bound to', async () => {
    const jkt = 'A'.repeat(43)
    const { json } = await exchange(await tokenOf(planner, { cnf: { jkt } }), {}, asPlanner)
    assert.deepEqual(verified(json).binding, { method: 'dpop', thumbprint: jkt })
  })
})

describe('attack: an exchange is refused', () => {
  const bound = { ...forAlice, cnf: { jkt: 'A'.repeat(43) } }
  const full = {
    sub: 'alice',
    act: { sub: 'planner', act: { sub: 'a', act: { sub: 'b', act: { sub: 'c' } } } },
  }
  type Row = [string, () => Promise<string>, Record<string, string>, string]
  const rows: Row[] = [
    [
      'for a scope that the token does not have',
      () => tokenOf(planner, { ...forAlice, scopes: ['a'] }),
      { scope: 'a b' },
      'invalid_scope',
    ],
    [
      'for another server than the token is for',
      () => tokenOf(planner, { ...forAlice, resource: `${plane}/bank` }),
      { resource: `${plane}/other` },
      'invalid_target',
    ],
    [
      'for the plane, with a token for one server',
      () => tokenOf(planner, { ...forAlice, resource: `${plane}/bank` }),
      { resource: plane },
      'invalid_target',
    ],
    [
      'for another plane',
      () => tokenOf(planner, forAlice),
      { resource: `${origin}/mcp/finance` },
      'invalid_target',
    ],
    [
      'for somewhere else',
      () => tokenOf(planner, forAlice),
      { resource: 'https://evil.example' },
      'invalid_target',
    ],
    [
      'for an audience by name',
      () => tokenOf(planner, forAlice),
      { audience: 'bank' },
      'invalid_target',
    ],
    [
      'with an actor that is not the client',
      () => tokenOf(planner, forAlice),
      { actor_token: 'x', actor_token_type: accessToken },
      'invalid_request',
    ],
    [
      'for a token of another kind',
      () => tokenOf(planner, forAlice),
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      'invalid_request',
    ],
    [
      'of a token of another kind',
      () => tokenOf(planner, forAlice),
      { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      'invalid_request',
    ],
    [
      "of another agent's own token, which acts for nobody",
      () => tokenOf(planner),
      {},
      'invalid_grant',
    ],
    ["of a token bound to another agent's key", () => tokenOf(planner, bound), {}, 'invalid_grant'],
    [
      'of a token that has been through as many agents as may be',
      () => tokenOf(planner, full),
      {},
      'invalid_grant',
    ],
    [
      'of a token that has ended',
      () => tokenOf(planner, { ...forAlice, iat: 1_700_000_000, exp: 1_700_000_060 }),
      {},
      'invalid_grant',
    ],
    [
      'of a token that somebody changed',
      async () => `${(await tokenOf(planner, forAlice)).slice(0, -4)}AAAA`,
      {},
      'invalid_grant',
    ],
  ]
  for (const [how, subject, more, error] of rows) {
    test(how, async () => {
      assert.equal((await exchange(await tokenOf(planner, forAlice))).status, 200)
      const { status, json } = await exchange(await subject(), more)
      assert.deepEqual([status, json.error], [400, error])
    })
  }

  test('of a token of another plane', async () => {
    const { token } = await identity.mint(finance, planner, `${origin}/mcp/finance`)
    assert.equal((await exchange(token)).json.error, 'invalid_grant')
  })

  test('for who does not prove which client it is', async () => {
    const subject = await tokenOf(planner, forAlice)
    const { status, json } = await exchange(subject, {}, { authorization: basic('lone', 'guess') })
    assert.deepEqual([status, json.error], [401, 'invalid_client'])
  })

  test('while the person, the agent before it or the agent itself is suspended', async () => {
    const subject = await tokenOf(planner, forAlice)
    for (const stopped of ['ops/alice', `ops/${planner}`, `ops/${lone}`]) {
      policy.stopped.add(stopped)
      assert.equal((await exchange(subject)).status, 400, stopped)
      policy.stopped.clear()
    }
    assert.equal((await exchange(subject)).status, 200)
  })

  test('of a token that was revoked', async () => {
    const subject = await tokenOf(planner, forAlice)
    await ask(`${origin}/oauth/ops/revoke`, { token: subject }, asPlanner).catch(() => {})
    assert.equal((await exchange(subject)).json.error, 'invalid_grant')
  })
})

test('a client of another agent does not exist for it', async () => {
  const nobody = clientId('nobody', 'workplace-ai')
  const { status } = await exchange(await tokenOf(planner, forAlice), { client_id: nobody })
  assert.equal(status, 400)
})
