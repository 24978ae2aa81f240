// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { lookAt } from '../../peers/chromium.ts'
import { type ConsoleWorld, startConsole, type Visitor } from './world.ts'

describe('Who slips in the console', () => {
  let world: ConsoleWorld
  let alice: Visitor

  before(async () => {
    world = await startConsole()
    alice = await world.signedIn('alice', { administrator: true })
  })
  after(() => world.stop())

  test('loses what they typed by a second Escape, never by the first', async () => {
    const { page, open, checked } = alice
    const dialog = page.getByRole('dialog')
    await open('/m/settings/planes')
    await page.getByRole('button', { name: 'Make plane' }).click()
    await dialog.getByLabel('Name').first().fill('lab')
    await page.keyboard.press('Escape')
    await dialog.getByText('Press Escape again to close').waitFor()
    assert.deepEqual(await lookAt(page, 'slips-escape'), [])
    await dialog.getByLabel('Title').fill('A lab')
    await page.keyboard.press('Escape')
    assert.equal(await dialog.getByLabel('Name').first().inputValue(), 'lab')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })

    await page.getByRole('button', { name: 'Make plane' }).click()
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    checked()
  })

  test('is told by a finger, and by a key, why a button is closed', async () => {
    const { page, open, checked } = alice
    const why = page.getByRole('tooltip').getByText('The files of the set sample manage it')
    await open('/m/settings/planes')
    const button = page.getByRole('button', { name: 'Change plane ops' })
    await button.press('Shift')
    await why.waitFor()
    await page.keyboard.press('Tab')
    await why.waitFor({ state: 'hidden' })

    const browser = await page.context().newCDPSession(page)
    const { x = 0, y = 0, width = 0, height = 0 } = (await button.boundingBox()) ?? {}
    const touchPoints = [{ x: x + width / 2, y: y + height / 2 }]
    await browser.send('Emulation.setTouchEmulationEnabled', { enabled: true })
    await browser.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
    await browser.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await why.waitFor()
    assert.equal(await page.getByRole('dialog').count(), 0, 'it stays closed')
    checked()
  })

  test('finds the first of the Settings without its name in the address', async () => {
    const { page, open, checked } = alice
    await open('/m/settings?plane=ops')
    await page.waitForURL(/\/m\/settings\/planes\b/)
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    checked()
  })
})
