import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { compact, type HouseKey, makeKey } from '../identity/house.ts'
import { createBrowser } from './browser.ts'
import { startHostile } from './hostile-organisation.ts'
import { issuerDocument, secret } from './organisation-documents.ts'
import { startOrganisationSignIns } from './organisation-world.ts'
import { ask } from './server.ts'

const world = await startOrganisationSignIns()
const { origin, policy, secrets, leave, newBrowser, people, corp } = world
const house = await startHostile()
after(() => house.stop())
policy.issuers.set('house', issuerDocument('house', house.issuer, { manager: true }))
secrets.set('ops/house-client', secret)
const address = `${origin}/oauth/ops/back/house/logout`
const event = 'http://schemas.openid.net/event/backchannel-logout'

const nameOf = (subject: string) => `${house.issuer.replaceAll('/', '%2F')}#${subject}`
let sessions = 0
/** Somebody who has signed in for a program, and for a terminal at the Manager. */
const signIn = async (subject: string) => {
  const sid = `session-${++sessions}`
  house.twist({ claims: { sub: subject, sid } })
  const client_id = world.newAgent()
  const browser = newBrowser()
  const left = await leave(browser, { client_id }, 'house')
  const consent = await browser.open(house.back(left.gone.url))
  const done = await browser.submit(consent, 'allow')
  const code = done.url.searchParams.get('code') ?? ''
  const { status, json } = await world.redeem({ code, verifier: left.verifier }, { client_id })
  assert.equal(status, 200, JSON.stringify(json))
  house.twist({})
  const manager = await people.begin({ person: nameOf(subject), label: 'a terminal' })
  assert(manager)
  const stands = async () => ({
    token: typeof world.verify(String(json.access_token)) === 'object',
    refreshes: (await world.refresh(json.refresh_token, { client_id })).status === 200,
    manager: (await people.authenticate(manager.token)) !== undefined,
    browser: !/sign-in/.test((await browser.open(world.begin({ client_id }).url)).url.pathname),
  })
  return { sid, stands, token: () => world.verify(String(json.access_token)), manager }
}
type SignedIn = Awaited<ReturnType<typeof signIn>>
const isIn = async ({ manager, token }: SignedIn): Promise<boolean> =>
  typeof token() === 'object' && (await people.authenticate(manager.token)) !== undefined
const nothing = { token: false, refreshes: false, manager: false, browser: false }

