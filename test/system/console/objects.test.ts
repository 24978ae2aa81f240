// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { lookAt } from '../../peers/chromium.ts'
import { type Made, makeCalls } from './calls.ts'
import { type ConsoleWorld, startConsole, type Visitor } from './world.ts'

const minute = 60_000
const tools = ['accounts_list', 'rates_today', 'statement'] as const
const became = ['complete', 'complete', 'denied', 'failed'] as const
/** 72 of the last hour: of two agents, two servers and three grants, none of which go together. */
const made = Array.from({ length: 72 }, (_, n): Made => {
  const isBank = n % 5 !== 0
  return {
    at: Date.now() - 50 * minute + n * 20_000,
    agent: n % 4 === 0 ? 'auditor' : 'planner',
    server: isBank ? 'bank' : 'everything',
    name: isBank ? (tools[n % 3] ?? 'statement') : 'echo',
    grant: n % 7 === 0 ? 'once' : n % 3 === 0 ? 'auditor-reads' : 'planner-reads',
    became: became[n % 4] ?? 'complete',
  }
})
const isPermitted = ({ became }: Made) => became !== 'denied'

/** Another plane, in which everything is called by a word that stands nowhere else. */
const word = 'zeta'
const zeta = [
  { kind: 'Plane', name: word, title: 'Zeta' },
  { kind: 'Consumer', plane: word, name: 'zeta-treasury' },
  {
    ...{ kind: 'Agent', plane: word, name: 'zeta-agent', owner: 'zeta-team' },
    consumers: ['zeta-treasury'],
  },
  {
    ...{ kind: 'Server', plane: word, name: 'zeta-books', owner: 'zeta-team' },
    ...{ upstream: { url: 'http://127.0.0.1:9' }, tools: { zeta_read: { class: 'read' } } },
  },
  {
    ...{ kind: 'Grant', plane: word, name: 'zeta-reads', agent: 'zeta-agent' },
    ...{ consumer: 'zeta-treasury', allow: [{ server: 'zeta-books' }], reason: 'a test' },
  },
]

