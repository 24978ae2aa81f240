import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createBrowser } from '../issuer/browser.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type HttpServer, startBank } from '../peers/servers.ts'
import { openOffice, type People } from '../stories/people.ts'
import { signInDocuments } from '../stories/sign-in-documents.ts'
import { runAuthorizationSuite } from './authorization-suite.ts'

const password = 'correct horse battery'

describe('Conformance of a plane’s issuer', () => {
  let bank: HttpServer
  let gateway: Gateway
  let people: People

  before(async () => {
    bank = await startBank()
    const clients = { agent: 'desktop', metadata: ['programs.example'] }
    const documents = signInDocuments(bank.url, ['http://127.0.0.1/callback'], clients)
    gateway = await startGateway({ documents })
    people = await openOffice(gateway)
    await people.hire('alice')
  })
  after(async () => {
    await people?.leave()
    await gateway?.stop()
    await bank?.stop()
  })

  /** Whoever sits before the suite: signs in, agrees, and is sent back to it. */
  const agree = async (address: URL): Promise<void> => {
    const browser = createBrowser(gateway.origin)
    const page = await browser.open(address)
    const consent = await browser.submit(page, 'sign-in', { name: 'alice', password })
    const { url } = await browser.submit(consent, 'allow')
    await fetch(url)
  }

  test('every check of the authorization scenarios passes', async (t) => {
    const { code, output, checks } = await runAuthorizationSuite({
      issuer: `${gateway.origin}/oauth/ops`,
      client: 'desktop',
      resource: `${gateway.origin}/mcp/ops/bank`,
      agree,
    })
    t.diagnostic(`${checks.length} checks`)
    assert.deepEqual(
      checks,
      [
        'authorization-code-grant:authorization-code-grant SUCCESS',
        'authorization-server-metadata-endpoint:authorization-server-metadata SUCCESS',
        'authorization-server-metadata-endpoint:authorization-server-metadata-cimd SUCCESS',
      ],
      output,
    )
    assert.equal(code, 0, output)
  })
})
