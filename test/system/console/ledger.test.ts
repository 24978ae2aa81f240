// Needs from Debian: chromium
// Takes minutes.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { lookAt } from '../../peers/chromium.ts'
import { type Made, makeCalls } from './calls.ts'
import { startConsole, type Visitor } from './world.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const minute = 60_000
const quarter = 15 * minute
const start = Math.floor(Date.now() / quarter) * quarter - 12 * quarter
const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const agents = ['planner', 'auditor', 'smoke'] as const
/** The oldest first: 2,000 of three agents, of which one in five moves money and most of those are denied. */
const made = Array.from({ length: 2000 }, (_, n): Made => {
  const moves = n % 5 === 0
  return {
    at: start + Math.floor((n / 2000) * 10 * quarter),
    agent: agents[n % 3] ?? 'planner',
    name: moves ? 'transfer_create' : 'accounts_list',
    class: moves ? 'write' : 'read',
    became: moves && n % 4 !== 0 ? 'denied' : n % 40 === 1 ? 'failed' : 'complete',
    ...(n === 1999 && { trace }),
  }
})

/** Two days before: 98,000, of which one in four looks at the rates. */
const older = Array.from({ length: 98_000 }, (_, n): Made => {
  const looks = n % 4 === 0
  return {
    at: start - 48 * 60 * minute + Math.floor((n / 98_000) * 12 * 60 * minute),
    agent: agents[n % 3] ?? 'planner',
    name: looks ? 'rates_today' : 'accounts_list',
    became: looks && n % 20 === 0 ? 'limited' : 'complete',
  }
})

const world = await startConsole()
after(() => world.stop())
let alice: Visitor
let ids: string[]
before(async () => {
  await makeCalls(world, older)
  ids = await makeCalls(world, made)
  alice = await world.signedIn('alice', { administrator: true })
  await alice.page.setViewportSize({ width: 1280, height: 900 })
  await alice.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
})

const rowsOf = (page: Page) => page.locator('[data-testid="ledger.calls"] tbody tr[data-id]')
const openLedger = async (page: Page, query: string): Promise<void> => {
  await page.goto(`${world.origin}/m/ledger${query}`)
  await rowsOf(page).first().waitFor()
}
const facetOf = async (page: Page, field: string): Promise<Map<string, number>> => {
  const facet = page.locator(`[data-facet="${field}"]`)
  await facet.waitFor()
  const texts = await facet.locator('label').allTextContents()
  return new Map(
    texts.map((text) => {
      const [, value = '', count = ''] = /^(.*?)([\d,]+)$/.exec(text.trim()) ?? []
      return [value, Number(count.replaceAll(',', ''))]
    }),
  )
}
const sum = (counts: Iterable<number>): number => [...counts].reduce((all, one) => all + one, 0)
const totalOf = async (page: Page): Promise<number> =>
  Number(await page.locator('[data-testid="ledger.histogram"]').getAttribute('data-total'))
const searchOf = (page: Page): string => decodeURIComponent(new URL(page.url()).search)

test('AC-13: what the rows, the bars, the facets and the API count is the same', async () => {
  const { page } = alice
  await openLedger(page, '?t=24h&f.capability=bank/transfer_create')
  const truth = made.filter(({ name }) => name === 'transfer_create').length
  assert.equal(await totalOf(page), truth)
  assert.equal(sum((await facetOf(page, 'outcome')).values()), truth)
  const path = '/api/v1/planes/ops/calls/count?capability=bank/transfer_create&since=24h'
  const counted = await page.evaluate<{ count: number }>(
    `fetch('${path}').then((one) => one.json())`,
  )
  assert.equal(counted.count, truth)
  const seen = new Set<string>()
  for (let last = -1; seen.size > last; ) {
    last = seen.size
    for (let step = 0; step < 30; step++) {
      for (const row of await rowsOf(page).all())
        seen.add((await row.getAttribute('data-id', { timeout: 500 }).catch(() => '')) ?? '')
      const atEnd = await page.evaluate<boolean>(`(() => {
        const one = document.querySelector('[data-testid="ledger.calls"] [aria-rowcount]').parentElement
        one.scrollBy(0, 560)
        return one.scrollTop + one.clientHeight >= one.scrollHeight - 1
      })()`)
      if (atEnd) break
    }
    await page.waitForTimeout(0)
  }
  seen.delete('')
  assert.equal(seen.size, truth)
})

