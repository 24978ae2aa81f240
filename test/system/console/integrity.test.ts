// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { planeId } from '#domain/name.ts'
import { lookAt } from '../../peers/chromium.ts'
import { callAs } from './calling.ts'
import { type ConsoleWorld, startConsole, type Visitor } from './world.ts'

describe('Integrity', () => {
  let world: ConsoleWorld
  let alice: Visitor

  before(async () => {
    world = await startConsole()
    for (let n = 0; n < 3; n++) await callAs(world, 'planner', 'bank/accounts_list')
    const { trees } = world.started.installation
    // The keeper signs once a second, of its own.
    while (!(await trees.status(planeId('ops'))).checkpoint) await pause(20)
    alice = await world.signedIn('alice', { administrator: true })
  })
  after(() => world?.stop())

  const verified = (ok: boolean) =>
    alice.page.getByTestId('integrity.verdict').and(alice.page.locator(`[data-ok=${ok}]`))
  const tamper = (sql: string) => {
    const { dataFolder } = world.started.installation
    const db = new DatabaseSync(join(dataFolder, 'ledger', 'ops.db'), { timeout: 5000 })
    const triggers = db.prepare("select name, sql from sqlite_master where type = 'trigger'").all()
    for (const { name } of triggers) db.exec(`drop trigger "${name}"`)
    db.exec(sql)
    for (const { sql: made } of triggers) db.exec(String(made))
    db.close()
  }

  test('AC-21: Verify now looks at every entry, and finds no gap', async () => {
    const { page, open, checked } = alice
    await open('/m/ledger/integrity?plane=ops')
    await page.getByRole('button', { name: 'Verify now' }).click()
    await verified(true).waitFor()
    assert.match((await verified(true).textContent()) ?? '', /(\d+) of \1 entries match/)
    assert.equal(await page.getByTestId('integrity.gaps').textContent(), '0')
    assert.deepEqual(await lookAt(page, 'integrity'), [])
    checked()
  })

  test('whoever gets a bundle is told what to type without our folders, and by which key', async () => {
    const { page, open } = alice
    await open('/m/ledger/integrity?plane=ops')
    const [ours, theirs] = await page.getByTestId('integrity.kit').locator('pre').allTextContents()
    const { program } = world.started.installation
    assert.equal(ours, `${program} ledger export ops -o ops-evidence`)
    assert.equal(theirs, 'bailiwick verify ./ops-evidence --key KEY')
  })

  test('says who verified it last, and what was found, to whoever looks next', async () => {
    const { page, open, checked } = alice
    await open('/m/ledger/integrity?plane=ops')
    const last = page.locator('[data-testid="integrity.last"][data-ok=true]')
    await last.getByText(/Last verified by alice,/).waitFor()
    assert.match((await last.textContent()) ?? '', /(\d+) of \1 entries match/)
    assert.deepEqual(await lookAt(page, 'integrity-last'), [])
    checked()
  })

  test('proves one entry, by its number in the address', async () => {
    const { page, open, checked } = alice
    await open('/m/ledger/integrity?plane=ops&entry=2')
    const proof = page.getByTestId('integrity.proof')
    await proof.getByText(/Entry .2 is included under a checkpoint of \d+ entries/).waitFor()
    await proof.getByText('The proof').click()
    await proof.getByText(/c2sp.org\/tlog-proof@v1/).waitFor()
    checked()
  })

  test('AC-50: is whole in Turkish', async () => {
    const { page, open, checked } = alice
    await page.evaluate("localStorage.setItem('bailiwick.language', 'tr')")
    await open('/m/ledger/integrity?plane=ops')
    await page.getByRole('button', { name: 'Şimdi doğrula' }).waitFor()
    assert.deepEqual(await lookAt(page, 'integrity-turkish'), [])
    await page.evaluate("localStorage.setItem('bailiwick.language', 'en')")
    checked()
  })

  test('AC-22: a byte that was changed behind the server is named by its entry, with what to do, and by a bar on every page', async () => {
    const { page, open, checked } = alice
    tamper(`update entry set body = replace(body, '"v":1', '"v":2') where position = 2`)
    await open('/m/ledger/integrity?plane=ops')
    await page.locator('h1').press('v')
    await verified(false).locator('[data-id="entry 2"]').first().waitFor()
    await verified(false)
      .getByText(/keep the disk/)
      .waitFor()
    assert.deepEqual(await lookAt(page, 'integrity-broken'), [])
    await page.setViewportSize({ width: 1280, height: 800 })
    for (const path of ['/m', '/m/catalog', '/m/permissions', '/m/settings/planes']) {
      await open(path)
      await page.getByTestId('trust.bar').getByText('entry 2').waitFor()
    }
    assert.deepEqual(await lookAt(page, 'trust-bar'), [])
    await open('/m/ledger/integrity?plane=ops')
    const last = page.locator('[data-testid="integrity.last"][data-ok=false]')
    await last.getByText(/^entry 2: /).waitFor()
    assert.deepEqual(await lookAt(page, 'integrity-last-broken'), [])
    await page.setViewportSize({ width: 1280, height: 800 })
    tamper(`update entry set body = replace(body, '"v":2', '"v":1') where position = 2`)
    await open('/m/ledger/integrity?plane=ops')
    await page.getByRole('button', { name: 'Verify now' }).click()
    await verified(true).waitFor()
    await page.getByTestId('trust.bar').waitFor({ state: 'detached' })
    checked()
  })

  test('AC-23: entries that were cut off are reported, and never valid', async () => {
    const { page, open, checked } = alice
    tamper('delete from entry where position > (select max(position) - 2 from entry)')
    await open('/m/ledger/integrity?plane=ops')
    await page.getByRole('button', { name: 'Verify now' }).click()
    await verified(false)
      .getByText(/missing/)
      .first()
      .waitFor()
    checked()
  })
})
