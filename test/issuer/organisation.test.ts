import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ops } from '../identity/world.ts'
import { issuerDocument, secret } from './organisation-documents.ts'
import { startOrganisationSignIns } from './organisation-world.ts'

const world = await startOrganisationSignIns()
const { origin, policy, corp, signInThere, redeem, refresh, newBrowser, nameOf } = world

const ana = { name: 'Ana Demir', groups: ['soc-analysts'] }
const tellOf = (people: Record<string, object>, who = 'ana') =>
  corp.tell({ people: people as never, who: { subject: who } })

describe('Whoever signs in by their organisation', () => {
  test('is asked by it, comes back, agrees, and gets a token that says who they are', async () => {
    await tellOf({ ana })
    const signed = await signInThere()
    const { gone } = signed
    assert.equal(gone.url.origin, corp.issuer)
    assert.equal(gone.url.searchParams.get('redirect_uri'), `${origin}/oauth/ops/back/corp`)
    assert.equal(gone.url.searchParams.get('code_challenge_method'), 'S256')
    assert.equal(gone.url.searchParams.get('scope'), 'openid profile')
    const { status, json } = await redeem(signed)
    assert.equal(status, 200, JSON.stringify(json))
    const token = world.verified(json)
    assert.deepEqual([token.user, token.agent], [nameOf('ana'), 'desktop'])
    assert.equal(token.acr, undefined)
    assert(Math.abs((token.signedInAt ?? 0) - Date.now()) < 60_000)
  })

  test('is entered with the issuer that vouched for them', async () => {
    await tellOf({ ana })
    await signInThere()
    const entry = world.signedIn.at(-1)
    assert.deepEqual([entry?.person, entry?.issuer], [nameOf('ana'), corp.issuer])
  })

  test('is shown as their organisation calls them, and that decides nothing', async () => {
    await tellOf({ ana: { ...ana, name: 'Ana Yıldız' } })
    await signInThere()
    const account = await world.people.find(nameOf('ana'))
    assert.deepEqual(
      [account?.title, account?.issuer, account?.hasPassword, account?.administrator],
      ['Ana Yıldız', corp.issuer, false, false],
    )
  })

  test('brings along when and how they proved it, which is what a step up asks for', async () => {
    const at = Math.floor(Date.now() / 1000) - 3000
    await corp.tell({ people: { ana }, who: { subject: 'ana', at, acr: 'urn:corp:two-factors' } })
    const signed = await signInThere({ acr_values: 'urn:corp:two-factors' })
    assert.equal(signed.gone.url.searchParams.get('acr_values'), 'urn:corp:two-factors')
    const token = world.verified((await redeem(signed)).json)
    assert.deepEqual([token.acr, token.signedInAt], ['urn:corp:two-factors', at * 1000])
  })

  test('proves themselves anew where the program asks for that', async () => {
    await tellOf({ ana })
    const signed = await signInThere({ prompt: 'login', max_age: '3600' })
    assert.equal(signed.gone.url.searchParams.get('prompt'), 'login')
    assert.equal(signed.gone.url.searchParams.get('max_age'), '3600')
    assert.equal((await redeem(signed)).status, 200)
  })

  test('signs in where this gateway proves itself by the keys of its issuer', async () => {
    const jwks = await world.identity.jwks(ops)
    const clients = (keys: boolean) => [
      {
        ...{ id: 'bailiwick', redirects: [world.redirect] },
        ...(keys ? { jwks } : { secret }),
      },
    ]
    await corp.tell({ people: { ana }, who: { subject: 'ana' }, clients: clients(true) })
    policy.issuers.set('corp', issuerDocument('corp', corp.issuer, { client: { id: 'bailiwick' } }))
    assert.equal((await redeem(await signInThere())).status, 200)
    policy.issuers.set('corp', issuerDocument('corp', corp.issuer))
    await corp.tell({ clients: clients(false) })
  })
})

