import assert from 'node:assert/strict'
import {
  type Authenticator,
  createAuthenticator,
  type Lies,
  type Options,
} from '../peers/authenticator.ts'
import type { Browser, Shown } from './browser.ts'
import { password, startSignIns } from './sign-in-world.ts'

/** An issuer at a name, people with passwords, and the page where they make passkeys. */
export const startPasskeys = async () => {
  const world = await startSignIns({ host: 'localhost' })
  const { origin, newBrowser } = world
  const page = `${origin}/oauth/manager/passkeys`

  const newAuthenticator = (about = {}) => createAuthenticator(origin, about)
  /** Signs in to the page by password. */
  const openPage = async (name: string, browser = newBrowser()) => {
    // No limit of attempts is what these tests are about.
    world.clock.advance(60_000)
    const asked = await browser.open(page)
    return { browser, shown: await browser.submit(asked, 'sign-in', { name, password }) }
  }
  /** The page's question, answered by that authenticator. */
  const make = (
    { browser, shown }: { browser: Browser; shown: Shown },
    authenticator: Authenticator,
    about: { label?: string; lies?: Lies } = {},
  ) =>
    browser.submit(shown, 'add', {
      label: about.label ?? 'a phone',
      answer: authenticator.make(optionsIn(shown, 'make'), about.lies),
    })
  const use = (
    { browser, shown }: { browser: Browser; shown: Shown },
    authenticator: Authenticator,
    lies: Lies = {},
  ) =>
    browser.submit(shown, 'passkey', { answer: authenticator.get(optionsIn(shown, 'get'), lies) })

  /** Somebody new with an account and one passkey. */
  let made = 0
  const newPerson = async (about: { counts?: boolean } = {}) => {
    const name = `person-${++made}`
    const who = { name, title: undefined, administrator: false, password, by: 'test' }
    await world.people.put(who)
    const authenticator = newAuthenticator(about)
    const shown = await make(await openPage(name), authenticator)
    assert.match(shown.text, /a phone/)
    return { name, authenticator }
  }
  /** The sign-in page of the plane's issuer, in a new browser. */
  const atIssuer = async (changed: Record<string, string | undefined> = {}) => {
    const browser = newBrowser()
    const begun = world.begin({ client_id: world.newAgent(), ...changed })
    return { ...begun, browser, shown: await browser.open(begun.url) }
  }
  return { ...world, page, newAuthenticator, openPage, make, use, newPerson, atIssuer }
}

export const optionsIn = ({ text }: Shown, how: 'get' | 'make'): Options => {
  const [, written] = new RegExp(`data-${how}="([^"]+)"`).exec(text) ?? []
  assert(written !== undefined, `no passkey is asked for in: ${text}`)
  return JSON.parse(written.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))))
}
