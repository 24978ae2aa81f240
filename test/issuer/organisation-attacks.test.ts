import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { Fault } from '#lib/fault.ts'
import { ops } from '../identity/world.ts'
import type { Browser, Shown } from './browser.ts'
import { startHostile, type Twist } from './hostile-organisation.ts'
import { issuerDocument, secret } from './organisation-documents.ts'
import { startOrganisationSignIns } from './organisation-world.ts'

const isVouched = (thrown: unknown): boolean =>
  thrown instanceof Fault && /vouches for/.test(thrown.detail ?? '')

const world = await startOrganisationSignIns()
const { origin, policy, secrets, leave, newBrowser, redeem } = world
const house = await startHostile()
after(() => house.stop())
policy.issuers.set('house', issuerDocument('house', house.issuer))
secrets.set('ops/house-client', secret)

const begin = (browser: Browser) => leave(browser, { client_id: world.newAgent() }, 'house')
const isIn = ({ status, text }: Shown): boolean => status === 200 && /value="allow"/.test(text)

/** A sign-in in which nothing is wrong but what the test says. */
const attempt = async (twist: Twist = {}, changed: Record<string, string | undefined> = {}) => {
  const browser = newBrowser()
  const { gone } = await begin(browser)
  house.twist(twist)
  const shown = await browser.open(house.back(gone.url, changed))
  house.twist({})
  return shown
}
const isRefused = (shown: Shown, status: number): void => {
  assert.equal(shown.status, status, shown.text)
  assert(!isIn(shown))
  assert.equal(shown.url.origin, origin)
}

describe('An answer', () => {
  test('of another organisation (mix-up) is refused, and its code is brought to nobody', async () => {
    assert(isIn(await attempt()))
    const before = house.redeemed()
    isRefused(await attempt({}, { iss: world.corp.issuer }), 403)
    isRefused(await attempt({}, { iss: `${house.issuer}/` }), 403)
    isRefused(await attempt({}, { iss: undefined }), 403)
    assert.equal(house.redeemed(), before)
  })

  test('at the address of another organisation (mix-up) is refused', async () => {
    const browser = newBrowser()
    const { gone } = await begin(browser)
    const url = house.back(gone.url)
    isRefused(await browser.open(url.href.replace('/back/house', '/back/corp')), 400)
  })

  test('whose state was used before is refused', async () => {
    const browser = newBrowser()
    const { gone } = await begin(browser)
    const url = house.back(gone.url)
    assert(isIn(await browser.open(url)))
    const before = house.redeemed()
    isRefused(await browser.open(url), 400)
    assert.equal(house.redeemed(), before)
  })

  test('of two that come at once with one state, one is taken', async () => {
    const browser = newBrowser()
    const { gone } = await begin(browser)
    const url = house.back(gone.url)
    const before = house.redeemed()
    const all = await Promise.all([1, 2, 3].map(() => browser.open(url)))
    assert.equal(all.filter(({ status }) => status === 400).length, 2)
    assert.equal(house.redeemed(), before + 1)
  })

  test('with the state of another browser is refused, and that browser goes on', async () => {
    const victim = newBrowser()
    const { gone } = await begin(victim)
    const url = house.back(gone.url)
    const attacker = newBrowser()
    await begin(attacker)
    isRefused(await attacker.open(url), 400)
    isRefused(await newBrowser().open(url), 400)
    assert(isIn(await victim.open(url)))
  })

  test('with a state and a made-up cookie of its name is refused', async () => {
    const victim = newBrowser()
    const { gone } = await begin(victim)
    const [cookie = '', taken] =
      [...victim.jar].find(([name]) => name.startsWith('bailiwick-back-')) ?? []
    const attacker = newBrowser()
    attacker.jar.set(cookie, { value: 'x'.repeat(43), path: taken?.path ?? '' })
    isRefused(await attacker.open(house.back(gone.url)), 400)
    assert(isIn(await victim.open(house.back(gone.url))))
  })

  test('that an attacker began does not sign a victim in as them (login CSRF)', async () => {
    const attacker = newBrowser()
    const { gone } = await begin(attacker)
    const victim = newBrowser()
    await begin(victim)
    isRefused(await victim.open(house.back(gone.url)), 400)
  })

  test('is waited for for ten minutes', async () => {
    const browser = newBrowser()
    const { gone } = await begin(browser)
    world.clock.advance(10 * 60_000)
    const before = house.redeemed()
    isRefused(await browser.open(house.back(gone.url)), 400)
    assert.equal(house.redeemed(), before)
  })

  test('with two states, none, or one that is made up is refused', async () => {
    const browser = newBrowser()
    const { gone } = await begin(browser)
    const two = house.back(gone.url)
    two.searchParams.append('state', 'x')
    isRefused(await browser.open(two), 400)
    isRefused(await browser.open(house.back(gone.url, { state: '' })), 400)
    isRefused(await browser.open(house.back(gone.url, { state: 'x'.repeat(43) })), 400)
    isRefused(await browser.open(`/oauth/ops/back/house`), 400)
    assert(isIn(await browser.open(house.back(gone.url))))
  })

  test('that comes as a form is not read', async () => {
    const response = await fetch(`${origin}/oauth/ops/back/house`, {
      method: 'POST',
      body: 'code=x',
    })
    assert.equal(response.status, 405)
  })

  test('to an Issuer that names another organisation meanwhile is refused', async () => {
    const browser = newBrowser()
    const { gone } = await begin(browser)
    policy.issuers.set('house', issuerDocument('house', 'https://elsewhere.example'))
    isRefused(await browser.open(house.back(gone.url)), 400)
    policy.issuers.set('house', issuerDocument('house', house.issuer))
  })
})

