// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { lookAt } from '../../peers/chromium.ts'
import { type ConsoleWorld, startConsole, type Visitor } from './world.ts'

const question = '/m/permissions/explain?plane=ops&agent=planner&consumer=workplace-ai'

describe('Explain', () => {
  let world: ConsoleWorld
  let alice: Visitor

  before(async () => {
    world = await startConsole()
    alice = await world.signedIn('alice', { administrator: true })
  })
  after(() => world?.stop())

  const decided = (id: string, decision: string) =>
    alice.page
      .getByTestId(id)
      .and(alice.page.locator(`[data-decision=${decision}]`))
      .waitFor()

  test('is asked by the address alone, and says what was considered', async () => {
    const { page, open, checked } = alice
    await open(`${question}&cap=bank/transfer_create`)
    await decided('explain.answer', 'denied')
    await page.getByTestId('explain.answer').getByText('no grant covers it').first().waitFor()
    await page.getByTestId('considered.grants').locator('[data-id=planner-reads]').waitFor()
    assert.deepEqual(await lookAt(page, 'explain'), [])
    checked()
  })

  test('takes every change of the question into the address, and Back undoes it', async () => {
    const { page, open, checked } = alice
    await open('/m/permissions/explain?plane=ops')
    await page.getByRole('heading', { name: /Choose an agent/ }).waitFor()
    await page.getByLabel('Can agent').selectOption('planner')
    await page.waitForURL(/agent=planner&consumer=workplace-ai/)
    await page.getByRole('combobox', { name: 'call', exact: true }).fill('bank/accounts_list')
    await page.keyboard.press('Enter')
    await page.waitForURL(/cap=bank\/accounts_list/)
    await decided('explain.answer', 'permitted')
    await page.goBack()
    await page.getByRole('heading', { name: /Choose an agent/ }).waitFor()
    checked()
  })

  test('of a capability that does not exist yet there is an answer', async () => {
    await alice.open(`${question}&cap=bank/not_yet`)
    await decided('explain.answer', 'denied')
    alice.checked()
  })

  test('compares with a revision and with a draft, of which nothing is applied', async () => {
    const { page, open, checked } = alice
    const { change } = world.started.installation
    const before = change.current().revision
    await open(`${question}&cap=bank/transfer_create&rev=${before}`)
    await decided('explain.then', 'denied')
    await page.getByRole('button', { name: 'Make a draft that allows this' }).click()
    await decided('explain.draft', 'permitted')
    await decided('explain.now', 'denied')
    assert.match(new URL(page.url()).searchParams.get('draft') ?? '', /kind: Grant/)
    assert.equal(change.current().revision, before)
    assert.deepEqual(await lookAt(page, 'explain-draft'), [])
    checked()
  })

  test('AC-50: is whole in Turkish', async () => {
    const { page, open, checked } = alice
    await page.evaluate("localStorage.setItem('bailiwick.language', 'tr')")
    await open(`${question}&cap=bank/transfer_create`)
    await page.getByTestId('explain.answer').getByText('hiçbir yetki kapsamıyor').first().waitFor()
    assert.deepEqual(await lookAt(page, 'explain-turkish'), [])
    await page.evaluate("localStorage.setItem('bailiwick.language', 'en')")
    checked()
  })
})
