import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ops } from '../identity/world.ts'
import { startSignIns } from './sign-in-world.ts'

const world = await startSignIns()
const { origin, policy, begin, goThrough, redeem, newBrowser, verified, documents, fetched } = world
const id = 'https://claude.example/oauth/client.json'
const back = 'https://claude.example/back'
const written = (changed: object = {}) =>
  JSON.stringify({ client_id: id, client_name: 'Claude', redirect_uris: [back], ...changed })
const register = async (body: unknown, type = 'application/json') => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const init = { method: 'POST', headers: { 'content-type': type }, body: text }
  const response = await fetch(`${origin}/oauth/ops/register`, init)
  const json = (await response.json()) as Record<string, unknown>
  return { status: response.status, json }
}
const statusOf = async (client_id: string, redirect_uri: string) =>
  (await newBrowser().open(begin({ client_id, redirect_uri }).url)).status

describe('A program that describes itself at an address of its own', () => {
  test('signs people in as the agent that the plane names, where the plane names its host', async () => {
    documents.set(id, written())
    policy.signIns.set(ops, { clients: { agent: 'desktop', metadata: ['claude.example'] } })
    const gone = await goThrough({ client_id: id, redirect_uri: back })
    const { json } = await redeem(gone, { client_id: id, redirect_uri: back })
    const { user, client } = verified(json)
    assert.deepEqual([user, client], ['alice', 'desktop@workplace-ai'])
  })

  test('is told apart on the page by the host that it comes from', async () => {
    const { text } = await newBrowser().open(begin({ client_id: id, redirect_uri: back }).url)
    assert.match(text, /“Claude”, of <strong>claude\.example<\/strong>/)
  })

  test('is fetched once in ten minutes, and a wrong one once in half a minute', async () => {
    const before = fetched.length
    for (let i = 0; i < 3; i++)
      await newBrowser().open(begin({ client_id: id, redirect_uri: back }).url)
    world.clock.advance(600_000)
    await newBrowser().open(begin({ client_id: id, redirect_uri: back }).url)
    assert(fetched.length - before <= 2)
  })

  const notFetched = [
    'https://evil.example/oauth/client.json',
    'https://claude.example.evil.example/client.json',
    'https://claude.example:8443/client.json',
    'https://user@claude.example/client.json',
    'https://claude.example/',
    'https://claude.example/a/../client.json',
    'https://CLAUDE.example/client.json',
    'https://claude.example/client.json#x',
    'http://claude.example/client.json',
    'https://127.0.0.1/client.json',
    'https://[::ffff:127.0.0.1]/client.json',
    'https://169.254.169.254/latest/meta-data',
  ]
  for (const address of notFetched) {
    test(`is nobody, and nothing is fetched, at ${address}`, async () => {
      documents.set(address, written({ client_id: address }))
      assert.equal(await statusOf(address, back), 400)
      assert(!fetched.includes(address))
    })
  }

  const wrong: Readonly<Record<string, string | undefined>> = {
    'is not there': undefined,
    'is of another': written({ client_id: 'https://claude.example/other.json' }),
    'says no address': written({ redirect_uris: [] }),
    'says an address that a browser would run': written({ redirect_uris: [back, 'javascript:1'] }),
    'says an address without https': written({ redirect_uris: ['http://claude.example/back'] }),
    'brings a secret': written({ client_secret: 'x' }),
    'wants to prove itself by a secret': written({
      token_endpoint_auth_method: 'client_secret_basic',
    }),
    'says a key twice': `{"client_id":"${id}","client_id":"${id}","redirect_uris":["${back}"]}`,
    'is no JSON': '<html>',
    'has a name that rewrites lines': written({ client_name: 'a\u202eb' }),
  }
  for (const [name, text] of Object.entries(wrong)) {
    test(`whose document ${name} is nobody`, async () => {
      const address = `https://claude.example/wrong/${encodeURIComponent(name)}.json`
      if (text !== undefined) documents.set(address, text.replaceAll(id, address))
      assert.equal(await statusOf(address, back), 400)
    })
  }

  test('is nobody where the agent acts for several consumers and none is named, or for none of that name', async () => {
    const metadata = ['claude.example']
    for (const clients of [
      { agent: 'shared', metadata },
      { agent: 'shared', consumer: 'nobody', metadata },
      { agent: 'nobody', metadata },
    ]) {
      policy.signIns.set(ops, { clients })
      assert.equal(await statusOf(id, back), 400)
    }
    policy.signIns.set(ops, { clients: { agent: 'shared', consumer: 'soc', metadata } })
    assert.equal(await statusOf(id, back), 200)
  })

  test('is nobody from the moment that the plane names its host no more', async () => {
    policy.signIns.set(ops, { clients: { agent: 'desktop', metadata: ['claude.example'] } })
    const gone = await goThrough({ client_id: id, redirect_uri: back })
    policy.signIns.set(ops, { clients: { agent: 'desktop', metadata: ['other.example'] } })
    const { status } = await redeem(gone, { client_id: id, redirect_uri: back })
    assert.equal(status, 401)
  })
})

