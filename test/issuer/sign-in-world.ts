import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { ops } from '../identity/world.ts'
import { type Browser, createBrowser, type Shown } from './browser.ts'
import { ask, startIssuer } from './server.ts'

export const password = 'correct horse battery'
export const redirect = 'https://app.example/back'

/** An issuer with people, and an agent that they sign in for. */
export const startSignIns = async ({
  paceMs = 60_000,
  ...about
}: {
  startAt?: number | 'now'
  host?: string
  paceMs?: number
} = {}) => {
  const issuer = await startIssuer(about)
  const { origin, policy, people, tokenUrl } = issuer
  for (const name of ['alice', 'bob'])
    await people.put({ name, title: undefined, administrator: false, password, by: 'test' })
  policy.put(ops, 'desktop', ['workplace-ai'], false, { redirects: [redirect] })
  policy.put(ops, 'other', ['workplace-ai'], false, { redirects: ['https://other.example/back'] })

  let made = 0
  /** An agent to which nobody has agreed yet. */
  const newAgent = (): string => {
    const name = `agent-${++made}`
    policy.put(ops, name, ['workplace-ai'], false, { redirects: [redirect] })
    return name
  }
  /** One sign-in as a program begins it. */
  const begin = (changed: Record<string, string | undefined> = {}) => {
    // No limit of attempts is what these tests are about.
    issuer.clock.advance(paceMs)
    const verifier = randomBytes(32).toString('base64url')
    const asked: Record<string, string | undefined> = {
      response_type: 'code',
      client_id: 'desktop',
      redirect_uri: redirect,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      state: randomBytes(8).toString('hex'),
      ...changed,
    }
    const url = new URL(`${origin}/oauth/ops/authorize`)
    for (const [name, value] of Object.entries(asked))
      if (value !== undefined) url.searchParams.set(name, value)
    return { url, verifier, asked }
  }
  const signIn = (browser: Browser, shown: Shown, name = 'alice', typed = password) =>
    browser.submit(shown, 'sign-in', { name, password: typed })

  /** All the way to where the browser is sent in the end. */
  const goThrough = async (
    changed: Record<string, string | undefined> = {},
    browser = createBrowser(origin),
    name = 'alice',
  ) => {
    const begun = begin(changed)
    let shown = await browser.open(begun.url)
    if (/value="sign-in"/.test(shown.text)) shown = await signIn(browser, shown, name)
    if (/value="allow"/.test(shown.text)) shown = await browser.submit(shown, 'allow')
    return { ...begun, browser, shown, code: shown.url.searchParams.get('code') ?? '' }
  }
  const redeem = (
    { code, verifier }: { code: string; verifier: string },
    changed: Record<string, string> = {},
  ) =>
    ask(tokenUrl, {
      grant_type: 'authorization_code',
      client_id: 'desktop',
      redirect_uri: redirect,
      code,
      code_verifier: verifier,
      ...changed,
    })
  const refresh = (token: unknown, changed: Record<string, string> = {}) =>
    ask(tokenUrl, {
      grant_type: 'refresh_token',
      client_id: 'desktop',
      refresh_token: String(token),
      ...changed,
    })
  const newBrowser = () => createBrowser(origin)
  const verified = (json: Record<string, unknown>) => {
    const token = issuer.verify(String(json.access_token))
    assert(typeof token === 'object', String(token))
    return token
  }
  return { ...issuer, newAgent, begin, signIn, goThrough, redeem, refresh, newBrowser, verified }
}
