import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { createWorld } from '../identity/world.ts'
import { createBrowser } from './browser.ts'
import { startConsoleSignIns } from './console-world.ts'
import { issuerDocument, secret } from './organisation-documents.ts'
import { ask } from './server.ts'
import { password } from './sign-in-world.ts'

const world = await startConsoleSignIns()
const { origin, policy, corp, people, newBrowser, nameOf, clock } = world
const { begin, arrive, typeIn, codeFor, signIn, signInThere, tokenOf, whoIs, failedIn } = world
const tokenUrl = `${origin}/oauth/manager/token`
const ana = { name: 'Ana Demir', groups: ['soc-analysts'] }
const put = (name: string) =>
  people.put({ name, title: undefined, administrator: false, password, by: 'test' })

describe('At the console', () => {
  test('an account signs in at the issuer, with the cookie that a password gives, and goes on where it wanted', async () => {
    const { browser, shown } = await signIn('alice', { to: '/m/ledger?agent=recon-bot' })
    assert.equal(`${shown.url.pathname}${shown.url.search}`, '/m/ledger?agent=recon-bot')
    assert.match(tokenOf(browser) ?? '', /^bwm_/)
    assert.equal((await whoIs(browser))?.name, 'alice')
    const [token] = await people.tokens('alice')
    assert.equal(token?.label, 'browser')
    assert((token?.endsAt ?? 0) - clock.now() > 11 * 3_600_000)
  })

  test('somebody signs in by their organisation without another click, and holds what their teams hold', async () => {
    await corp.tell({ people: { ana }, who: { subject: 'ana' } })
    const { browser, shown } = await signInThere()
    assert.equal(shown.url.pathname, '/m')
    const person = await whoIs(browser)
    assert.equal(person?.name, nameOf('ana'))
    assert.deepEqual([...(person?.teams ?? [])], [['ops', ['soc']]])
  })

  test('nobody is asked whether the console may, and everybody is asked who they are, each time', async () => {
    const { browser } = await signIn()
    const { page } = await arrive({}, browser)
    assert.match(page.text, /You go on to the console from here/)
    const shown = await typeIn(browser, page, 'bob')
    assert.equal(shown.url.pathname, '/m')
    assert.equal((await whoIs(browser))?.name, 'bob')
  })

  test('who has signed in leaves nothing at the issuer that a terminal on that computer could use', async () => {
    const { browser } = await signIn()
    const url = new URL(`${origin}/oauth/manager/authorize`)
    const asked = {
      ...{ response_type: 'code', client_id: 'bailiwick', state: 'x' },
      ...{ redirect_uri: 'http://127.0.0.1:49152/back', code_challenge_method: 'S256' },
      code_challenge: createHash('sha256').update('x').digest('base64url'),
    }
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
    assert.match((await browser.open(url)).text, /value="sign-in"/)
  })

  test('who cancels is told so where they began, and goes on where they wanted later', async () => {
    const { browser, page } = await arrive({ to: '/m/catalog' })
    const shown = await browser.submit(page, 'deny')
    assert.equal(failedIn(shown), 'denied')
    assert.equal(shown.url.searchParams.get('to'), '/m/catalog')
    assert.equal(tokenOf(browser), undefined)
  })

  test('whom their organisation makes one of no team is told so there', async () => {
    await corp.tell({ people: { eve: { groups: [] } }, who: { subject: 'eve' } })
    const { browser, shown } = await signInThere()
    assert.equal(failedIn(shown), 'unknown')
    assert.equal(tokenOf(browser), undefined)
  })

  test('whom their organisation does not sign in is told so there', async () => {
    await corp.tell({ people: { ana }, who: { subject: 'ana' } })
    const { browser, page } = await arrive({ way: 'corp' })
    const answered = await world.through(page)
    answered.url.searchParams.set('code', 'made-up')
    assert.equal(failedIn(await browser.open(answered.url)), 'refused')
  })

  test('an organisation that does not answer is told of by the page, which offers every other way', async () => {
    const document = issuerDocument('gone', 'http://127.0.0.1:1', { manager: true })
    policy.issuers.set('gone', document)
    const { browser, page } = await arrive({ way: 'gone' })
    assert.match(page.text, /cannot be reached/)
    const [, back = ''] = /<a href="([^"]+)">Sign in another way/.exec(page.text) ?? []
    const other = await browser.open(back)
    assert.match(other.text, /value="sign-in"/)
    policy.issuers.delete('gone')
    assert.equal((await typeIn(browser, other)).url.pathname, '/m')
  })

  test('whom the organisation vouches for, and who is nobody here by then, is asked and not sent round', async () => {
    const document = policy.issuers.get('corp')
    assert(document)
    await corp.tell({ people: { ana }, who: { subject: 'ana' } })
    const { browser, page } = await arrive({ way: 'corp' })
    const answered = await world.through(page)
    const [uid = ''] = [...browser.jar.values()].flatMap(({ path }) =>
      path.includes('/sign-in/') ? [path] : [],
    )
    const arrived = await browser.lastly(() => browser.open(answered.url), uid)
    policy.issuers.set('corp', issuerDocument('corp', corp.issuer, { manager: true, lasts: '1s' }))
    clock.advance(1000)
    const shown = await browser.open(arrived)
    policy.issuers.set('corp', document)
    assert.equal(shown.url.origin, origin)
    assert.match(shown.text, /value="sign-in"/)
  })

  test('what takes too long is told so', async () => {
    const { browser, address } = await codeFor()
    clock.advance(61_000)
    assert.equal(failedIn(await browser.open(address)), 'over')
    assert.equal(tokenOf(browser), undefined)
  })

  test('a page of a sign-in that is over leads back to the console, and a plane’s does not', async () => {
    const { page } = await arrive()
    const over = await newBrowser().open(page.url)
    assert.match(over.text, /This sign-in is over.*<a href="\/m">/s)
    const strange = await newBrowser().open('/oauth/manager/back/corp?code=x&state=y')
    assert.match(strange.text, /This sign-in is over.*<a href="\/m">/s)
    const elsewhere = await newBrowser().open(page.url.pathname.replace('manager', 'ops'))
    assert.match(elsewhere.text, /This sign-in is over/)
    assert.doesNotMatch(elsewhere.text, /href="\/m"/)
  })

  test('another process redeems what one has begun', async () => {
    const { browser, page } = await arrive()
    await world.restart()
    const address = await browser.lastly(() => typeIn(browser, page), '/m/back')
    await world.restart()
    assert.equal((await browser.open(address)).url.pathname, '/m')
    assert.equal((await whoIs(browser))?.name, 'alice')
  })

  test('over TLS the browser is known again by a cookie that no neighbouring host can plant', async () => {
    const { identity } = await createWorld()
    const { cookie } = identity.console.begin({ to: '/m', way: undefined })
    assert.match(
      cookie,
      /^__Host-bailiwick-begun-[0-9a-f]{12}=[\w.-]+; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/,
    )
    await identity.close()
  })

  test('strangers are told which ways there are, and nothing of who exists', async () => {
    policy.issuers.set('plant', issuerDocument('plant', 'https://plant.example'))
    assert.deepEqual(await world.current().console.ways(), {
      passkey: false,
      organisations: [{ name: 'corp', title: 'The corp organisation' }],
    })
    policy.issuers.delete('plant')
  })
})

