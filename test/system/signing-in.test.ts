// Needs from Debian: chromium
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, type TestContext, test } from 'node:test'
import { type Client, UnauthorizedError } from '@modelcontextprotocol/client'
import {
  createProgram,
  type Introduction,
  type ProgramHost,
  startProgramHost,
} from '../clients/signing-in-program.ts'
import { type Chromium, lookAt, startChromium } from '../peers/chromium.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type HttpServer, startBank } from '../peers/servers.ts'
import { openOffice, type People } from '../stories/people.ts'
import { signInDocuments } from '../stories/sign-in-documents.ts'

const password = 'correct horse battery'
const ownMachine = 'http://127.0.0.1/back'

/** Where the program waits for its person to come back, on a port of its own. */
const startListening = async () => {
  const came = Promise.withResolvers<URL>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1')
    if (url.pathname === '/back') came.resolve(url)
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Back</title>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}/back`, came: came.promise, stop }
}

describe('A person signs in by a real browser for the SDK’s own client', () => {
  let bank: HttpServer
  let host: ProgramHost
  let gateway: Gateway
  let people: People
  let chromium: Chromium

  before(async () => {
    chromium = await startChromium()
    bank = await startBank()
    host = await startProgramHost(ownMachine)
    const clients = { agent: 'desktop', register: true, metadata: [host.host] }
    const documents = signInDocuments(bank.url, [ownMachine], clients)
    gateway = await startGateway({ documents, env: host.env })
    people = await openOffice(gateway)
    for (const name of ['alice', 'bob', 'carol', 'dave']) await people.hire(name)
  })
  after(async () => {
    await chromium?.stop()
    await people?.leave()
    await gateway?.stop()
    await host?.stop()
    await bank?.stop()
  })

  const begin = async (t: TestContext, as: Introduction) => {
    const listening = await startListening()
    t.after(listening.stop)
    const program = createProgram(listening.address, as)
    const open = () => program.open(new URL(`${gateway.origin}/mcp/ops/bank`))
    const first = open()
    await assert.rejects(first.connect(), UnauthorizedError)
    const finish = async () => first.transport.finishAuth((await listening.came).searchParams)
    return { kept: program.kept, open, finish }
  }
  const isCalled = async (client: Client) => {
    const answer = await client.callTool({ name: 'accounts_list', arguments: {} })
    assert.notEqual(answer.isError, true)
  }

  // A person each: a token says the second in which it was made, and one made in that of a revocation ends by it.
  const programs: Record<string, { person: string; introduction: () => Introduction }> = {
    'which the plane’s documents describe': {
      person: 'bob',
      introduction: () => ({ client_id: 'desktop' }),
    },
    'which describes itself at an address of its own': {
      person: 'carol',
      introduction: () => ({ describedAt: host.describedAt }),
    },
    'which registers itself': { person: 'dave', introduction: () => undefined },
  }
  for (const [name, { person, introduction }] of Object.entries(programs))
    test(`${name}, agrees, and is sent back to it as the page’s policy lets the browser`, async (t) => {
      const { kept, open, finish } = await begin(t, introduction())
      const { page, errors } = await chromium.page()
      await page.goto(String(kept.sentTo))
      await page.getByLabel('Name').fill(person)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('button', { name: 'Allow' }).click()
      await finish()

      const { client, connect } = open()
      t.after(() => client.close())
      await connect()
      await isCalled(client)
      delete kept.sentTo
      kept.tokens = { ...kept.tokens, access_token: 'over' }
      await isCalled(client)
      assert.equal(kept.sentTo, undefined)

      const ended = await gateway.cli(['user', 'revoke', person, '--reason', 'lost laptop'])
      assert.equal(ended.code, 0, ended.stderr)
      await assert.rejects(isCalled(client), UnauthorizedError)
      assert.deepEqual(
        errors.filter((text) => !text.includes('favicon')),
        [],
      )
    })

  test('by the keyboard alone, and after a mistake', async (t) => {
    const { kept, finish } = await begin(t, undefined)
    const { page } = await chromium.page()
    const focused = () => page.evaluate<string>('document.activeElement.textContent.trim()')
    await page.goto(String(kept.sentTo))
    // The browser moves the focus to the first field in a later frame than the one that loaded the page.
    await page.locator('input[name=name]:focus').waitFor()
    await page.keyboard.type('alice')
    await page.keyboard.press('Tab')
    await page.keyboard.type('not the password')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    assert.deepEqual(await lookAt(page, 'sign-in'), [])
    await page.locator('input[type=password]:focus').waitFor()
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Allow' }).waitFor()
    assert.deepEqual(await lookAt(page, 'consent'), [])
    const order: string[] = []
    for (let n = 0; n < 3; n++) {
      await page.keyboard.press('Tab')
      order.push(await focused())
    }
    assert.deepEqual(order, ['Allow', 'Deny', 'I am not alice'])
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await finish()
  })

  test('and a program with the longest of names, scopes and addresses tears no page apart', async () => {
    const issuer = `${gateway.origin}/oauth/ops`
    const redirect = `http://127.0.0.1/${'way/'.repeat(60)}`
    const said = { client_name: 'W'.repeat(100), redirect_uris: [redirect] }
    const headers = { 'content-type': 'application/json' }
    const about = { method: 'POST', headers, body: JSON.stringify(said) }
    const { client_id } = (await (await fetch(`${issuer}/register`, about)).json()) as {
      client_id: string
    }
    const scope = Array.from({ length: 12 }, (_, n) => `${'scope'.repeat(8)}.${n}`).join(' ')
    const challenge = { code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' }
    const asked = { response_type: 'code', client_id, redirect_uri: redirect, scope, ...challenge }
    const { page } = await chromium.page()
    await page.goto(`${issuer}/authorize?${new URLSearchParams(asked)}`)
    assert.deepEqual(await lookAt(page, 'sign-in-long'), [])
    await page.getByLabel('Name').fill('alice')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Allow' }).waitFor()
    assert.deepEqual(await lookAt(page, 'consent-long'), [])
    await page.goto(`${issuer}/authorize?${new URLSearchParams({ ...asked, client_id: 'nobody' })}`)
    assert.deepEqual(await lookAt(page, 'problem'), [])
  })
})
