import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { clientId, planeId } from '#domain/name.ts'
import { mintSaying } from '../identity/signing.ts'
import { exchange, legacy, modern } from '../peers/wire.ts'
import { bearer, callingAt } from './calling.ts'
import { startClaims } from './claims.ts'
import { consumer, documents, grant, plane } from './plane.ts'
import { type Here, startHere } from './watched.ts'

const ops = planeId('ops')
const document = (kind: string, name: string, body: object) =>
  JSON.stringify({ apiVersion: 'bailiwick/v1', kind, plane: 'ops', name, ...body })
const agent = (name: string, claims?: object) =>
  document('Agent', name, { owner: 'alice@example.com', consumers: ['workplace-ai'], claims })
const rule = (name: string, body: object) => document('Rule', name, body)

describe('What the policy says of a call', () => {
  let claims: Awaited<ReturnType<typeof startClaims>>
  let here: Here
  let url: string
  let at: ReturnType<typeof callingAt>

  const server = (more: object = {}) =>
    document('Server', 'claims', {
      owner: 'claims-team',
      upstream: { url: claims.url },
      data: ['insured'],
      tools: {
        record_read: { class: 'read', data: ['personal'], index: ['line'] },
        record_less: { class: 'read', variantOf: 'record_read', remove: ['$.ssn'] },
        note_write: { class: 'write', scopes: ['notes.write'] },
      },
      prompts: {
        letter: { class: 'read' },
        letter_less: { class: 'read', variantOf: 'letter', mask: ['$.ssn'] },
      },
      resources: {
        'claims://{line}/record': { class: 'read' },
        'claims://{line}/record/less': {
          class: 'read',
          variantOf: 'claims://{line}/record',
          remove: ['$.ssn'],
        },
      },
      ...more,
    })
  const all = (...more: string[]) =>
    documents(
      plane(),
      consumer(),
      agent('adjuster', { line: '3', clearance: 'personal' }),
      agent('helper'),
      document('AgentGroup', 'floor', { agents: ['adjuster'] }),
      ...(more.some((one) => JSON.parse(one).kind === 'Server') ? [] : [server()]),
      ...more,
    )
  const onClaims = [{ server: 'claims' }]
  const everything = grant('everything', 'adjuster', onClaims)

  before(async () => {
    claims = await startClaims()
    here = await startHere(all(everything))
    url = `${here.origin}/mcp/ops/claims`
    at = callingAt(url)
  })
  after(async () => {
    await here?.stop()
    claims?.stop()
  })

  const token = async (scopes?: readonly string[], name = 'adjuster', resource = url) => {
    const client = clientId(name, 'workplace-ai')
    return (await here.installation.identity.mint(ops, client, resource, scopes)).token
  }

  /** One request in each era; what came is told without what the eras write differently. */
  const inBothEras = async (
    method: string,
    params: { name?: string; uri?: string; arguments?: unknown },
    about: { token?: string; at?: string } = {},
  ) => {
    const { token: shown = await token(), at: where = url } = about
    const sent = modern(method, params)
    const session = await callingAt(where).openSession(shown)
    const answers = [
      await exchange(where, { ...sent, headers: { ...sent.headers, ...bearer(shown) } }),
      await exchange(where, { ...legacy(method, params), headers: session }),
    ]
    const [one, other] = answers.map(({ status, body, headers }) => {
      // Of a stream, what comes last ends the call.
      const events = [...body.matchAll(/^data: (.+)$/gm)].map(([, data]) => data)
      const message = JSON.parse(events.at(-1) ?? (body || '{}'))
      delete message.result?.resultType
      delete message.result?.ttlMs
      delete message.result?.cacheScope
      const challenge = headers['www-authenticate']
      return { status, challenge, body, ...message }
    })
    assert.ok(one && other)
    assert.equal(one.status, other.status)
    const refusals = [one, other].map(({ result, error }) => {
      const {
        call: _,
        retryAfterMs: _wait,
        ...refusal
      } = result?._meta?.['dev.bailiwick/refusal'] ?? error?.data ?? {}
      return refusal
    })
    assert.deepEqual(refusals[0], refusals[1])
    return { ...one, refusal: refusals[0], bodies: answers.map(({ body }) => body) }
  }
  const call = (name: string, args?: unknown, about?: { token?: string; at?: string }) =>
    inBothEras('tools/call', { name, ...(args !== undefined && { arguments: args }) }, about)
  const because = async (name: string) => (await here.newest(name))?.because

  test('arguments that do not fit the definition are told to the model, and reach no server', async () => {
    await here.apply(all(everything))
    const before = claims.seen.length
    const told = await call('record_read', { id: 7, line: 'x' })
    assert.equal(told.status, 200)
    assert.equal(told.result.isError, true)
    assert.match(told.result.content[0].text, /"record_read" takes:\n\/id must be .*string/)
    assert.deepEqual(told.refusal, { reason: 'arguments', station: 'permit' })
    for (const args of [[], 'x', null])
      assert.equal((await call('record_read', args)).refusal.reason, 'arguments')
    assert.equal((await call('record_read')).refusal.reason, 'arguments')
    const prompt = await inBothEras('prompts/get', { name: 'letter', arguments: { too: 'x' } })
    assert.equal(prompt.error.code, -32602)
    assert.match(prompt.error.message, /\/to is missing\n\/too is no argument/)
    const later = claims.seen.slice(before).filter(({ method }) => /call|get/.test(method))
    assert.deepEqual(later, [])
    assert.match(
      (await because('record_read')) ?? '',
      /^arguments do not fit the definition: is required/,
    )
  })

  test('a condition on arguments hides nothing, refuses what it is not true of, and a group is granted as an agent is', async () => {
    const when = 'args.line == caller.claims.line'
    const allow = [{ server: 'claims', tools: ['record_read'] }]
    const given = document('Grant', 'line', {
      group: 'floor',
      consumer: 'workplace-ai',
      allow,
      when,
      reason: 'a test',
    })
    await here.apply(all(given))
    assert.deepEqual(await at.names(await token()), ['record_read'])
    assert.deepEqual(await at.names(await token(undefined, 'helper')), [])
    assert.equal((await call('record_read', { id: 'a', line: '3' })).result.isError, undefined)
    const told = await call('record_read', { id: 'a', line: '4' })
    assert.match(
      told.result.content[0].text,
      /^Denied by policy: agent "adjuster".*these arguments/,
    )
    assert.deepEqual(told.refusal, { reason: 'condition', station: 'permit' })
    assert.equal(await because('record_read'), 'condition of grant line')
    // What the condition speaks of is not there: an error is no permission.
    assert.equal((await call('record_read', { id: 'a' })).refusal.reason, 'condition')
  })

  test('a condition on resources is about the variables of the template and the URI alike', async () => {
    const resources = ['claims://{line}/record']
    for (const when of ['args.line == "3"', 'uri.startsWith("claims://3/")']) {
      await here.apply(
        all(grant('line', 'adjuster', [{ server: 'claims', resources }], 'ops', { when })),
      )
      const read = (uri: string) => inBothEras('resources/read', { uri })
      assert.equal((await read('claims://3/record')).error, undefined)
      const told = await read('claims://4/record')
      assert.deepEqual([told.error.code, told.refusal.reason], [-31403, 'condition'])
    }
  })

  test('a condition on the caller alone hides what it does not permit, as what does not exist', async () => {
    const when = 'caller.claims.clearance == "personal"'
    const to = (name: string) => grant(name, name, onClaims, 'ops', { when })
    await here.apply(all(to('adjuster'), to('helper')))
    assert.equal((await at.names(await token())).length, 3)
    const helper = await token(undefined, 'helper')
    const hidden = await call('record_read', { id: 'a' }, { token: helper }).catch(() => undefined)
    assert.equal(hidden, undefined, 'no session is opened at a server of which nothing is seen')
    assert.equal((await at.ask(helper, 'tools/call', { name: 'record_read' })).error.code, -32602)
    assert.equal(await because('record_read'), 'condition not met')
  })

  test('a rule denies whatever grants say: to all, at other hours, for other consumers, for what is not fulfilled', async () => {
    const over = [{ labels: ['personal'] }]
    const now = new Date()
    const hour = (plus: number) => `${String((now.getUTCHours() + plus) % 24).padStart(2, '0')}:00`
    const rules = {
      'nobody may': { deny: true },
      'outside its hours': { within: { from: hour(2), to: hour(3) } },
      'not for this consumer': { consumers: ['other'] },
      'not fulfilled': { require: 'caller.claims.line == "4"' },
      'its condition fails: there is no line': { require: 'caller.claims.clearance == args.line' },
    }
    for (const [why, body] of Object.entries(rules)) {
      const other = document('Consumer', 'other', {})
      await here.apply(all(everything, other, rule('personal', { over, ...body })))
      const told = await call('record_read', { id: 'a' })
      assert.deepEqual(told.refusal, { reason: 'rule', station: 'permit', fallback: 'record_less' })
      assert.match(told.result.content[0].text, /^Denied by policy: .*\n.*\n"record_less" may be/)
      assert.equal(await because('record_read'), `rule personal: ${why}`)
      assert.ok((await at.names(await token())).includes('record_read'), 'a rule hides nothing')
    }
  })

  test('a rule is about the calls of which its `when` is true alone', async () => {
    const body = { over: onClaims, when: 'has(args.line) && args.line == "4"', deny: true }
    await here.apply(all(everything, rule('line-4', body)))
    assert.equal((await call('record_read', { id: 'a', line: '3' })).result.isError, undefined)
    assert.equal((await call('record_read', { id: 'a', line: '4' })).refusal.reason, 'rule')
  })

  test('a token that lacks a scope is challenged with all that the call needs, and to whoever has them it is a denial', async () => {
    const require = '"claims.full" in caller.scopes'
    const challenge = {
      over: [{ labels: ['personal'] }],
      require,
      otherwise: { challenge: { scope: 'claims.full' } },
    }
    const scoped = server({
      tools: {
        record_read: { class: 'read', data: ['personal'], scopes: ['claims.read'] },
        record_less: { class: 'read', variantOf: 'record_read', remove: ['$.ssn'] },
        note_write: { class: 'write', scopes: ['claims.full'] },
      },
    })
    await here.apply(all(scoped, everything, rule('full', challenge)))
    const told = await call('record_read', { id: 'a' }, { token: await token(['claims.read']) })
    assert.equal(told.status, 403)
    assert.match(
      String(told.challenge),
      /error="insufficient_scope", scope="claims.read claims.full"/,
    )
    assert.equal(told.refusal.fallback, 'record_less')
    assert.equal(
      await because('record_read'),
      'token lacks scope claims.read claims.full (rule full)',
    )
    for (const scopes of [['claims.read', 'claims.full'], undefined])
      assert.equal(
        (await call('record_read', { id: 'a' }, { token: await token(scopes) })).status,
        200,
      )
    const less = { token: await token(['claims.read']) }
    assert.equal((await call('record_less', { id: 'a' }, less)).result.isError, undefined)

    // Nothing that this caller is granted carries the scope: no token would help.
    const narrow = grant('narrow', 'adjuster', [{ server: 'claims', tools: ['record_read'] }])
    await here.apply(all(scoped, narrow, rule('full', challenge)))
    for (const scopes of [['claims.read'], ['claims.read', 'claims.full'], undefined]) {
      const denied = await call('record_read', { id: 'a' }, { token: await token(scopes) })
      assert.deepEqual([denied.status, denied.refusal.reason], [200, 'rule'])
    }
    // A scope that is had and does not suffice is asked for once, not for ever.
    const vain = { ...challenge, require: 'false && "claims.full" in caller.scopes' }
    await here.apply(all(scoped, everything, rule('full', vain)))
    const had = await token(['claims.read', 'claims.full'])
    assert.equal((await call('record_read', { id: 'a' }, { token: had })).refusal.reason, 'rule')
  })

  test('an item takes no token that is older than it wants, and says so to whoever can get another', async () => {
    await here.apply(all(server({ require: { maxTokenAge: '60s' } }), everything))
    const client = clientId('adjuster', 'workplace-ai')
    const about = { plane: ops, client, resource: url }
    const old = await mintSaying(here.installation, about, ({ iat }) => ({ iat: iat - 100 }))
    const sent = modern('tools/call', { name: 'record_read', arguments: { id: 'a' } } as {
      name: string
    })
    const told = await exchange(url, { ...sent, headers: { ...sent.headers, ...bearer(old) } })
    assert.equal(told.status, 401)
    assert.match(
      String(told.headers['www-authenticate']),
      /error="invalid_token", error_description=".*60 s ago.*", resource_metadata=/,
    )
    assert.equal(await because('record_read'), 'token older than 60 s')
    assert.ok((await at.names(old)).includes('record_read'), 'what it may use it may still look at')
    const fresh = { ...sent, headers: { ...sent.headers, ...bearer(await token()) } }
    assert.equal((await exchange(url, fresh)).status, 200)
  })

  test('a grant bounds its own use, for each agent apart', async () => {
    const bounded = grant('bounded', 'adjuster', onClaims, 'ops', { quota: { day: 2 } })
    await here.apply(all(bounded))
    assert.equal((await call('record_read', { id: 'a' })).result.isError, undefined)
    const told = await call('record_read', { id: 'a' })
    assert.equal(told.refusal.reason, 'limited')
    assert.equal(await because('record_read'), 'quota of grant bounded, 2 per day')
  })

  test('a draft, what is in review and what is retired are not there; what is deprecated says so', async () => {
    for (const lifeCycle of ['draft', 'review', 'retired']) {
      await here.apply(all(server({ lifeCycle }), everything))
      assert.deepEqual(await at.names(await token()), [])
      const { error } = await at.ask(await token(), 'tools/call', { name: 'record_read' })
      assert.deepEqual([error.code, error.message], [-32602, 'Unknown tool: record_read'])
      assert.equal(await because('record_read'), 'not published')
    }
    await here.apply(all(server({ lifeCycle: 'deprecated' }), everything))
    const { result } = await at.ask(await token(), 'tools/list')
    for (const tool of result.tools)
      assert.equal(tool._meta['dev.bailiwick/lifeCycle'], 'deprecated')
    assert.equal((await call('record_read', { id: 'a' })).result.isError, undefined)
  })

  describe('A redacted variant', () => {
    const only = grant('less', 'adjuster', [
      { server: 'claims', tools: ['record_less'] },
      { server: 'claims', prompts: ['letter_less'] },
      { server: 'claims', resources: ['claims://{line}/record/less'] },
    ])
    before(() => here.apply(all(only)))
    const leaks = (bodies: readonly string[]) =>
      bodies.filter((body) => body.includes(claims.secret) || body.includes('record_read"'))

    test('is all that its caller sees, is called as what it is derived from, and gives the rest of it', async () => {
      assert.deepEqual(await at.names(await token()), ['record_less'])
      const before = claims.seen.length
      const told = await call('record_less', { id: 'a', line: '3' })
      assert.deepEqual(told.result.structuredContent, { line: '3', name: 'Ana' })
      assert.deepEqual(leaks(told.bodies), [])
      const calls = claims.seen.slice(before).filter(({ method }) => method === 'tools/call')
      assert.deepEqual(
        calls.map(({ name }) => name),
        ['record_read', 'record_read'],
      )
      const { record } = { record: await here.newest('record_less') }
      assert.deepEqual([record?.name, record?.outcome?.status], ['record_less', 'complete'])
    })

    test('lets nothing of it through an error, a question, a notice or a stream that ended early', async () => {
      for (const id of ['broken', 'asks', 'later']) {
        const told = await call('record_less', { id })
        assert.deepEqual(leaks(told.bodies), [], id)
        assert.ok(told.error ?? told.result.isError, id)
      }
    })

    test('cannot be had whole by a session’s own stream, resumed or not', async () => {
      const session = await at.openSession(await token())
      const sent = legacy('tools/call', { name: 'record_less', arguments: { id: 'later' } })
      await exchange(url, { ...sent, headers: session })
      const { url: _, seen } = claims
      const before = seen.length
      const stream = await exchange(url, {
        method: 'GET',
        headers: { ...session, 'last-event-id': '1' },
      })
      assert.ok(!stream.body.includes(claims.secret))
      assert.ok(seen.length >= before)
    })

    test('of a prompt and of a resource goes by its own name alone', async () => {
      const prompt = await inBothEras('prompts/get', {
        name: 'letter_less',
        arguments: { to: 'x' },
      })
      assert.match(prompt.result.messages[0].content.text, /"ssn":"\[masked\]"/)
      assert.deepEqual(leaks(prompt.bodies), [])
      const uri = 'claims://3/record/less'
      const resource = await inBothEras('resources/read', { uri })
      assert.deepEqual(
        resource.result.contents.map((one: { uri: string }) => one.uri),
        [uri],
      )
      assert.deepEqual(leaks(resource.bodies), [])
      assert.equal(
        (await inBothEras('resources/read', { uri: 'claims://3/record' })).result,
        undefined,
      )
    })

    test('has no completions, whose values may be what is hidden', async () => {
      const { headers, body } = modern('completion/complete')
      const ref = { type: 'ref/prompt', name: 'letter_less' }
      const argument = { name: 'to', value: '0' }
      const told = await exchange(url, {
        headers: { ...headers, ...bearer(await token()) },
        body: { ...body, params: { ...body.params, ref, argument } },
      })
      assert.equal(JSON.parse(told.body).error.code, -32602)
      assert.ok(!told.body.includes(claims.secret))
    })

    test('is suspended with what it is derived from', async () => {
      await here.suspend('capability', 'claims/tool/record_read')
      assert.deepEqual(await at.names(await token()), [])
      assert.equal((await call('record_less', { id: 'a' })).refusal.reason, 'suspended')
      await here.resume('capability', 'claims/tool/record_read')
      assert.equal((await call('record_less', { id: 'a' })).result.isError, undefined)
    })

    test('is named as the plane’s endpoint names it', async () => {
      const over = [{ labels: ['personal'] }]
      await here.apply(all(everything, rule('never', { over, deny: true })))
      const where = `${here.origin}/mcp/ops`
      const about = { token: await token(undefined, 'adjuster', where), at: where }
      const told = await call('claims__record_read', { id: 'a' }, about)
      assert.equal(told.refusal.fallback, 'claims__record_less')
      const less = await call('claims__record_less', { id: 'a' }, about)
      assert.deepEqual(less.result.structuredContent, { line: '3', name: 'Ana' })
    })

    test('is not named to a caller that may not call it', async () => {
      const over = [{ server: 'claims', tools: ['record_read', 'record_less'] }]
      await here.apply(all(everything, rule('never', { over, deny: true })))
      const told = await call('record_read', { id: 'a' })
      assert.deepEqual(told.refusal, { reason: 'rule', station: 'permit' })
    })
  })
})
