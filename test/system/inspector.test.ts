// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Chromium, startChromium } from '../peers/chromium.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { startInspector } from '../peers/inspector.ts'
import { type HttpServer, startBank } from '../peers/servers.ts'
import { openOffice, type People } from '../stories/people.ts'
import { signInDocuments } from '../stories/sign-in-documents.ts'

const password = 'correct horse battery'

describe('MCP Inspector in a real browser', () => {
  let chromium: Chromium
  let bank: HttpServer
  let gateway: Gateway
  let people: People

  before(async () => {
    chromium = await startChromium()
    bank = await startBank()
    const clients = { agent: 'desktop', register: true }
    gateway = await startGateway({ documents: signInDocuments(bank.url, undefined, clients) })
    people = await openOffice(gateway)
    await people.hire('alice')
  })
  after(async () => {
    await chromium?.stop()
    await people?.leave()
    await gateway?.stop()
    await bank?.stop()
  })

  for (const era of ['legacy', 'modern'] as const)
    test(`registers, has its person sign in and agree, lists tools and calls one (${era})`, async (t) => {
      const inspector = await startInspector(`${gateway.origin}/mcp/ops/bank`, era)
      t.after(inspector.stop)
      const { page } = await chromium.page()
      await page.goto(inspector.address)
      // Its own label is drawn over the switch.
      await page.getByRole('switch').click({ force: true })
      await page.getByText('A program that calls itself “MCP Inspector”').waitFor()
      await page.getByLabel('Name').fill('alice')
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Allow' }).click()

      await page.getByText('Connected', { exact: true }).waitFor()
      await page.getByText('Tools', { exact: true }).click()
      await page.getByText('Tools (1)').waitFor()
      await page.getByRole('button', { name: 'accounts_list' }).click()
      await page.getByRole('button', { name: 'Execute Tool' }).click()
      await page.getByText('acc-1001').first().waitFor()

      const { entries } = await gateway.ledger('ops')
      const [call, ...others] = entries.filter(
        ({ type, method }) => type === 'call.intent' && method === 'tools/call',
      )
      assert.deepEqual([call?.agent, call?.user], ['desktop', 'alice'])
      assert.equal(others.length, era === 'legacy' ? 0 : 1)
    })
})