describe('What pages say of objects', () => {
  let world: ConsoleWorld
  let alice: Visitor
  let ids: string[]

  before(async () => {
    world = await startConsole()
    await world.apply([
      ...zeta,
      { kind: 'RoleBinding', plane: 'ops', name: 'governs', role: 'plane-admin', people: ['omar'] },
    ])
    ids = await makeCalls(world, made)
    const theirs = { plane: word, agent: 'zeta-agent', server: 'zeta-books', name: 'zeta_read' }
    await makeCalls(world, [{ at: Date.now() - minute, ...theirs, became: 'denied' }])
    alice = await world.signedIn('alice', { administrator: true })
    alice.page.setDefaultTimeout(20_000)
  })
  after(() => world?.stop())

  const chart = (page: Page) =>
    page.locator('[aria-busy="false"] > [data-testid="ledger.histogram"]')
  /** Links to the Ledger that have a number, one of each kind, and the number. */
  const linksOf = async (page: Page): Promise<Map<string, number>> => {
    const links = page.locator('main').locator('a[href^="/m/ledger?"]', { hasText: /\d/ })
    await links.first().waitFor()
    const found = await links.evaluateAll((all) =>
      all.map((one) => [one.getAttribute('href') ?? '', one.textContent ?? ''] as const),
    )
    const kinds = Map.groupBy(found, ([href]) => [...href.matchAll(/f\.\w+/g)].join())
    return new Map(
      [...kinds.values()].flatMap(([one]) =>
        one ? [[one[0], Number(/\d+/.exec(one[1])?.[0])] as const] : [],
      ),
    )
  }
  const callsAt = async (page: Page, href: string) => {
    await page.goto(`${world.origin}${href}`)
    await chart(page).waitFor()
    const total = Number(await chart(page).getAttribute('data-total'))
    const rows = page.locator('[data-testid="ledger.calls"] tbody tr[data-id]')
    if (total > 0) await rows.first().waitFor()
    const shown = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-id')))
    assert.equal(await page.getByText('not known here').count(), 0, href)
    return { total, calls: shown.map((id) => made[ids.indexOf(id ?? '')]) }
  }

  const objects: [page: string, path: string, mentions: (call: Made) => boolean][] = [
    ['a server', '/m/catalog/items/bank?plane=ops', ({ server }) => server === 'bank'],
    [
      'the traffic of a server',
      '/m/catalog/items/bank/traffic?plane=ops',
      ({ server }) => server === 'bank',
    ],
    ['an agent', '/m/agents/auditor?plane=ops', ({ agent }) => agent === 'auditor'],
    [
      'the traffic of an agent',
      '/m/agents/auditor/traffic?plane=ops',
      ({ agent }) => agent === 'auditor',
    ],
    ['a consumer', '/m/consumers/workplace-ai?plane=ops', () => true],
    [
      'a capability',
      '/m/catalog/items/bank/capabilities?plane=ops&peek=tool/statement',
      ({ name }) => name === 'statement',
    ],
    [
      'a grant',
      '/m/permissions/grants?plane=ops&peek=auditor-reads',
      (call) => call.grant === 'auditor-reads' && isPermitted(call),
    ],
  ]
  for (const [name, path, mentions] of objects)
    test(`AC-12: from the page of ${name} the Ledger shows only what mentions it, and as many as the link says`, async () => {
      const { page, open, checked } = alice
      await open(path)
      const links = await linksOf(page)
      const truth = made.filter(mentions).length
      assert.ok([...links.values()].includes(truth), `${truth} in ${[...links.values()]}`)
      for (const [href, count] of links) {
        const { total, calls } = await callsAt(page, href)
        assert.equal(total, count, href)
        assert.ok(calls.length > 0 || count === 0, href)
        for (const call of calls) assert.ok(call && mentions(call), `${href}: ${call?.name}`)
      }
      checked()
    })

  test('the page of an item asks those planes that have it, and no other', async () => {
    const { page, open, checked } = alice
    for (const name of ['bank', 'zeta-books'])
      for (const tab of ['', '/capabilities', '/access']) {
        await open(`/m/catalog/items/${name}${tab}`)
        await page.getByRole('heading', { level: 1, name }).waitFor()
        await page.waitForLoadState('networkidle')
      }
    checked()
  })

  test('on a phone what narrows a list is closed behind a button that says how much is on', async () => {
    const { page, open, checked } = alice
    await page.setViewportSize({ width: 390, height: 800 })
    for (const path of ['/m/catalog', '/m/agents', '/m/ledger?t=24h']) {
      await open(path)
      const facets = page.getByTestId('facets')
      const button = page.getByRole('button', { name: 'Facets', exact: true })
      await button.waitFor()
      await facets.first().waitFor({ state: 'hidden' })
      await button.click()
      await facets.first().waitFor()
    }
    await open('/m/catalog?f.plane=ops&f.kind!=API')
    const on = page.getByRole('button', { name: 'Facets, 2 on' })
    assert.equal(await on.getAttribute('aria-expanded'), 'false')
    assert.deepEqual(await lookAt(page, 'facets-closed'), [])
    await page.setViewportSize({ width: 390, height: 800 })
    await on.click()
    assert.deepEqual(await lookAt(page, 'facets-open'), [])
    await page.setViewportSize({ width: 1280, height: 800 })
    await on.waitFor({ state: 'hidden' })
    await page.getByTestId('facets').first().waitFor()
    checked()
  })

  test('AC-47: the peek of a grant is clean for axe', async () => {
    const { page, open, checked } = alice
    await open('/m/permissions/grants?plane=ops&peek=auditor-reads')
    await page.getByTestId('peek').getByTestId('calls.week').waitFor()
    assert.deepEqual(await lookAt(page, 'grant-peek'), [])
    await page.setViewportSize({ width: 1280, height: 800 })
    checked()
  })

  test('AC-51: who governs one plane meets nothing of another, in no list, search, facet, count, answer or total', async () => {
    const { page, open, checked } = await world.signedIn('omar')
    page.setDefaultTimeout(20_000)
    const told: Promise<string>[] = []
    page.on('response', (response) => {
      // Events never end.
      const isStream = response.url().endsWith('/api/v1/events')
      if (!isStream) told.push(response.text().catch(() => ''))
    })
    for (const path of [
      ...['/m', '/m/traffic', '/m/ledger?t=24h', '/m/ledger/integrity', '/m/reviews/drift'],
      ...['/m/catalog', '/m/catalog/capabilities', '/m/agents', '/m/consumers', '/m/permissions'],
      ...['/m/permissions/grants', '/m/permissions/limits', '/m/permissions/tests'],
      ...['/m/credentials', '/m/settings/planes', '/m/settings/people', '/m/settings/retention'],
      ...['/m/settings/identity', '/m/settings/data-classes', '/m/settings/about'],
    ]) {
      await open(path)
      await page.locator('main [data-loading]').first().waitFor({ state: 'detached' })
    }
    await open('/m')
    await page.locator(`[data-testid="overview.path"][data-arrived="${made.length}"]`).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('searchbox').fill('bank')
    await page.getByRole('option', { name: 'bank' }).first().waitFor()
    await page.keyboard.press('Escape')
    for (const body of await Promise.all(told))
      assert.doesNotMatch(body, new RegExp(word, 'i'), 'no answer of the API holds its word')

    // By hand: what is there is answered as what nobody has.
    await open(`/m/ledger?plane=${word}&t=24h`)
    assert.equal(await page.locator('[data-testid="ledger.calls"] tbody tr[data-id]').count(), 0)
    const said = async (plane: string) => {
      const at = `/m/permissions/explain?plane=${plane}&agent=zeta-agent&consumer=zeta-treasury&cap=zeta-books/zeta_read`
      await open(at)
      await page.locator('main [data-loading]').first().waitFor({ state: 'detached' })
      const text = (await page.locator('main').innerText()).replaceAll(
        new RegExp(`\\b${plane}\\b(?!-)`, 'g'),
        'PLANE',
      )
      return text.replaceAll(/ref_\w+/g, 'REF')
    }
    assert.equal(await said(word), await said('nowhere'))
    for (const [there, nowhere] of [
      [`/m/agents/zeta-agent?plane=${word}`, '/m/agents/no-agent?plane=none'],
      [`/m/catalog/items/zeta-books?plane=${word}`, '/m/catalog/items/no-books?plane=none'],
    ] as const) {
      const heading = async (path: string) => {
        await open(path)
        await page.locator('main [data-loading]').first().waitFor({ state: 'detached' })
        return page.getByRole('heading', { level: 1 }).innerText()
      }
      assert.equal(await heading(there), await heading(nowhere))
    }
    checked(/40[34]/)
  })
})
