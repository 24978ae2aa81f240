// Needs from Debian: chromium
// Takes minutes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { lookAt } from '../../peers/chromium.ts'
import { startConsole } from './world.ts'

const world = await startConsole()
after(() => world.stop())

test('somebody signs in, goes to every place by its keys, and nothing is wrong with any for axe', async () => {
  const { page, open, checked } = await world.signedIn('alice', { administrator: true })
  for (const [letter, path] of [
    ['a', '/m/alarms'],
    ['r', '/m/reviews'],
    ['k', '/m/credentials'],
  ] as const) {
    await page.locator('main').press('g')
    await page.keyboard.press(letter)
    await page.waitForURL(`${world.origin}${path}`)
    assert.deepEqual(await lookAt(page, `console-${letter}`), [])
  }
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').or(page.getByRole('searchbox')).first().fill('cal_01')
  await page.getByRole('option', { name: 'Call cal_01' }).waitFor()
  await page.keyboard.press('Escape')
  await open('/m/nowhere')
  await page.getByRole('heading', { level: 1, name: 'Nothing is here' }).waitFor()
  checked()
})

test('AC-49: g and a letter go to a place from every page, and never out of a field', async () => {
  const { page, open, checked } = await world.signedIn('hal', { administrator: true })
  // The Ledger has an `e` of its own, and another key may just have been pressed.
  await open('/m/ledger')
  for (const key of ['Tab', 'g', 'e']) await page.keyboard.press(key)
  await page.waitForURL(`${world.origin}/m/agents`)
  // The page that was gone to is told by its heading, and then what it has is reached by its keys.
  await page.locator('main h1:focus', { hasText: 'Agents' }).waitFor()
  const search = page.getByRole('searchbox', { name: 'Search agents' })
  await search.waitFor()
  await page.keyboard.press('/')
  await page.locator('input[type=search]:focus').waitFor()
  await page.keyboard.type('glgs?j')
  assert.equal(await search.inputValue(), 'glgs?j')
  assert.equal(new URL(page.url()).pathname, '/m/agents')
  assert.equal(await page.getByRole('dialog').count(), 0)
  checked()
})

