// Needs from Debian: chromium
// Takes minutes.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { lookAt } from '../../peers/chromium.ts'
import { type ConsoleWorld, startConsole, type Visitor } from './world.ts'

const kept = {
  kind: 'Plane',
  name: 'archive',
  title: 'Kept for long',
  ledger: {
    mask: ['iban'],
    retain: { payloads: '90d', classes: { health: '30d' }, entries: '400d' },
    hold: [{ name: 'matter-7', reason: 'A law suit', agent: 'planner' }],
  },
}

/** A plane's document, or how it was written. */
interface Asked {
  readonly status?: number
  readonly timeZone?: string
  readonly ledger?: object
}

describe('Settings in the browser', () => {
  let world: ConsoleWorld
  let alice: Visitor

  before(async () => {
    world = await startConsole()
    await world.apply([kept])
    alice = await world.signedIn('alice', { administrator: true })
  })
  after(() => world.stop())

  test('retention stands plane by plane, with the document that says it', async () => {
    const { page, open, checked } = alice
    await open('/m/settings/retention')
    const card = page.locator('[data-testid="settings.retention"][data-id="archive"]')
    for (const says of ['400d', '90d', 'Of data class health', '30d', 'Held for matter-7'])
      await card.getByText(says, { exact: true }).waitFor()
    await card.getByText('The document').click()
    await card.getByText('"entries": "400d"').waitFor()
    await card.getByText('The files of the set test manage this plane').waitFor()
    checked()
  })

  test('an account is made, holds a role, and loses both', async () => {
    const { page, open, checked } = alice
    await open('/m/settings/people?plane=ops')
    const fill = (label: string, text: string) =>
      page.getByRole('dialog').getByLabel(label).first().fill(text)
    await page.getByRole('button', { name: 'Make account' }).click()
    await fill('Name', 'bob')
    await fill('Password', 'another correct horse')
    await page.getByRole('dialog').getByRole('button', { name: 'Make account' }).click()
    await page.locator('tr[data-id="bob"]').waitFor()
    await page.getByRole('button', { name: 'Give role' }).click()
    await fill('Person', 'bob')
    await fill('Reason', 'watches')
    await page.getByRole('dialog').getByRole('button', { name: 'Give role' }).click()
    const binding = page.locator('tr[data-id="ops/bob-auditor"]')
    await binding.getByText('the whole plane').waitFor()
    await binding.getByRole('button', { name: 'Take role bob-auditor' }).click()
    await fill('Reason', 'has left')
    await page.getByRole('dialog').getByRole('button', { name: 'Take role' }).click()
    await binding.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Remove bob' }).click()
    await fill('Type bob to go on', 'bob')
    await page.getByRole('dialog').getByRole('button', { name: 'Remove bob' }).click()
    await page.locator('tr[data-id="bob"]').waitFor({ state: 'detached' })
    checked()
  })

  test('a reason stands in the record as it was typed, in any language', async () => {
    const { page, open, checked } = alice
    const binding = {
      kind: 'RoleBinding',
      ...{ plane: 'ops', name: 'cem-auditor', role: 'auditor', people: ['cem'] },
    }
    const made = await page.request.put(
      `${world.origin}/api/v1/planes/ops/role-bindings/cem-auditor`,
      {
        headers: { origin: world.origin },
        data: { apiVersion: 'bailiwick/v1', ...binding },
      },
    )
    assert.ok(made.ok(), await made.text())
    await open('/m/settings/people?plane=ops')
    await page.getByRole('button', { name: 'Take role cem-auditor' }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('İşten ayrıldı, %100')
    await page.getByRole('dialog').getByRole('button', { name: 'Take role' }).click()
    await page.locator('tr[data-id="ops/cem-auditor"]').waitFor({ state: 'detached' })
    const { items } = (await page.evaluate(async () =>
      (await fetch('/api/v1/revisions?limit=20')).json(),
    )) as { readonly items: readonly { readonly why: string }[] }
    assert.ok(items.some(({ why }) => why === 'İşten ayrıldı, %100'))
    checked()
  })

  test('a plane is stopped by who types its name', async () => {
    const { page, open, checked } = alice
    await open('/m/settings/planes')
    await page.getByRole('button', { name: 'Stop plane archive' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('a test')
    assert.equal(
      await dialog.getByRole('button', { name: 'Stop plane archive' }).isDisabled(),
      true,
    )
    await dialog.getByLabel('Type archive to go on').fill('archive')
    await dialog.getByRole('button', { name: 'Stop plane archive' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('Plane archive is stopped').waitFor()

    await open('/m?plane=archive')
    await page.getByTestId('suspended').getByText('Suspended by alice').waitFor()
    await open('/m/settings/planes')
    await page.locator('tr[data-id="archive"]').getByText('Suspended').waitFor()
    await page.getByRole('button', { name: 'Resume plane archive' }).click()
    await dialog.getByLabel('Reason').fill('the test is over')
    await dialog.getByRole('button', { name: 'Resume plane archive' }).click()
    await page.getByText('Plane archive goes on').waitFor()
    await page.getByRole('button', { name: 'Stop plane archive' }).waitFor()
    checked()
  })

  test('who governs one plane sees who holds what there, and is told whose the accounts are', async () => {
    await world.apply([
      { kind: 'RoleBinding', plane: 'ops', name: 'omar', role: 'plane-admin', people: ['omar'] },
      { kind: 'RoleBinding', plane: 'ops', name: 'ada', role: 'auditor', people: ['ada'] },
      { kind: 'RoleBinding', plane: 'ops', name: 'dev', role: 'developer', people: ['dev'] },
    ])
    const omar = await world.signedIn('omar')
    await omar.open('/m/settings/people')
    await omar.page.locator('tr[data-id="ops/omar"]').waitFor()
    await omar.page.getByText('Accounts are of the whole installation').waitFor()
    assert.equal(await omar.page.locator('[data-failed], [data-empty="allowed"]').count(), 0)
    assert.equal(await omar.page.getByRole('button', { name: 'Make account' }).count(), 0)
    assert.deepEqual(await lookAt(omar.page, 'settings-people-of-a-plane'), [])
    omar.checked()

    const ada = await world.signedIn('ada')
    await ada.open('/m/settings/people')
    await ada.page.locator('tr[data-id="ops/omar"]').waitFor()
    for (const name of ['Give role', 'Take role dev'])
      assert.equal(
        await ada.page.getByRole('button', { name }).getAttribute('aria-disabled'),
        'true',
        name,
      )
    ada.checked()

    const dev = await world.signedIn('dev')
    for (const tab of ['people', 'identity']) {
      await dev.open(`/m/settings/${tab}`)
      await dev.page.getByText('is seen by the administrators, the auditors').waitFor()
    }
    for (const tab of ['', '/traffic']) {
      await dev.open(`/m${tab}`)
      await dev.page.getByText('Your role sees what there is to call').waitFor()
    }
    dev.checked()
  })

  describe('of a plane that no files manage', () => {
    let carol: Visitor
    before(async () => {
      carol = await world.signedIn('carol', { administrator: true })
    })
    /** What was wrong on purpose, by this visitor's page so far. */
    const refused = /\b(?:412|422) \(/
    const dialogOf = () => carol.page.getByRole('dialog')
    const fill = (label: string, text: string) => dialogOf().getByLabel(label).first().fill(text)
    const act = (name: string) => dialogOf().getByRole('button', { name, exact: true })
    const done = () => dialogOf().waitFor({ state: 'detached' })
    /** By the page itself: its session is a cookie that goes nowhere else. */
    const askFor = (plane: string, title?: string): Promise<Asked> =>
      carol.page.evaluate(
        async ([at = '', title]) => {
          const found = await fetch(at)
          const document = (await found.json()) as object
          if (title === undefined) return document
          const headers = {
            'content-type': 'application/json',
            'if-match': found.headers.get('etag') ?? '',
          }
          const body = JSON.stringify({ ...document, title })
          const { status } = await fetch(at, { method: 'PUT', headers, body })
          return { status }
        },
        [`/api/v1/planes/${plane}`, title],
      )

    test('the plane is made, and changed over exactly what was read', async () => {
      const { page, open, checked } = carol
      await open('/m/settings/planes')
      await page.getByRole('button', { name: 'Make plane' }).click()
      assert.deepEqual(await lookAt(page, 'settings-plane'), [])
      await fill('Name', 'Bad Name!')
      await dialogOf().getByText('Begins with a letter').waitFor()
      assert.ok(await act('Make plane').isDisabled(), 'nothing is sent that cannot be')
      await fill('Name', 'ops')
      await act('Make plane').click()
      await dialogOf().getByRole('alert').getByText('There is a plane ops already').waitFor()
      await fill('Name', 'lab')
      await fill('Time zone', 'Mars/Olympus')
      await act('Make plane').click()
      await dialogOf().getByRole('alert').getByText('IANA').waitFor()
      await fill('Time zone', 'Europe/Istanbul')
      await act('Make plane').click()
      await done()
      await page.getByRole('button', { name: 'Change plane lab' }).click()
      assert.equal((await askFor('lab', 'Somebody else was here')).status, 200)
      await fill('Title', 'The laboratory')
      await act('Change').click()
      await dialogOf().getByRole('alert').waitFor()
      await act('Cancel').click()
      await page.getByText('Somebody else was here').first().waitFor()
      await page.getByRole('button', { name: 'Change plane lab' }).click()
      await fill('Title', 'The laboratory')
      await act('Change').click()
      await done()
      await page.locator('tr[data-id="lab"]').getByText('The laboratory').waitFor()
      assert.equal((await askFor('lab')).timeZone, 'Europe/Istanbul')
      checked(refused)
    })

    test('what it keeps is shortened by who types its name, and lengthened by a word', async () => {
      const { page, open, checked } = carol
      await open('/m/settings/retention?plane=lab')
      const card = page.locator('[data-testid="settings.retention"][data-id="lab"]')
      const change = () => card.getByRole('button', { name: 'Change retention' }).click()
      await change()
      await fill('Arguments and results', '90d')
      await dialogOf().getByText('Nothing brings it back').waitFor()
      assert.deepEqual(await lookAt(page, 'settings-retention-edit'), [])
      await dialogOf().getByLabel('Reason').fill('by the data protection officer')
      assert.equal(await act('Change retention').isDisabled(), true)
      await fill('Type lab to go on', 'lab')
      await act('Change retention').click()
      await done()
      await card.getByText('90d', { exact: true }).waitFor()
      await change()
      await fill('Arguments and results', '120d')
      assert.equal(await dialogOf().getByText('Nothing brings it back').count(), 0)
      await act('Change retention').click()
      await done()
      await card.getByText('120d', { exact: true }).waitFor()
      assert.deepEqual((await askFor('lab')).ledger, { retain: { payloads: '120d' } })
      checked(refused)
    })

    test('a matter is held, and the hold taken out by who types the name of the plane', async () => {
      const { page, open, checked } = carol
      await open('/m/settings/retention?plane=lab')
      const card = page.locator('[data-testid="settings.retention"][data-id="lab"]')
      await card.getByRole('button', { name: 'Hold a matter' }).click()
      assert.deepEqual(await lookAt(page, 'settings-hold'), [])
      await fill('Matter', 'matter-9')
      await fill('Why', 'A law suit')
      await act('Hold a matter').click()
      await done()
      await card.getByText('Held for matter-9').waitFor()
      await card.getByRole('button', { name: 'Take out hold matter-9' }).click()
      await dialogOf().getByLabel('Reason').fill('settled')
      await fill('Type lab to go on', 'lab')
      await act('Take out hold').click()
      await done()
      await card.getByText('Held for matter-9').waitFor({ state: 'detached' })
      checked(refused)
    })

    test('a data class is masked before any item names it, and recorded again', async () => {
      const { page, open, checked } = carol
      await open('/m/settings/data-classes?plane=lab')
      await page.getByRole('button', { name: 'Name a data class' }).click()
      await fill('Data class', 'iban')
      await dialogOf().getByLabel('masked, never recorded').check()
      await act('Name a data class').click()
      await done()
      const row = page.locator('tr[data-id="lab/iban"]')
      await row.getByText('masked, never recorded').waitFor()
      await row.getByRole('button').click()
      await dialogOf().getByLabel('masked, never recorded').uncheck()
      await fill('Kept', '400d')
      await act('Change').click()
      await done()
      await row.getByText('as it is').waitFor()
      await row.getByText('400d').waitFor()
      checked(refused)
    })

    test('an issuer is trusted, refused where its document is wrong, and trusted no longer', async () => {
      const { page, open, checked } = carol
      await open('/m/settings/identity?plane=lab')
      await page.getByRole('button', { name: 'Trust an issuer' }).first().click()
      await dialogOf().getByLabel('Reason').fill('the new provider')
      await fill('The document', '{ "name": ')
      await dialogOf().getByText('This is no JSON object yet.').waitFor()
      assert.deepEqual(await lookAt(page, 'settings-issuer'), [])
      assert.equal(await act('Trust an issuer').isDisabled(), true)
      const accessTokens = { agent: { claim: 'client_id' }, user: { claim: 'sub' } }
      const issuer = {
        ...{ name: 'corporate', owner: 'identity-team' },
        ...{ issuer: 'https://login.example.com', accessTokens },
      }
      await fill('The document', JSON.stringify({ ...issuer, trust: 'all' }))
      await act('Trust an issuer').click()
      await dialogOf().getByRole('alert').getByText('trust').waitFor()
      await fill('The document', JSON.stringify(issuer))
      await act('Trust an issuer').click()
      await done()
      const row = page.locator('tr[data-id="lab/corporate"]')
      await row.getByText('https://login.example.com').waitFor()
      await page.getByRole('button', { name: 'Remove issuer corporate' }).click()
      await dialogOf().getByLabel('Reason').fill('left')
      await act('Remove issuer').click()
      await done()
      await row.waitFor({ state: 'detached' })
      checked(refused)
    })

    test('what files manage is not changed here, and says where it is', async () => {
      const { page, open, checked } = carol
      await open('/m/settings/planes')
      const change = page.getByRole('button', { name: 'Change plane archive' })
      assert.equal(await change.getAttribute('aria-disabled'), 'true')
      await change.hover()
      await page.getByText('The files of the set test manage it').waitFor()
      checked(refused)
    })
  })

  for (const tab of [
    ...['planes', 'people', 'identity', 'data-classes'],
    ...['retention', 'sinks', 'notifications', 'about'],
  ])
    test(`AC-47: ${tab} is clean for axe, in English and Turkish`, async () => {
      const { page, open, checked } = alice
      for (const language of ['en', 'tr']) {
        await page.evaluate((one) => localStorage.setItem('bailiwick.language', one), language)
        await open(`/m/settings/${tab}`)
        await page.locator('[data-loading]').first().waitFor({ state: 'detached' })
        assert.deepEqual(await lookAt(page, `settings-${tab}-${language}`), [])
      }
      await page.evaluate(() => localStorage.setItem('bailiwick.language', 'en'))
      checked()
    })
})
