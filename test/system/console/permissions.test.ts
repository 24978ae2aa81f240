// Needs from Debian: chromium
// Takes minutes.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { callId, clientId, planeId } from '#domain/name.ts'
import { lookAt } from '../../peers/chromium.ts'
import { type ConsoleWorld, startConsole, type Visitor } from './world.ts'

const plane = 'ops'
const openapi = {
  openapi: '3.1.0',
  info: { title: 'Tickets', version: '1' },
  paths: {
    '/tickets': {
      get: { operationId: 'listTickets', responses: { 200: { description: 'The tickets.' } } },
      post: { operationId: 'createTicket', responses: { 201: { description: 'Made.' } } },
    },
  },
}
const tickets = {
  kind: 'API',
  plane,
  name: 'tickets',
  owner: 'service-desk',
  upstream: { url: 'http://127.0.0.1:9', openapi: JSON.stringify(openapi) },
  operations: { listTickets: { class: 'read' }, createTicket: { class: 'write' } },
}
const noTransfers = {
  kind: 'PolicyTest',
  plane,
  name: 'auditor-never-pays',
  says: 'The auditor never creates a transfer',
  agents: ['auditor'],
  over: [{ server: 'bank', class: 'write' }],
  expect: 'denied',
}

describe('The permissions matrix in the browser', () => {
  let world: ConsoleWorld
  let alice: Visitor

  before(async () => {
    world = await startConsole()
    await world.apply([tickets, noTransfers])
    await writeRefused(world, 3)
    alice = await world.signedIn('alice', { administrator: true })
    alice.page.setDefaultTimeout(20_000)
  })
  after(() => world.stop())

  const grid = () => alice.page.getByRole('grid', { name: 'Permissions' })
  const cell = (capability: string, agent: string) =>
    grid().getByRole('gridcell', {
      name: new RegExp(`^[a-z]+, ${capability}, .*; ${agent} for workplace-ai;`),
    })
  /** Without a draft of another test. */
  const opened = async (query = '') => {
    await alice.page.setViewportSize({ width: 1280, height: 800 })
    await alice.page.evaluate(() => sessionStorage.clear())
    await alice.open(`/m/permissions${query}`)
    await grid().waitFor()
  }
  /** From the cell that the grid begins with, by keys alone. */
  const goTo = async (capability: string, agent: string) => {
    await cell(capability, agent).click()
    await alice.page.keyboard.press('Escape')
  }
  const grants = () => [
    ...(world.started.installation.change.current().planes.get(planeId(plane))?.grants.keys() ??
      []),
  ]
  const allow = async (capability: string, agent: string, key: string) => {
    await goTo(capability, agent)
    await grid().press(key)
    await grid().getByText('✎').first().waitFor()
  }

  test('AC-30: MCP and REST stand under the same agents, and every cell says what it is', async () => {
    await opened()
    await grid().getByRole('rowheader', { name: 'bank, MCP server' }).waitFor()
    assert.equal(await grid().getByRole('columnheader').count(), 3)
    const said = await cell('transfer_create', 'planner').getAttribute('aria-label')
    assert.match(
      said ?? '',
      /^bank, transfer_create, Write; planner for workplace-ai; none\..*2 of 2$/,
    )
    await alice.page.getByLabel('Item').selectOption('tickets')
    await grid().getByRole('rowheader', { name: 'tickets, REST API' }).waitFor()
    await cell('createTicket', 'planner').waitFor()
    assert.equal(await grid().getByRole('columnheader').count(), 3)
    alice.checked()
  })

  test('AC-30: one Tab stop, and arrow keys move the cell that is meant', async () => {
    await opened()
    await grid().focus()
    const meant = async () => {
      const id = await grid().getAttribute('aria-activedescendant')
      return await alice.page.locator(`[id="${id}"]`).getAttribute('aria-label')
    }
    assert.match((await meant()) ?? '', /account_balance, Read; auditor/)
    await alice.page.keyboard.press('ArrowRight')
    await alice.page.keyboard.press('ArrowDown')
    assert.match((await meant()) ?? '', /account_close, Destructive; planner/)
    await alice.page.keyboard.press('Control+End')
    assert.match((await meant()) ?? '', /2 of 2$/)
    await alice.page.keyboard.press('Control+Home')
    assert.match((await meant()) ?? '', /^bank; auditor for workplace-ai/)
  })

  test('AC-30: as a table it has the same rows, and exports them', async () => {
    await opened()
    const inGrid = Number((await grid().getAttribute('aria-rowcount')) ?? 0)
    await alice.page.getByRole('button', { name: 'As table' }).click()
    const table = alice.page.getByRole('table', { name: 'Permissions' })
    await table.waitFor()
    const rows = Number((await table.getAttribute('aria-rowcount')) ?? 0) - 1
    const items = new Set(['bank', 'everything', 'tickets']).size
    assert.equal(inGrid - 1 - items, rows)
    const downloading = alice.page.waitForEvent('download')
    await alice.page.getByRole('button', { name: `Export ${rows} rows as CSV` }).click()
    const text = await readFile(await (await downloading).path(), 'utf8')
    const [head, ...lines] = text.trimEnd().split('\r\n')
    assert.equal(head, 'item,of,kind,name,class,auditor@workplace-ai,planner@workplace-ai')
    assert.equal(lines.length, rows)
    assert.ok(lines.includes('bank,Server,tool,transfer_create,write,none,none'))
    assert.ok(lines.includes('tickets,API,operation,listTickets,read,none,none'))
    alice.checked()
  })

  test('AC-28: three edits are a draft over a reload, and discarded they are gone', async () => {
    const before = grants()
    await opened()
    await allow('transfer_create', 'planner', 'w')
    await allow('statement', 'planner', 'r')
    await allow('customer_profile', 'planner', 'r')
    const draft = alice.page.getByTestId('permissions.draft')
    await draft.getByText('Draft: +3 −0').waitFor()
    await alice.page.reload()
    await draft.getByText('Draft: +3 −0').waitFor()
    await grid().getByText('✎').nth(2).waitFor()
    assert.equal(await grid().getByText('✎').count(), 3)
    assert.deepEqual(grants(), before, 'nothing is in force')
    await draft.getByRole('button', { name: 'Discard 3 edits' }).click()
    await draft.waitFor({ state: 'detached' })
    assert.equal(await grid().getByText('✎').count(), 0)
    alice.checked()
  })

  test('another letter than the one of its class allows nothing', async () => {
    await opened()
    await goTo('account_close', 'planner')
    await grid().press('r')
    await alice.page.getByText('Nothing selected is of this class.').waitFor()
    assert.equal(await alice.page.getByTestId('permissions.draft').count(), 0)
  })

  test('AC-27: a test that would fail is named, and nothing can be applied', async () => {
    await opened()
    await allow('transfer_create', 'auditor', 'w')
    await alice.page.getByRole('button', { name: 'Review and apply' }).click()
    await alice.page.getByTestId('permissions.failing').getByText('auditor-never-pays').waitFor()
    await alice.page.getByLabel('Reason').fill('a test')
    const apply = alice.page.getByTestId('permissions.apply')
    assert.equal(await apply.getAttribute('aria-disabled'), 'true')
    await alice.page.getByText('The test auditor-never-pays would fail.').waitFor()
    await alice.page.getByRole('button', { name: 'Discard 1 edit' }).click()
    await grid().waitFor()
    alice.checked()
  })

  test('AC-29: what the replay says is what the API replays, and the effect is the cells that change', async () => {
    await opened()
    await allow('transfer_create', 'planner', 'w')
    await allow('statement', 'planner', 'r')
    const answered = alice.page.waitForResponse((one) => one.url().endsWith('/policy/replay'))
    await alice.page.getByRole('button', { name: 'Review and apply' }).click()
    const replayed = (await (await answered).json()) as { newlyPermitted: { calls: number } }
    const effect = alice.page.getByTestId('effect')
    await effect.getByText('2 permissions change').waitFor()
    assert.equal(replayed.newlyPermitted.calls, 3, 'those that were refused, and nothing else')
    await effect.getByText('last 7 days: 3').waitFor()
    await effect.getByText('1 of 1 tests hold').waitFor()
    const changed = alice.page.getByTestId('permissions.changed').locator('tbody tr')
    await changed.nth(1).waitFor()
    assert.equal(await changed.count(), 2)
    assert.deepEqual(await lookAt(alice.page, 'permissions-review'), [])
    alice.checked()
  })

  test('AC-28: Apply puts the draft in force, as one grant with its reason', async () => {
    await opened()
    await allow('transfer_create', 'planner', 'w')
    await allow('statement', 'planner', 'r')
    await alice.page.getByRole('button', { name: 'Review and apply' }).click()
    await alice.page.getByLabel('Reason').fill('pays approved invoices')
    await alice.page.getByTestId('effect').getByText('2 permissions change').waitFor()
    const before = grants()
    await alice.page.getByTestId('permissions.apply').click()
    await grid().waitFor()
    await cell('transfer_create', 'planner').getByText('W').waitFor()
    const [made, ...others] = grants().filter((name) => !before.includes(name))
    assert.match(made ?? '', /^planner-r[0-9]+$/)
    assert.deepEqual(others, [])
    await alice.open('/m/permissions/grants')
    await alice.page.getByText('pays approved invoices').waitFor()
    alice.checked()
  })

  test('a cell of a grant that files manage stays, and the grant and its set are named', async () => {
    await opened()
    await goTo('account_balance', 'planner')
    await grid().press('Backspace')
    await alice.page.getByRole('button', { name: 'Review and apply' }).click()
    await alice.page
      .getByTestId('permissions.cannot')
      .getByText(/Grant planner-reads/)
      .waitFor()
    await alice.page.getByRole('button', { name: 'Discard 1 edit' }).click()
    await grid().waitFor()
  })

  test('what is withdrawn is taken out of the grant that was made here', async () => {
    const [made = ''] = grants().filter((name) => name.startsWith('planner-r'))
    await opened()
    await goTo('transfer_create', 'planner')
    await grid().press('Backspace')
    await alice.page.getByRole('button', { name: 'Review and apply' }).click()
    await alice.page.getByText('Narrowed grant').waitFor()
    await alice.page.getByLabel('Reason').fill('not any more')
    await alice.page.getByTestId('permissions.apply').click()
    await grid().waitFor()
    assert.ok(grants().includes(made), 'narrowed, and still there')
    await cell('statement', 'planner').getByText('R').waitFor()
    assert.equal(await cell('transfer_create', 'planner').innerText(), '')
  })

  test('who grants nothing may try a draft, and is told which role applies one', async () => {
    await world.apply([
      { kind: 'RoleBinding', plane, name: 'watches', role: 'soc', people: ['sol'] },
    ])
    const { page, open, checked } = await world.signedIn('sol')
    await open('/m/permissions')
    const own = page.getByRole('grid', { name: 'Permissions' })
    await own.getByRole('gridcell', { name: /account_close, .*; planner for/ }).click()
    await own.press('Shift+ArrowLeft')
    await own.press('d')
    await page.getByRole('button', { name: 'Review and apply' }).click()
    await page.getByTestId('effect').getByText('2 permissions change').waitFor()
    await page.getByText('Needs: plane administrator, or owner of the items, in ops.').waitFor()
    assert.equal(await page.getByTestId('permissions.apply').getAttribute('aria-disabled'), 'true')
    checked()
  })

  test('500 capabilities of 60 agents are drawn where they are looked at, and nowhere else', async () => {
    const { page } = alice
    await page.route('**/api/v1/planes/ops/matrix?*', (route) =>
      route.fulfill({ json: hugeMatrix(500, 60) }),
    )
    await opened()
    await grid().getByText('tool-001').waitFor()
    const bounded = async () => {
      const count = await grid().evaluate((one) => one.querySelectorAll('*').length)
      assert.ok(count < 4000, `${count} nodes`)
    }
    await bounded()
    await grid().focus()
    await page.keyboard.press('Control+End')
    await page.keyboard.press('Control+ArrowDown')
    await grid().getByText('tool-499').waitFor()
    await cell('tool-499', 'agent-59').waitFor()
    await bounded()
    await page.unroute('**/api/v1/planes/ops/matrix?*')
  })

  test('AC-54: where the matrix does not answer, its panel says so and the page lives', async () => {
    const visitor = await world.signedIn('alice2', { administrator: true })
    await visitor.page.route('**/api/v1/planes/ops/matrix?*', (route) =>
      route.fulfill({
        status: 500,
        json: { type: 'x/internal', title: 'It failed.', ref: 'ref_1' },
      }),
    )
    await visitor.open('/m/permissions')
    await visitor.page.getByText('Could not load: Permissions').waitFor()
    await visitor.page.getByText('Reference ref_1').waitFor()
    await visitor.page.getByRole('link', { name: 'Grants' }).click()
    await visitor.page.getByText('planner-reads').first().waitFor()
  })

  for (const [name, path, ready] of [
    ['permissions', '/m/permissions', 'account_balance'],
    ['grants', '/m/permissions/grants', 'planner-reads'],
    ['limits', '/m/permissions/limits', 'transfers'],
    ['tests', '/m/permissions/tests', 'auditor-never-pays'],
  ] as const)
    for (const language of ['en', 'tr'])
      test(`AC-47: ${name} is clean for axe, in ${language}`, async () => {
        const { page } = alice
        await spoken(page, language)
        await page.setViewportSize({ width: 1280, height: 800 })
        await alice.open(path)
        await page.getByText(ready).first().waitFor()
        assert.deepEqual(await lookAt(page, `${name}-${language}`), [])
        await spoken(page, 'en')
        alice.checked()
      })
})

