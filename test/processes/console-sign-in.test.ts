import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { documents, plane } from '../gateway/plane.ts'
import { createBrowser, type Shown } from '../issuer/browser.ts'
import { startProcesses } from '../peers/processes.ts'

const password = 'correct horse battery'
let processes: Awaited<ReturnType<typeof startProcesses>>
before(async () => {
  processes = await startProcesses(2, documents(plane()))
})
after(() => processes?.stop())

const ours = () => ({ origin: processes.origin, 'sec-fetch-site': 'same-origin' })
const post = (origin: string, path: string, body: object) =>
  fetch(`${origin}/api/v1${path}`, {
    ...{ method: 'POST', body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json' },
  })

test('a sign-in to the console that several processes take turns in holds at each, and ends at each', async () => {
  // The process that started last has made the newest code.
  const code = await readFile(join(processes.at(1).data, 'setup-code'), 'utf8')
  const made = await post(processes.origin, '/setup', {
    code: code.trim(),
    name: 'alice',
    password,
  })
  assert.equal(made.status, 201, await made.text())

  const browser = createBrowser(processes.origin)
  // Every request goes to the other process than the one before.
  const begun = await browser.act('/api/v1/session/begin', { to: '/m/ledger' }, ours())
  const page = await browser.open(JSON.parse(begun.text).location)
  const shown: Shown = await browser.submit(page, 'sign-in', { name: 'alice', password })
  assert.equal(shown.url.pathname, '/m/ledger')
  const cookie = `bailiwick=${browser.jar.get('bailiwick /api')?.value}`
  const asked = (origin: string, method = 'GET') =>
    fetch(`${origin}/api/v1/session`, { method, headers: { ...ours(), cookie } })
  for (const origin of processes.origins()) assert.equal((await asked(origin)).status, 200)

  assert.equal((await asked(processes.origin, 'DELETE')).status, 204)
  for (const origin of processes.origins()) assert.equal((await asked(origin)).status, 401)
})