describe('An ID token', () => {
  const nowS = Math.floor(Date.now() / 1000)
  const rows: readonly (readonly [string, Twist])[] = [
    ['with another nonce', { claims: { nonce: 'another' } }],
    ['without a nonce', { claims: { nonce: undefined } }],
    ['for another client', { claims: { aud: 'another-client' } }],
    ['for this client and another', { claims: { aud: ['bailiwick', 'another-client'] } }],
    ['that another client asked for', { claims: { azp: 'another-client' } }],
    ['of another issuer', { claims: { iss: 'https://elsewhere.example' } }],
    ['of an issuer with a slash more', { claims: { iss: `${house.issuer}/` } }],
    ['signed by another key of that id', { signedBy: house.strangers }],
    ['signed by a key that it brings along', { header: { jwk: house.strangers.jwk } }],
    ['with a key that is nobody’s', { header: { kid: 'nobody' } }],
    [
      'without a signature',
      { header: { alg: 'none' }, idToken: (text) => text.replace(/[^.]*$/, '') },
    ],
    ['signed symmetrically', { header: { alg: 'HS256' } }],
    ['that is an access token', { header: { typ: 'at+jwt' } }],
    ['that is a logout token', { claims: { events: {} } }],
    ['that is over', { claims: { iat: nowS - 7200, exp: nowS - 3600 } }],
    ['that does not say when the person signed in', { claims: { auth_time: undefined } }],
    ['of a sign-in of yesterday', { claims: { auth_time: nowS - 86_400 } }],
    ['of a sign-in to come', { claims: { auth_time: nowS + 86_400 } }],
    ['without a subject', { claims: { sub: undefined } }],
    ['of a subject too long to be one', { claims: { sub: 'x'.repeat(255) } }],
    ['that is none', { idToken: () => 'x.y.z' }],
    ['that is not there', { idToken: () => '' }],
  ]
  for (const [what, twist] of rows)
    test(`${what} signs nobody in`, async () => {
      assert(isIn(await attempt()), 'its twin is taken')
      isRefused(await attempt(twist), 403)
    })
})

describe('Metadata', () => {
  /** Nothing of an earlier document is remembered. */
  const anew = async (metadata: Record<string, unknown>) => {
    policy.issuers.set('house', issuerDocument('house', house.issuer))
    house.twist({ metadata })
    const { gone } = await begin(newBrowser())
    house.twist({})
    return gone
  }
  after(() => policy.issuers.set('house', issuerDocument('house', house.issuer)))

  test('of another issuer is not believed', async () => {
    assert.equal((await anew({})).url.origin, house.issuer)
    isRefused(await anew({ issuer: 'https://elsewhere.example' }), 502)
  })

  test('sends no browser anywhere that is less guarded than the issuer (open redirect)', async () => {
    for (const authorization_endpoint of [
      'http://evil.example/authorize',
      'javascript:alert(1)',
      'data:text/html,x',
      '//evil.example',
      undefined,
    ])
      isRefused(await anew({ authorization_endpoint }), 502)
    isRefused(await anew({ token_endpoint: 'http://169.254.169.254/token' }), 502)
  })
})