test('AC-13: and it is the same of a capability and a window among 100,000', async () => {
  const { page } = alice
  const looks = older.filter(({ name }) => name === 'rates_today')
  const [from = 0, to = 0] = [looks[5000]?.at, looks[15_000]?.at]
  const between = looks.filter(({ at }) => at >= from && at < to)
  for (const [since, until, truth] of [
    [start - 48 * 60 * minute, start, looks],
    [from, to, between],
  ] as const) {
    const [first, last] = [new Date(since).toISOString(), new Date(until).toISOString()]
    await openLedger(page, `?t=${first}..${last}&f.capability=bank/rates_today`)
    assert.equal(await totalOf(page), truth.length)
    const outcomes = await facetOf(page, 'outcome')
    assert.equal(sum(outcomes.values()), truth.length)
    assert.equal(outcomes.get('limited'), truth.filter((one) => one.became === 'limited').length)
    const path = `/api/v1/planes/ops/calls/count?capability=bank/rates_today&since=${first}&until=${last}`
    const counted = await page.evaluate<{ count: number }>(
      `fetch('${path}').then((one) => one.json())`,
    )
    assert.equal(counted.count, truth.length)
    assert.ok((await rowsOf(page).count()) <= 100, 'a page of rows, not all of them')
  }
})

test('AC-14: the facet Agent lists exactly who used a tool in a window', async () => {
  const { page } = alice
  const [from, to] = [start + quarter, start + 4 * quarter]
  const t = `${new Date(from).toISOString()}..${new Date(to).toISOString()}`
  await openLedger(page, `?t=${t}&f.capability=bank/transfer_create`)
  const truth = new Map<string, number>()
  for (const { at, name, agent = '' } of made)
    if (name === 'transfer_create' && at >= from && at < to)
      truth.set(agent, (truth.get(agent) ?? 0) + 1)
  assert.deepEqual(
    new Map([...(await facetOf(page, 'agent'))].toSorted()),
    new Map([...truth].toSorted()),
  )
})

test('AC-15: a stretch of time is the same by dragging, by two clicks, by keys and typed', async () => {
  const { page } = alice
  const t = `${new Date(start).toISOString()}..${new Date(start + 12 * quarter).toISOString()}`
  const whole = `?t=${t}`
  const bars = page.locator('[data-testid="ledger.histogram"] rect[class*="hit"]')
  const changed = () => page.waitForURL((url) => url.searchParams.has('against'))
  const told = async () => {
    await changed()
    await rowsOf(page).first().waitFor()
    return { search: searchOf(page), total: await settled(page) }
  }
  const stepMs = 5 * minute
  const [low, high] = [12, 17]

  await openLedger(page, whole)
  await bars.nth(low).hover()
  await page.mouse.down()
  await bars.nth(high).hover()
  await page.mouse.up()
  const dragged = await told()
  const [from, to] = [start + low * stepMs, start + (high + 1) * stepMs]
  assert.equal(dragged.total, made.filter(({ at }) => at >= from && at < to).length)

  await openLedger(page, whole)
  await bars.nth(low).click()
  await bars.nth(high).click()
  assert.deepEqual(await told(), dragged)

  await openLedger(page, whole)
  await page.keyboard.press('h')
  for (let at = 0; at < low; at++) await page.keyboard.press('ArrowRight')
  for (let at = low; at < high; at++) await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Enter')
  assert.deepEqual(await told(), dragged)

  await openLedger(page, whole)
  await page.getByTestId('ledger.times').click()
  const local = (at: number) =>
    new Date(at - new Date(at).getTimezoneOffset() * minute).toISOString().slice(0, 19)
  await page.getByLabel('From', { exact: true }).fill(local(from))
  await page.getByLabel('To, not included').fill(local(to))
  await page.getByRole('button', { name: 'Show this time' }).click()
  assert.deepEqual(await told(), dragged)
  await page.getByTestId('ledger.difference').waitFor()
})

/** The bars of what the address says now: those of before stay until then. */
const settled = async (page: Page): Promise<number> => {
  await page.locator('[aria-busy="false"] > [data-testid="ledger.histogram"]').waitFor()
  return totalOf(page)
}

test('AC-16: filters survive reload, another tab and Back; a copied link means the same rows to others', async () => {
  const { page } = alice
  await openLedger(page, '?t=24h&f.agent=auditor&f.outcome=denied,failed')
  const total = await totalOf(page)
  await page.reload()
  await rowsOf(page).first().waitFor()
  assert.equal(searchOf(page), '?t=24h&f.agent=auditor&f.outcome=denied,failed')
  await page.getByRole('link', { name: 'Exports' }).click()
  await page.getByRole('heading', { level: 1, name: 'Exports' }).waitFor()
  await page.goBack()
  await rowsOf(page).first().waitFor()
  assert.equal(await totalOf(page), total)
  await page.getByRole('button', { name: 'Copy link' }).click()
  await page.getByText('Copied').first().waitFor()
  const link = await page.evaluate<string>('navigator.clipboard.readText()')
  assert.match(link, /t=2[0-9-]+T[0-9:]+(\.\d+)?Z\.\.2/)
  const bob = await world.signedIn('bob', { administrator: true })
  await bob.page.goto(link)
  await rowsOf(bob.page).first().waitFor()
  assert.equal(await totalOf(bob.page), total)
  bob.checked()
  await bob.page.close()
})

