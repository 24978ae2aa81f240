import { createHash, randomBytes } from 'node:crypto'
import type { Browser } from '../test/issuer/browser.ts'

export const redirectUri = 'http://127.0.0.1/back'

/** Refresh tokens as a person's sign-ins left them: each is good once and brings the next one. */
export const createRefreshing = (about: {
  origin: string
  issuer: string
  password: string
  browser: Browser
}) => {
  const { origin, issuer, password, browser } = about
  const signIn = async (): Promise<string> => {
    const verifier = randomBytes(32).toString('base64url')
    const asked = {
      ...{ response_type: 'code', client_id: 'desktop', redirect_uri: redirectUri },
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      ...{ code_challenge_method: 'S256', resource: `${origin}/mcp/ops` },
    }
    let shown = await browser.open(`${issuer}/authorize?${new URLSearchParams(asked)}`)
    if (shown.text.includes('value="sign-in"'))
      shown = await browser.submit(shown, 'sign-in', { name: 'alice', password })
    const { url } = await browser.submit(shown, 'allow')
    const code = url.searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', client_id: 'desktop', code }
    const more = { redirect_uri: redirectUri, code_verifier: verifier }
    const body = new URLSearchParams({ ...form, ...more })
    const answer = await fetch(`${issuer}/token`, { method: 'POST', body })
    const { refresh_token: token } = (await answer.json()) as { refresh_token?: string }
    if (token === undefined) throw new Error(`no refresh token: ${answer.status}`)
    return token
  }

  const kept: string[] = []
  return {
    /** So many that nobody else has: whoever uses one gives the next one back. */
    async prepare(count: number): Promise<void> {
      while (kept.length < count) kept.push(await signIn())
    },
    take: (): string => kept.shift() ?? '',
    giveBack: (token: string): void => void kept.push(token),
  }
}
