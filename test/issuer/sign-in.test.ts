import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ops } from '../identity/world.ts'
import { redirect, startSignIns } from './sign-in-world.ts'

const world = await startSignIns()
const { origin, policy, begin, signIn, goThrough, redeem, refresh, newBrowser, verified } = world

describe('A person signs in', () => {
  test('is asked who they are, then what the agent may, and the program has a token for both', async () => {
    const browser = newBrowser()
    const { url, verifier, asked } = begin()
    const first = await browser.open(url)
    assert.equal(first.status, 200)
    assert.match(first.text, /Sign in to ops/)
    const second = await signIn(browser, first)
    assert.match(second.text, /Let desktop act for you\?/)
    assert.match(second.text, /app\.example/)
    const { url: back } = await browser.submit(second, 'allow')
    assert.equal(`${back.origin}${back.pathname}`, redirect)
    assert.equal(back.searchParams.get('state'), asked.state)
    assert.equal(back.searchParams.get('iss'), `${origin}/oauth/ops`)
    const { status, json } = await redeem({ code: back.searchParams.get('code') ?? '', verifier })
    assert.equal(status, 200, JSON.stringify(json))
    const { access_token: token, refresh_token: next, ...rest } = json
    assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 300 })
    assert.equal(typeof next, 'string')
    const claims = verified({ access_token: token })
    assert.deepEqual(
      [claims.user, claims.agent, claims.consumer, claims.audience, claims.scopes, claims.acr],
      ['alice', 'desktop', 'workplace-ai', `${origin}/mcp/ops`, undefined, 'password'],
    )
    assert.equal(claims.signedInAt, Math.floor(world.clock.now() / 1000) * 1000)
  })

  test('for one endpoint and some scopes, and the token is for those', async () => {
    const resource = `${origin}/mcp/ops/bank`
    const { json } = await redeem(await goThrough({ resource, scope: 'accounts.read' }))
    const { audience, scopes } = verified(json)
    assert.deepEqual([audience, [...(scopes ?? [])]], [resource, ['accounts.read']])
    assert.equal(json.scope, 'accounts.read')
  })

  test('OpenID Connect’s own scopes are no scopes here, and no ID token comes', async () => {
    const { json } = await redeem(await goThrough({ scope: 'openid offline_access a' }))
    assert.equal(json.scope, 'a')
    assert.equal(json.id_token, undefined)
  })

  test('and is not asked again in that browser for what they agreed to', async () => {
    const client_id = world.newAgent()
    const { browser } = await goThrough({ client_id, scope: 'b c' })
    const again = await browser.open(begin({ client_id, scope: 'b' }).url)
    assert(again.url.searchParams.get('code'))
    const asked = [{ scope: 'b d' }, {}, { scope: 'b', resource: `${origin}/mcp/ops/bank` }]
    for (const more of asked)
      assert.match((await browser.open(begin({ client_id, ...more }).url)).text, /value="allow"/)
  })

  test('with a wrong password or a name that nobody has, is told the same', async () => {
    const browser = newBrowser()
    const page = await browser.open(begin().url)
    const wrong = await signIn(browser, page, 'alice', 'not the password')
    const nobody = await signIn(browser, wrong, 'nobody', 'not the password')
    assert.deepEqual([wrong.status, nobody.status], [401, 401])
    assert.match(wrong.text, /Name or password is wrong/)
    assert.equal(wrong.text.replace('"alice"', '"nobody"'), nobody.text)
    assert.match((await signIn(browser, nobody, 'bob')).text, /value="allow"/)
  })

  test('says no, and the program is told so', async () => {
    const browser = newBrowser()
    const consent = await signIn(browser, await browser.open(begin().url), 'bob')
    const { url } = await browser.submit(consent, 'deny')
    assert.equal(url.searchParams.get('error'), 'access_denied')
    assert.equal(url.searchParams.get('iss'), `${origin}/oauth/ops`)
    assert.equal(url.searchParams.get('code'), null)
  })

  test('is somebody else, and nothing of the first person is left in that browser', async () => {
    const { browser } = await goThrough()
    const asked = await browser.open(begin({ client_id: world.newAgent() }).url)
    const again = await browser.submit(asked, 'other')
    assert.match(again.text, /value="sign-in"/)
    const consent = await signIn(browser, again, 'bob')
    assert.match(consent.text, /<dd>bob<\/dd>/)
    const { url } = await browser.submit(consent, 'allow')
    assert(url.searchParams.get('code'))
  })

  test('who is in none of the teams of an agent is told so, and no code leaves', async () => {
    policy.put(ops, 'closed', ['workplace-ai'], false, { redirects: [redirect], teams: ['soc'] })
    const { shown } = await goThrough({ client_id: 'closed' })
    assert.equal(shown.status, 403)
    assert.match(shown.text, /You may not use this agent/)
    policy.teams.set('soc', ['alice'])
    const allowed = await goThrough({ client_id: 'closed' })
    assert(allowed.code)
    policy.teams.set('soc', [])
    assert.equal((await redeem(allowed, { client_id: 'closed' })).json.error, 'invalid_grant')
  })
})

describe('A refresh token', () => {
  test('is good once, and brings the next one', async () => {
    const { json: first } = await redeem(await goThrough())
    const { status, json: second } = await refresh(first.refresh_token)
    assert.equal(status, 200, JSON.stringify(second))
    assert.notEqual(second.refresh_token, first.refresh_token)
    assert.equal(verified(second).user, 'alice')
    assert.equal((await refresh(second.refresh_token)).status, 200)
  })

  test('never brings more than was agreed to', async () => {
    const { json } = await redeem(
      await goThrough({ scope: 'e f', resource: `${origin}/mcp/ops/bank` }),
    )
    const wider = await refresh(json.refresh_token, { scope: 'e g' })
    assert.equal(wider.json.error, 'invalid_scope')
    const elsewhere = await refresh(json.refresh_token, { resource: `${origin}/mcp/ops` })
    assert.equal(elsewhere.json.error, 'invalid_target')
  })

  test('of a person who is gone, suspended or in no team of it any more, brings nothing', async () => {
    const { people } = world
    await people.put({
      ...{ name: 'carol', title: undefined, administrator: false, by: 'test' },
      password: 'correct horse battery',
    })
    const { json } = await redeem(await goThrough({}, newBrowser(), 'carol'))
    policy.stopped.add('ops/carol')
    assert.equal((await refresh(json.refresh_token)).json.error, 'invalid_grant')
    policy.stopped.delete('ops/carol')
    const { json: next } = await refresh(json.refresh_token)
    await people.remove('carol', 'test')
    assert.equal((await refresh(next.refresh_token)).json.error, 'invalid_grant')
  })
})