test('AC-17: a call, a trace, a grant and an entry number that are pasted land where they belong', async () => {
  const { page } = alice
  const paste = async (text: string) => {
    await openLedger(page, '?t=24h')
    await page.locator('[data-facet="grant"]').waitFor()
    await page.getByRole('searchbox', { name: 'Search the ledger' }).fill(text)
    await page.keyboard.press('Enter')
  }
  const [newest = ''] = ids.slice(-1)
  await paste(newest)
  await page.waitForURL((url) => url.pathname === `/m/calls/${newest}`)
  await paste('#12')
  await page.waitForURL((url) => url.pathname === '/m/ledger/12')
  await page.getByTestId('ledger.entry').getByText('"type"').waitFor()
  await paste(trace)
  await page.waitForURL((url) => url.searchParams.get('f.trace') === trace)
  await page.locator(`tr[data-id="${newest}"]`).waitFor()
  await paste('PLANNER-READS')
  await page.waitForURL((url) => url.searchParams.get('f.grant') === 'planner-reads')
  await page.getByRole('searchbox', { name: 'Search the ledger' }).fill('LIST')
  await page.getByTestId('ledger.offers').getByText('bank/accounts_list').waitFor()
})

test('AC-18: what comes while somebody reads waits, and the list says why', async () => {
  const { page } = alice
  await openLedger(page, '?t=24h&live=1')
  const chip = page.getByTestId('ledger.live')
  const total = await totalOf(page)
  await page.locator('[data-testid="ledger.live"][data-state="live"]').waitFor()
  await rowsOf(page).nth(3).focus()
  await page.locator('[data-testid="ledger.live"][data-state="reading"]').waitFor()
  const focused = () => page.evaluate<string>('document.activeElement.dataset.id')
  const row = await focused()
  const box = await rowsOf(page).nth(3).boundingBox()
  const now = Date.now()
  await makeCalls(
    world,
    Array.from({ length: 50 }, (_, n): Made => ({ at: now + n })),
  )
  await page.locator('[data-testid="ledger.new"][data-count="50"]').waitFor()
  assert.equal(await chip.textContent(), '○Paused: you read a row')
  assert.equal(await focused(), row)
  assert.deepEqual(await rowsOf(page).nth(3).boundingBox(), box)
  assert.equal(await rowsOf(page).nth(3).getAttribute('data-id'), row)
  await page.getByTestId('ledger.new').click()
  await page.locator('[data-testid="ledger.new"]').waitFor({ state: 'detached' })
  await page.locator(`tr[data-index="3"]:not([data-id="${row}"])`).waitFor()
  await page.locator(`[data-testid="ledger.histogram"][data-total="${total + 50}"]`).waitFor()
  await openLedger(page, '?t=2026-01-01T00:00Z..2030-01-01T00:00Z')
  assert.equal(await chip.textContent(), '○Off: fixed time range')
})

test('AC-19: J and K walk the rows that are there; Escape gives focus back to the row', async () => {
  const { page } = alice
  await openLedger(page, '?t=24h&f.outcome=failed')
  const shown = await rowsOf(page).evaluateAll((rows) =>
    rows.slice(0, 4).map((row) => row.getAttribute('data-id')),
  )
  await rowsOf(page).first().focus()
  await page.keyboard.press('Enter')
  const peek = page.getByTestId('peek')
  await peek.waitFor()
  const at = (n: number) => page.waitForURL((url) => url.searchParams.get('peek') === shown[n])
  await at(0)
  await page.keyboard.press('j')
  await at(1)
  await page.keyboard.press('j')
  await at(2)
  await page.keyboard.press('k')
  await at(1)
  assert.match(
    (await peek.locator('[data-path]').getAttribute('data-path')) ?? '',
    /F:failed R:recorded$/,
  )
  await peek.press('Escape')
  await peek.waitFor({ state: 'detached' })
  await page.locator(`tr[data-id="${shown[1]}"]:focus`).waitFor()
})