let made = 0
const logoutToken = (
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
  key: HouseKey = house.key('ES256'),
): string => {
  const nowS = Math.floor(world.clock.now() / 1000)
  const said = {
    ...{ iss: house.issuer, aud: 'bailiwick', iat: nowS, exp: nowS + 120, jti: `l-${++made}` },
    events: { [event]: {} },
    ...claims,
  }
  const head = { alg: key.alg, kid: key.kid, typ: 'logout+jwt', ...header }
  return compact(key, JSON.stringify(head), JSON.stringify(said))
}
const tell = (logout_token: string, at = address) => fetchForm(at, { logout_token })
const fetchForm = async (at: string, form: Record<string, string>) => {
  const response = await fetch(at, { method: 'POST', body: new URLSearchParams(form) })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

describe('Who signs out at their organisation', () => {
  test('has signed out here: browser, refresh tokens, access tokens, and the Manager', async () => {
    const [ana, eve] = [await signIn('ana'), await signIn('eve')]
    assert.deepEqual(await (await signIn('bob')).stands(), {
      ...{ token: true, refreshes: true, manager: true, browser: true },
    })
    const answer = await tell(logoutToken({ sub: 'ana' }))
    assert.deepEqual([answer.status, answer.text], [200, ''])
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.deepEqual(await ana.stands(), nothing)
    assert.equal(await isIn(eve), true)
    // Nothing keeps them from signing in again.
    assert.equal(await isIn(await signIn('ana')), true)
  })

  test('is known by their session there alone', async () => {
    const [ana, eve] = [await signIn('ana'), await signIn('eve')]
    assert.equal((await tell(logoutToken({ sid: ana.sid }))).status, 200)
    assert.deepEqual(await ana.stands(), nothing)
    assert.equal(await isIn(eve), true)
  })

  test('is told at the Manager’s address just as well', async () => {
    const ana = await signIn('ana')
    const at = `${origin}/oauth/manager/back/house/logout`
    assert.equal((await tell(logoutToken({ sub: 'ana', sid: ana.sid }), at)).status, 200)
    assert.deepEqual(await ana.stands(), nothing)
  })

  test('is told of by an organisation with code that is not ours', async () => {
    const logout = `${origin}/oauth/ops/back/corp/logout`
    const redirects = [world.redirect]
    await corp.tell({ clients: [{ id: 'bailiwick', redirects, secret, logout }] })
    await corp.tell({ people: { eve: { groups: ['soc-analysts'] } }, who: { subject: 'eve' } })
    const client_id = world.newAgent()
    const [browser, there] = [newBrowser(), createBrowser(corp.issuer)]
    const left = await leave(browser, { client_id })
    const consent = await browser.open((await there.open(left.gone.url)).url)
    const done = await browser.submit(consent, 'allow')
    const code = done.url.searchParams.get('code') ?? ''
    const { json } = await world.redeem({ code, verifier: left.verifier }, { client_id })
    assert.equal(typeof world.verify(String(json.access_token)), 'object')
    const asked = await there.open('/session/end')
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(asked.text) ?? []
    await there.post('/session/end/confirm', { xsrf, logout: 'yes' })
    assert.equal(world.verify(String(json.access_token)), 'revoked')
    assert.equal((await world.refresh(json.refresh_token, { client_id })).status, 400)
  })

  test('may be nobody here, or have signed out before', async () => {
    for (const claims of [
      { sub: 'stranger' },
      { sid: 'session-0' },
      { sub: 'bob' },
      { sub: 'bob' },
    ])
      assert.equal((await tell(logoutToken(claims))).status, 200)
  })
})

describe('A logout token', () => {
  const rows: Record<string, [claims: object, header?: object, key?: HouseKey]> = {
    'that is an ID token': [{ nonce: 'n0nce' }],
    'of another type': [{}, { typ: 'JWT' }],
    'without a type': [{}, { typ: undefined }],
    'that is an access token': [{}, { typ: 'at+jwt' }],
    'without events': [{ events: undefined }],
    'of another event': [{ events: { 'https://schemas.openid.net/secevent/caep': {} } }],
    'of two events': [{ events: { [event]: {}, other: {} } }],
    'whose event says a text': [{ events: { [event]: 'yes' } }],
    'of nobody': [{ sub: undefined }],
    'without an id': [{ jti: undefined }],
    'without a time': [{ iat: undefined }],
    'without an end': [{ exp: undefined }],
    'of six minutes ago': [{ iat: Math.floor(world.clock.now() / 1000) - 360 }],
    'of the future': [{ iat: Math.floor(world.clock.now() / 1000) + 90 }],
    'that lives for a day': [{ exp: Math.floor(world.clock.now() / 1000) + 86_400 }],
    'for another client': [{ aud: 'another' }],
    'for two clients': [{ aud: ['bailiwick', 'another'] }],
    'of another issuer': [{ iss: corp.issuer }],
    'of no issuer': [{ iss: undefined }],
    'signed by a stranger': [{}, {}, house.strangers],
    'signed by a key that nobody published': [{}, {}, makeKey('ES256', 'another')],
    'signed by nobody': [{}, { alg: 'none' }],
    'with a key of its own': [{}, { jwk: house.strangers.jwk }],
    'bound to a key': [{ cnf: { jkt: 'x' } }],
  }
  for (const [what, [claims, header, key]] of Object.entries(rows))
    test(`attack: ${what} ends nothing`, async () => {
      const ana = await signIn('ana')
      const { status, text } = await tell(
        logoutToken({ sub: 'ana', ...claims }, { ...header }, key),
      )
      assert.equal(status, 400)
      assert.equal(JSON.parse(text).error, 'invalid_request')
      assert.doesNotMatch(text, /events|audience|signature|expired/)
      assert.equal(await isIn(ana), true)
      // The twin that is in order.
      assert.equal((await tell(logoutToken({ sub: 'ana' }))).status, 200)
      assert.equal(await isIn(ana), false)
    })

  test('attack: replayed ends nothing', async () => {
    const token = logoutToken({ sub: 'ana' })
    assert.equal((await tell(token)).status, 200)
    const again = await signIn('ana')
    assert.equal((await tell(token)).status, 400)
    assert.equal(await isIn(again), true)
  })

  test('attack: of one organisation says nothing of the people of another', async () => {
    await corp.tell({ people: { ana: { groups: ['soc-analysts'] } }, who: { subject: 'ana' } })
    const { json } = await world.redeem(await world.signInThere())
    assert.equal((await tell(logoutToken({ sub: 'ana' }))).status, 200)
    assert.equal(typeof world.verify(String(json.access_token)), 'object')
  })

  test('attack: by the subject of an account of ours ends nothing', async () => {
    const alice = await people.begin({ person: 'alice', label: 'x' })
    for (const sub of ['alice', '#alice', '../alice'])
      assert.equal((await tell(logoutToken({ sub }))).status, 200)
    assert(await people.authenticate(alice?.token ?? ''))
  })

  test('attack: at the address of another organisation, or of one that is not there, is refused', async () => {
    const token = () => logoutToken({ sub: 'ana' })
    assert.equal((await tell(token(), `${origin}/oauth/ops/back/corp/logout`)).status, 400)
    for (const path of ['ops/back/nobody', 'finance/back/nobody', 'manager/back/corp'])
      assert.equal((await tell(token(), `${origin}/oauth/${path}/logout`)).status, 404)
    policy.issuers.set('plain', {
      ...issuerDocument('plain', house.issuer),
      signIn: undefined,
    } as never)
    assert.equal((await tell(token(), `${origin}/oauth/ops/back/plain/logout`)).status, 404)
    policy.issuers.delete('plain')
  })

  test('attack: twice in a form, none at all, and in another way than a form, is refused', async () => {
    const token = logoutToken({ sub: 'ana' })
    const ana = await signIn('ana')
    const twice = `logout_token=${token}&logout_token=${token}`
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const [body, headers] of [
      [twice, type],
      ['', type],
      [`logout_token=${'a'.repeat(9000)}`, type],
      [JSON.stringify({ logout_token: token }), { 'content-type': 'application/json' }],
    ] as const)
      assert.equal((await fetch(address, { method: 'POST', body, headers })).status, 400)
    assert.equal((await fetch(`${address}?logout_token=${token}`)).status, 405)
    assert.equal(await isIn(ana), true)
  })

  test('is no way in: it is no assertion at the token endpoint', async () => {
    const { status } = await ask(world.tokenUrl, {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: logoutToken({ sub: 'ana' }),
    })
    assert(status >= 400)
  })
})
