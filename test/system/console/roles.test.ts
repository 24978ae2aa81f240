// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startConsole } from './world.ts'

const world = await startConsole()
after(() => world.stop())

test('two people whose addresses begin alike hold a role each, by a name each', async () => {
  const { page, open, checked, errors } = await world.signedIn('zoe', { administrator: true })
  await open('/m/settings/people?plane=ops')
  const giveTo = async (person: string) => {
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Give role' }).click()
    await dialog.getByLabel('Person').fill(person)
    await dialog.getByRole('button', { name: 'Give role' }).click()
    await dialog.waitFor({ state: 'detached' })
  }
  const binding = (name: string) => page.locator(`tr[data-id="ops/${name}"]`)
  await giveTo('anna@bank.example')
  await binding('anna-auditor').getByText('anna@bank.example').waitFor()
  // Somebody whose list does not have it yet.
  const list = '**/role-bindings?*'
  await page.route(list, (route) => route.fulfill({ json: { items: [] } }))
  await open('/m/settings/people?plane=ops')
  await giveTo('anna@other.example')
  await page.unroute(list)
  await open('/m/settings/people?plane=ops')
  await binding('anna-auditor-2').getByText('anna@other.example').waitFor()
  checked(/\b412 \(/)
  const refusals = errors.length
  await giveTo('anna@third.example')
  await binding('anna-auditor-3').getByText('anna@third.example').waitFor()
  assert.equal(errors.length, refusals)
})

test('commands and fields within a text of Settings stand as such', async () => {
  const { page, open, checked } = await world.signedIn('yves', { administrator: true })
  const made = await page.request.put(`${world.origin}/api/v1/planes/lab`, {
    headers: { origin: world.origin },
    data: { apiVersion: 'bailiwick/v1', kind: 'Plane', name: 'lab' },
  })
  assert.ok(made.ok(), await made.text())
  await open('/m/settings/retention?plane=lab')
  await page.getByText('The document').click()
  await page.locator('p code', { hasText: /^bailiwick apply$/ }).waitFor()
  await open('/m/settings/identity?plane=lab')
  await page.getByRole('button', { name: 'Trust an issuer' }).first().click()
  await page
    .getByRole('dialog')
    .locator('code', { hasText: /^signIn$/ })
    .waitFor()
  checked()
})
