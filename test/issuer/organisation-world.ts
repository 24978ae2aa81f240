import assert from 'node:assert/strict'
import { after } from 'node:test'
import { type OrganisationPeer, startOrganisation } from '../peers/organisation.ts'
import { type Browser, createBrowser, type Shown } from './browser.ts'
import { issuerDocument, secret } from './organisation-documents.ts'
import { startSignIns } from './sign-in-world.ts'

/** Our issuer, and an organisation whose people sign in there. */
export const startOrganisationSignIns = async () => {
  const world = await startSignIns({
    // The organisation and the library tell the time by themselves.
    ...{ nowMs: Date.now(), paceMs: 1000 },
  })
  const { origin, policy, secrets, begin } = world
  const corp = await startOrganisation()
  after(() => corp.stop())
  policy.teams.set('soc', [])
  policy.teams.set('operations', [])
  policy.issuers.set('corp', issuerDocument('corp', corp.issuer))
  secrets.set('ops/corp-client', secret)
  const redirect = `${origin}/oauth/ops/back/corp`
  await corp.tell({
    clients: [{ id: 'bailiwick', redirects: [redirect], secret }],
    people: { ana: { name: 'Ana Demir', email: 'alice', groups: ['soc-analysts', 'staff'] } },
    who: { subject: 'ana' },
  })
  const nameOf = (subject: string) => `${corp.issuer.replaceAll('/', '%2F')}#${subject}`

  /** To the organisation: where the browser is sent. */
  const leave = async (
    browser: Browser,
    changed: Record<string, string | undefined> = {},
    way = 'corp',
  ) => {
    const begun = begin(changed)
    const page = await browser.open(begun.url)
    assert.match(page.text, new RegExp(`/with/${way}"`), page.text)
    const gone = await browser.open(`${page.url.pathname}/with/${way}`)
    return { ...begun, page, gone }
  }
  /** Through the organisation: the address that it sends the browser back to. */
  const through = (gone: Shown, peer: OrganisationPeer = corp) =>
    createBrowser(peer.issuer).open(gone.url)

  const signInThere = async (
    changed: Record<string, string | undefined> = {},
    browser = world.newBrowser(),
  ) => {
    const left = await leave(browser, changed)
    const back = await through(left.gone)
    let shown = await browser.open(back.url)
    if (/value="allow"/.test(shown.text)) shown = await browser.submit(shown, 'allow')
    return { ...left, browser, back, shown, code: shown.url.searchParams.get('code') ?? '' }
  }
  return { ...world, corp, redirect, nameOf, leave, through, signInThere }
}
