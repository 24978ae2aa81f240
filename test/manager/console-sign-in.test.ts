import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Browser, createBrowser, type Shown } from '../issuer/browser.ts'
import { password, startWorld, type World } from './world.ts'

describe('A sign-in of the console at the Manager’s issuer', () => {
  let world: World
  let ours: Record<string, string>
  before(async () => {
    world = await startWorld()
    ours = { origin: world.origin, 'sec-fetch-site': 'same-origin' }
    await world.apply([
      { kind: 'Plane', name: 'ops' },
      { kind: 'Plane', name: 'fin' },
      { kind: 'RoleBinding', plane: 'ops', name: 'soc', role: 'soc', people: ['bob'] },
    ])
    const { people } = world.started.installation
    for (const name of ['alice', 'bob'])
      await people.put({ name, title: undefined, administrator: false, password, by: 'test' })
  })
  after(() => world.stop())

  const begin = (browser: Browser, body: object, headers = ours) =>
    browser.act('/api/v1/session/begin', body, headers)
  const locationIn = ({ text }: Shown) => JSON.parse(text).location as string
  const signIn = async (name: string, to = '/m/ledger') => {
    const browser = createBrowser(world.origin)
    const page = await browser.open(locationIn(await begin(browser, { to })))
    return { browser, shown: await browser.submit(page, 'sign-in', { name, password }) }
  }
  const asOurs = (browser: Browser) => {
    const cookie = `bailiwick=${browser.jar.get('bailiwick /api')?.value}`
    return (method: string, path: string) =>
      world.ask(method, path, { headers: { ...ours, cookie } })
  }

  test('is begun by a page of ours, whose browser is known again by a cookie that no script reads', async () => {
    const about = { body: { to: '/m/ledger' }, headers: ours }
    const { status, headers, text } = await world.ask('POST', '/session/begin', about)
    assert.equal(status, 200)
    assert.match(
      String(headers['set-cookie']),
      /^bailiwick-begun-[0-9a-f]{12}=[\w-]{43}\.[\w-]+; Path=\/m\/back; HttpOnly; SameSite=Lax; Max-Age=600$/,
    )
    const [, secret = ''] = /=([\w-]{43})\./.exec(String(headers['set-cookie'])) ?? []
    assert.ok(secret !== '' && !text.includes(secret))
    const { location } = JSON.parse(text)
    assert.match(location, /^\/oauth\/manager\/authorize\?response_type=code&client_id=console&/)
  })

  const strangers: readonly (readonly [string, Record<string, string>])[] = [
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of a neighbouring host', { 'sec-fetch-site': 'same-site' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['a browser that tells nothing of where it comes from', {}],
  ]
  for (const [who, headers] of strangers)
    test(`attack: a sign-in is begun by ${who}, and is refused`, async () => {
      const answer = await world.ask('POST', '/session/begin', { body: {}, headers })
      assert.deepEqual([answer.status, answer.headers['set-cookie']], [403, undefined])
    })

  test('gives the session that a password gives, with the roles of its person and no others', async () => {
    const { browser, shown } = await signIn('bob')
    assert.equal(shown.url.pathname, '/m/ledger')
    const ask = asOurs(browser)
    const me = (await ask('GET', '/session')).json<{ planes: { plane: string }[] }>()
    assert.deepEqual(me.planes, [{ plane: 'ops', roles: [{ role: 'soc' }] }])
    assert.equal((await ask('GET', '/planes/ops/status')).status, 200)
    assert.equal((await ask('GET', '/planes/fin/status')).status, 404)
    assert.equal((await ask('GET', '/people')).status, 403)
  })

  test('stands in the ledger, with how its person signed in, before anything comes of it', async () => {
    const token = await world.signIn('root', { administrator: true })
    await signIn('bob')
    const [newest] = await world.started.installation.people
      .tokens('bob')
      .then((all) => all.reverse())
    let found: Record<string, unknown> | undefined
    for (let position = 1; !found; position++) {
      const { status, json } = await world.ask('GET', `/planes/ops/ledger/entries/${position}`, {
        token,
      })
      assert.equal(status, 200, `no entry names ${newest?.id}`)
      const { entry } = json<{ entry: Record<string, unknown> }>()
      if (entry.token === newest?.id) found = entry
    }
    const { type, person, label, acr } = found
    assert.deepEqual(
      { type, person, label, acr },
      { type: 'person.signed-in', person: 'bob', label: 'browser', acr: 'password' },
    )
  })

  test('is over when it is ended, and leaves no one signed in at the issuer', async () => {
    const { browser } = await signIn('alice')
    const ask = asOurs(browser)
    assert.equal((await ask('DELETE', '/session')).status, 204)
    assert.equal((await ask('GET', '/session')).status, 401)
    const page = await browser.open(locationIn(await begin(browser, {})))
    assert.match(page.text, /value="sign-in"/)
  })

  test('comes back by GET alone, and what it answers is kept nowhere', async () => {
    const send = (method: string) =>
      fetch(`${world.origin}/m/back?code=x&state=y`, { method, redirect: 'manual' })
    for (const method of ['HEAD', 'POST', 'PUT']) assert.equal((await send(method)).status, 405)
    const { status, headers } = await send('GET')
    assert.equal(status, 303)
    assert.equal(headers.get('location'), '/m/sign-in?failed=over')
    assert.deepEqual(headers.getSetCookie(), [])
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
  })

  test('is told to strangers as ways that there are', async () => {
    const { json } = await world.ask('GET', '/session/ways')
    assert.deepEqual(json(), { passkey: false, organisations: [] })
  })
})