describe('A program that registers itself', () => {
  const asked = {
    client_name: 'Inspector',
    redirect_uris: ['http://localhost:6274/oauth/callback'],
  }

  test('finds nothing where the plane does not let programs register', async () => {
    policy.signIns.delete(ops)
    assert.equal((await register(asked)).status, 404)
    policy.signIns.set(ops, { clients: { agent: 'desktop', metadata: ['claude.example'] } })
    assert.equal((await register(asked)).status, 404)
  })

  test('has an id without a secret, whatever it asked for, and signs people in', async () => {
    policy.signIns.set(ops, { clients: { agent: 'desktop', register: true } })
    const { status, json } = await register({
      ...asked,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      scope: 'everything',
    })
    assert.equal(status, 201)
    const { client_id, ...rest } = json
    assert.deepEqual(rest, {
      ...asked,
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    })
    const changed = { client_id: String(client_id), redirect_uri: String(asked.redirect_uris[0]) }
    const { json: answered } = await redeem(await goThrough(changed), changed)
    assert.equal(verified(answered).client, 'desktop@workplace-ai')
  })

  test('that nobody signed in for is forgotten after a day, and one that somebody did is not', async () => {
    const [tried, untried] = [await register(asked), await register(asked)]
    const redirect_uri = String(asked.redirect_uris[0])
    await goThrough({ client_id: String(tried.json.client_id), redirect_uri })
    world.clock.advance(24 * 3_600_000)
    assert.equal(await statusOf(String(untried.json.client_id), redirect_uri), 400)
    assert.equal(await statusOf(String(tried.json.client_id), redirect_uri), 200)
  })

  const wrong: Readonly<Record<string, unknown>> = {
    'no address': {},
    'an address that a browser would run': { redirect_uris: ['javascript:alert(1)'] },
    'an address with a pattern': { redirect_uris: ['https://*.example/back'] },
    'an address with a fragment': { redirect_uris: ['https://a.example/back#x'] },
    'too many addresses': {
      redirect_uris: Array.from({ length: 21 }, (_, i) => `https://a.example/${i}`),
    },
    'no sign-in by code': { ...asked, grant_types: ['client_credentials'] },
    'no JSON': '{',
  }
  for (const [name, body] of Object.entries(wrong)) {
    test(`with ${name} is told what is wrong`, async () => {
      world.clock.advance(600_000)
      const { status, json } = await register(body)
      assert.equal(status, 400)
      assert.match(String(json.error), /^invalid_(redirect_uri|client_metadata)$/)
      assert(String(json.error_description).length > 10)
    })
  }

  test('in a loop is sent away', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 12; i++) statuses.push((await register(asked)).status)
    assert.equal(statuses.at(-1), 429)
  })

  test('with a body that is too large is refused before it is read to its end', async () => {
    world.clock.advance(6_000_000)
    const { status } = await register(JSON.stringify({ ...asked, x: 'x'.repeat(20_000) }))
    assert.equal(status, 400)
  })
})
