// Needs from Debian: chromium, openssl, python3
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Page, Request } from 'playwright-core'
import { buildConsole } from '../../../tools/console.ts'
import { accounts, startAccounts } from '../../gateway/accounts.ts'
import { createCaller } from '../../gateway/caller.ts'
import { agent, consumer, document, documents, grant, plane } from '../../gateway/plane.ts'
import { send } from '../../manager/world.ts'
import { type Chromium, lookAt, startChromium } from '../../peers/chromium.ts'
import { type Gateway, startGateway } from '../../peers/gateway.ts'
import type { Raw } from '../../peers/ledger.ts'
import { password } from './world.ts'

const customer = { argument: 'customer', personal: true }
const tools = {
  pay: { class: 'read', index: ['amount', customer], record: 'all' },
  look: { class: 'read', index: ['customer'] },
}
const privacy = (person: string) =>
  document('RoleBinding', { plane: 'ops', name: person, role: 'privacy', people: [person] })

const person = 'Ayşe Yılmaz 4711'
/** However a page could send it. */
const written = [
  person,
  encodeURIComponent(person),
  encodeURI(person),
  new URLSearchParams({ q: person }).toString().slice(2),
  JSON.stringify(person).slice(1, -1),
  person.replaceAll(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
  Buffer.from(person).toString('base64').replace(/=+$/, ''),
  Buffer.from(person).toString('hex'),
  Buffer.from(person).toString('latin1'),
]
const tells = (text: string): boolean => written.some((one) => text.includes(one))

describe('Find a person', () => {
  let bank: Awaited<ReturnType<typeof startAccounts>>
  let gateway: Gateway
  let chromium: Chromium
  let page: Page
  let errors: readonly string[]
  const sending: Promise<{ url: string; text: string }>[] = []
  const sent = () => Promise.all(sending)
  const ids: Record<string, string[]> = { planner: [], clerk: [] }

  before(async () => {
    buildConsole()
    bank = await startAccounts()
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        ...['planner', 'clerk'].flatMap((name) => [
          agent(name),
          grant(name, name, [{ server: 'accounts' }]),
        ]),
        accounts(bank.url, tools),
        privacy('pia'),
      ),
    })
    for (const by of ['planner', 'clerk'])
      for (const given of [person, `${person}2`, person.slice(0, -1), person]) {
        const call = await callAs(by, { amount: 7, customer: given })
        if (given === person) ids[by]?.push(call)
      }
    await makePeople()
    chromium = await startChromium()
    ;({ page, errors } = await chromium.page())
    page.on('request', (request) => sending.push(wholeOf(request)))
    page.on('websocket', () => assert.fail('what a socket says is not looked at here'))
    await signIn('pia')
  })
  after(async () => {
    await chromium?.stop()
    await gateway?.stop()
    bank?.stop()
  })

  const newest = async (type: string): Promise<Raw> =>
    (await gateway.ledger('ops')).entries.findLast((one) => one.type === type) ??
    assert.fail(`no ${type}`)
  const callAs = async (by: string, given: object, tool = 'pay'): Promise<string> => {
    const url = `${gateway.origin}/mcp/ops/accounts`
    const caller = createCaller(url, await gateway.token(by, url))
    const told = await caller.call(tool, { ...given })
    caller.close()
    assert.match(told?.text ?? '', /"done":true/)
    return (await newest('call.intent')).call
  }
  const makePeople = async () => {
    const code = (await readFile(join(gateway.data, 'setup-code'), 'utf8')).trim()
    const ask = async (method: string, path: string, body: object, token?: string) => {
      const url = new URL(`${gateway.origin}/api/v1${path}`)
      const answer = await send(url, method, { body, token })
      assert.ok(answer.status < 300, answer.text)
      return answer.json<{ token: string }>()
    }
    const { token } = await ask('POST', '/setup', { code, name: 'root', password })
    await ask('PUT', '/people/pia', { password, administrator: false }, token)
  }
  const signIn = async (name: string, on = page) => {
    await on.goto(`${gateway.origin}/m/sign-in`)
    await on.getByLabel('Name').fill(name)
    await on.getByLabel('Password').fill(password)
    await on.getByRole('button', { name: 'Sign in', exact: true }).click()
    await on.getByRole('navigation', { name: 'Places' }).waitFor()
  }
  /** Everything of it: address, heads and body. */
  const wholeOf = async (request: Request) => {
    const body = request.postDataBuffer()?.toString('utf8') ?? ''
    const heads = JSON.stringify(await request.allHeaders())
    return { url: request.url(), text: `${request.url()}\n${heads}\n${body}` }
  }
  const open = async () => {
    await page.goto(`${gateway.origin}/m/ledger/find`)
    await page.getByTestId('find.form').waitFor()
  }
  const find = async (text: string, count: number) => {
    await page.getByLabel('What it was given as').fill(text)
    await page.getByRole('button', { name: 'Find calls' }).click()
    await page.locator(`[data-testid="find.found"][data-count="${count}"]`).waitFor()
  }
  const rows = async () =>
    (
      await page
        .locator('[data-testid="ledger.found"] tbody tr[data-id]')
        .evaluateAll((all) => all.map((row) => row.getAttribute('data-id') ?? ''))
    ).toSorted()

  test('AC-46: shows exactly the calls that were about somebody, and nothing that leaves the page says whom', async () => {
    await open()
    await page.getByLabel('Reason').fill('request of the authority')
    await find(person, 4)
    assert.deepEqual(await rows(), [...(ids.planner ?? []), ...(ids.clerk ?? [])].toSorted())
    await find(`${person}2`, 2)
    await page.keyboard.press('Tab')
    await find('nobody of that name', 0)
    await page.getByText('No call is found').waitFor()
    await find(person, 4)

    const asked = (await sent()).filter(({ url }) => url.endsWith('/planes/ops/find'))
    assert.ok(asked.some(({ text }) => /"hash":"[0-9a-f]{64}"/.test(text)))
    assert.ok(!page.url().includes('4711'))
    const told = (await sent()).filter(({ text }) => tells(text))
    assert.deepEqual(told, [], 'captured traffic holds only the hash')
  })

  test('AC-46: neither the log nor anything that is stored says whom, nor by which hash', async () => {
    const hashes = (await sent()).flatMap(
      ({ text }) => /"hash":"([0-9a-f]{64})"/.exec(text)?.[1] ?? [],
    )
    assert.ok(hashes.length > 0)
    const kept = [gateway.output(), ...(await gateway.stored()).values()]
    assert.equal(kept.filter(tells).length, 0)
    for (const hash of new Set(hashes))
      assert.equal(kept.filter((text) => text.includes(hash)).length, 0)
  })

  test('that somebody had the key, and looked, when and why, is in the ledger', async () => {
    const { by, why, argument, since } = await newest('find.asked')
    assert.deepEqual([by, why, argument], ['person:pia', 'request of the authority', 'customer'])
    assert.ok(Number(since) > 0)
    const given = (await gateway.ledger('ops')).entries.filter(({ type }) => type === 'find.key')
    assert.equal(given.length, 1, 'once for a page')
  })

  test('leads to the call beside the list, and forgets whom it was about when it is left', async () => {
    await page.locator('[data-testid="ledger.found"] tbody tr[data-id]').first().click()
    await page.getByText('argument customer').waitFor()
    await page.keyboard.press('Escape')
    await page.reload()
    assert.equal(await page.getByLabel('What it was given as').inputValue(), '')
    assert.equal(await page.getByTestId('find.found').count(), 0)
  })

  test('says where it looks, and what else takes such an argument', async () => {
    await open()
    await page.getByTestId('find.in').getByText('accounts/pay').waitFor()
    await page.getByTestId('find.not').getByText('accounts/look').waitFor()
    await page.getByLabel('What it was given as').fill('x'.repeat(129))
    await page.getByText('Longer than 128 characters').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Find calls' }).isDisabled(), true)
  })

  test('where there are too many keys it says from when on was looked, and looks before that', async () => {
    await open()
    const cutAt = Date.now() - 10 * 86_400_000
    const path = '**/api/v1/planes/ops/find'
    // So many keys as the gateway stops at would take a minute to be made.
    await page.route(path, async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ response: answer, json: { ...(await answer.json()), cutAt } })
    })
    await find(person, 4)
    const cut = page.getByTestId('find.cut')
    await cut.getByText(/^Calls before .* were not looked through/).waitFor()
    assert.deepEqual(await lookAt(page, 'find-cut'), [])
    await page.unroute(path)
    const asked = page.waitForRequest((request) => request.url().endsWith('/planes/ops/find'))
    await cut.getByRole('button', { name: 'Look before that' }).click()
    const { since, until } = (await asked).postDataJSON()
    assert.equal(Math.abs(Date.parse(until) - cutAt) < 60_000, true, until)
    assert.ok(Date.parse(since) < Date.parse(until))
    await page.locator('[data-testid="find.found"][data-count="0"]').waitFor()
  })

  test('nothing is wrong with it for axe, in both themes and both languages, at both widths', async () => {
    await open()
    await find(person, 4)
    assert.deepEqual(await lookAt(page, 'find'), [])
    await find('nobody of that name', 0)
    assert.deepEqual(await lookAt(page, 'find-none'), [])
    await page.evaluate("localStorage.setItem('bailiwick.language', 'tr')")
    await page.reload()
    await page.getByLabel('Verildiği biçim').fill(person)
    await page.getByRole('button', { name: 'Çağrıları bul' }).click()
    await page.locator('[data-testid="find.found"][data-count="4"]').waitFor()
    assert.deepEqual(await lookAt(page, 'find-turkish'), [])
    await page.evaluate("localStorage.setItem('bailiwick.language', 'en')")
  })

  test('AC-46: who was erased is found no more, and the calls of others are', async () => {
    const erase = ['ledger', 'erase', 'ops', '--agent', 'planner@workplace-ai', '--reason', 'asked']
    const erased = await gateway.cli(erase)
    assert.equal(erased.code, 0, erased.stderr)
    await open()
    await find(person, 2)
    assert.deepEqual(await rows(), ids.clerk?.toSorted())
    assert.equal((await sent()).filter(({ text }) => tells(text)).length, 0)
    assert.deepEqual(errors, [])
  })

  test('where earlier calls do not say whom they were about, one button looks at the later ones', async () => {
    await callAs('clerk', { customer: person }, 'note')
    const file = `${gateway.data}/note.yaml`
    const note = { class: 'read', index: [customer] }
    await writeFile(file, accounts(bank.url, { ...tools, note }))
    const applied = await gateway.cli(['apply', '-f', file, '--set', 'test'])
    assert.equal(applied.code, 0, applied.stderr)
    await callAs('clerk', { customer: person }, 'note')
    await open()
    await page.getByLabel('What it was given as').fill(person)
    await page.getByRole('button', { name: 'Find calls' }).click()
    const unrecorded = page.getByTestId('find.unrecorded')
    await unrecorded.getByText('so that a person could be found in them').waitFor()
    assert.ok(!(await page.getByRole('main').textContent())?.includes('--since'))
    assert.deepEqual(await lookAt(page, 'find-unrecorded'), [])
    const asked = page.waitForRequest((request) => request.url().endsWith('/planes/ops/find'))
    await unrecorded.getByRole('button', { name: /^Search since / }).click()
    const { since } = (await asked).postDataJSON()
    await page.locator('[data-testid="find.found"][data-count="1"]').waitFor()
    assert.ok(new URL(page.url()).searchParams.get('t')?.startsWith(`${since}..`), page.url())
    assert.equal((await sent()).filter(({ text }) => tells(text)).length, 0)
  })

  test('the ledger’s own list asks by the text, and is seen to: what would be sent is what is looked for here', async () => {
    const asked = page.waitForRequest((request) => request.url().includes('/calls?'))
    await page.goto(`${gateway.origin}/m/ledger?f.arg.customer=${encodeURIComponent(person)}`)
    await asked
    assert.ok((await sent()).some(({ url, text }) => url.includes('/calls?') && tells(text)))
  })

  test('what stands in the ledger of it verifies, with both verifiers', async () => {
    const evidence = `${gateway.data}/evidence`
    const keys = `${gateway.data}/keys`
    const exported = await gateway.cli(['ledger', 'export', 'ops', '-o', evidence])
    assert.equal(exported.code, 0, exported.stderr)
    await writeFile(keys, (await gateway.cli(['ledger', 'keys', 'ops'])).stdout)
    const verified = await gateway.cli(['verify', evidence, '--key', keys])
    assert.equal(verified.code, 0, verified.stdout + verified.stderr)
    const verifier = join(evidence, 'verify.py')
    const python = spawnSync('python3', [verifier, evidence, '--key', keys], { encoding: 'utf8' })
    assert.equal(python.status, 0, python.stdout + python.stderr)
    const entries = await readFile(join(evidence, 'entries.jsonl'), 'utf8')
    for (const part of ['"type":"find.key"', '"type":"find.asked"', '"hmac2:'])
      assert.ok(entries.includes(part), part)
  })

  test('is not for whoever runs the installation: the page names the roles', async () => {
    const other = await chromium.page()
    await signIn('root', other.page)
    await other.page.goto(`${gateway.origin}/m/ledger/find`)
    await other.page.getByText('with the role privacy or soc').waitFor()
  })
})
