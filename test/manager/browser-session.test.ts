import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { password, startWorld, type World } from './world.ts'

describe('The session of a browser', () => {
  let world: World
  let ours: Record<string, string>
  let cookie = ''
  const signIn = (headers: Record<string, string>) =>
    world.ask('POST', '/session', { body: { name: 'alice', password, cookie: true }, headers })
  before(async () => {
    world = await startWorld()
    ours = { origin: world.origin, 'sec-fetch-site': 'same-origin' }
    await world.signIn('alice', { administrator: true })
    cookie = String((await signIn(ours)).headers['set-cookie']).split(';')[0] ?? ''
  })
  after(() => world.stop())

  test('is a cookie that no script reads and no other site’s request carries, and its token is told nowhere', async () => {
    const { status, headers, text } = await signIn(ours)
    assert.equal(status, 201)
    assert.match(
      String(headers['set-cookie']),
      /^bailiwick=[\w.~-]+; Path=\/api; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
    )
    const token = /=([^;]+)/.exec(String(headers['set-cookie']))?.[1] ?? ''
    assert.ok(token.length > 20 && !text.includes(token))
  })

  test('serves pages of ours, which change things by it', async () => {
    assert.equal((await world.ask('GET', '/session', { headers: { ...ours, cookie } })).status, 200)
    const body = { kind: 'Plane', name: 'desk', apiVersion: 'bailiwick/v1' }
    const headers = { ...ours, cookie, 'if-none-match': '*' }
    assert.equal((await world.ask('PUT', '/planes/desk', { body, headers })).status, 201)
  })

  const strangers: readonly (readonly [string, Record<string, string>])[] = [
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a page of a neighbouring host', { 'sec-fetch-site': 'same-site' }],
    ['an address that somebody typed', { 'sec-fetch-site': 'none' }],
    ['another origin, in a browser that tells no more', { origin: 'https://evil.example' }],
    ['a browser that tells nothing of where it comes from', {}],
    [
      'a page that claims both',
      { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
    ],
  ]
  for (const [who, headers] of strangers)
    test(`attack: a request that ${who} made rides on the cookie, and is refused`, async () => {
      for (const [method, path] of [
        ['GET', '/session'],
        ['DELETE', '/session'],
        ['DELETE', '/people/alice'],
      ] as const)
        assert.equal(
          (await world.ask(method, path, { headers: { ...headers, cookie } })).status,
          403,
          `${method} ${path}`,
        )
    })

  test('attack: another site signs a browser in as somebody of its own, and is refused', async () => {
    assert.equal((await signIn({ 'sec-fetch-site': 'cross-site' })).status, 403)
    assert.equal((await signIn({})).status, 403)
  })

  test('attack: a planted cookie of the same name makes both of them nothing', async () => {
    const two = `${cookie}; bailiwick=planted`
    assert.equal(
      (await world.ask('GET', '/session', { headers: { ...ours, cookie: two } })).status,
      401,
    )
  })

  test('does not stand in for a token that is shown and is bad', async () => {
    const headers = { ...ours, cookie }
    assert.equal((await world.ask('GET', '/session', { token: 'bad', headers })).status, 401)
  })

  test('is over when it is ended: the cookie is taken away and its token is good no more', async () => {
    const headers = { ...ours, cookie }
    const ended = await world.ask('DELETE', '/session', { headers })
    assert.equal(ended.status, 204)
    const [own = '', ofPasskeys = ''] = ended.headers['set-cookie'] ?? []
    assert.match(own, /^bailiwick=; .*Max-Age=0$/)
    assert.match(ofPasskeys, /^bailiwick-passkeys=; Path=\/; .*Max-Age=0$/)
    assert.equal((await world.ask('GET', '/session', { headers })).status, 401)
  })
})