/** Calls of the planner that no grant reached, an hour ago and before. */
const writeRefused = async (world: ConsoleWorld, count: number) => {
  const ledger = world.started.installation.ledger.plane(planeId(plane))
  for (let n = 1; n <= count; n++)
    await ledger.append({
      ...{ v: 1, type: 'call.refused', at: Date.now() - n * 3_600_000, plane: planeId(plane) },
      ...{ call: callId(`cal_0000000000000000000000000${n}`), method: 'tools/call' },
      ...{
        agent: 'planner',
        consumer: 'workplace-ai',
        client: clientId('planner', 'workplace-ai'),
      },
      ...{ server: 'bank', kind: 'tool', name: 'transfer_create', class: 'write' },
      ...{ revision: 1, argumentBytes: 2, station: 'permit', reason: 'unknown' },
      because: 'no grant',
    } as const)
}

const spoken = (page: Page, language: string) =>
  page.evaluate((one) => localStorage.setItem('bailiwick.language', one), language)

const hugeMatrix = (rows: number, agents: number) => {
  const number = (at: number) => String(at).padStart(3, '0')
  const columns = Array.from({ length: agents }, (_, at) => ({
    client: `agent-${at}@workplace-ai`,
    agent: `agent-${at}`,
    consumer: 'workplace-ai',
  }))
  return {
    ...{ plane, at: 0, revision: 1, as: 'now', columns },
    rows: Array.from({ length: rows }, (_, at) => ({
      server: 'huge',
      item: 'Server',
      kind: 'tool',
      name: `tool-${number(at)}`,
      title: '',
      class: 'read',
      state: 'pinned',
      cells: columns.map((_, column) => ((at + column) % 3 === 0 ? 'permitted' : 'none')),
    })),
  }
}
