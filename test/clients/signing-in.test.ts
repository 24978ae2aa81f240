import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Client, UnauthorizedError } from '@modelcontextprotocol/client'
import { createBrowser } from '../issuer/browser.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type HttpServer, startBank } from '../peers/servers.ts'
import { openOffice, type People } from '../stories/people.ts'
import { signInDocuments } from '../stories/sign-in-documents.ts'
import {
  createProgram,
  type Introduction,
  type ProgramHost,
  startProgramHost,
} from './signing-in-program.ts'

const password = 'correct horse battery'
const redirectUrl = 'http://127.0.0.1/back'

/** A person in front of a browser, from where the program sent it to where it is sent back. */
const agree = async (origin: string, address: URL, name: string): Promise<URL> => {
  const browser = createBrowser(origin)
  const page = await browser.open(address)
  const consent = await browser.submit(page, 'sign-in', { name, password })
  return (await browser.submit(consent, 'allow')).url
}

describe('The SDK’s own client signs a person in', () => {
  let bank: HttpServer
  let host: ProgramHost
  let gateway: Gateway
  let people: People

  before(async () => {
    bank = await startBank()
    host = await startProgramHost(redirectUrl)
    const clients = { agent: 'desktop', register: true, metadata: [host.host] }
    const documents = signInDocuments(bank.url, [redirectUrl], clients)
    gateway = await startGateway({ documents, env: host.env })
    people = await openOffice(gateway)
    for (const name of ['alice', 'bob']) await people.hire(name)
  })
  after(async () => {
    await people?.leave()
    await gateway?.stop()
    await host?.stop()
    await bank?.stop()
  })

  /** A program through which somebody has signed in. */
  const signIn = async (name: string, as: Introduction) => {
    const program = createProgram(redirectUrl, as)
    const url = new URL(`${gateway.origin}/mcp/ops/bank`)
    const first = program.open(url)
    await assert.rejects(first.connect(), UnauthorizedError)
    assert(program.kept.sentTo)
    assert.equal(program.kept.sentTo.searchParams.get('resource'), url.href)
    const back = await agree(gateway.origin, program.kept.sentTo, name)
    await first.transport.finishAuth(back.searchParams)
    return { ...program, open: () => program.open(url) }
  }
  const isCalled = async (client: Client) => {
    const answer = await client.callTool({ name: 'accounts_list', arguments: {} })
    assert.notEqual(answer.isError, true)
  }

  const programs = {
    'that the plane’s documents describe': () => ({ client_id: 'desktop' }),
    'that describes itself at an address of its own': () => ({ describedAt: host.describedAt }),
    'that registers itself': () => undefined,
  }
  for (const [name, introduction] of Object.entries(programs)) {
    test(`as a program ${name}, calls a tool, and goes on with its refresh token`, async (t) => {
      const as = introduction()
      const { kept, open } = await signIn('alice', as)
      if (as && 'describedAt' in as) assert.equal(kept.client?.client_id, host.describedAt)
      const second = open()
      t.after(() => second.client.close())
      await second.connect()
      const { tools } = await second.client.listTools()
      assert.deepEqual(
        tools.map((tool) => tool.name),
        ['accounts_list'],
      )
      await isCalled(second.client)

      // A token that is no good any more: the program gets the next one without anybody being asked.
      kept.tokens = { ...kept.tokens, access_token: 'over' }
      delete kept.sentTo
      const third = open()
      t.after(() => third.client.close())
      await third.connect()
      await isCalled(third.client)
      assert.equal(kept.sentTo, undefined)
    })
  }

  test('and each call stands in the ledger as the person’s, by the agent', async () => {
    const { entries } = await gateway.ledger('ops')
    const intents = entries.filter(({ type }) => type === 'call.intent')
    assert.equal(intents.length, 6)
    for (const { agent, user } of intents) assert.deepEqual([agent, user], ['desktop', 'alice'])
  })

  test('until somebody ends it: then the program has to ask the person again', async (t) => {
    const { kept, open } = await signIn('bob', undefined)
    const { client, connect } = open()
    t.after(() => client.close())
    await connect()
    await isCalled(client)
    delete kept.sentTo
    const ended = await gateway.cli(['user', 'revoke', 'bob', '--reason', 'lost laptop'])
    assert.equal(ended.code, 0, ended.stderr)
    await assert.rejects(
      client.callTool({ name: 'accounts_list', arguments: {} }),
      UnauthorizedError,
    )
    assert.deepEqual([kept.tokens, kept.sentTo !== undefined], [undefined, true])
  })
})
