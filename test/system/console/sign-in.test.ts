// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page, Route } from 'playwright-core'
import { planeId } from '#domain/name.ts'
import { lookAt } from '../../peers/chromium.ts'
import { type OrganisationPeer, startOrganisation } from '../../peers/organisation.ts'
import { type ConsoleWorld, password, startConsole } from './world.ts'

const title = 'Example Corporation'
const secret = 'what-the-organisation-gave-us-0123456789'

describe('Signing in to the console in a real browser', () => {
  let world: ConsoleWorld
  let corp: OrganisationPeer

  before(async () => {
    world = await startConsole({ host: 'localhost' })
    corp = await startOrganisation()
    const { people } = world.started.installation
    for (const name of ['alice', 'erin'])
      await people.put({ name, title: undefined, administrator: true, password, by: 'test' })
  })
  after(async () => {
    await corp.stop()
    await world.stop()
  })

  const press = (page: Page, name: string) =>
    page.getByRole('button', { name, exact: true }).click()
  const fillIn = async (page: Page, label: string) => {
    await page.getByLabel('Name').fill('alice')
    await page.getByLabel(label).fill(password)
    await press(page, 'Sign in')
  }
  const isIn = (page: Page) => page.getByRole('navigation', { name: 'Places' }).waitFor()
  const isAt = (page: Page, path: string) =>
    page.waitForURL((url) => `${url.pathname}${url.search}` === path)
  /** Nothing of a session is where a script could read it. */
  const holdsNothing = async (page: Page) => {
    const held = await page.evaluate<string>(
      'JSON.stringify([document.cookie, location.href, {...localStorage}, {...sessionStorage}])',
    )
    assert.doesNotMatch(held, /bwm_|code=|state=|#/)
  }

  test('where there is no other way, the page asks for name and password alone', async () => {
    const { page, open } = await world.visitor()
    await open('/m/sign-in')
    await page.getByLabel('Name').waitFor()
    await page.waitForLoadState('networkidle')
    assert.deepEqual(await page.getByRole('button', { name: /^Sign in/ }).allTextContents(), [
      'Sign in',
    ])
  })

  test('who signs out comes to the sign-in page once, by nothing of where they were, and is told when they are not out', async () => {
    const erin = await world.visitor()
    const { page, open } = erin
    await open('/m/sign-in')
    await page.getByLabel('Name').fill('erin')
    await page.getByLabel('Password').fill(password)
    await press(page, 'Sign in')
    await isIn(page)
    await open('/m/catalog?plane=ops')
    const gone: string[] = []
    page.on('request', (request) => {
      if (request.isNavigationRequest()) gone.push(request.url().slice(world.origin.length))
    })
    const leave = async () => {
      await press(page, 'erin')
      await page.getByRole('menuitem', { name: 'Sign out' }).click()
    }
    // The session stands where the gateway was not told: a page that said goodbye would lie.
    const cut = (route: Route) =>
      route.request().method() === 'DELETE' ? route.abort() : route.continue()
    await page.route('**/api/v1/session', cut)
    await leave()
    await page.getByText('You are still signed in').waitFor()
    await page.unroute('**/api/v1/session', cut)
    assert.deepEqual(gone, [])

    await leave()
    await page.getByLabel('Password').waitFor()
    await page.waitForLoadState('networkidle')
    assert.deepEqual(gone, ['/m/sign-in'])
    // What the browser kept of the page shows nobody what stood there.
    await page.goBack()
    await page.getByLabel('Password').waitFor()
    erin.checked(/401|ERR_FAILED/)
  })

  test('a person makes a passkey from their menu, signs out, and is let in by it to the page that they wanted', async () => {
    const alice = await world.visitor()
    const { page, open } = alice
    const device = await page.context().newCDPSession(page)
    const authenticator = await plugIn(device)
    await open('/m/sign-in')
    await fillIn(page, 'Password')
    await isIn(page)
    await press(page, 'alice')
    await page.getByRole('menuitem', { name: 'Your passkeys' }).click()
    await page.getByRole('heading', { name: 'Your passkeys' }).waitFor()
    await fillIn(page, 'Password')
    await page.getByLabel('A name for the new one').fill('Work laptop')
    await press(page, 'Add a passkey')
    await page.getByText('Work laptop', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Go to the console' }).click()
    await isIn(page)
    await press(page, 'alice')
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await isAt(page, '/m/sign-in')
    // Minutes ago they had signed in to the page of passkeys; whoever opens it now is nobody.
    await page.goto(`${world.origin}/oauth/manager/passkeys`)
    await page.getByText('Sign in to see what you sign in with').waitFor()
    assert.equal(await page.getByText('Work laptop').count(), 0)

    await page.goto(`${world.origin}/m/catalog?plane=ops`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
    assert.deepEqual(await lookAt(page, 'sign-in-passkey'), [])
    // One press: the issuer's page asks for what its person has just asked for.
    await press(page, 'Sign in with a passkey')
    await isIn(page)
    await isAt(page, '/m/catalog?plane=ops')
    await holdsNothing(page)
    alice.checked(/401/)

    // Who signs out is out: the next one at this computer is asked who they are.
    await press(page, 'alice')
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    const isThere = (enabled: boolean) =>
      device.send('WebAuthn.setAutomaticPresenceSimulation', { ...authenticator, enabled })
    await isThere(false)
    await press(page, 'Sign in with a passkey')
    await page.getByRole('heading', { name: 'Sign in to the Manager' }).waitFor()
    assert.deepEqual(await lookAt(page, 'sign-in-issuer'), [])
    // Whoever has missed what the browser asked presses the button there, and cancels at last.
    await press(page, 'Sign in with a passkey')
    await press(page, 'Cancel and go back')
    await page.getByRole('alert').getByText('The sign-in was cancelled').waitFor()
    assert.deepEqual(await lookAt(page, 'sign-in-denied'), [])
    await page.getByRole('button', { name: 'Türkçe' }).click()
    await page.getByRole('alert').getByText('Oturum açma iptal edildi').waitFor()
    await page.getByRole('button', { name: 'Geçiş anahtarıyla oturum aç' }).waitFor()
    assert.deepEqual(await lookAt(page, 'sign-in-turkish'), [])
    alice.checked(/401/)
  })

  test('a person signs in by their organisation, and is told what failed where it does not let them in', async () => {
    await join(world, corp)
    const visitor = await world.visitor()
    const { page, errors } = visitor
    await corp.tell({ people: { eve: { groups: [] } }, who: { subject: 'eve' } })
    await page.goto(`${world.origin}/m/agents`)
    const way = page.getByRole('button', { name: `Sign in with ${title}` })
    await way.waitFor()
    assert.deepEqual(await lookAt(page, 'sign-in-organisation'), [])
    await way.click()
    await page.getByRole('alert').getByText('makes you one of no team here').waitFor()
    assert.deepEqual(await lookAt(page, 'sign-in-unknown'), [])

    // The organisation still knows who sat there a moment ago.
    await corp.tell({ people: { eve: { name: 'Eve Demir', groups: ['soc-analysts'] } } })
    await way.click()
    await isIn(page)
    await isAt(page, '/m/agents')
    await page.getByRole('button', { name: 'Eve Demir', exact: true }).waitFor()
    await holdsNothing(page)

    // What ends at the organisation ends here, while the page is open.
    const { people } = world.started.installation
    const [eve] = (await people.list()).filter(({ issuer }) => issuer === corp.issuer)
    await people.signOut({ person: eve?.name ?? '', issuer: corp.issuer })
    await way.waitFor()
    await isAt(page, '/m/sign-in?to=%2Fm%2Fagents')
    assert.deepEqual(
      errors.filter((text) => !/401/.test(text)),
      [],
    )
  })
})

/** The organisation signs people in at the Manager, as a plane's documents say it. */
async function join({ started, origin, apply }: ConsoleWorld, corp: OrganisationPeer) {
  const ops = planeId('ops')
  const redirects = [`${origin}/oauth/manager/back/corp`]
  await corp.tell({ clients: [{ id: 'bailiwick', redirects, secret }] })
  const of = { plane: 'ops' }
  await apply([
    { kind: 'Team', ...of, name: 'soc', people: ['erin'] },
    { kind: 'RoleBinding', ...of, name: 'soc', role: 'soc', team: 'soc' },
    { kind: 'Credential', ...of, name: 'corp-client', owner: 'soc' },
    {
      ...{ kind: 'Issuer', ...of, name: 'corp', title, owner: 'soc', issuer: corp.issuer },
      signIn: {
        client: { id: 'bailiwick', credential: 'corp-client' },
        scopes: ['profile'],
        teams: [{ team: 'soc', claim: 'groups', values: ['soc-analysts'] }],
        manager: true,
      },
    },
  ])
  await started.installation.vault
    .plane(ops)
    .set('corp-client', Buffer.from(secret), { by: 'test' })
}

/** Chromium’s own authenticator, with a finger that it always recognises. */
async function plugIn(session: Awaited<ReturnType<ReturnType<Page['context']>['newCDPSession']>>) {
  await session.send('WebAuthn.enable')
  return session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', automaticPresenceSimulation: true },
      ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
    },
  })
}
