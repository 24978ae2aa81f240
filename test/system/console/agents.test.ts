// Needs from Debian: chromium
// Takes minutes.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { canonicalJson } from '#lib/json.ts'
import { lookAt } from '../../peers/chromium.ts'
import { agentOf } from './agent-of.ts'
import { type ConsoleWorld, startConsole, type Visitor } from './world.ts'

describe('agents and consumers', () => {
  let world: ConsoleWorld
  let visitor: Visitor

  before(async () => {
    world = await startConsole()
    visitor = await world.signedIn('alice', { administrator: true })
  })
  after(() => world?.stop())

  test('AC-25 what See as agent copies is the list that the agent is told', async () => {
    const { page, open, checked } = visitor
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    for (const [query, path] of [
      ['', 'ops'],
      ['&server=bank', 'ops/bank'],
    ] as const) {
      await open(`/m/agents/planner/see?plane=ops${query}`)
      const seen = page.getByTestId('agents.see')
      await seen.getByText('would be listed').waitFor()
      await seen.getByText('Copy JSON').click()
      await seen.getByText('Copied').waitFor()
      const copied = JSON.parse(String(await page.evaluate('navigator.clipboard.readText()')))
      const told = await agentOf(world, 'planner@workplace-ai').listed(path)
      assert.equal(canonicalJson(copied), canonicalJson(told))
    }
    await page.getByTestId('agents.hidden').getByText('bank/transfer_create').waitFor()
    checked()
  })

  test('AC-34 an agent is suspended with a reason, its next call is denied, and others feel nothing', async () => {
    const { page, open, checked } = visitor
    await page.setViewportSize({ width: 390, height: 844 })
    await open('/m/agents/planner?plane=ops')
    await page.getByRole('button', { name: 'Suspend…' }).waitFor()
    await page.keyboard.press('s')
    const dialog = page.getByRole('dialog')
    assert.deepEqual(await lookAt(page, 'agents-suspend'), [])
    await page.setViewportSize({ width: 390, height: 844 })
    await dialog.getByLabel('Reason').fill('It loops')
    await dialog.getByRole('button', { name: 'Suspend agent' }).click()
    await page.getByTestId('suspended').getByText('It loops').waitFor()
    const planner = agentOf(world, 'planner@workplace-ai')
    await assert.rejects(async () => {
      const answer = await planner.call('bank', 'rates_today')
      if (answer.isError) throw new Error(answer.text)
    })
    const auditor = agentOf(world, 'auditor@workplace-ai')
    assert.equal((await auditor.call('bank', 'rates_today')).isError, false)
    await page.getByRole('button', { name: 'Resume…' }).click()
    await dialog.getByLabel('Reason').fill('It was mended')
    await dialog.getByRole('button', { name: 'Resume agent' }).click()
    await page.getByTestId('suspended').waitFor({ state: 'detached' })
    assert.equal((await planner.call('bank', 'rates_today')).isError, false)
    await page.setViewportSize({ width: 1280, height: 800 })
    checked()
  })

  test('a secret and a key are shown once, and a key is revoked', async () => {
    const { page, open, checked } = visitor
    const takesKeys = { kind: 'Plane', name: 'ops', apiKeys: { longest: '365d' } }
    await world.apply([takesKeys], 'sample')
    await open('/m/agents/planner/keys?plane=ops')
    await page.getByRole('button', { name: 'New secret…' }).click()
    await page.getByRole('button', { name: 'Make secret' }).click()
    const secret = (await page.getByRole('dialog').locator('code').textContent()) ?? ''
    assert.ok(secret.length > 20)
    await page.getByRole('button', { name: 'I have it' }).click()
    await page.getByRole('button', { name: 'New API key…' }).click()
    await page.getByRole('dialog').getByLabel('Until').fill('2027-06-30')
    await page.getByRole('dialog').getByLabel('Label').fill('nightly')
    await page.getByRole('button', { name: 'Make API key' }).click()
    await page.getByRole('dialog').locator('code').waitFor()
    await page.getByRole('button', { name: 'I have it' }).click()
    assert.ok(!(await page.content()).includes(secret))
    await page.getByTestId('agents.keys').getByRole('button', { name: 'Revoke key' }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('No longer used')
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke key' }).click()
    await page.getByTestId('agents.keys').getByText('Revoked').waitFor()
    checked()
  })

  test('AC-47 every page of it is clean for whoever cannot see well, in both languages', async () => {
    const { page, open, checked } = visitor
    const wrong: string[] = []
    const pages = ['/m/agents', '/m/agents/planner/see', '/m/agents/planner/keys', '/m/consumers']
    const more = ['/m/agents/planner', '/m/agents/planner/grants', '/m/agents/planner/traffic']
    for (const [language, places] of [
      ['en', [...pages, ...more, '/m/consumers/workplace-ai']],
      ['tr', pages],
    ] as const) {
      await page.evaluate((one) => localStorage.setItem('bailiwick.language', one), language)
      for (const path of places) {
        await open(path)
        await page.locator('[data-loading]').waitFor({ state: 'detached' })
        wrong.push(...(await lookAt(page, `agents-${language}`)).map((one) => `${path} ${one}`))
      }
    }
    assert.deepEqual(wrong, [])
    checked()
  })
})
