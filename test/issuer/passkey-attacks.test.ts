import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Lies } from '../peers/authenticator.ts'
import { optionsIn, startPasskeys } from './passkey-world.ts'

const world = await startPasskeys()
const { origin, people, page, newBrowser, openPage, make, use, newPerson, atIssuer } = world
const isIn = /value="allow"/

/** Whoever is refused is told one thing, and is signed in nowhere. */
const assertRefused = (shown: { status: number; text: string }) => {
  assert.equal(shown.status, 401)
  assert.match(shown.text, /did not prove who you are/)
  assert.doesNotMatch(shown.text, isIn)
}

describe('A sign-in by passkey is refused', () => {
  const lies: Record<string, Lies> = {
    'of another origin': { origin: 'https://gw.example.evil.example' },
    'of another port of the same name': { origin: 'http://localhost:1' },
    'of another RP ID': { rpId: 'evil.example' },
    'of an RP ID above ours': { rpId: 'host' },
    'without user verification': { isVerified: false },
    'without anybody present': { isPresent: false },
    'that was made in somebody’s frame': { isFramed: true },
    'that is the answer of another ceremony': { type: 'webauthn.create' },
    'to a challenge of its own making': { challenge: Buffer.alloc(54).toString('base64url') },
    'with the handle of somebody else': { handle: Buffer.alloc(32).toString('base64url') },
  }
  for (const [what, lie] of Object.entries(lies))
    test(`attack: ${what}`, async () => {
      const { authenticator } = await newPerson()
      assertRefused(await use(await atIssuer(), authenticator, lie))
      // The twin that does not lie.
      assert.match((await use(await atIssuer(), authenticator)).text, isIn)
    })

  test('attack: replayed, in the browser that it was made in', async () => {
    const { authenticator } = await newPerson()
    const { browser, shown } = await atIssuer()
    const answer = authenticator.get(optionsIn(shown, 'get'))
    assert.match((await browser.submit(shown, 'passkey', { answer })).text, isIn)
    assert.doesNotMatch((await browser.submit(shown, 'passkey', { answer })).text, isIn)
  })

  test('attack: a second answer to a challenge that was used', async () => {
    const { authenticator } = await newPerson()
    const { browser, shown } = await atIssuer()
    const options = optionsIn(shown, 'get')
    const wrong = authenticator.get(options, { isVerified: false })
    assertRefused(await browser.submit(shown, 'passkey', { answer: wrong }))
    assertRefused(await browser.submit(shown, 'passkey', { answer: authenticator.get(options) }))
  })

  test('attack: to the challenge of another browser', async () => {
    const { authenticator } = await newPerson()
    const [victim, attacker] = [await atIssuer(), await atIssuer()]
    const options = optionsIn(attacker.shown, 'get')
    const answer = authenticator.get(options)
    const { challenge } = options
    assertRefused(await victim.browser.submit(victim.shown, 'passkey', { answer, challenge }))
    // It was not used up by that: it is good where it was asked.
    assert.match((await attacker.browser.submit(attacker.shown, 'passkey', { answer })).text, isIn)
  })

  test('attack: to the challenge of another page, and of another plane', async () => {
    const { authenticator } = await newPerson()
    const there = newBrowser()
    const asked = optionsIn(await there.open(page), 'get')
    const { browser, shown } = await atIssuer()
    const answer = authenticator.get(asked)
    assertRefused(await browser.submit(shown, 'passkey', { answer, challenge: asked.challenge }))
  })

  test('attack: to a challenge of fifteen minutes ago', async () => {
    const { authenticator } = await newPerson()
    const browser = newBrowser()
    const begun = { browser, shown: await browser.open(page) }
    world.clock.advance(900_000)
    assertRefused(await use(begun, authenticator))
  })

  test('attack: with a count that is not above the last, which the log tells', async () => {
    const { name, authenticator } = await newPerson()
    for (const _ of [1, 2, 3]) assert.match((await use(await atIssuer(), authenticator)).text, isIn)
    for (const counter of [3, 2, 0])
      assertRefused(await use(await atIssuer(), authenticator, { counter }))
    const told = world.lines.filter((line) => line.includes('people.passkey_count'))
    assert(
      told.some((line) => line.includes(name)),
      told.join(),
    )
    // One that skips some is the same authenticator, used elsewhere meanwhile.
    assert.match((await use(await atIssuer(), authenticator, { counter: 9 })).text, isIn)
  })

  test('attack: of two that say the same count at once, in two browsers, one', async () => {
    const { authenticator } = await newPerson()
    const [a, b] = [await atIssuer(), await atIssuer()]
    const shown = await Promise.all([a, b].map((one) => use(one, authenticator, { counter: 7 })))
    assert.equal(shown.filter(({ text }) => isIn.test(text)).length, 1)
  })

  test('attack: another person’s credential, signed by one’s own key', async () => {
    const [ana, eve] = [await newPerson(), await newPerson()]
    const [theirs] = ana.authenticator.credentials
    assert(theirs)
    const begun = await atIssuer()
    const lie = { id: theirs.id, handle: theirs.handle }
    assertRefused(await use(begun, eve.authenticator, lie))
    assertRefused(await use(await atIssuer(), eve.authenticator, { id: theirs.id }))
    assertRefused(await use(await atIssuer(), eve.authenticator, { handle: theirs.handle }))
  })

  test('attack: of a credential that nobody has', async () => {
    await newPerson()
    const stranger = world.newAuthenticator()
    stranger.make({ challenge: '', rp: { id: 'localhost' }, user: { id: 'x' } })
    assertRefused(await use(await atIssuer(), stranger))
  })

  test('attack: of somebody whose account is gone', async () => {
    const { name, authenticator } = await newPerson()
    await people.remove(name, 'test')
    await newPerson()
    assertRefused(await use(await atIssuer(), authenticator))
  })

  test('attack: in a form that is no answer of an authenticator', async () => {
    const { authenticator } = await newPerson()
    const answers = ['', 'null', '[]', '{}', '{"id":1}', '"x"', `{"id":"${'a'.repeat(5000)}"}`, '{']
    for (const spoilt of answers) {
      const { browser, shown } = await atIssuer()
      assertRefused(await browser.submit(shown, 'passkey', { answer: spoilt }))
    }
    const { browser, shown } = await atIssuer()
    const twice = authenticator.get(optionsIn(shown, 'get')).replace('{"id"', '{"id":"x","id"')
    assertRefused(await browser.submit(shown, 'passkey', { answer: twice }))
  })

  test('attack: from a page of another origin', async () => {
    const { authenticator } = await newPerson()
    const { browser, shown } = await atIssuer()
    const answer = authenticator.get(optionsIn(shown, 'get'))
    const sent = await browser.submit(shown, 'passkey', { answer }, 'https://evil.example')
    assert.equal(sent.status, 403)
  })

  test('attack: more often than twenty times from one address', async () => {
    await newPerson()
    const stranger = world.newAuthenticator()
    stranger.make({ challenge: '', rp: { id: 'localhost' }, user: { id: 'x' } })
    const { browser, shown: first } = await atIssuer()
    let shown = first
    for (let n = 0; n < 21; n++) shown = await use({ browser, shown }, stranger)
    assert.match(shown.text, /Too many attempts/)
  })
})

