// Needs from Debian: chromium
// Takes minutes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { lookAt } from '../../peers/chromium.ts'
import { selfSigned } from '../../upstream/self-signed.ts'
import { agentOf } from './agent-of.ts'
import { startFortyTwo } from './forty-two.ts'
import { type ConsoleWorld, startConsole, type Visitor } from './world.ts'

describe('the catalogue', () => {
  let world: ConsoleWorld
  let visitor: Visitor
  let server: Awaited<ReturnType<typeof startFortyTwo>>

  before(async () => {
    world = await startConsole()
    server = await startFortyTwo()
    visitor = await world.signedIn('alice', { administrator: true })
    await world.apply([
      {
        kind: 'Grant',
        plane: 'ops',
        name: 'reads-all',
        agent: 'planner',
        consumer: 'workplace-ai',
        allow: [{ server: 'core', class: 'read' }],
        reason: 'a test',
      },
      {
        kind: 'Server',
        plane: 'ops',
        name: 'core',
        owner: 'alice',
        upstream: { url: `${server.origin}/page` },
      },
    ])
  })
  after(async () => {
    server?.stop()
    await world?.stop()
  })

  const register = async (name: string, url: string) => {
    const { page, open } = visitor
    await open('/m/catalog/register?plane=ops')
    const form = page.getByTestId('register.form')
    await form.getByLabel('Name', { exact: false }).first().fill(name)
    await form.getByLabel('Address').fill(url)
    await form.getByLabel('Title').fill(`Typed for ${name}`)
    await form.getByRole('button', { name: 'Register item' }).click()
  }

  test('AC-08 each way to fail names its side, and what was typed is still there', async () => {
    const { page } = visitor
    const tls = createTlsServer(selfSigned, (_, response) => response.end()).listen(0, '127.0.0.1')
    await once(tls, 'listening')
    const closed = createTlsServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const free = (closed.address() as AddressInfo).port
    await new Promise((resolve) => closed.close(resolve))
    const cases = [
      ['gone', `http://127.0.0.1:${free}/mcp`, 'Unreachable (network)', 'network'],
      ['page', `${server.origin}/page`, 'Does not speak MCP', 'server'],
      ['login', `${server.origin}/login`, 'Credential refused', 'credential'],
      [
        'tls',
        `https://localhost:${(tls.address() as AddressInfo).port}/mcp`,
        'Unreachable (TLS)',
        'server',
      ],
    ] as const
    for (const [name, url, says, side] of cases) {
      await register(name, url)
      const met = page.getByTestId('register.met')
      await met.waitFor()
      assert.equal(await met.getByRole('heading').textContent(), `▲ ${says}`)
      assert.equal(await met.getAttribute('data-side'), side)
      const form = page.getByTestId('register.form')
      assert.equal(await form.getByLabel('Address').inputValue(), url)
      assert.equal(await form.getByLabel('Title').inputValue(), `Typed for ${name}`)
    }
    tls.close()
    visitor.checked()
  })

  test('AC-05 a server of 42 tools is registered, and no agent is told of any before Publish', async () => {
    const { page, open } = visitor
    await open('/m/catalog/register?plane=ops&item=core')
    await page.getByLabel('Address').fill(server.url)
    await page.getByRole('button', { name: 'Save item' }).click()
    await page.getByTestId('catalog.groups').getByText('42 of 42 left').waitFor()
    const told = (await agentOf(world, 'planner@workplace-ai').listed('ops')) as { name: string }[]
    assert.ok(told.length > 0)
    assert.deepEqual(
      told.filter(({ name }) => name.startsWith('core')),
      [],
    )
  })

  test('AC-07 what a server says of itself makes nothing Read, and the row prints that it is not verified', async () => {
    const { page } = visitor
    const row = page.locator('tr[data-id="tool/account_close"]')
    await row.waitFor()
    assert.match(
      (await row.textContent()) ?? '',
      /Destructive.*server says read-only \(not verified\)/,
    )
    const chosen = row.getByRole('radiogroup')
    assert.equal(await chosen.getAttribute('data-class'), 'unclassified')
  })

  test('AC-06 31 and 8 are accepted, 3 stay for one by one, and Publish makes 39 of them stand', async () => {
    const { page } = visitor
    const groups = page.getByTestId('catalog.groups')
    await groups.getByRole('button', { name: 'Accept 31' }).click()
    await groups.getByRole('button', { name: 'Accept 8' }).click()
    assert.match((await groups.textContent()) ?? '', /3 of 42 left.*one by one: 3/)
    await groups.getByRole('button', { name: 'Publish 39' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('31 permissions change').waitFor()
    assert.deepEqual(await lookAt(page, 'catalog-publish'), [])
    await page.setViewportSize({ width: 1280, height: 800 })
    await dialog.getByRole('button', { name: 'Publish 39' }).click()
    await groups.getByText('3 of 42 left').waitFor()
    await dialog.waitFor({ state: 'detached' })
    const told = await agentOf(world, 'planner@workplace-ai').tools('core')
    assert.equal(told.length, 31)
    for (const hidden of ['account_close', 'loan_quote', 'branch_show'])
      assert.ok(!told.includes(hidden), hidden)
    visitor.checked()
  })

  test('a definition that speaks to the model is shown in place, and no group accepts it', async () => {
    const { page, open } = visitor
    await open('/m/catalog/items/core/capabilities?plane=ops&q=branch_show&peek=tool%2Fbranch_show')
    const peek = page.getByTestId('peek')
    await peek.getByText('‹U+200B›').first().waitFor()
    assert.match((await peek.textContent()) ?? '', /Serious:/)
    assert.deepEqual(await lookAt(page, 'catalog-peek'), [])
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  test('AC-09 a selection survives searching, and exactly those are set', async () => {
    const { page, open } = visitor
    await open('/m/catalog/items/core/capabilities?plane=ops')
    const search = page.getByRole('searchbox', { name: 'Search capabilities' })
    const select = (name: string) => page.getByRole('checkbox', { name: `Select ${name}` }).check()
    await search.fill('invoice')
    await select('invoice_list')
    await select('invoice_get')
    await search.fill('account')
    await select('account_list')
    await page.getByTestId('table.bulk').getByText('3 selected, 2 not in view').waitFor()
    await page.getByRole('button', { name: 'Set 3 to Write' }).click()
    await page.getByRole('button', { name: 'Publish 3', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('3 permissions change').waitFor()
    await dialog.getByRole('button', { name: 'Publish 3' }).click()
    await dialog.waitFor({ state: 'detached' })
    const { registry } = world.started.installation
    const writes = registry
      .capabilities('ops' as never, 'core')
      .filter(({ classification }) => classification?.class === 'write')
      .map(({ name }) => name)
    const changed = writes.filter((name) => !name.endsWith('_update')).toSorted()
    assert.deepEqual(changed, ['account_list', 'invoice_get', 'invoice_list'])
    visitor.checked()
  })

  test('r, w, d and u choose on the focused row', async () => {
    const { page, open } = visitor
    await open('/m/catalog/items/core/capabilities?plane=ops&q=loan_quote')
    const row = page.locator('tr[data-id="tool/loan_quote"]')
    await row.focus()
    for (const [key, its] of [
      ['w', 'write'],
      ['d', 'destructive'],
      ['u', 'unclassified'],
      ['r', 'read'],
    ] as const) {
      await page.keyboard.press(key)
      await row.locator(`[data-class="${its}"]`).waitFor()
    }
  })

  test('AC-47 every page of it is clean for whoever cannot see well, in both languages', async () => {
    const { page, open, checked } = visitor
    const wrong: string[] = []
    const pages = [
      '/m/catalog',
      '/m/catalog/capabilities?q=account',
      '/m/catalog/register',
      '/m/catalog/items/core',
      '/m/catalog/items/core/capabilities?q=account',
      '/m/catalog/items/core/access',
    ]
    for (const [language, places] of [
      [
        'en',
        [
          ...pages,
          ...['changes', 'credential', 'traffic'].map((tab) => `/m/catalog/items/core/${tab}`),
        ],
      ],
      ['tr', pages.slice(0, 5)],
    ] as const) {
      await page.evaluate((one) => localStorage.setItem('bailiwick.language', one), language)
      for (const path of places) {
        await open(path)
        await page.locator('[data-loading]').waitFor({ state: 'detached' })
        wrong.push(...(await lookAt(page, `catalog-${language}`)).map((one) => `${path} ${one}`))
      }
    }
    await page.evaluate(() => localStorage.setItem('bailiwick.language', 'en'))
    await page.setViewportSize({ width: 1280, height: 800 })
    assert.deepEqual(wrong, [])
    checked()
  })

  test('every capability of every item stands in one table, counted on the server', async () => {
    const { page, open } = visitor
    await open('/m/catalog/capabilities?f.server=core&f.class=destructive,write')
    await page.getByText('11 capabilities').waitFor()
    await open('/m/catalog/capabilities?f.server=core&f.class!=read')
    await page.getByText('14 capabilities').waitFor()
  })

  test('J3 an item is granted on its access tab, by what it is classed, with what that changes', async () => {
    const { page, open } = visitor
    await open('/m/catalog/items/core/access?plane=ops')
    await page.getByRole('button', { name: 'Grant…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Agent, and the consumer').first().fill('auditor')
    await page.getByRole('option', { name: 'auditor@workplace-ai' }).click()
    await dialog.getByText('28 permissions change · 1 agent').waitFor()
    assert.deepEqual(await lookAt(page, 'catalog-grant'), [])
    await page.setViewportSize({ width: 1280, height: 800 })
    await dialog.getByLabel('Reason').fill('The yearly audit')
    await dialog.getByRole('button', { name: 'Grant 28 capabilities' }).click()
    await dialog.waitFor({ state: 'detached' })
    const row = page.locator('tr[data-id="tool/account_get"]')
    await row.locator('td').nth(1).locator('[data-cell="permitted"]').waitFor()
    assert.equal(await row.locator('[data-cell="permitted"]').count(), 2, 'and the planner had it')
    const update = page.locator('tr[data-id="tool/account_update"]')
    assert.equal(await update.locator('[data-cell="permitted"]').count(), 0, 'nothing is written')
    visitor.checked()
  })

  test('an item is suspended with a reason, and deleted only by its name', async () => {
    const { page, open, checked } = visitor
    await open('/m/catalog/items/page?plane=ops')
    await page.getByRole('button', { name: 'Suspend…' }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('Looks wrong')
    await page.getByRole('button', { name: 'Suspend item' }).click()
    await page.getByTestId('suspended').getByText('Looks wrong').waitFor()
    await page.getByRole('button', { name: 'Delete…' }).click()
    const act = page.getByRole('button', { name: 'Delete item' })
    assert.ok(await act.isDisabled())
    await page.getByRole('dialog').getByLabel('Type page to go on').fill('page')
    await act.click()
    await page.waitForURL(/\/m\/catalog(\?|$)/)
    assert.equal(await page.locator('tr[data-id="ops/page"]').count(), 0)
    checked(/404 \(Not Found\) \S+\/status\/servers\/page$/)
  })
})