describe('A session of the console that came of a sign-in at the issuer', () => {
  test('ends when its person signs out at the organisation, as a terminal’s does', async () => {
    const logout = `${origin}/oauth/manager/back/corp/logout`
    const redirects = [`${origin}/oauth/manager/back/corp`]
    await corp.tell({ clients: [{ id: 'bailiwick', redirects, secret, logout }] })
    await corp.tell({ people: { ana }, who: { subject: 'ana' } })
    const [here, other, there] = [newBrowser(), await signIn(), createBrowser(corp.issuer)]
    const { page } = await arrive({ way: 'corp' }, here)
    await here.open((await there.open(page.url)).url)
    assert.equal((await whoIs(here))?.name, nameOf('ana'))
    const asked = await there.open('/session/end')
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(asked.text) ?? []
    await there.post('/session/end/confirm', { xsrf, logout: 'yes' })
    assert.equal(await whoIs(here), undefined)
    assert.equal((await whoIs(other.browser))?.name, 'alice')
  })

  test('ends with what the organisation says of its person, and no later', async () => {
    const document = policy.issuers.get('corp')
    assert(document)
    const { browser } = await signInThere()
    policy.issuers.set('corp', issuerDocument('corp', corp.issuer))
    assert.equal(await whoIs(browser), undefined)
    policy.issuers.set('corp', issuerDocument('corp', corp.issuer, { manager: true, lasts: '1s' }))
    clock.advance(1000)
    assert.equal(await whoIs(browser), undefined)
    policy.issuers.set('corp', document)
  })

  test('ends with its person, with another password, and when it is taken away', async () => {
    for (const end of [
      () => people.remove('carol', 'test'),
      () => put('carol'),
      async () => {
        const [token] = await people.tokens('carol')
        await people.revoke('carol', token?.id ?? '', 'test')
      },
    ]) {
      await put('carol')
      const { browser } = await signIn('carol')
      assert.equal((await whoIs(browser))?.name, 'carol')
      await end()
      assert.equal(await whoIs(browser), undefined)
    }
  })

  test('of somebody whom a plane suspended stands: what acts for them is stopped, not what they govern', async () => {
    policy.stopped.add('ops/alice')
    assert.equal((await whoIs((await signIn()).browser))?.name, 'alice')
    policy.stopped.delete('ops/alice')
  })
})

