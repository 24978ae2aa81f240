import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Browser, createBrowser } from '../issuer/browser.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type HttpServer, startBank } from '../peers/servers.ts'
import { exchange, modern } from '../peers/wire.ts'
import { openOffice, type People } from '../stories/people.ts'
import { signInDocuments } from '../stories/sign-in-documents.ts'

const redirect = 'https://app.example/back'
const alice = { name: 'alice', password: 'correct horse battery' }

describe('A challenge for a stronger sign-in than a person can give', () => {
  let bank: HttpServer
  let gateway: Gateway
  let people: People
  let browser: Browser

  before(async () => {
    bank = await startBank()
    const documents = signInDocuments(bank.url, [redirect]).replace(
      '"kind":"Server"',
      '"kind":"Server","require":{"acr":"phr"}',
    )
    gateway = await startGateway({ documents })
    people = await openOffice(gateway)
    await people.hire('alice')
    browser = createBrowser(gateway.origin)
  })
  after(async () => {
    await people?.leave()
    await gateway?.stop()
    await bank?.stop()
  })

  /** Through the browser to a token; how often the person was asked who they are on the way. */
  const signIn = async (more: Record<string, string> = {}) => {
    const issuer = `${gateway.origin}/oauth/ops`
    const verifier = randomBytes(32).toString('base64url')
    const program = { client_id: 'desktop', redirect_uri: redirect }
    const asked = {
      ...{ ...program, response_type: 'code', code_challenge_method: 'S256', ...more },
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    }
    let shown = await browser.open(`${issuer}/authorize?${new URLSearchParams(asked)}`)
    let timesAsked = 0
    for (; shown.text.includes('value="sign-in"'); timesAsked++)
      shown = await browser.submit(shown, 'sign-in', alice)
    if (shown.text.includes('value="allow"')) shown = await browser.submit(shown, 'allow')
    const code = shown.url.searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', ...program, code, code_verifier: verifier }
    const body = new URLSearchParams(form)
    const answer = await fetch(`${issuer}/token`, { method: 'POST', body })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    return { token, timesAsked }
  }
  const call = async (token: string) => {
    const { headers, body } = modern('tools/call', { name: 'accounts_list' })
    const authorization = `Bearer ${token}`
    const answer = await exchange(`${gateway.origin}/mcp/ops/bank`, {
      headers: { ...headers, authorization },
      body,
    })
    const said = String(answer.headers['www-authenticate'] ?? '')
    return {
      status: answer.status,
      body: answer.body,
      wanted: /acr_values="([^"]+)"/.exec(said)?.[1],
    }
  }

  test('has them sign in anew, once, and then they are told no: whoever follows it is never sent round', async () => {
    const first = await signIn()
    assert.equal(first.timesAsked, 1)
    const challenged = await call(first.token)
    assert.deepEqual([challenged.status, challenged.wanted], [401, 'phr'])

    const second = await signIn({ acr_values: challenged.wanted ?? '' })
    assert.equal(second.timesAsked, 1)
    const refused = await call(second.token)
    assert.deepEqual([refused.status, refused.wanted], [200, undefined])
    assert.match(refused.body, /"isError":true/)
  })
})
