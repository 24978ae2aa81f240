import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startSignIns } from './sign-in-world.ts'

// The library counts from a sign-in by the machine's clock: by that, all of these lie hours back.
const world = await startSignIns({ nowMs: Date.now() - 6 * 3_600_000 })
const { clock, goThrough, begin, redeem, refresh, signIn, verified } = world

const asksWho = /value="sign-in"/
const asksWhat = /value="allow"/
const seconds = (ms: number) => Math.floor(ms / 1000) * 1000

/** A browser in which alice has signed in ten minutes ago, for a program that she has agreed to. */
const signedIn = async () => {
  const client_id = world.newAgent()
  const { browser } = await goThrough({ client_id })
  clock.advance(600_000)
  const open = (more: Record<string, string> = {}) => {
    const begun = begin({ client_id, ...more })
    return browser.open(begun.url).then((shown) => ({ ...begun, shown }))
  }
  const trade = async ({ verifier, code }: { verifier: string; code: string }) => {
    const { status, json } = await redeem({ verifier, code }, { client_id })
    assert.equal(status, 200, JSON.stringify(json))
    return json
  }
  return { client_id, browser, open, trade }
}
const codeIn = ({ url }: { url: URL }) => url.searchParams.get('code') ?? ''

describe('A program that asks for a sign-in not older than', () => {
  test('a minute has the person sign in anew, once, and the token says when', async () => {
    const { browser, open, trade } = await signedIn()
    const { shown, verifier } = await open({ max_age: '60' })
    assert.match(shown.text, asksWho)
    const after = await signIn(browser, shown)
    const token = verified(await trade({ verifier, code: codeIn(after) }))
    assert.equal(token.signedInAt, seconds(clock.now()))
  })

  test('a day is answered by the session, and the token says when that began', async () => {
    const { open, trade } = await signedIn()
    const { shown, verifier } = await open({ max_age: '86400' })
    const token = verified(await trade({ verifier, code: codeIn(shown) }))
    assert(token.signedInAt !== undefined && token.signedInAt < clock.now() - 600_000)
  })

  test('what is no number is told so, and nobody is asked', async () => {
    const { open } = await signedIn()
    for (const max_age of ['-1', '1.5', 'soon', '1e99', '9007199254740993']) {
      const { shown } = await open({ max_age })
      assert.equal(shown.url.searchParams.get('error'), 'invalid_request', max_age)
    }
  })

  test('a minute, and wants nobody asked, is told that somebody has to be', async () => {
    const { open } = await signedIn()
    const { shown } = await open({ max_age: '60', prompt: 'none' })
    assert.equal(shown.url.searchParams.get('error'), 'login_required')
  })
})

describe('A program that asks for a way of signing in', () => {
  test('which the session has is answered by it', async () => {
    const { open, trade } = await signedIn()
    const { shown, verifier } = await open({ acr_values: 'phr password' })
    assert.equal(verified(await trade({ verifier, code: codeIn(shown) })).acr, 'password')
  })

  test('which it has not has the person sign in anew, once, and hears what came of it', async () => {
    const { browser, open, trade } = await signedIn()
    const { shown, verifier } = await open({ acr_values: 'phr phrh' })
    assert.match(shown.text, asksWho)
    const after = await signIn(browser, shown)
    const json = await trade({ verifier, code: codeIn(after) })
    const { acr, signedInAt } = verified(json)
    assert.deepEqual([acr, signedInAt], ['password', seconds(clock.now())])
  })

  test('and the person has not agreed yet is asked both, in that order', async () => {
    const { browser, open } = await signedIn()
    const { shown } = await open({ acr_values: 'phr', resource: `${world.origin}/mcp/ops/bank` })
    assert.match(shown.text, asksWho)
    assert.match((await signIn(browser, shown)).text, asksWhat)
  })

  test('attack: none of it is stronger for being asked for, in a refreshed token neither', async () => {
    const { client_id, browser, open, trade } = await signedIn()
    const { shown, verifier } = await open({ acr_values: 'phr' })
    const first = await trade({ verifier, code: codeIn(await signIn(browser, shown)) })
    const again = await refresh(first.refresh_token, { client_id, acr_values: 'phr', acr: 'phr' })
    assert.equal(verified(again.json).acr, 'password')
  })
})
