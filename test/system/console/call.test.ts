// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { lookAt } from '../../peers/chromium.ts'
import { callAs, tokenFor } from './calling.ts'
import { type ConsoleWorld, startConsole, type Visitor } from './world.ts'

const transfer = { args: { from: 'acc-1001', to: 'acc-1003', amountCents: 2500 } }

describe('The page of a call', () => {
  let world: ConsoleWorld
  let alice: Visitor

  before(async () => {
    world = await startConsole()
    alice = await world.signedIn('alice', { administrator: true })
  })
  after(() => world?.stop())

  const pathShown = ({ page }: Visitor) =>
    page.locator('.strip-full').first().getAttribute('data-path')
  const isPermitted = async (target: string, about: object) => {
    const call = await callAs(world, 'planner', target, about)
    await alice.open(`/m/calls/${call}?plane=ops`)
    return (await pathShown(alice))?.includes('P:passed') ?? false
  }

  test('AC-10, AC-26: of a denied call offers the smallest grant with its effect, after which the same call is permitted', async () => {
    const call = await callAs(world, 'planner', 'bank/transfer_create', transfer)
    const { page, open, checked } = alice
    await open(`/m/calls/${call}?plane=ops`)
    assert.match((await pathShown(alice)) ?? '', /^A:passed P:denied L:not-reached .* R:recorded$/)
    await page.getByTestId('call.then').getByText('no grant covers it').waitFor()
    await page.getByTestId('call.told').getByText('a name that does not exist').waitFor()
    assert.deepEqual(await lookAt(page, 'call-denied'), [])

    await page.getByRole('button', { name: 'Fix…' }).click()
    const dialog = page.getByRole('dialog')
    const effect = dialog.getByTestId('effect')
    await effect.getByText('1 permission changes · 1 agent').waitFor()
    const apply = dialog.getByRole('button', { name: 'Grant 1 capability' })
    assert.equal(await apply.isDisabled(), true, 'no grant without a reason')
    assert.deepEqual(await lookAt(page, 'call-fix'), [])
    await dialog.getByLabel('Reason').fill('Pays approved invoices')
    await apply.click()
    await page.getByTestId('call.now').and(page.locator('[data-decision=permitted]')).waitFor()

    assert.equal(await isPermitted('bank/transfer_create', transfer), true)
    assert.equal(await isPermitted('bank/account_close', { args: { account: 'acc-1002' } }), false)
    const grant = world.started.installation.change
      .current()
      .planes.get('ops' as never)
      ?.grants.get('planner-bank')
    assert.equal(grant?.reason, 'Pays approved invoices')
    assert.ok(grant?.until, 'it ends by itself')
    checked()
  })

  test('AC-11: of an agent whose grant has ended says when, with the grant', async () => {
    const expired = {
      ...{ kind: 'Grant', plane: 'ops', name: 'pays-once', agent: 'auditor' },
      ...{ consumer: 'workplace-ai', reason: 'one invoice', until: '2026-01-31' },
      allow: [{ server: 'bank', tools: ['transfer_create'] }],
    }
    await world.apply([expired])
    const call = await callAs(world, 'auditor', 'bank/transfer_create', transfer)
    await alice.open(`/m/calls/${call}?plane=ops`)
    const grant = alice.page.getByTestId('considered.grants').locator('[data-id=pays-once]')
    assert.match((await grant.textContent()) ?? '', /expired on 2026-01-31/)
    assert.match((await grant.getByRole('link').getAttribute('href')) ?? '', /pays-once/)
    alice.checked()
  })

  test('AC-45: shows nothing of arguments and answer before a reason is given, which becomes an entry', async () => {
    const call = await callAs(world, 'planner', 'everything/echo', {
      args: { message: 'canary-7f3a' },
    })
    await alice.open(`/m/calls/${call}?plane=ops`)
    const shut = alice.page.getByRole('button', { name: 'Reveal…' })
    assert.equal(await shut.getAttribute('aria-disabled'), 'true', 'who runs it reads no data')
    await world.apply([
      { kind: 'RoleBinding', plane: 'ops', name: 'watches', role: 'soc', people: ['sol'] },
    ])
    const { page, open, checked } = await world.signedIn('sol')
    const bodies: Promise<string>[] = []
    page.on('response', (response) => {
      // Events never end.
      const isStream = response.url().endsWith('/api/v1/events')
      if (!isStream) bodies.push(response.text().catch(() => ''))
    })
    await open(`/m/calls/${call}?plane=ops`)
    await page.getByTestId('call.recorded').getByText('encrypted').waitFor()
    await page.waitForLoadState('networkidle').catch(() => {})
    for (const body of await Promise.all(bodies))
      assert.equal(body.includes('canary-7f3a'), false, 'no answer of the API holds it')

    await page.getByRole('button', { name: 'Reveal…' }).click()
    const reveal = page.getByRole('button', { name: 'Reveal for 15 minutes' })
    assert.equal(await reveal.isDisabled(), true)
    await page.getByRole('dialog').getByLabel('Reason').fill('Complaint 4711')
    await reveal.click()
    await page.getByTestId('call.recorded').getByText('canary-7f3a').first().waitFor()
    assert.deepEqual(await lookAt(page, 'call-revealed'), [])
    await page.reload()
    await page.getByTestId('call.recorded').getByText('encrypted').waitFor()
    const entry = await readEntry('payload.read')
    assert.deepEqual([entry?.by, entry?.call, entry?.why], ['person:sol', call, 'Complaint 4711'])
    checked()
  })

  const readEntry = async (type: string) => {
    const ledger = world.started.installation.ledgerFile('ops' as never)
    const stored = await ledger.read(1, 500, {})
    return stored
      .map(({ entry }) => entry as unknown as Record<string, unknown>)
      .findLast((one) => one.type === type)
  }

  test('AC-31: tells who may not read rules that a rule decided, never that there is none', async () => {
    await world.apply([
      {
        ...{ kind: 'Rule', plane: 'ops', name: 'no-rates', deny: true },
        over: [{ server: 'bank', tools: ['rates_today'] }],
      },
      { kind: 'Team', plane: 'ops', name: 'core-banking-team', people: ['otto'] },
      {
        ...{ kind: 'RoleBinding', plane: 'ops', name: 'reads-bank', role: 'auditor' },
        ...{ people: ['bea'], over: { server: 'bank' } },
      },
    ])
    const call = await callAs(world, 'planner', 'bank/rates_today')
    const bea = await world.signedIn('bea')
    await bea.open(`/m/calls/${call}?plane=ops`)
    await bea.page.getByTestId('call.then').waitFor()
    const text = (await bea.page.locator('main').textContent()) ?? ''
    assert.match(text, /rule you may not see/)
    assert.equal(text.includes('no-rates'), false)
    bea.checked()
  })

  test('suspends the agent with a reason, after which its next call is denied', async () => {
    const call = await callAs(world, 'auditor', 'bank/accounts_list')
    const token = await tokenFor(world, 'auditor', 'bank')
    const { page, open, checked } = alice
    await open(`/m/calls/${call}?plane=ops`)
    await page.getByRole('button', { name: 'Suspend auditor' }).click()
    const dialog = page.getByRole('dialog')
    assert.deepEqual(await lookAt(page, 'call-suspend'), [])
    await dialog.getByLabel('Reason').fill('Looks wrong')
    await dialog.getByRole('button', { name: 'Suspend auditor' }).click()
    await page.getByTestId('call.about').getByText('suspended').waitFor()
    const next = await callAs(world, 'auditor', 'bank/accounts_list', { token })
    await open(`/m/calls/${next}?plane=ops`)
    assert.match((await pathShown(alice)) ?? '', /P:denied/)
    const again = page.getByRole('button', { name: 'Suspend auditor' })
    await page.getByTestId('call.about').getByText('· suspended').waitFor()
    assert.equal(await again.getAttribute('aria-disabled'), 'true')
    checked()
  })

  test('AC-50: is whole in Turkish', async () => {
    const call = await callAs(world, 'planner', 'bank/account_close', {
      args: { account: 'acc-1002' },
    })
    const { page, open, checked } = alice
    await page.evaluate("localStorage.setItem('bailiwick.language', 'tr')")
    await open(`/m/calls/${call}?plane=ops`)
    await page.getByTestId('call.then').getByText('hiçbir yetki kapsamıyor').waitFor()
    assert.deepEqual(await lookAt(page, 'call-turkish'), [])
    await page.evaluate("localStorage.setItem('bailiwick.language', 'en')")
    checked()
  })
})
