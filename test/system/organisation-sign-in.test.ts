// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { ops } from '../identity/world.ts'
import { issuerDocument, secret } from '../issuer/organisation-documents.ts'
import { startOrganisationSignIns } from '../issuer/organisation-world.ts'
import { lookAt, startChromium } from '../peers/chromium.ts'

const world = await startOrganisationSignIns()
const { origin, policy, corp, redirect } = world
const title = 'Example Corporation'
policy.issuers.set('corp', { ...issuerDocument('corp', corp.issuer, { manager: true }), title })
policy.issuers.set('partner', {
  ...issuerDocument('partner', 'http://127.0.0.1:1'),
  title: 'Partner AG, Frankfurt am Main',
})
const redirects = [redirect, `${origin}/oauth/manager/back/corp`]
await corp.tell({ clients: [{ id: 'bailiwick', redirects, secret }] })
const chromium = await startChromium()
after(() => chromium.stop())
const { page, errors } = await chromium.page()

const shows = (text: string) =>
  page.waitForFunction(`document.querySelector("h1")?.innerText.includes(${JSON.stringify(text)})`)
const asked = 'button[value=allow]'
const look = async (name: string) =>
  assert.deepEqual(await lookAt(page, `organisation-${name}`), [])

test('a person signs in by their organisation in a real browser, whose policy lets it go there and back', async (t) => {
  const back = Promise.withResolvers<URL>()
  const program = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1')
    if (url.pathname === '/back') back.resolve(url)
    response.end('done')
  })
  await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve))
  t.after(() => program.close())
  const { port } = program.address() as AddressInfo
  const redirect_uri = `http://127.0.0.1:${port}/back`
  policy.put(ops, 'desk', ['workplace-ai'], false, { redirects: ['http://127.0.0.1/back'] })
  const begun = world.begin({ client_id: 'desk', redirect_uri })

  await page.goto(begun.url.href)
  await shows('Sign in to ops')
  await look('sign-in')
  await page.click('a[href$="/with/partner"]')
  await shows('cannot be reached')
  await look('away')
  await page.click('main a')
  await shows('Sign in to ops')
  await corp.tell({ people: { eve: { groups: [] } }, who: { subject: 'eve' } })
  await page.click('a[href$="/with/corp"]')
  await shows('You are in no team here')
  await look('nothing')
  const people = { ana: { name: 'Ana Demir', groups: ['soc-analysts'] } }
  await corp.tell({ people, who: { subject: 'ana' } })
  await page.click('main a')
  await shows('Sign in to ops')
  // The organisation still knows who sat there a moment ago: somebody else sits there now.
  await corp.tell({ people: { ...people, eve: people.ana } })
  await page.click('a[href$="/with/corp"]')
  await page.waitForSelector(asked)
  await look('consent')
  await page.click('button[value="allow"]')
  const code = (await back.promise).searchParams.get('code') ?? ''
  const { status, json } = await world.redeem(
    { code, verifier: begun.verifier },
    { client_id: 'desk', redirect_uri },
  )
  assert.equal(status, 200, JSON.stringify(json))
  assert.deepEqual(
    errors.filter((text) => !/50[0-9]|40[0-9]|favicon/.test(text)),
    [],
  )
})

test('a terminal’s sign-in asks whether it was they who began it', async () => {
  const begun = world.begin({
    client_id: 'bailiwick',
    redirect_uri: 'http://127.0.0.1:49152/back',
  })
  await page.goto(begun.url.href.replace('/oauth/ops/', '/oauth/manager/'))
  await shows('Sign in to the Manager')
  await look('manager')
  await page.click('a[href$="/with/corp"]')
  await page.waitForSelector(asked)
  await shows('Did you just sign in from a terminal?')
  await look('terminal')
})
