// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { planeId } from '#domain/name.ts'
import { agentOf } from './agent-of.ts'
import { byKeys } from './by-keys.ts'
import { callAs } from './calling.ts'
import { startFortyTwo } from './forty-two.ts'
import { type ConsoleWorld, password, startConsole, type Visitor } from './world.ts'

/** One person of a fresh installation, who has no pointer, on a low screen: much lies under its edges. */
describe('By keyboard alone', () => {
  let world: ConsoleWorld
  let visitor: Visitor
  let page: Page
  let keys: ReturnType<typeof byKeys>
  let server: Awaited<ReturnType<typeof startFortyTwo>>

  before(async () => {
    world = await startConsole()
    server = await startFortyTwo()
    visitor = await world.visitor()
    page = visitor.page
    page.setDefaultTimeout(20_000)
    await page.setViewportSize({ width: 1280, height: 600 })
    keys = byKeys(page)
  })
  after(async () => {
    server?.stop()
    await world?.stop()
  })

  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const inDialog = (name: string) => page.getByRole('dialog').getByRole('button', { name })
  const reason = () => page.getByRole('dialog').getByLabel('Reason')
  const place = async (letter: string, heading: string) => {
    await page.keyboard.press('g')
    await page.keyboard.press(letter)
    await page.getByRole('heading', { level: 1, name: heading }).waitFor()
  }

  test('AC-48: J1, from the setup code to a governed call', async () => {
    await visitor.open(`/setup?code=${world.started.setupCode?.code}`)
    await keys.type(page.getByLabel('Name'), 'ayse')
    await keys.type(page.getByLabel('Password'), password)
    await keys.activate(button('Make the administrator'))
    await keys.activate(button('Use bank'))
    await page.getByText('Waiting for the first call').waitFor()
    const runsCommand = () => callAs(world, 'first-call-bank', 'bank/accounts_list')
    await runsCommand()
    const grant = button(/^Grant \d+ read tools$/)
    await page.locator('[data-effect="cells"]').waitFor()
    await keys.activate(grant)
    await page.getByText('Granted. Run the same command again').waitFor()
    await runsCommand()
    await keys.activate(page.getByRole('link', { name: /^Open cal_/ }))
    await page.waitForURL('**/m/calls/cal_*')
    await page.locator('[data-path$="F:passed R:recorded"]').first().waitFor()
    visitor.checked()
  })

  test('AC-48: the focus is seen at every stop of a long page, there and back', async () => {
    const last = page.getByTestId('trust').getByRole('button')
    await keys.tabTo(last)
    await keys.tabTo(page.getByRole('link', { name: 'Bailiwick' }), 'Shift+Tab')
    visitor.checked()
  })

  test('AC-48: J6, an agent is suspended and goes on', async () => {
    await place('e', 'Agents')
    await keys.openRow(page.getByTestId('agents.list'), 'ops/planner')
    await page.getByRole('heading', { level: 1, name: 'planner' }).waitFor()
    await button('Suspend…').waitFor()
    await page.keyboard.press('s')
    await keys.type(reason(), 'It loops')
    await keys.activate(inDialog('Suspend agent'))
    await page.getByTestId('suspended').getByText('It loops').waitFor()
    const planner = agentOf(world, 'planner@workplace-ai')
    await assert.rejects(async () => {
      const answer = await planner.call('bank', 'rates_today')
      if (answer.isError) throw new Error(answer.text)
    })
    await keys.activate(button('Resume…'))
    await keys.type(reason(), 'It was mended')
    await keys.activate(inDialog('Resume agent'))
    await page.getByTestId('suspended').waitFor({ state: 'detached' })
    assert.equal((await planner.call('bank', 'rates_today')).isError, false)
    visitor.checked()
  })

  test('AC-48: J11, why a call was denied, and the grant that mends it', async () => {
    const transfer = { args: { from: 'acc-1001', to: 'acc-1003', amountCents: 2500 } }
    const call = await callAs(world, 'planner', 'bank/transfer_create', transfer)
    await visitor.open(`/m/calls/${call}`)
    await keys.activate(button('Fix…'))
    await page.getByTestId('effect').getByText('1 permission changes').waitFor()
    await keys.type(reason(), 'Pays approved invoices')
    await keys.activate(inDialog('Grant 1 capability'))
    await page.getByTestId('call.now').and(page.locator('[data-decision=permitted]')).waitFor()
    visitor.checked()
  })

  test('AC-48: J7, a definition that changed is read and approved', async () => {
    const upstream = { url: server.url }
    const tools = { invoice_list: { class: 'read' } }
    const core = { kind: 'Server', plane: 'ops', name: 'core', owner: 'ayse', upstream, tools }
    await world.apply([core])
    const refresh = () => world.started.installation.refresh(planeId('ops'), 'core')
    await refresh()
    server.change('invoice_list', 'Lists invoices, the newest first.')
    await refresh()
    await place('r', 'Reviews')
    await keys.activate(page.getByRole('link', { name: 'Changed definitions' }))
    await keys.openRow(page.getByTestId('drift.list'), 'ops/core/tool/invoice_list')
    await page.getByTestId('drift.review').locator('ins').first().waitFor()
    await keys.activate(button('Approve v2…'))
    await keys.type(reason(), 'Read and agreed')
    await keys.activate(inDialog('Approve definition'))
    await page.getByText('Nothing is held here').waitFor()
    const approved = world.started.installation.registry
      .capabilities(planeId('ops'), 'core')
      .find(({ name }) => name === 'invoice_list')
    assert.equal(approved?.definition.description, 'Lists invoices, the newest first.')
    visitor.checked()
  })
})
