// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { buildConsole } from '../../../tools/console.ts'
import { lookAt, startChromium } from '../../peers/chromium.ts'
import { startGateway } from '../../peers/gateway.ts'

buildConsole()
const gateway = await startGateway({ args: ['--sample'] })
const chromium = await startChromium()
after(async () => {
  await chromium.stop()
  await gateway.stop()
})

const code = async () => (await readFile(join(gateway.data, 'setup-code'), 'utf8')).trim()
const command = (page: Page) => page.getByText(/bailiwick .*call ops/).innerText()
const strip = (page: Page, at: number) => page.locator('[data-path]').nth(at)

test('AC-03: a code that is wrong is told so, with the command for a new one', async () => {
  const { page } = await chromium.page()
  await page.goto(`${gateway.origin}/setup?code=AAAA-AAAA`)
  await page.getByRole('heading', { name: 'Set up Bailiwick' }).waitFor()
  assert.deepEqual(await lookAt(page, 'console-setup'), [])
  await fill(page, 'ayse')
  await page.getByRole('button', { name: 'Make the administrator' }).click()
  const said = await page.getByRole('alert').innerText()
  assert.match(said, /not the newest setup code\. Run bailiwick setup-code/)
})

test('a clock that is more than a minute from the gateway’s is told of, with what mends it', async () => {
  const { page } = await chromium.page()
  const clocks = page.getByTestId('clocks')
  await page.goto(`${gateway.origin}/setup?code=AAAA-AAAA`)
  await page.waitForLoadState('networkidle')
  assert.equal(await clocks.count(), 0)
  await page.clock.setFixedTime(Date.now() - 300_000)
  await page.reload()
  await clocks.getByText('The gateway’s clock is 5 minutes ahead of this computer’s.').waitFor()
  assert.deepEqual(await lookAt(page, 'console-setup-clock'), [])
  await page.clock.setFixedTime(Date.now() + 120_000)
  await page.evaluate("localStorage.setItem('bailiwick.language', 'tr')")
  await page.reload()
  await clocks.getByText('bu bilgisayarınkinden 2 dakika geride.').waitFor()
})

test('J1, AC-01, AC-02: from nothing to a governed call in five clicks, and the first call is denied', async () => {
  const { page, errors } = await chromium.page()
  let clicks = 0
  const click = async (what: Locator) => {
    clicks++
    await what.click()
  }
  await page.goto(`${gateway.origin}/setup?code=${await code()}`)
  await fill(page, 'ayse')
  await click(page.getByRole('button', { name: 'Make the administrator' }))

  await page.waitForURL('**/m/first-call')
  await click(page.getByRole('button', { name: 'Use bank' }))

  await page.getByText('Waiting for the first call').waitFor()
  const typed = await command(page)
  assert.match(typed, /^\S+\/bailiwick .*call ops\/bank\/accounts_list --as first-call-bank$/)
  const words = typed.slice(typed.indexOf('call ')).split(' ')
  const denied = await gateway.cli(words)
  assert.notEqual(denied.code, 0)
  await page.getByText(/^First call arrived\. Denied: first-call-bank has no grant/).waitFor()
  assert.match(
    String(await strip(page, 0).getAttribute('data-path')),
    /^A:passed P:denied L:not-reached C:not-reached F:not-reached R:recorded$/,
  )

  // What was done is held by the server: it stands where it stood.
  await page.reload()
  const grant = page.getByRole('button', { name: /^Grant \d+ read tools$/ })
  await page.locator('[data-effect="cells"]').waitFor()
  assert.deepEqual(await lookAt(page, 'console-first-call'), [])
  await click(grant)

  await page.getByText('Granted. Run the same command again').waitFor()
  assert.equal(await command(page), typed)
  const permitted = await gateway.cli(words)
  assert.equal(permitted.code, 0, permitted.stderr)
  const open = page.getByRole('link', { name: /^Open cal_/ })
  await open.waitFor()
  assert.match(
    String(await strip(page, 1).getAttribute('data-path')),
    /^A:passed P:passed .* F:passed R:recorded$/,
  )
  await click(open)
  await page.waitForURL('**/m/calls/cal_*')
  assert.ok(clicks <= 5, `${clicks} clicks`)
  assert.deepEqual(errors, [])
})

test('AC-03: what is done stays done: the address is gone for strangers, and the page tells how it went', async () => {
  assert.equal((await fetch(`${gateway.origin}/setup`)).status, 404)
  const { page, errors } = await chromium.page()
  await page.goto(`${gateway.origin}/m/first-call`)
  await page.waitForURL('**/m/sign-in*')
  await page.getByLabel('Name').fill('ayse')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('link', { name: /^Open cal_/ }).waitFor()
  await page.locator('[data-path]').nth(1).waitFor()
  assert.equal(await page.locator('[data-path]').count(), 2)
  assert.deepEqual(await lookAt(page, 'console-first-call-done'), [])
  await page.evaluate("localStorage.setItem('bailiwick.language', 'tr')")
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'İlk çağrı' }).waitFor()
  assert.deepEqual(await lookAt(page, 'console-first-call-tr'), [])
  // Whoever is not signed in is told so by the answer 401, which a browser writes down as an error.
  assert.deepEqual(
    errors.filter((one) => !one.includes('401')),
    [],
  )
})

const fill = async (page: Page, name: string): Promise<void> => {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill('correct horse battery')
}
