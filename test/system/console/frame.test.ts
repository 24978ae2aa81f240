// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { lookAt } from '../../peers/chromium.ts'
import { startConsole } from './world.ts'

const world = await startConsole()
after(() => world.stop())

test('somebody signs in, goes to every place by its keys, and nothing is wrong with any for axe', async () => {
  const { page, open, checked } = await world.signedIn('alice', { administrator: true })
  for (const [letter, path] of [
    ['a', '/m/alarms'],
    ['r', '/m/reviews'],
    ['k', '/m/credentials'],
  ] as const) {
    await page.locator('main').press('g')
    await page.keyboard.press(letter)
    await page.waitForURL(`${world.origin}${path}`)
    assert.deepEqual(await lookAt(page, `console-${letter}`), [])
  }
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').or(page.getByRole('searchbox')).first().fill('cal_01')
  await page.getByRole('option', { name: 'Call cal_01' }).waitFor()
  await page.keyboard.press('Escape')
  await open('/m/nowhere')
  await page.getByRole('heading', { level: 1, name: 'Nothing is here' }).waitFor()
  checked()
})

test('single keys that are switched off do nothing', async () => {
  const { page, open, checked } = await world.signedIn('bob', { administrator: true })
  await page.evaluate("localStorage.setItem('bailiwick.single-keys', 'off')")
  await open('/m/alarms')
  await page.keyboard.press('g')
  await page.keyboard.press('l')
  await page.keyboard.press('?')
  assert.equal(await page.getByRole('dialog').count(), 0)
  assert.equal(new URL(page.url()).pathname, '/m/alarms')
  checked()
})

test('a page in Turkish has no English key in it, and says so to who hears it', async () => {
  const { page, open, checked } = await world.signedIn('carol', { administrator: true })
  await page.evaluate("localStorage.setItem('bailiwick.language', 'tr')")
  await open('/m/credentials')
  assert.equal(await page.locator('html').getAttribute('lang'), 'tr')
  await page.getByRole('heading', { level: 1, name: 'Kimlik bilgileri' }).waitFor()
  assert.doesNotMatch(await page.locator('body').innerText(), /\b(frame|ui|ledger)\.[a-z]/)
  checked()
})

test('the first administrator is made in the browser by the code; afterwards the address is 404', async () => {
  const fresh = await startConsole({ sample: false })
  try {
    const { page, open, checked } = await fresh.visitor()
    await open(`/setup?code=${fresh.started.setupCode?.code}`)
    assert.deepEqual(await lookAt(page, 'console-setup'), [])
    await page.getByLabel('Name').fill('ayse')
    await page.getByLabel('Passphrase').fill('correct horse battery')
    await page.getByRole('button', { name: 'Make the administrator' }).click()
    await page.getByRole('navigation', { name: 'Places' }).waitFor()
    checked()
    assert.equal((await fetch(`${fresh.origin}/setup`)).status, 404)
  } finally {
    await fresh.stop()
  }
})
