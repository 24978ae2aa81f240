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

/** The page with that heading, looked at. */
const shows = async (heading: string, name: string) => {
  await page.getByRole('heading', { name: heading }).waitFor()
  assert.deepEqual(await lookAt(page, `organisation-${name}`), [])
}
const goBy = (title: string) => page.getByRole('link', { name: title }).click()
const goOn = () => page.getByRole('link', { name: 'Sign in another way' }).click()

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
  await shows('Sign in to ops', 'sign-in')
  await goBy('Continue with Partner')
  await shows('cannot be reached', 'away')
  await goOn()
  await corp.tell({ people: { eve: { groups: [] } }, who: { subject: 'eve' } })
  await goBy('Continue with Example')
  await shows('You are in no team here', 'nothing')
  const ana = { name: 'Ana Demir', groups: ['soc-analysts'] }
  // The organisation still knows who sat there a moment ago.
  await corp.tell({ people: { eve: ana } })
  await goOn()
  await goBy('Continue with Example')
  await shows('Let desk act for you?', 'consent')
  await page.getByRole('button', { name: 'Allow' }).click()
  const code = (await back.promise).searchParams.get('code') ?? ''
  const { status, json } = await world.redeem(
    { code, verifier: begun.verifier },
    { client_id: 'desk', redirect_uri },
  )
  assert.equal(status, 200, JSON.stringify(json))
  const policies = errors.filter((text) => /policy/i.test(text))
  assert.deepEqual(policies, [])
})

test('a terminal’s sign-in asks whether it was they who began it', async () => {
  const about = { client_id: 'bailiwick', redirect_uri: 'http://127.0.0.1:49152/back' }
  await page.goto(world.begin(about).url.href.replace('/oauth/ops/', '/oauth/manager/'))
  await shows('Sign in to the Manager', 'manager')
  await goBy('Continue with Example')
  await shows('Did you just sign in from a terminal?', 'terminal')
})
