// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { createProgram } from '../clients/signing-in-program.ts'
import { startChromium } from '../peers/chromium.ts'
import { startGateway } from '../peers/gateway.ts'
import { startBank } from '../peers/servers.ts'
import { openOffice } from '../stories/people.ts'
import { signInDocuments } from '../stories/sign-in-documents.ts'

const bank = await startBank()
const gateway = await startGateway({
  documents: signInDocuments(bank.url, undefined, { agent: 'desktop', register: true }),
})
const people = await openOffice(gateway)
await people.hire('alice')
const chromium = await startChromium()
after(async () => {
  await chromium.stop()
  await people.leave()
  await gateway.stop()
  await bank.stop()
})

test('a person signs in and agrees in a real browser, which leaves for the program as the page’s policy lets it', async (t) => {
  const back = Promise.withResolvers<URL>()
  const program = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1')
    if (url.pathname === '/back') back.resolve(url)
    response.end('done')
  })
  await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve))
  t.after(() => program.close())
  const { port } = program.address() as AddressInfo
  const { provider, kept } = createProgram(`http://127.0.0.1:${port}/back`)
  const url = new URL(`${gateway.origin}/mcp/ops/bank`)
  const open = () => new StreamableHTTPClientTransport(url, { authProvider: provider })
  const client = new Client({ name: 'desktop', version: '1.0.0' })
  t.after(() => client.close())
  const first = open()
  await assert.rejects(client.connect(first), UnauthorizedError)

  const page = await chromium.page()
  await page.open(String(kept.sentTo))
  await page.type('#name', 'alice')
  await page.type('#password', 'not the password')
  const pictures = process.env.TEST_PICTURES
  const shoot = async (name: string) => {
    if (pictures === undefined) return
    for (const width of [1280, 390])
      for (const scheme of ['light', 'dark'] as const)
        await page.shoot(`${pictures}/${name}-${width}-${scheme}.png`, width, scheme)
  }
  await page.click('button[value="sign-in"]')
  await page.until('document.querySelector("[role=alert]")?.innerText.includes("wrong")')
  await shoot('sign-in')
  await page.type('#password', 'correct horse battery')
  await page.click('button[value="sign-in"]')
  await page.until('document.querySelector("button[value=allow]")')
  assert.equal(
    await page.until('getComputedStyle(document.querySelector("main")).borderRadius'),
    '12px',
  )
  await shoot('consent')
  await page.click('button[value="allow"]')
  await first.finishAuth((await back.promise).searchParams)

  await client.connect(open())
  const answer = await client.callTool({ name: 'accounts_list', arguments: {} })
  assert.notEqual(answer.isError, true)
  assert.deepEqual(
    page.errors.filter((text) => !/401|favicon/.test(text)),
    [],
  )
})
