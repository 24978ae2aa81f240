import assert from 'node:assert/strict'
import type { Browser, Shown } from './browser.ts'
import { issuerDocument, secret } from './organisation-documents.ts'
import { startOrganisationSignIns } from './organisation-world.ts'
import { password } from './sign-in-world.ts'

/** The Manager's issuer with an organisation, and the address where the console's server redeems codes. */
export const startConsoleSignIns = async () => {
  const world = await startOrganisationSignIns()
  const { origin, policy, corp, people, newBrowser, clock } = world
  policy.issuers.set('corp', issuerDocument('corp', corp.issuer, { manager: true }))
  const back = `${origin}/oauth/manager/back/corp`
  await corp.tell({ clients: [{ id: 'bailiwick', redirects: [back, world.redirect], secret }] })

  /** The browser is given the cookie, as an answer of `POST /session/begin` gives it. */
  const begin = (
    browser: Browser,
    about: { to?: string; way?: string } = {},
    console = world.current().console,
  ) => {
    // No limit of attempts is what these tests are about.
    clock.advance(3000)
    const { location, cookie } = console.begin({ to: undefined, way: undefined, ...about })
    const [, name = '', value = '', path = ''] =
      /^([^=]+)=([^;]+); Path=([^;]+); HttpOnly; SameSite=Lax; Max-Age=600$/.exec(cookie) ?? []
    assert(name !== '', cookie)
    browser.jar.set(`${name} ${path}`, { value, path })
    const url = new URL(location, origin)
    return { url, state: url.searchParams.get('state') ?? '' }
  }
  /** To the page that asks who somebody is. */
  const arrive = async (about: { to?: string; way?: string } = {}, browser = newBrowser()) => {
    const begun = begin(browser, about)
    return { ...begun, browser, page: await browser.open(begun.url) }
  }
  const typeIn = (browser: Browser, page: Shown, name = 'alice') =>
    browser.submit(page, 'sign-in', { name, password })
  /** Up to the answer with the code, which is not delivered. */
  const codeFor = async (name = 'alice') => {
    const { browser, page, state } = await arrive()
    const address = await browser.lastly(() => typeIn(browser, page, name), '/m/back')
    return { browser, state, address }
  }
  const signIn = async (name = 'alice', about = {}) => {
    const { browser, page, state } = await arrive(about)
    return { browser, state, shown: await typeIn(browser, page, name) }
  }
  /** By the organisation, whose page the browser goes to without another click. */
  const signInThere = async (about = {}, browser = newBrowser()) => {
    const arrived = await arrive({ way: 'corp', ...about }, browser)
    assert.equal(arrived.page.url.origin, corp.issuer)
    const answered = await world.through(arrived.page)
    return { ...arrived, answered, shown: await browser.open(answered.url) }
  }
  /** The token that the browser's cookie holds: no test has it otherwise. */
  const tokenOf = ({ jar }: Browser): string | undefined => jar.get('bailiwick /api')?.value
  const whoIs = async (browser: Browser) => {
    const token = tokenOf(browser)
    return token === undefined ? undefined : (await people.authenticate(token))?.person
  }
  const failedIn = ({ url }: Shown): string | null => {
    assert.equal(url.pathname, '/m/sign-in')
    return url.searchParams.get('failed')
  }
  return {
    ...world,
    ...{ begin, arrive, typeIn, codeFor, signIn, signInThere, tokenOf, whoIs, failedIn },
  }
}