describe('A browser', () => {
  test('is sent to no organisation that the plane does not name, and nowhere that an address says', async () => {
    const browser = newBrowser()
    const page = await browser.open(world.begin({ client_id: world.newAgent() }).url)
    for (const way of ['elsewhere', 'constructor', 'finance'])
      isRefused(await browser.open(`${page.url.pathname}/with/${way}`), 404)
    const { gone } = await begin(browser)
    const url = house.back(gone.url)
    for (const name of ['return_to', 'redirect_uri', 'next', 'target_link_uri'])
      url.searchParams.set(name, 'https://evil.example')
    const shown = await browser.open(url)
    assert.equal(shown.url.origin, origin)
    const { gone: third } = await begin(newBrowser())
    assert.equal(third.url.searchParams.get('redirect_uri'), `${origin}/oauth/ops/back/house`)
  })

  test('begins nothing for a sign-in that another browser began', async () => {
    const page = await newBrowser().open(world.begin({ client_id: world.newAgent() }).url)
    isRefused(await newBrowser().open(`${page.url.pathname}/with/house`), 400)
  })

  test('keeps what binds a state to it from scripts and from other sites, for ten minutes', async () => {
    const { gone } = await begin(newBrowser())
    const cookie = gone.headers.getSetCookie().find((one) => one.startsWith('bailiwick-back-'))
    assert.match(
      cookie ?? '',
      /; Path=\/oauth\/ops\/back\/house; Max-Age=600; HttpOnly; SameSite=Lax$/,
    )
    assert.equal(gone.headers.get('referrer-policy'), 'same-origin')
  })
})

describe('Nobody takes over somebody', () => {
  const goThrough = async (claims: Record<string, unknown>) => {
    const browser = newBrowser()
    const left = await leave(browser, {}, 'house')
    house.twist({ claims })
    let shown = await browser.open(house.back(left.gone.url))
    house.twist({})
    if (/value="allow"/.test(shown.text)) shown = await browser.submit(shown, 'allow')
    return { ...left, shown, code: shown.url.searchParams.get('code') ?? '' }
  }
  const userOf = async (claims: Record<string, unknown>) =>
    world.verified((await redeem(await goThrough(claims))).json).user

  test('by an e-mail address, a user name or a subject like the name of an account here', async () => {
    const named = { email: 'alice', preferred_username: 'alice', name: 'alice' }
    const user = await userOf({ sub: 'alice', ...named })
    assert.equal(user, `${house.issuer.replaceAll('/', '%2F')}#alice`)
    const local = await world.people.find('alice')
    assert.deepEqual(
      [local?.issuer, local?.hasPassword, local?.title],
      [undefined, true, undefined],
    )
  })

  test('by the subject that somebody has at another organisation', async () => {
    await world.signInThere()
    const user = await userOf({ sub: 'ana' })
    assert.notEqual(user, world.nameOf('ana'))
  })

  test('by a subject that is written like issuer and subject of somebody else', async () => {
    const users = new Set<unknown>()
    for (const sub of ['a', 'a#a', 'a%23a', 'a/a', 'a%2Fa', '#a']) users.add(await userOf({ sub }))
    assert.equal(users.size, 6)
  })

  test('by an account made under the name of a person of an organisation', async () => {
    const name = `${house.issuer.replaceAll('/', '%2F')}#bea`
    const account = { name, title: undefined, administrator: true, by: 'test' }
    for (const password of [undefined, 'correct horse battery'])
      await assert.rejects(world.people.put({ ...account, password }), isVouched)
    await userOf({ sub: 'bea' })
    await assert.rejects(
      world.people.put({ ...account, password: 'correct horse battery' }),
      isVouched,
    )
  })

  test('by being signed in at the organisation when an account is signed in here', async () => {
    const browser = newBrowser()
    await world.goThrough({ client_id: world.newAgent() }, browser, 'alice')
    const { gone } = await leave(browser, { client_id: world.newAgent(), prompt: 'login' }, 'house')
    const shown = await browser.open(house.back(gone.url))
    assert(isIn(shown))
    assert.match(shown.text, /#ana</)
    assert.equal((await world.people.known('alice', ops))?.issuer, undefined)
  })
})