test('AC-49: single keys that are switched off in the profile do nothing', async () => {
  const { page, open, checked } = await world.signedIn('bob', { administrator: true })
  await open('/m/agents/planner?plane=ops')
  await page.getByRole('button', { name: 'bob' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Single keys act' }).click()
  await page.reload()
  await page.getByRole('button', { name: 'Suspend…' }).waitFor()
  for (const key of ['s', 'g', 'l', '?', '/']) await page.keyboard.press(key)
  await open('/m/agents')
  const first = page.locator('[data-testid="agents.list"] tbody tr[data-index="0"]')
  await first.focus()
  for (const key of ['j', 'x', '.', 'g', 'l']) await page.keyboard.press(key)
  await page.locator('[data-testid="agents.list"] tr[data-index="0"]:focus').waitFor()
  // What is no single key goes on: arrows on the row, Ctrl K anywhere.
  await page.keyboard.press('ArrowDown')
  await page.locator('[data-testid="agents.list"] tr[data-index="1"]:focus').waitFor()
  assert.equal(new URL(page.url()).pathname, '/m/agents')
  assert.equal(await page.getByRole('dialog').count(), 0)
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').waitFor()
  checked()
})

test('AC-53: whatever a page is made to ask of another origin, the browser asks for nothing', async () => {
  const { page, open, checked } = await world.signedIn('ivy', { administrator: true })
  const asked: string[] = []
  const other = createServer(({ url = '' }, response) => {
    asked.push(url)
    response.writeHead(200, { 'access-control-allow-origin': '*' }).end()
  }).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const there = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  await open('/m/permissions')
  await page.getByRole('grid').waitFor()
  const loaded = await page.evaluate<string[]>(
    "performance.getEntriesByType('resource').map(({ name }) => name)",
  )
  assert.ok(
    loaded.some((url) => url.endsWith('.woff2')) && loaded.some((url) => url.endsWith('.js')),
  )
  for (const url of loaded) assert.ok(url.startsWith(`${world.origin}/`), url)
  checked()
  const refused = await page.evaluate<string[]>(tryEverything(there))
  assert.deepEqual(refused, ['connect', 'font', 'frame', 'img', 'script', 'style'])
  assert.deepEqual(asked, [])
  other.close()
})

/** Resolves with what the policy refused, once it has refused six. */
const tryEverything = (there: string) => `new Promise((resolve) => {
  const refused = new Set()
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
    refused.add(effectiveDirective.split('-')[0])
    if (refused.size === 6) resolve([...refused].sort())
  })
  const add = (name, more) => document.head.append(Object.assign(document.createElement(name), more))
  fetch('${there}/fetch').catch(() => {})
  add('img', { src: '${there}/image' })
  add('script', { src: '${there}/script.js' })
  add('link', { rel: 'stylesheet', href: '${there}/style.css' })
  add('iframe', { src: '${there}/frame' })
  new FontFace('other', 'url(${there}/font.woff2)').load().catch(() => {})
})`

test('the events come by the cookie: a revision is told without anybody asking, and a refused stream is tried again', async () => {
  const { page, open, checked } = await world.signedIn('dora', { administrator: true })
  const trust = page.getByTestId('trust')
  await page.locator('[data-testid=trust][data-connection=live]').waitFor()
  const before = Number(await trust.getAttribute('data-revision'))
  await world.apply([{ kind: 'Consumer', plane: 'ops', name: 'told-by-events' }])
  await page.locator(`[data-testid=trust][data-revision="${before + 1}"]`).waitFor()
  assert.equal(await trust.getByText('Reconnecting').count(), 0)
  // As the server does where a person has too many streams: a browser gives up on such an answer.
  let refused = 0
  await page.route('**/api/v1/events', (route) =>
    refused++ === 0 ? route.fulfill({ status: 204, body: '' }) : route.continue(),
  )
  await open('/m/alarms')
  await page.locator('[data-testid=trust][data-connection=live]').waitFor()
  assert.equal(refused, 2)
  checked()
})

test('a password that does not fit is told so, and is no address of the app', async () => {
  await world.signedIn('erin', { administrator: true })
  const { page, open } = await world.visitor()
  await open('/m/sign-in')
  assert.deepEqual(await lookAt(page, 'console-sign-in'), [])
  await page.getByLabel('Name').fill('erin')
  await page.getByLabel('Password').fill('another battery horse')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('alert').getByText('do not fit together').waitFor()
})

test('the top bar of a phone keeps the face, the keys and the person in one line', async () => {
  const { page, open, checked } = await world.signedIn('fay', { administrator: true })
  await page.setViewportSize({ width: 390, height: 800 })
  await open('/p')
  const tops = await Promise.all(
    [
      page.getByRole('radiogroup', { name: 'Face' }),
      page.getByRole('button', { name: 'Keys and help' }),
      page.getByRole('button', { name: 'fay' }),
    ].map(async (one) => Math.round(((await one.boundingBox())?.y ?? 0) / 20)),
  )
  assert.equal(new Set(tops).size, 1, `tops ${tops}`)
  checked()
})

test('the dot opens what can be done with the row that has the focus: a cell, the row or its JSON is copied', async () => {
  await world.apply([
    { kind: 'Credential', plane: 'ops', name: 'bank-key', owner: 'core-banking-team' },
  ])
  const { page, open, checked } = await world.signedIn('gil', { administrator: true })
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await open('/m/credentials')
  await page.locator('tr[data-id="ops/bank-key"]').press('.')
  await page.getByTestId('row.actions').waitFor()
  assert.deepEqual(await lookAt(page, 'console-row-actions'), [])
  await page.getByRole('button', { name: 'Copy as JSON' }).press('Enter')
  await page.getByText('Copied').waitFor()
  const copied = JSON.parse(await page.evaluate<string>('navigator.clipboard.readText()'))
  assert.equal(copied.credential, 'bank-key')
  await page.keyboard.press('Escape')
  await page.getByTestId('row.actions').waitFor({ state: 'detached' })
  checked()
})

test('a page in Turkish has no English key in it, and says so to who hears it', async () => {
  const { page, open, checked } = await world.signedIn('carol', { administrator: true })
  await page.evaluate("localStorage.setItem('bailiwick.language', 'tr')")
  await open('/m/credentials')
  assert.equal(await page.locator('html').getAttribute('lang'), 'tr')
  await page.getByRole('heading', { level: 1, name: 'Kimlik bilgileri' }).waitFor()
  assert.doesNotMatch(await page.locator('body').innerText(), /\b(frame|ui|ledger)\.[a-z]/)
  checked()
})

test('the first administrator is made in the browser by the code; afterwards the address is 404', async () => {
  const fresh = await startConsole({ sample: false })
  try {
    const { page, open, checked } = await fresh.visitor()
    await open(`/setup?code=${fresh.started.setupCode?.code}`)
    assert.deepEqual(await lookAt(page, 'console-setup'), [])
    await page.getByLabel('Name').fill('ayse')
    await page.getByLabel('Password').fill('correct horse battery')
    await page.getByRole('button', { name: 'Make the administrator' }).click()
    await page.getByRole('heading', { level: 1, name: 'First call' }).waitFor()
    // Without the sample there is nothing to be called: the page says how to bring it, and makes a plane.
    await page.getByText('bailiwick start --sample').waitFor()
    await page.getByRole('button', { name: 'Make the plane' }).click()
    await page.getByRole('link', { name: 'Register a server' }).waitFor()
    checked()
    assert.equal((await fetch(`${fresh.origin}/setup`)).status, 404)
  } finally {
    await fresh.stop()
  }
})