test('AC-20: evidence that is exported verifies without us, a flipped byte is named by its entry, and the export is an entry', async () => {
  const { page } = alice
  await openLedger(page, '?t=24h')
  await page.keyboard.press('e')
  const dialog = page.getByRole('dialog', { name: 'Export evidence of ops?' })
  await dialog.waitFor()
  const saved = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Export evidence' }).click()
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-'))
  await (await saved).saveAs(join(folder, 'evidence.tar'))
  const typed = await dialog.getByText('bailiwick verify').textContent()
  assert.equal(typed, 'tar xf ops-evidence.tar\nbailiwick verify ./ops-evidence --key KEY')
  execFileSync('tar', ['xf', 'evidence.tar'], { cwd: folder })
  const verified = spawnSync(join(root, 'bailiwick'), ['verify', join(folder, 'ops-evidence')], {
    encoding: 'utf8',
  })
  assert.equal(verified.status, 0, `${verified.stdout}${verified.stderr}`)
  const bodies = join(folder, 'ops-evidence', 'entries.jsonl')
  const lines = (await readFile(bodies, 'utf8')).split('\n')
  await writeFile(bodies, lines.with(6, (lines[6] ?? '').replace('"at":1', '"at":2')).join('\n'))
  const flipped = spawnSync(join(root, 'bailiwick'), ['verify', join(folder, 'ops-evidence')], {
    encoding: 'utf8',
  })
  assert.equal(flipped.status, 3)
  const { from } = JSON.parse(await readFile(join(folder, 'ops-evidence', 'manifest.json'), 'utf8'))
  assert.match(`${flipped.stdout}${flipped.stderr}`, new RegExp(`entry ${from + 6}\\b`))
  const { entries } = await ledgerFile()
  assert.equal(entries.findLast(({ type }) => type === 'ledger.exported')?.by, 'person:alice')
  await rm(folder, { recursive: true, force: true })
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
})

/** The newest entries of the plane. */
const ledgerFile = async () => {
  const file = world.started.installation.ledgerFile('ops' as never)
  const size = await file.size()
  const stored = await file.read(Math.max(1, size - 50), 51, {})
  return { entries: stored.map(({ entry }) => entry as unknown as Record<string, unknown>) }
}

test('the list is saved as it is filtered, as JSON Lines and as CSV', async () => {
  const { page } = alice
  await openLedger(page, '?t=24h&f.outcome=failed')
  await page.getByTestId('ledger.export').click()
  const dialog = page.getByRole('dialog')
  const save = async (button: string): Promise<string[]> => {
    const saved = page.waitForEvent('download')
    await dialog.getByRole('button', { name: button }).click()
    const text = await readFile(await (await saved).path(), 'utf8')
    return text.trimEnd().split(/\r?\n/)
  }
  const calls = (await save('Save as JSON Lines')).map((line) => JSON.parse(line))
  assert.ok(calls.length > 0)
  for (const { outcome } of calls) assert.equal(outcome.status, 'failed')
  const [head, ...lines] = await save('Save as CSV')
  assert.match(head ?? '', /^at,plane,position,call,/)
  assert.deepEqual(
    lines.map((line) => line.split(',')[3]),
    calls.map(({ call }) => call),
  )
  await page.keyboard.press('Escape')
})

test('a view that somebody keeps stands there after a reload, leads where they were, and goes', async () => {
  const { page } = alice
  await openLedger(page, '?t=7d&f.agent=planner&peek=none')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Save view…' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('Planner, a week')
  await page.keyboard.press('Enter')
  await openLedger(page, '?t=24h')
  await page.getByRole('link', { name: 'Planner, a week' }).click()
  await page.waitForURL(/\?t=7d&f\.agent=planner$/)
  await page.getByRole('button', { name: 'Remove the view Planner, a week' }).click()
  assert.equal(await page.getByRole('link', { name: 'Planner, a week' }).count(), 0)
})

test('nothing that is asked for and not known is dropped in silence; nothing is found says where there is something', async () => {
  const { page } = alice
  await page.goto(`${world.origin}/m/ledger?t=1m&f.agent=smoke&f.colour=red`)
  await page.locator('[data-empty="match"]').waitFor()
  await page.getByText('not known here: f.colour').waitFor()
  await page.getByText(/calls at other times/).waitFor()
})

test('nothing is wrong with it for axe, in both themes and both languages, at both widths', async () => {
  const { page, checked } = alice
  await openLedger(page, '?t=24h&f.outcome=denied')
  await page.getByTestId('ledger.difference').waitFor()
  assert.deepEqual(await lookAt(page, 'ledger'), [])
  await page.evaluate("localStorage.setItem('bailiwick.language', 'tr')")
  await openLedger(page, `?t=24h&f.outcome=failed&peek=${ids[1]}`)
  await page.getByTestId('peek').waitFor()
  assert.deepEqual(await lookAt(page, 'ledger-tr'), [])
  await page.evaluate("localStorage.setItem('bailiwick.language', 'en')")
  checked()
})
