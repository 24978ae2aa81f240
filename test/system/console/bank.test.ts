// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { planeId } from '#domain/name.ts'
import { consumer, desks, plane, standing } from '../../stories/bank.ts'
import type { Document } from '../../stories/documents.ts'
import { createDesk } from '../../stories/servers/desk.ts'
import { type Serving, serve } from '../../stories/servers/serving.ts'
import { callAs } from './calling.ts'
import { type ConsoleWorld, startConsole, type Visitor } from './world.ts'

/** Registered and no more: the owner has it before them. */
const unclassified = 'accounts'
const isOperations = (server: string, agent: string) =>
  desks.some(({ team, name }) => team === 'operations' && name === server) ||
  ['cashier', 'dispatcher'].includes(agent)

/** Who calls what; the first of them before anybody granted it. */
const calls = [
  ['hunter', 'accounts/read_account'],
  ['hunter', 'forensics/read_image'],
  ['triage', 'siem/read_alert'],
  ['triage', 'siem/close_alert'],
  ['cashier', 'payments/read_payment'],
  ['cashier', 'payments/send_payment'],
  ['dispatcher', 'tickets/create_ticket'],
  ['dispatcher', 'edr/list_hosts'],
] as const

describe('The bank in the browser, whose security and operations share a plane', () => {
  let serving: Serving
  let world: ConsoleWorld
  let otto: Visitor
  let sara: Visitor
  const ids: string[] = []
  const call = (agent: string, target: string) =>
    callAs(world, agent, target, { args: { id: agent }, where: { plane, consumer } })

  before(async () => {
    serving = await serve(
      Object.fromEntries(
        desks.map(({ name, desk }) => [
          name,
          () => createDesk(name, [...desk.reads, ...desk.writes]),
        ]),
      ),
    )
    world = await startConsole({ sample: false })
    const documents = standing(({ name }) => ({ url: serving.url(name) }))
      .filter(({ kind, name }) => !(kind === 'Grant' && name === 'hunter'))
      .map((one): Document => (one.name === unclassified ? { ...one, tools: {} } : one))
    const forensics = [{ server: 'forensics', class: 'read' }]
    const hunter = { agent: 'hunter', consumer, allow: forensics, reason: 'its work' }
    await world.apply([...documents, { kind: 'Grant', plane, name: 'hunter', ...hunter }])
    for (const { name } of desks) await world.started.installation.refresh(planeId(plane), name)
    otto = await world.signedIn('otto')
    sara = await world.signedIn('sara')
    for (const { page } of [otto, sara]) page.setDefaultTimeout(20_000)
  })
  after(async () => {
    await world?.stop()
    await serving?.stop()
  })

  const standsAt = (strip: string) => otto.page.locator(`[data-path*="${strip}"]`).first().waitFor()

  test('the owner classifies what a server offers, and publishes it', async () => {
    const { page, open, checked } = otto
    await open(`/m/catalog/items/${unclassified}/capabilities?plane=${plane}`)
    const pick = async (tool: string, key: string) => {
      await page.locator(`tr[data-id="tool/${tool}"]`).press(key)
      await page
        .locator(`tr[data-id="tool/${tool}"] [role=radiogroup]:not([data-class=unclassified])`)
        .waitFor()
    }
    await pick('read_account', 'r')
    await pick('freeze_account', 'w')
    await page.getByRole('button', { name: 'Publish 2' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByTestId('effect').waitFor()
    await dialog.getByRole('button', { name: 'Publish 2' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.reload()
    await page.locator('tr[data-id="tool/read_account"] [data-class=read]').waitFor()
    await page.locator('tr[data-id="tool/freeze_account"] [data-class=write]').waitFor()
    checked()
  })

  test('the owner grants it from the page of the call that was denied, and the next one passes', async () => {
    const [agent, target] = calls[0]
    const denied = await call(agent, target)
    ids.push(denied)
    const { page, open, checked } = otto
    await open(`/m/calls/${denied}?plane=${plane}`)
    await standsAt('P:denied')
    await page.getByRole('button', { name: 'Fix…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByTestId('effect').getByText('1 permission changes · 1 agent').waitFor()
    await dialog.getByLabel('Reason').fill('Traces stolen accounts')
    await dialog.getByRole('button', { name: 'Grant 1 capability' }).click()
    await page.getByTestId('call.now').and(page.locator('[data-decision=permitted]')).waitFor()
    const permitted = await call(agent, target)
    ids.push(permitted)
    await open(`/m/calls/${permitted}?plane=${plane}`)
    await standsAt('F:passed R:recorded')
    checked()
  })

  const made = () => [calls[0], ...calls].map(([agent, target]) => [agent, target] as const)
  /** The ids of a person's Ledger, and what it counts. */
  const ledgerOf = async ({ page, open }: Visitor) => {
    await open(`/m/ledger?plane=${plane}&t=24h`)
    const rows = page.locator('[data-testid="ledger.calls"] tbody tr[data-id]')
    await rows.first().waitFor()
    const shown = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-id')))
    const chart = page.locator('[aria-busy="false"] > [data-testid="ledger.histogram"]')
    await chart.waitFor()
    return { shown, total: Number(await chart.getAttribute('data-total')) }
  }
  const arrived = ({ page }: Visitor, count: number) =>
    page.locator(`[data-testid="overview.path"][data-arrived="${count}"]`).waitFor()
  const facet = async ({ page }: Visitor, field: string) => {
    const labels = page.locator(`[data-facet="${field}"] label`)
    await labels.first().waitFor({ state: 'attached' })
    return (await labels.allTextContents()).map((text) => text.replace(/[\d,]+$/, '')).toSorted()
  }

  test('the SOC sees every call of both teams', async () => {
    for (const [agent, target] of calls.slice(1)) ids.push(await call(agent, target))
    const { shown, total } = await ledgerOf(sara)
    assert.deepEqual(shown, ids.toReversed())
    assert.equal(total, ids.length)
    assert.deepEqual(await facet(sara, 'agent'), ['cashier', 'dispatcher', 'hunter', 'triage'])
    await sara.open(`/m?plane=${plane}`)
    await arrived(sara, ids.length)
    sara.checked()
  })

  test("operations sees the calls of its own servers and agents, and none of the SOC's, by whatever way", async () => {
    const isOurs = made().map(([agent, target]) => isOperations(target.split('/')[0] ?? '', agent))
    const ours = ids.filter((_, at) => isOurs[at])
    const [theirs = ''] = ids.filter((_, at) => !isOurs[at])
    assert.ok(ours.length > 2 && theirs !== '')
    const { shown, total } = await ledgerOf(otto)
    assert.deepEqual(shown, ours.toReversed())
    assert.equal(total, ours.length)
    assert.deepEqual(await facet(otto, 'agent'), ['cashier', 'dispatcher', 'hunter'])
    assert.ok(!(await facet(otto, 'server')).includes('siem'))
    await otto.open(`/m?plane=${plane}`)
    await arrived(otto, ours.length)

    const { page } = otto
    await page.goto(`${world.origin}/m/ledger?plane=${plane}&t=24h&f.agent=triage`)
    await page.locator('[data-empty="match"]').waitFor()
    await otto.open(`/m/calls/${theirs}?plane=${plane}`)
    await page.getByText('You may not see this').waitFor()
    assert.doesNotMatch(await page.locator('main').innerText(), /siem|triage|forensics/)
    otto.checked(/403/)
  })
})