describe('What an organisation says', () => {
  test('lets nobody in whom it makes one of no team', async () => {
    await tellOf(
      { eve: { name: 'Eve', groups: ['staff', 'SOC-analysts', 'soc-analysts '] } },
      'eve',
    )
    const { shown } = await signInThere()
    assert.equal(shown.status, 403)
    assert.match(shown.text, /makes you one of no team here/)
    assert.equal(await world.people.find(nameOf('eve')), undefined)
    assert(world.refusedSignIns.includes('no team of the organisation'))
  })

  test('opens agents whose document names that team, and no others', async () => {
    await tellOf({ ana })
    policy.put(ops, 'watch', ['workplace-ai'], false, {
      redirects: ['https://app.example/back'],
      teams: ['soc'],
    })
    policy.put(ops, 'turbine', ['workplace-ai'], false, {
      redirects: ['https://app.example/back'],
      teams: ['operations'],
    })
    assert.notEqual((await signInThere({ client_id: 'watch' })).code, '')
    const { shown } = await signInThere({ client_id: 'turbine' })
    assert.match(shown.text, /You may not use this agent/)
  })

  test('takes the place of what it said before: a role that the claims no longer give is gone at the next sign-in', async () => {
    await tellOf({ ana })
    const before = await redeem(await signInThere())
    assert.equal(before.status, 200)
    await tellOf({ ana: { ...ana, groups: ['staff'] } })
    assert.equal((await signInThere()).shown.status, 403)
    const after = await refresh(before.json.refresh_token)
    assert.deepEqual([after.status, after.json.error], [400, 'invalid_grant'])
  })

  test('is read by the document as it is now', async () => {
    await tellOf({ ana })
    const first = await redeem(await signInThere())
    const document = policy.issuers.get('corp')
    assert(document)
    policy.issuers.set(
      'corp',
      issuerDocument('corp', corp.issuer, {
        teams: [{ team: 'soc', claim: 'groups', values: ['other'] }],
      }),
    )
    assert.equal((await refresh(first.json.refresh_token)).status, 400)
    policy.issuers.set('corp', document)
  })

  test('is believed for as long as the document says, and the Issuer stands', async () => {
    await tellOf({ ana })
    const document = policy.issuers.get('corp')
    assert(document)
    policy.issuers.set('corp', issuerDocument('corp', corp.issuer, { lasts: '1h' }))
    const { json } = await redeem(await signInThere())
    const second = await refresh(json.refresh_token)
    assert.equal(second.status, 200)
    policy.issuers.delete('corp')
    assert.equal(await world.people.known(nameOf('ana'), ops), undefined)
    policy.issuers.set('corp', document)
    assert(await world.people.known(nameOf('ana'), ops))
    policy.issuers.set('corp', issuerDocument('corp', corp.issuer, { lasts: '1s' }))
    world.clock.advance(1000)
    assert.equal(await world.people.known(nameOf('ana'), ops), undefined)
    policy.issuers.set('corp', document)
  })
})

describe('Another process, or this one after a restart,', () => {
  test('takes the answer to what the first one began, and goes on', async () => {
    await tellOf({ ana })
    const browser = newBrowser()
    const left = await world.leave(browser, { client_id: world.newAgent() })
    const answered = await world.through(left.gone)
    await world.restart()
    const consent = await browser.open(answered.url)
    await world.restart()
    const { url } = await browser.submit(consent, 'allow')
    assert.notEqual(url.searchParams.get('code'), null)
  })
})

describe('An organisation', () => {
  test('whose keys follow one another signs people in all the while', async () => {
    await tellOf({ ana })
    assert.equal((await redeem(await signInThere())).status, 200)
    await corp.tell({ keys: 2 })
    world.clock.advance(30_000)
    assert.equal((await redeem(await signInThere())).status, 200)
    await corp.tell({ keys: 1 })
    world.clock.advance(30_000)
  })

  test('that signs nobody in is told of, and the other ways stand', async () => {
    await corp.tell({ who: undefined })
    const { shown, browser } = await signInThere()
    assert.equal(shown.status, 403)
    assert.match(shown.text, /did not sign you in/)
    const again = await browser.open(/href="([^"]+)"/.exec(shown.text)?.[1] ?? '')
    assert.match(again.text, /name="password"/)
  })

  test('that is away is told of, and accounts of the gateway still sign in', async () => {
    policy.issuers.set('away', issuerDocument('away', 'http://127.0.0.1:1'))
    const browser = newBrowser()
    const { page, gone } = await world.leave(browser, { client_id: world.newAgent() }, 'away')
    assert.equal(gone.status, 502)
    assert.match(gone.text, /The away organisation cannot be reached/)
    assert.match(gone.headers.get('content-security-policy') ?? '', /default-src 'none'/)
    const signed = await world.signIn(browser, await browser.open(page.url))
    assert.match(signed.text, /value="allow"/)
    policy.issuers.delete('away')
  })
})
