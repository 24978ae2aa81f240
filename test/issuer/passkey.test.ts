import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { optionsIn, startPasskeys } from './passkey-world.ts'
import { ask } from './server.ts'
import { password, startSignIns } from './sign-in-world.ts'

const world = await startPasskeys()
const { origin, page, people, newBrowser, openPage, make, use, newPerson, atIssuer } = world
const codeIn = ({ url }: { url: URL }) => url.searchParams.get('code') ?? ''

test('nobody is offered a passkey where nobody has one, and no page runs anything', async () => {
  const { shown } = await atIssuer()
  assert.doesNotMatch(shown.text, /passkey|<script/)
})

describe('A passkey', () => {
  test('signs its person in at a plane’s issuer, without a name or a password, and the token says phr', async () => {
    const { name, authenticator } = await newPerson()
    const begun = await atIssuer({ acr_values: 'phr' })
    const consent = await use(begun, authenticator)
    assert.match(consent.text, new RegExp(`<dd>${name}</dd>`))
    const done = await begun.browser.submit(consent, 'allow')
    const about = { client_id: String(begun.asked.client_id) }
    const { json } = await world.redeem({ code: codeIn(done), verifier: begun.verifier }, about)
    const token = world.verified(json)
    assert.deepEqual([token.user, token.acr], [name, 'phr'])
    const entry = world.signedIn.findLast(({ person }) => person === name)
    assert.equal(entry?.acr, 'phr')
    assert.equal(entry?.issuer, undefined)
  })

  test('answers a challenge for phr in a session that began with a password', async () => {
    const { name, authenticator } = await newPerson()
    const client_id = world.newAgent()
    const { browser } = await world.goThrough({ client_id }, newBrowser(), name)
    const begun = world.begin({ client_id, acr_values: 'phr' })
    const shown = await browser.open(begun.url)
    assert.match(shown.text, /value="sign-in"/)
    const after = await use({ browser, shown }, authenticator)
    const { json } = await world.redeem(
      { code: codeIn(after), verifier: begun.verifier },
      { client_id },
    )
    assert.equal(world.verified(json).acr, 'phr')
  })

  test('signs its person in at the Manager, for a terminal', async () => {
    const { name, authenticator } = await newPerson()
    const redirect_uri = 'http://127.0.0.1:49152/back'
    const { url, verifier } = world.begin({ client_id: 'bailiwick', redirect_uri })
    const browser = newBrowser()
    const shown = await browser.open(url.href.replace('/oauth/ops/', '/oauth/manager/'))
    const consent = await use({ browser, shown }, authenticator)
    const done = await browser.submit(consent, 'allow')
    const { json } = await ask(`${origin}/oauth/manager/token`, {
      ...{ grant_type: 'authorization_code', client_id: 'bailiwick', redirect_uri },
      ...{ code: codeIn(done), code_verifier: verifier },
    })
    const found = await people.authenticate(String(json.access_token))
    assert.equal(found?.person.name, name)
  })

  test('whose authenticator does not count is used again and again', async () => {
    const { authenticator } = await newPerson({ counts: false })
    for (const _ of [1, 2]) {
      const begun = await atIssuer()
      assert.match((await use(begun, authenticator)).text, /value="allow"/)
    }
  })

  test('is shown with its name, when it was made and when it was used last', async () => {
    const { authenticator } = await newPerson()
    const browser = newBrowser()
    const shown = await browser.open(page)
    const listed = await use({ browser, shown }, authenticator)
    assert.match(listed.text, /Last used 2026-11-20 \d\d:\d\d UTC/)
    assert.match(listed.text, /<strong>a phone<\/strong>/)
  })
})

