import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import type { Identity } from '#identity/identity.ts'
import { ops } from '../identity/world.ts'
import { ask, basic } from './server.ts'
import { password, redirect, startSignIns } from './sign-in-world.ts'

const world = await startSignIns()
const { origin, policy, begin, signIn, goThrough, redeem, refresh, newBrowser } = world
const codeIn = ({ url }: { url: URL }) => url.searchParams.get('code')

describe('A sign-in that somebody else began', () => {
  test('gives no code to the address that was captured, replayed in the browser of a victim', async () => {
    const client_id = world.newAgent()
    const attacker = newBrowser()
    const { url } = begin({ client_id })
    const theirs = await attacker.open(url)
    const victim = newBrowser()
    await goThrough({}, victim)
    // The address of the page, and of what comes behind it: they belong to the browser that began it.
    for (const address of [
      theirs.url,
      new URL(`/oauth/ops/authorize/${theirs.url.pathname.split('/').at(-1)}`, origin),
    ]) {
      const shown = await victim.open(address)
      assert.equal(shown.status, 400)
      assert.equal(codeIn(shown), null)
    }
    // The address with which it began: the victim, signed in as they are, is asked, and by name.
    const asked = await victim.open(url)
    assert.equal(codeIn(asked), null)
    assert.match(asked.text, /Let agent-\d+ act for you\?/)
  })

  test('cannot be gone on with in a browser that has signed in as somebody else meanwhile', async () => {
    const browser = newBrowser()
    const client_id = world.newAgent()
    const consent = await signIn(browser, await browser.open(begin({ client_id }).url))
    const second = await browser.open(begin({ client_id, prompt: 'login' }).url)
    await signIn(browser, second, 'bob')
    const shown = await browser.submit(consent, 'allow')
    assert.deepEqual([shown.status, codeIn(shown)], [400, null])
  })
})

describe('A form', () => {
  const onConsent = async () => {
    const browser = newBrowser()
    const page = await browser.open(begin({ client_id: world.newAgent() }).url)
    return { browser, page: await signIn(browser, page) }
  }

  test('from a page of another origin, or of none, agrees to nothing', async () => {
    for (const from of ['https://evil.example', 'null', '', `${origin}.evil.example`]) {
      const { browser, page } = await onConsent()
      const shown = await browser.submit(page, 'allow', {}, from)
      assert.deepEqual([shown.status, codeIn(shown)], [403, null], from)
    }
  })

  test('without the proof of this sign-in, with that of another or of the question before, agrees to nothing', async () => {
    const other = await onConsent()
    const proofIn = (text: string) => /name="proof" value="([^"]+)"/.exec(text)?.[1] ?? ''
    for (const proof of ['', 'x', proofIn(other.page.text)]) {
      const { browser, page } = await onConsent()
      const shown = await browser.submit(page, 'allow', { proof })
      assert.deepEqual([shown.status, codeIn(shown)], [403, null])
    }
  })

  test('agrees to nothing before the person has signed in', async () => {
    const browser = newBrowser()
    const page = await browser.open(begin().url)
    const forged = { ...page, text: page.text.replaceAll('value="sign-in"', 'value="allow"') }
    const shown = await browser.submit(forged, 'allow')
    assert.deepEqual([shown.status, codeIn(shown)], [400, null])
  })
})

