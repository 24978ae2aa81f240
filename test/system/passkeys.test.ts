// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import type { CDPSession } from 'playwright-core'
import { ops } from '../identity/world.ts'
import { password, startSignIns } from '../issuer/sign-in-world.ts'
import { lookAt, startChromium } from '../peers/chromium.ts'

// Chromium’s own authenticator, with a finger that it always recognises, until it is told otherwise.

const world = await startSignIns({ host: 'localhost', startAt: 'now', paceMs: 1000 })
const { origin, policy, people } = world
const chromium = await startChromium()
after(() => chromium.stop())
const { page, errors } = await chromium.page()
const device = await page.context().newCDPSession(page)
const authenticator = await plugIn(device)

/** The page with that heading, looked at. */
const shows = async (heading: string, name: string) => {
  await page.getByRole('heading', { name: heading }).waitFor()
  assert.deepEqual(await lookAt(page, `passkeys-${name}`), [])
}
const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
const signInByPassword = async () => {
  await page.getByLabel('Name').fill('alice')
  await page.getByLabel('Password').fill(password)
  await press('Sign in')
}
const add = async (label: string) => {
  await page.getByLabel('A name for the new one').fill(label)
  await press('Add a passkey')
  await page.getByText(label, { exact: true }).waitFor()
}

test('a person makes a passkey, signs in by it without a password, and takes it away, in a real browser', async (t) => {
  await page.goto(`${origin}/oauth/manager/passkeys`)
  await shows('Your passkeys', 'who')
  await signInByPassword()
  await page.getByText('You have none yet').waitFor()
  await shows('Your passkeys', 'none')
  await add('Work laptop')
  await page.getByText('You signed in by password.').waitFor()
  await shows('Your passkeys', 'weaker')

  await press('Sign out of this page')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
  await shows('Your passkeys', 'who-by-passkey')
  await press('Sign in with a passkey')
  await page.getByText('Last used').waitFor()
  await shows('Your passkeys', 'one')
  // A device knows that it has one already.
  await page.getByLabel('A name for the new one').fill('The same again')
  await press('Add a passkey')
  await page.getByText('This device has a passkey for you already.').waitFor()
  const { credentials } = await device.send('WebAuthn.getCredentials', authenticator)
  assert.deepEqual(
    credentials.map(({ rpId, isResidentCredential }) => [rpId, isResidentCredential]),
    [['localhost', true]],
  )

  const back = await listenForBack()
  t.after(back.stop)
  policy.put(ops, 'desk', ['workplace-ai'], false, { redirects: ['http://127.0.0.1/back'] })
  const asked = { client_id: 'desk', redirect_uri: back.address, acr_values: 'phr' }
  const begun = world.begin(asked)
  await page.goto(begun.url.href)
  await shows('Sign in to ops', 'sign-in')

  // Whom the device does not recognise is signed in nowhere.
  await device.send('WebAuthn.setUserVerified', { ...authenticator, isUserVerified: false })
  await press('Sign in with a passkey')
  await page.getByText('No passkey was used.').waitFor()
  await shows('Sign in to ops', 'refused')
  await device.send('WebAuthn.setUserVerified', { ...authenticator, isUserVerified: true })
  await press('Sign in with a passkey')
  await page.getByRole('heading', { name: 'Let desk act for you?' }).waitFor()
  await press('Allow')
  const code = (await back.came).searchParams.get('code') ?? ''
  const { client_id, redirect_uri } = asked
  const { json } = await world.redeem(
    { code, verifier: begun.verifier },
    { client_id, redirect_uri },
  )
  const token = world.verified(json)
  assert.deepEqual([token.user, token.acr], ['alice', 'phr'])

  await page.goto(`${origin}/oauth/manager/passkeys`)
  await press('Remove my password: sign in by passkey alone')
  await page.getByText('signs in by passkey alone').waitFor()
  await shows('Your passkeys', 'alone')
  const { passkeys, hasPassword } = await people.passkeys.standing('alice')
  assert.deepEqual([passkeys.length, hasPassword], [1, false])
  const ours = errors.filter((text) => /policy|script/i.test(text))
  assert.deepEqual(ours, [])
})

async function plugIn(session: CDPSession): Promise<{ authenticatorId: string }> {
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', automaticPresenceSimulation: true },
      ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
    },
  })
  return { authenticatorId }
}

async function listenForBack() {
  const came = Promise.withResolvers<URL>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1')
    if (url.pathname === '/back') came.resolve(url)
    response.end('done')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { address: `http://127.0.0.1:${port}/back`, came: came.promise, stop }
}