describe('Adding a passkey is refused', () => {
  const lies: Record<string, Lies> = {
    'of another origin': { origin: 'https://evil.example' },
    'of another RP ID': { rpId: 'evil.example' },
    'without user verification': { isVerified: false },
    'that was made in somebody’s frame': { isFramed: true },
    'that is the answer of another ceremony': { type: 'webauthn.get' },
    'of an algorithm that nobody asked for': { algorithm: -65535 },
  }
  for (const [what, lie] of Object.entries(lies))
    test(`attack: ${what}`, async () => {
      const name = await newAccount()
      const opened = await openPage(name)
      const shown = await make(opened, world.newAuthenticator(), { lies: lie })
      assert.deepEqual([shown.status, await countOf(name)], [403, 0])
      await make({ ...opened, shown }, world.newAuthenticator())
      assert.equal(await countOf(name), 1)
    })

  test('attack: by whoever has the password alone, once there is one', async () => {
    const { name } = await newPerson()
    const opened = await openPage(name)
    assert.doesNotMatch(opened.shown.text, /data-make|value="remove"/)
    const forged = (button: string) => ({
      ...opened.shown,
      text: opened.shown.text.replace('value="leave"', `value="${button}"`),
    })
    const [one] = (await people.passkeys.standing(name)).passkeys
    for (const button of ['add', 'remove', 'remove-password']) {
      const typed = { passkey: one?.id ?? '', label: 'evil', answer: '{}', challenge: '' }
      const shown = await opened.browser.submit(forged(button), button, typed)
      assert.match(shown.text, /You signed in by password/)
    }
    const { passkeys, hasPassword } = await people.passkeys.standing(name)
    assert.deepEqual([passkeys.length, hasPassword], [1, true])
  })

  test('attack: without a fresh sign-in, in the browser of somebody who signed in elsewhere', async () => {
    const name = await newAccount()
    const { browser } = await world.goThrough({}, newBrowser(), name)
    const shown = await browser.open(page)
    assert.match(shown.text, /value="sign-in"/)
    const forged = { ...shown, text: shown.text.replace('value="sign-in"', 'value="add"') }
    const after = await browser.submit(forged, 'add', { label: 'evil', answer: '{}' })
    assert.match(after.text, /Sign in again/)
    assert.equal(await countOf(name), 0)
  })

  test('attack: with the answer that another person’s device gave', async () => {
    const [ana, eve] = [await newAccount(), await newAccount()]
    const [hers, theirs] = [await openPage(ana), await openPage(eve)]
    const options = optionsIn(hers.shown, 'make')
    const answer = world.newAuthenticator().make(options)
    const { challenge } = options
    const shown = await theirs.browser.submit(theirs.shown, 'add', {
      ...{ label: 'hers', answer, challenge },
    })
    assert.deepEqual([shown.status, await countOf(eve)], [403, 0])
  })

  test('attack: of a credential that somebody else has', async () => {
    const { authenticator } = await newPerson()
    const name = await newAccount()
    const id = authenticator.credentials[0]?.id ?? ''
    const shown = await make(await openPage(name), world.newAuthenticator(), { lies: { id } })
    assert.deepEqual([shown.status, await countOf(name)], [403, 0])
    assert.match((await use(await atIssuer(), authenticator)).text, isIn)
  })

  test('attack: twice with one answer', async () => {
    const name = await newAccount()
    const { browser, shown } = await openPage(name)
    const answer = world.newAuthenticator().make(optionsIn(shown, 'make'))
    await browser.submit(shown, 'add', { label: 'one', answer })
    await browser.submit(shown, 'add', { label: 'two', answer })
    assert.equal(await countOf(name), 1)
  })

  test('attack: by a cookie that somebody put there before', async () => {
    const name = await newAccount()
    const browser = newBrowser()
    await browser.open(page)
    const before = [...browser.jar].find(([key]) => key.startsWith('bailiwick-passkeys'))
    await openPage(name, browser)
    const attacker = newBrowser()
    assert(before)
    attacker.jar.set(...before)
    assert.match((await attacker.open(page)).text, /value="sign-in"/)
  })

  test('attack: in a request that brings neither cookie nor proof', async () => {
    const shown = await fetch(page, { method: 'POST', headers: { origin } })
    assert.equal(shown.status, 403)
  })
})

let made = 0
const newAccount = async () => {
  const name = `account-${++made}`
  const who = { name, title: undefined, administrator: false, by: 'test' }
  await people.put({ ...who, password: 'correct horse battery' })
  return name
}
const countOf = async (name: string) => (await people.passkeys.standing(name)).passkeys.length