describe('Who attacks the console’s sign-in', () => {
  test('attack: a code of somebody else signs nobody in, whatever state comes along', async () => {
    const theirs = await codeFor('bob')
    const victim = newBrowser()
    // Login CSRF: the attacker's own answer, opened in the victim's browser.
    assert.equal(failedIn(await victim.open(theirs.address)), 'over')
    assert.equal(tokenOf(victim), undefined)
    // The victim has begun a sign-in: their own state with the attacker's code.
    const { state } = begin(victim)
    const mixed = new URL(theirs.address)
    mixed.searchParams.set('state', state)
    assert.equal(failedIn(await victim.open(mixed)), 'over')
    assert.equal(tokenOf(victim), undefined)
  })

  test('attack: a session that somebody planted before is not the one that a sign-in gives', async () => {
    const attacker = await signIn('bob')
    const planted = tokenOf(attacker.browser) ?? ''
    const { browser, page } = await arrive()
    browser.jar.set('bailiwick /api', { value: planted, path: '/api' })
    await typeIn(browser, page)
    assert.notEqual(tokenOf(browser), planted)
    assert.equal((await whoIs(browser))?.name, 'alice')
  })

  test('attack: an answer is replayed in another browser, and in the same one', async () => {
    const { browser, address } = await codeFor()
    await browser.open(address)
    const other = newBrowser()
    assert.equal(failedIn(await other.open(address)), 'over')
    assert.equal(failedIn(await browser.open(address)), 'over')
    assert.equal(tokenOf(other), undefined)
    // Nothing was redeemed a second time: the first one's session stands.
    assert.equal((await whoIs(browser))?.name, 'alice')
  })

  test('attack: a code that is redeemed a second time ends the session that it gave', async () => {
    const { browser, address } = await codeFor()
    const kept = new Map(browser.jar)
    await browser.open(address)
    assert(await whoIs(browser))
    const thief = newBrowser()
    for (const [name, value] of kept) thief.jar.set(name, value)
    assert.equal(failedIn(await thief.open(address)), 'over')
    assert.equal(await whoIs(browser), undefined)
    assert.equal(tokenOf(thief), undefined)
  })

  test('attack: a code of the console is worth nothing at the token endpoint, to whatever client', async () => {
    const { address } = await codeFor()
    const code = address.searchParams.get('code') ?? ''
    // The verifier as the browser's owner could work it out, who reads their own cookies.
    const form = { grant_type: 'authorization_code', code, code_verifier: 'v'.repeat(43) }
    for (const [about, headers] of [
      [{ client_id: 'console', redirect_uri: `${origin}/m/back` }, {}],
      [{ client_id: 'console', client_secret: 'x', redirect_uri: `${origin}/m/back` }, {}],
      [{ client_id: 'bailiwick', redirect_uri: `${origin}/m/back` }, {}],
      [{ client_id: 'bailiwick', redirect_uri: 'http://127.0.0.1:49152/back' }, {}],
      [{ redirect_uri: `${origin}/m/back` }, { authorization: `Basic ${btoa('console:')}` }],
    ] as const) {
      const { status, json } = await ask(tokenUrl, { ...form, ...about }, headers)
      assert(status === 400 || status === 401, JSON.stringify([about, json]))
      assert.equal(json.access_token, undefined)
    }
    for (const grant_type of ['client_credentials', 'refresh_token'])
      assert.equal((await ask(tokenUrl, { grant_type, client_id: 'console' })).status, 401)
  })

  test('attack: the browser’s owner has the verifier, and gets no token for their code all the same', async () => {
    const { browser, state, address } = await codeFor()
    const [held = ''] = [...browser.jar.entries()].flatMap(([name, { value }]) =>
      name.startsWith('bailiwick-begun-') ? [value] : [],
    )
    const [kept = ''] = held.split('.')
    const derive = (what: string) =>
      createHash('sha256').update(`${what} ${kept}`).digest('base64url')
    assert.equal(derive('state'), state)
    for (const client_secret of [undefined, '', secret, 'made-up']) {
      const { status, json } = await ask(tokenUrl, {
        ...{ grant_type: 'authorization_code', client_id: 'console' },
        ...{ redirect_uri: `${origin}/m/back`, code_verifier: derive('verifier') },
        code: address.searchParams.get('code') ?? '',
        ...(client_secret !== undefined && { client_secret }),
      })
      assert.deepEqual([status, json.error], [401, 'invalid_client'])
    }
    assert.equal((await browser.open(address)).url.pathname, '/m')
  })

  test('attack: a code of the terminal’s is redeemed as the console’s', async () => {
    const browser = newBrowser()
    const { state } = begin(browser)
    const [[, { value = '' } = {}] = []] = [...browser.jar]
    const verifier = createHash('sha256')
      .update(`verifier ${value.split('.')[0]}`)
      .digest('base64url')
    const url = new URL(`${origin}/oauth/manager/authorize`)
    const asked = {
      ...{ response_type: 'code', client_id: 'bailiwick', state, code_challenge_method: 'S256' },
      redirect_uri: 'http://127.0.0.1:49152/back',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    }
    for (const [name, written] of Object.entries(asked)) url.searchParams.set(name, written)
    const consent = await typeIn(browser, await browser.open(url))
    const gone = await browser.submit(consent, 'allow')
    const address = new URL(`/m/back${gone.url.search}`, origin)
    assert.equal(failedIn(await browser.open(address)), 'over')
    assert.equal(tokenOf(browser), undefined)
  })

  test('attack: codes are sent to the console’s one address, at this origin and port, and with PKCE alone', async () => {
    const port = Number(new URL(origin).port)
    const asked = (changed: Record<string, string | undefined>) => {
      const { url } = begin(newBrowser())
      for (const [name, value] of Object.entries(changed))
        if (value === undefined) url.searchParams.delete(name)
        else url.searchParams.set(name, value)
      return newBrowser().open(url)
    }
    for (const redirect_uri of [
      'https://evil.example/m/back',
      `${origin}.evil.example/m/back`,
      `http://127.0.0.1:${port === 65535 ? 1 : port + 1}/m/back`,
      `http://localhost:${port}/m/back`,
      `${origin}/m/back/`,
      `${origin}/m/back?next=https://evil.example`,
      `${origin}/m`,
      'http://127.0.0.1:49152/back',
      undefined,
    ]) {
      const shown = await asked({ redirect_uri })
      assert(shown.status >= 400, String(redirect_uri))
      assert.equal(shown.url.pathname, '/oauth/manager/authorize')
    }
    for (const changed of [{ code_challenge: undefined }, { code_challenge_method: 'plain' }])
      assert.equal(failedIn(await asked(changed)), 'over')
    assert.equal((await asked({ client_id: 'console@manager' })).status, 400)
  })

  test('attack: a sign-in leads on to somebody else’s page', async () => {
    for (const to of ['//evil.example/m', '/m/../../evil']) {
      const { shown } = await signIn('alice', { to })
      assert.equal(shown.url.href, `${origin}/m`, to)
    }
    // The cookie is the browser’s own to write: what stands in it is looked at again.
    const { browser, state, address } = await codeFor()
    for (const [name, { value, path }] of browser.jar)
      if (name.startsWith('bailiwick-begun-')) {
        const evil = Buffer.from('https://evil.example').toString('base64url')
        browser.jar.set(name, { value: value.replace(/\..*/, `.${evil}`), path })
      }
    assert.equal(address.searchParams.get('state'), state)
    assert.equal((await browser.open(address)).url.href, `${origin}/m`)
  })

  test('attack: who is signed in at the issuer is signed in to the console by a link', async () => {
    const browser = newBrowser()
    const url = new URL(`${origin}/oauth/manager/authorize`)
    const verifier = randomBytes(32).toString('base64url')
    const asked = {
      ...{ response_type: 'code', client_id: 'bailiwick', state: 'x' },
      ...{ redirect_uri: 'http://127.0.0.1:49152/back', code_challenge_method: 'S256' },
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    }
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
    await typeIn(browser, await browser.open(url))
    const { page } = await arrive({}, browser)
    assert.match(page.text, /value="sign-in"/)
    const silent = begin(browser)
    silent.url.searchParams.set('prompt', 'none')
    assert.equal(failedIn(await browser.open(silent.url)), 'later')
    assert.equal(tokenOf(browser), undefined)
  })

  test('attack: somebody who was removed while they signed in gets no session', async () => {
    await put('dave')
    const { browser, address } = await codeFor('dave')
    await people.remove('dave', 'test')
    assert.equal(failedIn(await browser.open(address)), 'over')
    assert.equal(tokenOf(browser), undefined)
  })

  test('attack: an answer of another issuer, or one with two states, is none', async () => {
    const { browser, address, state } = await codeFor()
    const other = new URL(address)
    other.searchParams.set('iss', 'https://evil.example')
    assert.equal(failedIn(await browser.open(other)), 'over')
    const twice = new URL(address)
    twice.searchParams.append('state', state)
    assert.equal(failedIn(await browser.open(twice)), 'over')
    assert.equal((await browser.open(address)).url.pathname, '/m')
  })
})

test('Where nothing can be recorded nobody signs in to the console, and is told to come later', async () => {
  const { browser, address } = await codeFor()
  world.full(true)
  assert.equal(failedIn(await browser.open(address)), 'later')
  world.full(false)
  assert.equal(tokenOf(browser), undefined)
})
