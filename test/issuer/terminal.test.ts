import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import type { Browser } from './browser.ts'
import { issuerDocument, secret } from './organisation-documents.ts'
import { startOrganisationSignIns } from './organisation-world.ts'
import { ask } from './server.ts'
import { password } from './sign-in-world.ts'

const world = await startOrganisationSignIns()
const { origin, policy, corp, newBrowser, nameOf, people, clock } = world
const redirect = 'http://127.0.0.1:49152/back'
const tokenUrl = `${origin}/oauth/manager/token`
policy.issuers.set('corp', issuerDocument('corp', corp.issuer, { manager: true }))
const back = `${origin}/oauth/manager/back/corp`
await corp.tell({ clients: [{ id: 'bailiwick', redirects: [back, world.redirect], secret }] })
const ana = { name: 'Ana Demir', groups: ['soc-analysts'] }

const begin = (changed: Record<string, string | undefined> = {}) => {
  clock.advance(1000)
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL(`${origin}/oauth/manager/authorize`)
  const asked: Record<string, string | undefined> = {
    ...{ response_type: 'code', client_id: 'bailiwick', redirect_uri: redirect, state: 'x' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changed,
  }
  for (const [name, value] of Object.entries(asked))
    if (value !== undefined) url.searchParams.set(name, value)
  return { url, verifier }
}
/** To the question whether it was they who began it. */
const arrive = async (browser: Browser = newBrowser()) => {
  const begun = begin()
  const page = await browser.open(begun.url)
  assert.match(page.text, /Sign in to the Manager/)
  const gone = await browser.open(`${page.url.pathname}/with/corp`)
  const answered = await world.through(gone)
  return { ...begun, browser, gone, shown: await browser.open(answered.url) }
}
const signInThere = async () => {
  const arrived = await arrive()
  const shown = await arrived.browser.submit(arrived.shown, 'allow')
  return { ...arrived, shown, code: shown.url.searchParams.get('code') ?? '' }
}
const redeem = ({ code, verifier }: { code: string; verifier: string }, changed = {}) =>
  ask(tokenUrl, {
    ...{ grant_type: 'authorization_code', client_id: 'bailiwick', redirect_uri: redirect },
    ...{ code, code_verifier: verifier },
    ...changed,
  })
const personOf = async (json: Record<string, unknown>) =>
  (await people.authenticate(String(json.access_token)))?.person

describe('At the Manager', () => {
  test('somebody signs in by their organisation, and holds what their teams hold', async () => {
    await corp.tell({ people: { ana }, who: { subject: 'ana' } })
    const { json, status } = await redeem(await signInThere())
    assert.equal(status, 200, JSON.stringify(json))
    assert.match(String(json.access_token), /^bwm_/)
    assert.deepEqual([json.token_type, json.refresh_token], ['Bearer', undefined])
    const person = await personOf(json)
    assert.deepEqual([person?.name, person?.administrator], [nameOf('ana'), false])
    assert.deepEqual([...(person?.teams ?? [])], [['ops', ['soc']]])
  })

  test('an account signs in too, with what a sign-in at the API gives', async () => {
    const browser = newBrowser()
    const begun = begin()
    const page = await browser.open(begun.url)
    const consent = await browser.submit(page, 'sign-in', { name: 'alice', password })
    const shown = await browser.submit(consent, 'allow')
    const code = shown.url.searchParams.get('code') ?? ''
    const { json } = await redeem({ code, verifier: begun.verifier })
    const person = await personOf(json)
    assert.deepEqual([person?.name, person?.teams], ['alice', undefined])
    assert(Number(json.expires_in) > 11 * 3600)
  })

  test('the person is asked each time whether it was they who began it', async () => {
    const { shown, browser } = await arrive()
    assert.match(shown.text, /Did you just sign in from a terminal\?/)
    assert.match(shown.text, /this computer/)
    const again = await browser.open(begin().url)
    assert.match(again.text, /Did you just sign in from a terminal\?/)
    const denied = await browser.submit(again, 'deny')
    assert.equal(denied.url.searchParams.get('error'), 'access_denied')
    assert.equal(denied.url.searchParams.get('iss'), `${origin}/oauth/manager`)
  })

  test('what an organisation no longer says is gone with the next sign-in, from tokens that stand too', async () => {
    await corp.tell({ people: { ana }, who: { subject: 'ana' } })
    const { json } = await redeem(await signInThere())
    assert(await personOf(json))
    await corp.tell({ people: { ana: { ...ana, groups: [] } } })
    assert.equal((await arrive()).shown.status, 403)
    assert.equal(await personOf(json), undefined)
    await corp.tell({ people: { ana } })
  })

  test('what the document no longer says is gone at once', async () => {
    await corp.tell({ people: { ana }, who: { subject: 'ana' } })
    const document = policy.issuers.get('corp')
    assert(document)
    const { json } = await redeem(await signInThere())
    assert(await personOf(json))
    policy.issuers.set('corp', issuerDocument('corp', corp.issuer))
    assert.equal(await personOf(json), undefined)
    policy.issuers.set('corp', issuerDocument('corp', corp.issuer, { manager: true, lasts: '1s' }))
    clock.advance(1000)
    assert.equal(await personOf(json), undefined)
    policy.issuers.set('corp', document)
  })

  test('nobody is offered an organisation that signs people in at a plane alone', async () => {
    policy.issuers.set('plant', issuerDocument('plant', 'https://plant.example'))
    const browser = newBrowser()
    const page = await browser.open(begin().url)
    assert.doesNotMatch(page.text, /with\/plant/)
    assert.equal((await browser.open(`${page.url.pathname}/with/plant`)).status, 404)
    policy.issuers.delete('plant')
  })

  test('whoever signed in at a plane alone is nobody at the Manager', async () => {
    policy.issuers.set('corp', issuerDocument('corp', corp.issuer))
    await world.signInThere()
    assert.equal(await people.begin({ person: nameOf('ana'), label: 'x' }), undefined)
    policy.issuers.set('corp', issuerDocument('corp', corp.issuer, { manager: true }))
  })
})

describe('The Manager’s issuer', () => {
  test('says what it does, and nothing else', async () => {
    const answer = await fetch(`${origin}/.well-known/oauth-authorization-server/oauth/manager`)
    const metadata = (await answer.json()) as Record<string, unknown>
    assert.equal(metadata.issuer, `${origin}/oauth/manager`)
    assert.deepEqual(metadata.grant_types_supported, ['authorization_code'])
    assert.deepEqual(metadata.acr_values_supported, ['password'])
  })

  test('attack: a code that is used again ends the token that it gave, and no other', async () => {
    const [other, stolen] = [await signInThere(), await signInThere()]
    const kept = await redeem(other)
    const { json } = await redeem(stolen)
    assert(await personOf(json))
    assert.equal((await redeem(stolen)).status, 400)
    assert.equal(await personOf(json), undefined)
    assert(await personOf(kept.json))
  })

  test('attack: of a code that is used several times at once no token is left', async () => {
    const stolen = await signInThere()
    const answers = await Promise.all([1, 2, 3, 4].map(() => redeem(stolen)))
    assert(answers.filter(({ status }) => status === 200).length <= 1)
    for (const { json } of answers) assert.equal(await personOf(json), undefined)
  })

  test('refuses a proof of a key, and says why; the code is good without it', async () => {
    const signed = await signInThere()
    const form = {
      ...{ grant_type: 'authorization_code', client_id: 'bailiwick', redirect_uri: redirect },
      ...{ code: signed.code, code_verifier: signed.verifier },
    }
    const { status, json } = await ask(tokenUrl, form, { dpop: 'x.y.z' })
    assert.deepEqual([status, json.error], [400, 'invalid_dpop_proof'])
    assert.match(String(json.error_description), /bound to no key/)
    assert.equal((await redeem(signed)).status, 200)
  })

  test('gives a token for a code once, to whoever has its verifier', async () => {
    const signed = await signInThere()
    const wrong = await redeem(signed, { code_verifier: randomBytes(32).toString('base64url') })
    assert.deepEqual([wrong.status, wrong.json.error], [400, 'invalid_grant'])
    const fresh = await signInThere()
    assert.equal((await redeem(fresh)).status, 200)
    const again = await redeem(fresh)
    assert.deepEqual([again.status, again.json.error], [400, 'invalid_grant'])
  })

  test('sends codes to this program on this computer alone, and only with PKCE', async () => {
    for (const changed of [
      { redirect_uri: 'https://evil.example/back' },
      { redirect_uri: 'http://127.0.0.1:49152/elsewhere' },
      { redirect_uri: 'http://127.0.0.1.evil.example:49152/back' },
      { client_id: 'planner' },
      { client_id: 'bailiwick@manager' },
      { redirect_uri: undefined },
    ]) {
      const shown = await newBrowser().open(begin(changed).url)
      assert.equal(shown.url.origin, origin, JSON.stringify(changed))
      assert(shown.status >= 400)
    }
    for (const changed of [{ code_challenge: undefined }, { code_challenge_method: 'plain' }]) {
      const shown = await newBrowser().open(begin(changed).url)
      assert.equal(shown.url.searchParams.get('error'), 'invalid_request')
    }
  })

  test('issues nothing but for a code: no agent, no secret, no exchange', async () => {
    const of = (form: Record<string, string>) => ask(tokenUrl, { client_id: 'bailiwick', ...form })
    for (const form of [
      { grant_type: 'client_credentials' },
      { grant_type: 'client_credentials', client_secret: 'x' },
      { grant_type: 'refresh_token', refresh_token: 'x' },
      { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'x.y.z' },
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        ...{ subject_token: 'x', subject_token_type: 'urn:ietf:params:oauth:token-type:jwt' },
      },
      { client_id: 'planner', client_secret: 'x', grant_type: 'client_credentials' },
    ]) {
      const { status, json } = await of(form)
      assert(status === 400 || status === 401, JSON.stringify([form, json]))
      assert.equal(json.access_token, undefined)
    }
    for (const path of ['revoke', 'introspect', 'register', 'jwks'])
      assert.equal((await fetch(`${origin}/oauth/manager/${path}`, { method: 'POST' })).status, 404)
  })

  test('gives tokens that open no plane', async () => {
    const { json } = await redeem(await signInThere())
    assert.equal(typeof world.verify(String(json.access_token)), 'string')
  })
})