describe('A page', () => {
  test('stands in nobody’s frame, runs nothing, and sends its form here or to the program alone', async () => {
    const browser = newBrowser()
    const signs = await browser.open(begin({ client_id: world.newAgent() }).url)
    const consent = await signIn(browser, signs)
    for (const { headers, text } of [signs, consent]) {
      const policy = headers.get('content-security-policy') ?? ''
      assert.match(policy, /default-src 'none'/)
      assert.match(policy, /frame-ancestors 'none'/)
      assert.match(policy, /form-action 'self' https:\/\/app\.example(?:;|$)/)
      assert.doesNotMatch(policy, /unsafe|script-src/)
      assert.equal(headers.get('x-frame-options'), 'DENY')
      assert.equal(headers.get('referrer-policy'), 'same-origin')
      assert.equal(headers.get('cache-control'), 'no-store')
      const style = /<style>(.*?)<\/style>/s.exec(text)?.[1] ?? ''
      const digest = createHash('sha256').update(style).digest('base64')
      assert(policy.includes(`'sha256-${digest}'`))
    }
  })

  test('shows what a program calls itself as text', async () => {
    policy.signIns.set(ops, { clients: { agent: 'desktop', register: true } })
    const hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    const response = await fetch(`${origin}/oauth/ops/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: hostile, redirect_uris: ['https://evil.example/x'] }),
    })
    const { client_id } = (await response.json()) as { client_id: string }
    const browser = newBrowser()
    const page = await browser.open(
      begin({ client_id, redirect_uri: 'https://evil.example/x', login_hint: hostile }).url,
    )
    const consent = await signIn(browser, page)
    const wrong = await signIn(newBrowser(), page, hostile, 'x')
    for (const { text } of [page, consent, wrong]) assert.doesNotMatch(text, /<script|<img/)
    assert.match(consent.text, /&#60;script&#62;/)
    assert.match(consent.text, /Nobody here has checked this program/)
    assert.match(consent.text, /evil\.example/)
    policy.signIns.delete(ops)
  })

  test('keeps its cookies from scripts and from other sites', async () => {
    const response = await fetch(begin().url, { redirect: 'manual' })
    const cookies = response.headers.getSetCookie()
    assert(cookies.length >= 2)
    for (const cookie of cookies) assert.match(cookie, /; httponly/i)
    for (const cookie of cookies) assert.match(cookie, /; samesite=lax/i)
  })
})

describe('A redirect', () => {
  const elsewhere = [
    'https://evil.example/back',
    `${redirect}/more`,
    `${redirect}?next=https://evil.example`,
    'https://app.example/back/',
    'https://APP.example/back',
    'https://app.example:8443/back',
    'https://app.example.evil.example/back',
    'https://app.example@evil.example/back',
    'http://app.example/back',
    'https://other.example/back',
    'javascript:alert(1)',
    '//app.example/back',
    '',
  ]
  for (const redirect_uri of elsewhere) {
    test(`to ${redirect_uri || 'nowhere'} is refused on a page, and nothing is sent there`, async () => {
      const shown = await newBrowser().open(begin({ redirect_uri }).url)
      assert.equal(shown.status, 400)
      assert.equal(shown.url.origin, origin)
    })
  }

  test('of an unknown program, or one that people do not sign in for, is refused on a page', async () => {
    for (const client_id of [
      'nobody',
      'planner',
      'https://evil.example/client.json',
      'reg_x',
      '',
    ]) {
      const shown = await newBrowser().open(begin({ client_id }).url)
      assert.deepEqual([shown.status, shown.url.origin], [400, origin], client_id)
    }
  })

  test('on the own machine is the same at any port, and is asked for each time', async () => {
    policy.put(ops, 'native', ['workplace-ai'], false, { redirects: ['http://127.0.0.1/back'] })
    const asked = { client_id: 'native', redirect_uri: 'http://127.0.0.1:49152/back' }
    const { browser, shown } = await goThrough(asked)
    assert.equal(shown.url.port, '49152')
    assert.match((await browser.open(begin(asked).url)).text, /value="allow"/)
    for (const redirect_uri of ['http://127.0.0.1:49152/other', 'http://localhost:49152/back'])
      assert.equal((await newBrowser().open(begin({ ...asked, redirect_uri }).url)).status, 400)
  })
})

describe('PKCE', () => {
  const refusedAtOnce = {
    'without a challenge': { code_challenge: undefined, code_challenge_method: undefined },
    'with the method plain': { code_challenge_method: 'plain' },
    'with no method': { code_challenge_method: undefined },
    'with a challenge that is none': { code_challenge: 'short' },
  }
  for (const [name, changed] of Object.entries(refusedAtOnce)) {
    test(`${name} is refused before anybody is asked`, async () => {
      const { url } = await newBrowser().open(begin(changed).url)
      assert.equal(url.searchParams.get('error'), 'invalid_request')
      assert.equal(url.searchParams.get('iss'), `${origin}/oauth/ops`)
      assert.equal(codeIn({ url }), null)
    })
  }

  test('with another verifier, or without one, brings no token', async () => {
    for (const code_verifier of ['x'.repeat(43), '']) {
      const { status, json } = await redeem(await goThrough(), { code_verifier })
      assert.deepEqual([status, json.access_token], [400, undefined])
    }
  })
})

describe('A code', () => {
  test('that is used twice is refused, and what it brought ends', async () => {
    const gone = await goThrough()
    const { json } = await redeem(gone)
    assert.equal(typeof json.refresh_token, 'string')
    assert.equal((await redeem(gone)).json.error, 'invalid_grant')
    assert.equal((await refresh(json.refresh_token)).json.error, 'invalid_grant')
  })

  test('that two use at once is good for one at most, and its refresh token for nobody', async () => {
    const gone = await goThrough()
    const answers = await Promise.all([redeem(gone), redeem(gone), redeem(gone)])
    const good = answers.filter(({ status }) => status === 200)
    assert(good.length <= 1, `${good.length} of 3`)
    for (const { json } of good)
      assert.equal((await refresh(json.refresh_token)).json.error, 'invalid_grant')
  })

  test('is worth nothing to another program, at another redirect, plane or after a minute', async () => {
    const cases = [{ client_id: 'other' }, { redirect_uri: 'https://other.example/back' }]
    for (const changed of cases)
      assert.equal((await redeem(await goThrough(), changed)).json.error, 'invalid_grant')
    const { code, verifier } = await goThrough()
    policy.put('finance' as never, 'desktop', ['workplace-ai'], false, { redirects: [redirect] })
    const form = { grant_type: 'authorization_code', client_id: 'desktop', redirect_uri: redirect }
    const crossed = await ask(`${origin}/oauth/finance/token`, {
      ...form,
      code,
      code_verifier: verifier,
    })
    assert.equal(crossed.json.error, 'invalid_grant')
    const late = await goThrough()
    world.clock.advance(60_000)
    assert.equal((await redeem(late)).json.error, 'invalid_grant')
  })

  test('of a program with a secret is worth nothing without it', async () => {
    policy.put(ops, 'confidential', ['workplace-ai'], true, { redirects: [redirect] })
    const client_id = 'confidential'
    const without = await redeem(await goThrough({ client_id }), { client_id })
    assert.deepEqual([without.status, without.json.error], [401, 'invalid_client'])
    const { code, verifier } = await goThrough({ client_id })
    const secret = await world.identity.setSecret(ops, 'confidential@workplace-ai' as never, {
      by: 'test',
    })
    const form = {
      grant_type: 'authorization_code',
      redirect_uri: redirect,
      code,
      code_verifier: verifier,
    }
    const { status, json } = await ask(world.tokenUrl, form, {
      authorization: basic(client_id, secret),
    })
    assert.equal(status, 200, JSON.stringify(json))
  })
})

describe('A program without a secret', () => {
  test('gets no token of its own', async () => {
    const { status, json } = await ask(world.tokenUrl, {
      grant_type: 'client_credentials',
      client_id: 'desktop',
    })
    assert.deepEqual([status, json.access_token], [400, undefined])
  })
})

describe('A refresh token that is used twice', () => {
  test('ends everything that came of that consent, and nothing of another', async () => {
    const { json: kept } = await redeem(await goThrough())
    const { json: first } = await redeem(await goThrough())
    const { json: second } = await refresh(first.refresh_token)
    assert.equal((await refresh(first.refresh_token)).json.error, 'invalid_grant')
    assert.equal((await refresh(second.refresh_token)).json.error, 'invalid_grant')
    assert.equal((await refresh(kept.refresh_token)).status, 200)
  })

  test('in two processes at once brings a token for one at most, and ends for both', async () => {
    const { json: first } = await redeem(await goThrough())
    const one: Identity = world.current()
    const answers = [refresh(first.refresh_token)]
    // Another process over the same store, which knows nothing of the first one's memory.
    await world.restart()
    answers.push(refresh(first.refresh_token), refresh(first.refresh_token))
    const done = await Promise.all(answers)
    const good = done.filter(({ status }) => status === 200)
    assert(good.length <= 1, `${good.length} of 3`)
    for (const { json } of good)
      assert.equal((await refresh(json.refresh_token)).json.error, 'invalid_grant')
    await one.close()
  })

  test('is worth nothing to another program, and ends by itself', async () => {
    const { json } = await redeem(await goThrough())
    assert.equal(
      (await refresh(json.refresh_token, { client_id: 'other' })).json.error,
      'invalid_grant',
    )
    world.clock.advance(7 * 24 * 3_600_000)
    assert.equal((await refresh(json.refresh_token)).json.error, 'invalid_grant')
  })

  test('and the browser of whoever knew the old password end with that password', async () => {
    const client_id = world.newAgent()
    const { browser, ...gone } = await goThrough({ client_id }, newBrowser(), 'bob')
    const { json } = await redeem(gone, { client_id })
    const about = { name: 'bob', title: undefined, administrator: false, by: 'test' }
    await world.people.put({ ...about, password })
    assert.equal((await refresh(json.refresh_token, { client_id })).json.error, 'invalid_grant')
    assert.match((await browser.open(begin({ client_id }).url)).text, /value="sign-in"/)
  })

  test('goes on for thirty days, whoever keeps using it', async () => {
    let { json } = await redeem(await goThrough())
    const begun = world.clock.now()
    while (json.refresh_token !== undefined && world.clock.now() - begun < 40 * 24 * 3_600_000) {
      world.clock.advance(24 * 3_600_000)
      json = (await refresh(json.refresh_token)).json
    }
    assert(world.clock.now() - begun <= 31 * 24 * 3_600_000)
  })
})

describe('An answer that another issuer mixes up', () => {
  test('says whose it is, in each case: a code, a refusal, an error', async () => {
    const { shown } = await goThrough()
    const browser = newBrowser()
    const denied = await browser.submit(await browser.open(begin().url), 'deny')
    const wrong = await newBrowser().open(begin({ resource: 'https://evil.example/mcp' }).url)
    assert.equal(wrong.url.searchParams.get('error'), 'invalid_target')
    for (const { url } of [shown, denied, wrong])
      assert.equal(url.searchParams.get('iss'), `${origin}/oauth/ops`)
  })

  test('an endpoint of another plane, several endpoints, and none of ours are no target', async () => {
    for (const resource of [`${origin}/mcp/finance`, `${origin}/mcp`, origin, 'x']) {
      const { url } = await newBrowser().open(begin({ resource }).url)
      assert.equal(url.searchParams.get('error'), 'invalid_target', resource)
    }
    const { url } = begin({ resource: `${origin}/mcp/ops` })
    url.searchParams.append('resource', `${origin}/mcp/ops/bank`)
    assert.equal((await newBrowser().open(url)).url.searchParams.get('error'), 'invalid_target')
  })
})

test('no id, code or token is in a row or in the log, and whoever reads rows can use none', async () => {
  const client_id = world.newAgent()
  const { json } = await redeem(await goThrough({ client_id }), { client_id })
  const { code, verifier, browser } = await goThrough({ client_id })
  const session = [...browser.jar].find(([name]) => name.startsWith('bailiwick-ops'))?.[1].value
  const ids = {
    AuthorizationCode: code,
    RefreshToken: String(json.refresh_token),
    Session: session ?? '',
  }
  for (const [kind, id] of Object.entries(ids)) {
    assert(id.length > 16, kind)
    const digest = createHash('sha256').update(id).digest('hex')
    const row = await world.store.plane(ops).signIns.find(kind, digest)
    assert(row, kind)
    for (const secret of [id, verifier, String(json.access_token)]) {
      assert(!JSON.stringify(row).includes(secret), kind)
      assert(!world.lines.join('').includes(secret), kind)
    }
  }
  assert.equal(
    (await refresh(createHash('sha256').update(ids.RefreshToken).digest('hex'), { client_id }))
      .status,
    400,
  )
})
