// Needs from Debian: chromium
// Takes minutes.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { planeId } from '#domain/name.ts'
import { lookAt } from '../../peers/chromium.ts'
import { type Made, makeCalls } from './calls.ts'
import { startConsole, type Visitor } from './world.ts'

const minute = 60_000
const became = ['complete', 'complete', 'denied', 'complete', 'limited', 'failed'] as const
/** 300 of the last half hour, one of them failed in six, one of unknown outcome, one still under way. */
const now = Date.now()
const made = Array.from({ length: 300 }, (_, n): Made => {
  const last = n === 299 ? 'under way' : n === 298 ? 'unknown' : undefined
  return {
    at: now - 30 * minute + n * 5000,
    agent: n % 3 === 0 ? 'auditor' : 'planner',
    name: n % 2 === 0 ? 'accounts_list' : 'rates_today',
    became: last ?? became[n % 6] ?? 'complete',
  }
})

const world = await startConsole()
after(() => world.stop())
let alice: Visitor
before(async () => {
  await makeCalls(world, made)
  alice = await world.signedIn('alice', { administrator: true })
  await alice.page.setViewportSize({ width: 1280, height: 900 })
})

const how = (outcome: Made['became']) => made.filter((one) => one.became === outcome).length
/** How many calls the ledger lists where a number leads. */
const totalBehind = async (page: Page, link: string): Promise<number> => {
  const at = page.url()
  await page.goto(`${world.origin}${link}`)
  const chart = page.getByTestId('ledger.histogram')
  await chart.waitFor()
  const total = Number(await chart.getAttribute('data-total'))
  await page.goto(at)
  return total
}

test('AC-52: arrived is recorded, and what is under way; every number leads to so many calls', async () => {
  const { page, open } = alice
  await open('/m')
  const path = page.getByTestId('overview.path')
  await path.waitFor()
  assert.equal(await path.getAttribute('data-arrived'), '300')
  assert.equal(await path.getAttribute('data-recorded'), '299')
  await path.getByText('Arrived 300 = recorded 299 and 1 under way').waitFor()
  const stops: [string, string, number][] = [
    ['permit', 'denied', how('denied')],
    ['limit', 'limited', how('limited')],
    ['forward', 'failed', how('failed')],
    ['forward', 'outcome unknown', 1],
  ]
  for (const [station, state, count] of stops) {
    const link = path
      .locator(`[data-station="${station}"]`)
      .getByRole('link', { name: `${count} ${state}` })
    const href = (await link.getAttribute('href')) ?? ''
    assert.equal(await totalBehind(page, href), count, href)
    await path.waitFor()
  }
})

test('a call that ends while it is looked at is recorded without a reload', async () => {
  const { page, open } = alice
  await open('/m')
  await page.locator('[data-testid="overview.path"][data-arrived="300"]').waitFor()
  await makeCalls(world, [{ at: Date.now(), became: 'denied' }])
  await page.locator('[data-testid="overview.path"][data-arrived="301"]').waitFor()
})

test('AC-52: calls that were turned away while nothing could be recorded are told of, with the entry', async () => {
  const { page, open } = alice
  const gap = { problem: 'the disk is full', from: now - 4000, to: now - 2000, refused: 7 }
  const entry = { v: 1, type: 'ledger.gap', at: Date.now(), plane: planeId('ops'), ...gap } as const
  await world.started.installation.ledger.plane(planeId('ops')).append(entry)
  await open('/m')
  const alert = page.getByRole('alert').filter({ hasText: '7 calls came' })
  await alert.getByRole('link', { name: '7 calls turned away' }).click()
  await page.getByTestId('ledger.entry').getByText('the disk is full').waitFor()
})

test('what waits for a person leads to where it is decided, and what changed says who did', async () => {
  const { page, open } = alice
  await open('/m')
  const waiting = page.locator('[data-testid="overview.needs"] [data-id="ops unclassified"] a')
  await waiting.waitFor()
  assert.match(
    (await waiting.getAttribute('href')) ?? '',
    /^\/m\/catalog\/capabilities\?plane=ops$/,
  )
  await page.getByTestId('overview.changed').getByText('sample').waitFor()
})

test('traffic counts by tool, agent and consumer, and each row leads to its calls', async () => {
  const { page } = alice
  await page.goto(`${world.origin}/m/traffic`)
  const row = page.locator('[data-testid="overview.by.agent"] [data-id="auditor"]')
  await row.waitFor()
  const count = made.filter(({ agent }) => agent === 'auditor').length
  assert.equal(await row.getAttribute('data-count'), String(count))
  assert.equal(await totalBehind(page, (await row.locator('a').getAttribute('href')) ?? ''), count)
  await page.locator('[data-testid="overview.by.consumer"] [data-id="workplace-ai"]').waitFor()
  await page.keyboard.press('1')
  await page.getByTestId('overview.path').waitFor()
})

test('nothing is wrong with either tab for axe, in both themes and both languages, at both widths', async () => {
  const { page } = alice
  for (const language of ['en', 'tr'])
    for (const path of ['/m', '/m/traffic']) {
      await page.evaluate(`localStorage.setItem('bailiwick.language', '${language}')`)
      await page.goto(`${world.origin}${path}`)
      await page.locator('[data-testid^="overview.by."] tbody tr').first().waitFor()
      assert.deepEqual(await lookAt(page, `overview-${language}`), [])
    }
  await page.evaluate("localStorage.setItem('bailiwick.language', 'en')")
  alice.checked()
})

test('one part that fails leaves the others as they are', async () => {
  const { page, open } = alice
  const dead = '**/api/v1/planes/*/calls/traffic*'
  await page.route(dead, (route) =>
    route.fulfill({
      status: 500,
      contentType: 'application/problem+json',
      body: JSON.stringify({ type: 'x/internal', title: 'Internal error', ref: 'ref_1' }),
    }),
  )
  await page.goto(`${world.origin}/m`)
  await page.locator('[data-failed="ours"]').getByText('Reference ref_1').waitFor()
  await page.getByTestId('overview.path').waitFor()
  await page.unroute(dead)
  await open('/m')
})
