import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { createBrowser } from '../issuer/browser.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type HttpServer, startBank } from '../peers/servers.ts'
import { openOffice, type People } from '../stories/people.ts'
import { signInDocuments } from '../stories/sign-in-documents.ts'
import { createProgram } from './signing-in-program.ts'

const password = 'correct horse battery'
const redirectUrl = 'http://127.0.0.1/back'

/** A person in front of a browser, from where the program sent it to where it is sent back. */
const agree = async (origin: string, address: URL): Promise<URL> => {
  const browser = createBrowser(origin)
  const page = await browser.open(address)
  const consent = await browser.submit(page, 'sign-in', { name: 'alice', password })
  return (await browser.submit(consent, 'allow')).url
}

describe('The SDK’s own client signs a person in', () => {
  let bank: HttpServer
  let gateway: Gateway
  let people: People

  before(async () => {
    bank = await startBank()
    const clients = { agent: 'desktop', register: true }
    gateway = await startGateway({ documents: signInDocuments(bank.url, [redirectUrl], clients) })
    people = await openOffice(gateway)
    await people.hire('alice')
  })
  after(async () => {
    await people?.leave()
    await gateway?.stop()
    await bank?.stop()
  })

  const programs = {
    'that the plane’s documents describe': { client_id: 'desktop' },
    'that registers itself': undefined,
  }
  for (const [name, known] of Object.entries(programs)) {
    test(`as a program ${name}, calls a tool, and goes on with its refresh token`, async (t) => {
      const { provider, kept } = createProgram(redirectUrl, known)
      const url = new URL(`${gateway.origin}/mcp/ops/bank`)
      const open = () => {
        const client = new Client({ name: 'desktop', version: '1.0.0' })
        t.after(() => client.close())
        return {
          client,
          transport: new StreamableHTTPClientTransport(url, { authProvider: provider }),
        }
      }
      const first = open()
      await assert.rejects(first.client.connect(first.transport), UnauthorizedError)
      assert(kept.sentTo)
      assert.equal(kept.sentTo.searchParams.get('resource'), url.href)
      const back = await agree(gateway.origin, kept.sentTo)
      await first.transport.finishAuth(back.searchParams)
      const second = open()
      await second.client.connect(second.transport)
      const { tools } = await second.client.listTools()
      assert.deepEqual(
        tools.map((tool) => tool.name),
        ['accounts_list'],
      )
      const answer = await second.client.callTool({ name: 'accounts_list', arguments: {} })
      assert.notEqual(answer.isError, true)

      // A token that is no good any more: the program gets the next one without anybody being asked.
      kept.tokens = { ...kept.tokens, access_token: 'over' }
      delete kept.sentTo
      const third = open()
      await third.client.connect(third.transport)
      assert.notEqual(
        (await third.client.callTool({ name: 'accounts_list', arguments: {} })).isError,
        true,
      )
      assert.equal(kept.sentTo, undefined)
    })
  }

  test('and each call stands in the ledger as the person’s, by the agent', async () => {
    const { entries } = await gateway.ledger('ops')
    const intents = entries.filter(({ type }) => type === 'call.intent')
    assert.equal(intents.length, 4)
    for (const { agent, user } of intents) assert.deepEqual([agent, user], ['desktop', 'alice'])
  })
})
