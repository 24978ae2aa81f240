// Needs from Debian: chromium
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
    await fill('Passphrase', 'another correct horse')
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
    // Where they landed, the overview asks for calls, which are not theirs to read.
    dev.checked(/403 .*\/calls\//)
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