describe('The page of passkeys', () => {
  test('asks an authenticator for a passkey that it keeps, of a person it has verified', async () => {
    const { shown } = await openPage('alice')
    const options = optionsIn(shown, 'make') as unknown as Record<string, unknown>
    const selection = options.authenticatorSelection as Record<string, unknown>
    assert.deepEqual(
      [selection.residentKey, selection.userVerification, options.attestation],
      ['required', 'required', 'none'],
    )
    assert.deepEqual(options.rp, { id: 'localhost', name: 'Bailiwick' })
    // What stands for a person at an authenticator says nothing of them (§14.6.1).
    assert.doesNotMatch(
      options.user instanceof Object && 'id' in options.user ? String(options.user.id) : '',
      /alice/,
    )
  })

  test('runs its one script, from one address, and nothing else', async () => {
    const { shown } = await openPage('alice')
    const policy = shown.headers.get('content-security-policy') ?? ''
    const script = `${origin}/oauth/manager/passkey.js`
    assert(policy.includes(`script-src ${script};`), policy)
    assert.doesNotMatch(policy, /unsafe|connect-src/)
    assert.deepEqual(shown.text.match(/<script[^>]*>[^<]*/g), [`<script defer src="${script}">`])
    const answer = await fetch(script)
    assert.match(answer.headers.get('content-type') ?? '', /^text\/javascript/)
    assert.match(await answer.text(), /navigator\.credentials/)
  })

  test('adds several, each by the one before, and knows a device that has one', async () => {
    const { name, authenticator } = await newPerson()
    const browser = newBrowser()
    const shown = await use({ browser, shown: await browser.open(page) }, authenticator)
    const known = (optionsIn(shown, 'make') as unknown as { excludeCredentials: { id: string }[] })
      .excludeCredentials
    assert.deepEqual(
      known.map(({ id }) => id),
      authenticator.credentials.map(({ id }) => id),
    )
    const second = world.newAuthenticator()
    await make({ browser, shown }, second, { label: 'Key in the drawer' })
    assert.deepEqual(
      (await people.passkeys.standing(name)).passkeys.map(({ label }) => label).sort(),
      ['Key in the drawer', 'a phone'],
    )
    assert.match((await use(await atIssuer(), second)).text, /value="allow"/)
  })

  test('takes a passkey away, and ends all that its person is signed in to', async () => {
    const { name, authenticator } = await newPerson()
    const begun = await people.begin({ person: name, label: 'a terminal', acr: 'phr' })
    const browser = newBrowser()
    const shown = await use({ browser, shown: await browser.open(page) }, authenticator)
    const after = await browser.submit(shown, 'remove')
    assert.match(after.text, /You have none yet/)
    assert.equal(await people.authenticate(begun?.token ?? ''), undefined)
    const refused = await use(await atIssuerOfSomebody(), authenticator)
    assert.equal(refused.status, 401)
  })

  test('keeps the last way to sign in', async () => {
    const { name, authenticator } = await newPerson()
    const browser = newBrowser()
    const shown = await use({ browser, shown: await browser.open(page) }, authenticator)
    const alone = await browser.submit(shown, 'remove-password')
    assert.match(alone.text, /signs in by passkey alone/)
    assert.doesNotMatch(alone.text, /value="remove"/)
    const [one] = (await people.passkeys.standing(name)).passkeys
    await assert.rejects(people.passkeys.remove(name, one?.id ?? '', 'test'), { code: 'usage' })
    const forged = { ...alone, text: alone.text.replace('value="leave"', 'value="remove"') }
    const kept = await browser.submit(forged, 'remove', { passkey: one?.id ?? '' })
    assert.match(kept.text, /It is the last thing/)
    assert.equal((await people.passkeys.standing(name)).passkeys.length, 1)
  })

  test('leaves the last administrator a password, for the day when the origin is another', async () => {
    const who = { name: 'root', title: undefined, password: 'correct horse battery', by: 'test' }
    await people.put({ ...who, administrator: true })
    const authenticator = world.newAuthenticator()
    await make(await openPage('root'), authenticator)
    const browser = newBrowser()
    const shown = await use({ browser, shown: await browser.open(page) }, authenticator)
    const kept = await browser.submit(shown, 'remove-password')
    assert.match(kept.text, /No administrator with a password would be left/)
    await people.put({ ...who, name: 'second', administrator: true })
    await people.remove('root', 'test')
  })

  test('says where there can be none: a browser makes none for an address', async () => {
    const other = await startSignIns()
    const shown = await other.newBrowser().open('/oauth/manager/passkeys')
    assert.deepEqual([shown.status, /not for an address/.test(shown.text)], [404, true])
  })

  test('is told to whoever administers accounts', async () => {
    const { name } = await newPerson()
    const listed = await people.list()
    const hasPasskey = (who: string) => listed.find((one) => one.name === who)?.hasPasskey
    assert.deepEqual([hasPasskey(name), hasPasskey('bob')], [true, false])
  })

  test('takes a passkey for as long as it stands, ten minutes, and so does a sign-in', async () => {
    const { authenticator } = await newPerson()
    const about = { title: undefined, administrator: false, password, by: 'test' }
    await people.put({ ...about, name: 'late' })
    const opened = await openPage('late')
    const begun = await atIssuer()
    world.clock.advance(530_000)
    const shown = await make(opened, world.newAuthenticator(), { label: 'a late phone' })
    assert.match(shown.text, /a late phone/)
    assert.match((await use(begun, authenticator)).text, /value="allow"/)
  })

  test('forgets who it was after ten minutes, and when they leave', async () => {
    const { browser, shown } = await openPage('alice')
    const left = await browser.submit(shown, 'leave')
    assert.match(left.text, /value="sign-in"/)
    const again = await openPage('alice')
    world.clock.advance(600_000)
    const late = await make(again, world.newAuthenticator())
    assert.match(late.text, /This took too long/)
    assert.equal((await people.passkeys.standing('alice')).passkeys.length, 0)
  })
})

/** Somebody has a passkey, so that all are offered to sign in by theirs. */
async function atIssuerOfSomebody() {
  await newPerson()
  return atIssuer()
}
