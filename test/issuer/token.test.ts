import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { auth, ClientCredentialsProvider } from '@modelcontextprotocol/client'
import { auth as auth1 } from '@modelcontextprotocol/sdk/client/auth.js'
import { ClientCredentialsProvider as ClientCredentialsProvider1 } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { clientId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { about } from '../change/door.ts'
import { finance, lone, ops, planner, secretless } from '../identity/world.ts'
import { ask, basic, type Form, send, startIssuer } from './server.ts'

const issuer = await startIssuer()
const { origin, port, tokenUrl, identity, verify } = issuer
const secret = await identity.setSecret(ops, planner, about)
const credentials = { grant_type: 'client_credentials' }
const asPlanner = { authorization: basic('planner@workplace-ai', secret) }
const claimsOf = (token: unknown) =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString())

const drained = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.once('drain', resolve).once('close', resolve)
  })

const corsIn = (headers: Headers) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'))

describe('an agent with its secret gets a token', () => {
  test('by client_secret_basic, for the plane where no resource is named', async () => {
    const { status, headers, json } = await ask(tokenUrl, credentials, asPlanner)
    assert.equal(status, 200)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.deepEqual(corsIn(headers), [])
    assert.deepEqual(
      { ...json, access_token: '' },
      { access_token: '', token_type: 'Bearer', expires_in: 300 },
    )
    const token = verify(String(json.access_token))
    assert(typeof token === 'object')
    assert.deepEqual(
      [token.agent, token.consumer, token.audience, token.scopes],
      ['planner', 'workplace-ai', `${origin}/mcp/ops`, undefined],
    )
  })

  test('by client_secret_post', async () => {
    const form = { ...credentials, client_id: 'planner@workplace-ai', client_secret: secret }
    const { status, json } = await ask(tokenUrl, form)
    assert.equal(status, 200)
    assert.equal(typeof verify(String(json.access_token)), 'object')
  })

  test('under its short name where it has one consumer, and says the whole name in the token', async () => {
    const { status, json } = await ask(tokenUrl, credentials, {
      authorization: basic('planner', secret),
    })
    assert.equal(status, 200)
    assert.equal(claimsOf(json.access_token).client_id, 'planner@workplace-ai')
  })

  test('with the @ of its name as it is, which many clients do not encode', async () => {
    const authorization = `basic ${btoa(`planner@workplace-ai:${secret}`)}`
    assert.equal((await ask(tokenUrl, credentials, { authorization })).status, 200)
  })

  test('for one server, and for that server alone', async () => {
    const resource = `${origin}/mcp/ops/bank`
    const { json } = await ask(tokenUrl, { ...credentials, resource }, asPlanner)
    const token = verify(String(json.access_token))
    assert(typeof token === 'object')
    assert.equal(token.audience, resource)
    assert(!identity.covers(token.audience, `${origin}/mcp/ops/everything`))
  })

  test('with the scopes it asked for, as it asked', async () => {
    const form = { ...credentials, scope: 'bank.read openid anything:at/all' }
    const { json } = await ask(tokenUrl, form, asPlanner)
    assert.equal(json.scope, form.scope)
    assert.equal(claimsOf(json.access_token).scope, form.scope)
  })

  test('that says the same as the one an operator mints', async () => {
    const { json } = await ask(tokenUrl, { ...credentials, scope: 'a b' }, asPlanner)
    const minted = await identity.mint(ops, planner, `${origin}/mcp/ops`, ['a', 'b'])
    const header = (token: string) => token.split('.')[0]
    assert.equal(header(String(json.access_token)), header(minted.token))
    assert.deepEqual(
      { ...claimsOf(json.access_token), jti: '' },
      { ...claimsOf(minted.token), jti: '' },
    )
  })

  test('also where it waits to be told to send the body', async () => {
    const request = httpRequest(tokenUrl, {
      method: 'POST',
      headers: {
        ...asPlanner,
        Expect: '100-continue',
        'Content-Type': 'application/x-www-form-urlencoded',
      },
    })
    request.on('continue', () => request.end('grant_type=client_credentials'))
    request.flushHeaders()
    const [response] = await once(request, 'response')
    assert.equal(response.statusCode, 200)
    response.resume()
  })

  for (const [line, { Provider, run }] of Object.entries({
    'MCP SDK 2': { Provider: ClientCredentialsProvider, run: auth },
    'MCP SDK 1': { Provider: ClientCredentialsProvider1, run: auth1 },
  })) {
    test(`through ${line}, which finds everything by itself`, async () => {
      const provider = new Provider({
        clientId: 'planner@workplace-ai',
        clientSecret: secret,
        expectedIssuer: `${origin}/oauth/ops`,
        scope: 'bank.read',
      })
      assert.equal(await run(provider, { serverUrl: `${origin}/mcp/ops/bank` }), 'AUTHORIZED')
      const token = verify(provider.tokens()?.access_token ?? '')
      assert(typeof token === 'object')
      assert.deepEqual(
        [token.audience, token.scopes],
        [`${origin}/mcp/ops/bank`, new Set(['bank.read'])],
      )
    })
  }
})

describe('no token', () => {
  interface Row {
    form?: Form | Record<string, string>
    headers?: Record<string, string>
    status: number
    error: string
  }
  const post = (changes: object) => ({ ...credentials, client_id: 'planner', ...changes })
  const rows: Record<string, Row> = {
    'with a wrong secret': {
      headers: { authorization: basic('planner', 'wrong') },
      status: 401,
      error: 'invalid_client',
    },
    'with a wrong secret in the body': {
      form: post({ client_secret: 'wrong' }),
      status: 401,
      error: 'invalid_client',
    },
    'with a secret in another case': {
      headers: { authorization: basic('planner', secret.toUpperCase()) },
      status: 401,
      error: 'invalid_client',
    },
    'with the secret and more': {
      headers: { authorization: basic('planner', `${secret} `) },
      status: 401,
      error: 'invalid_client',
    },
    'without a secret': { form: post({}), status: 401, error: 'invalid_client' },
    'with an empty secret': {
      form: post({ client_secret: '' }),
      status: 401,
      error: 'invalid_client',
    },
    'with an empty secret by Basic': {
      headers: { authorization: basic('planner', '') },
      status: 400,
      error: 'invalid_request',
    },
    'without saying who': { status: 400, error: 'invalid_request' },
    'for an agent that does not exist': {
      headers: { authorization: basic('nobody', secret) },
      status: 401,
      error: 'invalid_client',
    },
    'for a consumer that the agent does not act for': {
      headers: { authorization: basic('planner@soc', secret) },
      status: 401,
      error: 'invalid_client',
    },
    'for another agent with this secret': {
      headers: { authorization: basic('lone', secret) },
      status: 401,
      error: 'invalid_client',
    },
    'for an agent that has no secret': {
      headers: { authorization: basic('secretless', secret) },
      status: 401,
      error: 'invalid_client',
    },
    'for a name that is none': {
      headers: { authorization: basic('é', secret) },
      status: 400,
      error: 'invalid_request',
    },
    'for a name that is none, in the body': {
      form: post({ client_id: 'é', client_secret: secret }),
      status: 401,
      error: 'invalid_client',
    },
    'for the name that the library is given for those': {
      headers: { authorization: basic('-', secret) },
      status: 401,
      error: 'invalid_client',
    },
    'for __proto__': {
      headers: { authorization: basic('__proto__', secret) },
      status: 401,
      error: 'invalid_client',
    },
    'with the secret in two ways': {
      headers: asPlanner,
      form: post({ client_secret: secret }),
      status: 400,
      error: 'invalid_request',
    },
    'with another client_id in the body': {
      headers: asPlanner,
      form: post({ client_id: 'lone' }),
      status: 400,
      error: 'invalid_request',
    },
    'with a bearer token as authorization': {
      headers: { authorization: 'Bearer x' },
      status: 400,
      error: 'invalid_request',
    },
    'with an assertion that is none': {
      form: post({
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: 'a.b.c',
      }),
      status: 400,
      error: 'invalid_request',
    },
    // Nobody signs in for this agent: its client has no such grants.
    'for an authorization code': {
      headers: asPlanner,
      form: { grant_type: 'authorization_code', code: 'x' },
      status: 400,
      error: 'invalid_request',
    },
    'for a refresh token': {
      headers: asPlanner,
      form: { grant_type: 'refresh_token', refresh_token: 'x' },
      status: 400,
      error: 'invalid_request',
    },
    'for the implicit grant': {
      headers: asPlanner,
      form: { grant_type: 'implicit' },
      status: 400,
      error: 'unsupported_grant_type',
    },
    'for the grant __proto__': {
      headers: asPlanner,
      form: { grant_type: '__proto__' },
      status: 400,
      error: 'unsupported_grant_type',
    },
    'without a grant': { headers: asPlanner, form: {}, status: 400, error: 'invalid_request' },
    'with the grant twice': {
      headers: asPlanner,
      form: [
        ['grant_type', 'client_credentials'],
        ['grant_type', 'client_credentials'],
      ],
      status: 400,
      error: 'invalid_request',
    },
    'with the scope twice': {
      headers: asPlanner,
      form: [
        ['grant_type', 'client_credentials'],
        ['scope', 'a'],
        ['scope', 'b'],
      ],
      status: 400,
      error: 'invalid_request',
    },
    'with the client twice': {
      form: [
        ['grant_type', 'client_credentials'],
        ['client_id', 'planner'],
        ['client_id', 'planner'],
        ['client_secret', secret],
      ],
      status: 400,
      error: 'invalid_request',
    },
    'with a scope that is none': {
      headers: asPlanner,
      form: { ...credentials, scope: 'a"b' },
      status: 400,
      error: 'invalid_scope',
    },
    'with two spaces between scopes': {
      headers: asPlanner,
      form: { ...credentials, scope: 'a  b' },
      status: 400,
      error: 'invalid_scope',
    },
    'with scopes that no token could hold': {
      headers: asPlanner,
      form: { ...credentials, scope: Array(65).fill('a').join(' ') },
      status: 400,
      error: 'invalid_scope',
    },
    'for a resource elsewhere': {
      headers: asPlanner,
      form: { ...credentials, resource: 'https://evil.example/mcp/ops' },
      status: 400,
      error: 'invalid_target',
    },
    "for another plane's resource": {
      headers: asPlanner,
      form: { ...credentials, resource: `${origin}/mcp/finance` },
      status: 400,
      error: 'invalid_target',
    },
    'for a resource that is no URI': {
      headers: asPlanner,
      form: { ...credentials, resource: 'ops' },
      status: 400,
      error: 'invalid_target',
    },
    'for a resource with a trailing slash': {
      headers: asPlanner,
      form: { ...credentials, resource: `${origin}/mcp/ops/` },
      status: 400,
      error: 'invalid_target',
    },
    'for a resource with a fragment': {
      headers: asPlanner,
      form: { ...credentials, resource: `${origin}/mcp/ops#a` },
      status: 400,
      error: 'invalid_target',
    },
    'for two resources': {
      headers: asPlanner,
      form: [
        ['grant_type', 'client_credentials'],
        ['resource', `${origin}/mcp/ops`],
        ['resource', `${origin}/mcp/ops/bank`],
      ],
      status: 400,
      error: 'invalid_target',
    },
    'for the same resource twice': {
      headers: asPlanner,
      form: [
        ['grant_type', 'client_credentials'],
        ['resource', `${origin}/mcp/ops`],
        ['resource', `${origin}/mcp/ops`],
      ],
      status: 400,
      error: 'invalid_target',
    },
    'with a body of another type': {
      headers: { ...asPlanner, 'content-type': 'application/json' },
      status: 400,
      error: 'invalid_request',
    },
    'in answer to a body of 20 KB': {
      headers: asPlanner,
      form: { ...credentials, filler: 'x'.repeat(20_000) },
      status: 413,
      error: 'invalid_request',
    },
  }
  for (const [name, { form = credentials, headers = {}, status, error }] of Object.entries(rows)) {
    test(name, async () => {
      const answer = await ask(tokenUrl, form, headers)
      assert.deepEqual([answer.status, answer.json.error], [status, error])
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      assert.deepEqual(corsIn(answer.headers), [])
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
      assert(!JSON.stringify(answer.json).includes(secret))
    })
  }

  test('with any method but POST', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']) {
      const path = `/oauth/ops/token?grant_type=client_credentials&client_id=planner&client_secret=${secret}`
      const { status, headers } = await send(port, { method, path })
      assert.deepEqual([status, headers.allow], [405, 'POST'], method)
    }
  })

  test('with the credentials in the query', async () => {
    const query = new URLSearchParams({
      ...credentials,
      client_id: 'planner',
      client_secret: secret,
    })
    const { status, json } = await ask(`${tokenUrl}?${query}`, credentials)
    assert.deepEqual([status, json.error], [400, 'invalid_request'])
  })

  test('with two Authorization headers, of which Node would take the first', async () => {
    const form = ['Content-Type', 'application/x-www-form-urlencoded']
    const headers = [
      ...form,
      'Authorization',
      asPlanner.authorization,
      'authorization',
      basic('lone', 'x'),
    ]
    const about = {
      method: 'POST',
      path: '/oauth/ops/token',
      body: 'grant_type=client_credentials',
    }
    const { status, text } = await send(port, { ...about, headers })
    assert.deepEqual([status, JSON.parse(text).error], [400, 'invalid_request'])
  })

  test('for a browser, with the right secret even', async () => {
    const headers = { ...asPlanner, origin: 'https://evil.example' }
    const answer = await ask(tokenUrl, credentials, headers)
    assert.deepEqual([answer.status, answer.json.error], [403, 'invalid_request'])
    assert.deepEqual(corsIn(answer.headers), [])
  })

  test('as a page, whatever Accept says', async () => {
    const headers = { accept: 'text/html', authorization: basic('planner', 'wrong') }
    const answer = await ask(tokenUrl, credentials, headers)
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8')
  })

  test('in another plane', async () => {
    const { status, json } = await ask(`${origin}/oauth/finance/token`, credentials, asPlanner)
    assert.deepEqual([status, json.error], [401, 'invalid_client'])
  })

  test('for an endless body: the socket is closed', { timeout: 60_000 }, async () => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    let isClosed = false
    socket.on('close', () => {
      isClosed = true
    })
    socket.write(
      'POST /oauth/ops/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n' +
        'Content-Type: application/x-www-form-urlencoded\r\n\r\n',
    )
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    const chunk = `2000\r\n${'x'.repeat(0x2000)}\r\n`
    // 16 MiB if nobody stops it: the issuer reads 56 KiB of it and hangs up.
    for (let i = 0; i < 2000 && !isClosed; i++) {
      if (!socket.write(chunk)) await drained(socket)
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert(isClosed)
    // What a closing socket still delivers is the network's to say.
    assert.match(answer, /^(HTTP\/1\.1 400 |$)/)
  })
})

describe('a secret', () => {
  const secretRows = async () => {
    const rows = await issuer.store.plane(ops).clientSecrets.list()
    return new Map(rows.map(({ client, hash }) => [client, hash]))
  }
  const tokenWith = (client: string, known: string) =>
    ask(tokenUrl, credentials, { authorization: basic(client, known) })

  test('has 256 random bits and a tag, and replaces the one before from the next request on', async () => {
    const first = await identity.setSecret(ops, lone, about)
    assert.match(first, /^[A-Za-z0-9_-]{51}$/)
    assert.equal((await tokenWith('lone', first)).status, 200)
    const second = await identity.setSecret(ops, lone, about)
    assert.equal((await tokenWith('lone', first)).status, 401)
    assert.equal((await tokenWith('lone', second)).status, 200)
  })

  test('is kept as a hash, which is no secret itself', async () => {
    const known = await identity.setSecret(ops, lone, about)
    const hash = (await secretRows()).get(lone) ?? ''
    assert.match(hash, /^\$argon2id\$v=19\$/)
    assert(!hash.includes(known))
    assert.equal((await tokenWith('lone', hash)).status, 401)
  })

  test('cannot be made for an agent that does not exist or does not use one', async () => {
    const isFault = (code: string) => (thrown: unknown) =>
      thrown instanceof Fault && thrown.code === code
    const nobody = clientId('nobody', 'workplace-ai')
    await assert.rejects(identity.setSecret(ops, nobody, about), isFault('unknown_name'))
    await assert.rejects(identity.setSecret(ops, secretless, about), isFault('usage'))
  })

  test('of an agent that is gone opens nothing for one made anew under its name', async () => {
    issuer.policy.put(ops, 'brief', ['workplace-ai'], true)
    const brief = clientId('brief', 'workplace-ai')
    const known = await identity.setSecret(ops, brief, about)
    assert.equal((await tokenWith('brief', known)).status, 200)
    issuer.policy.remove(ops, 'brief')
    assert.equal((await tokenWith('brief', known)).status, 401)
    await issuer.redocument(ops, 'brief')
    assert.equal((await secretRows()).has(brief), false)
    issuer.policy.put(ops, 'brief', ['workplace-ai'], true)
    assert.equal((await tokenWith('brief', known)).status, 401)
  })

  test('serves nobody once the agent is not to authenticate by one', async () => {
    issuer.policy.put(ops, 'brief', ['workplace-ai'], true)
    const known = await identity.setSecret(ops, clientId('brief', 'workplace-ai'), about)
    issuer.policy.put(ops, 'brief', ['workplace-ai'], false)
    assert.equal((await tokenWith('brief', known)).status, 401)
  })
})

test('a suspended client gets no token with its secret, and without it learns nothing of that', async () => {
  const known = await identity.setSecret(ops, planner, about)
  issuer.policy.stopped.add(`${ops}/${planner}`)
  const answers = [
    await ask(tokenUrl, credentials, { authorization: basic('planner', known) }),
    await ask(tokenUrl, credentials, { authorization: basic('planner', 'a guess') }),
  ]
  issuer.policy.stopped.clear()
  assert.deepEqual(
    answers.map(({ status, json }) => [status, json.error]),
    [
      [400, 'access_denied'],
      [401, 'invalid_client'],
    ],
  )
  const again = await ask(tokenUrl, credentials, { authorization: basic('planner', known) })
  assert.equal(again.status, 200)
})

test('the same agent has other secrets in another plane', async () => {
  const there = await identity.setSecret(finance, planner, about)
  const url = `${origin}/oauth/finance/token`
  const answer = await ask(url, credentials, { authorization: basic('planner', there) })
  assert.equal(answer.status, 200)
  assert.equal(verify(String(answer.json.access_token)), 'unknown key')
  assert.equal(typeof verify(String(answer.json.access_token), finance), 'object')
})

test('no token is handed out whose entry cannot be written', async () => {
  const fresh = await identity.setSecret(ops, planner, about)
  const headers = { authorization: basic('planner@workplace-ai', fresh) }
  const before = issuer.issued.length
  issuer.full(true)
  const { status, json } = await ask(tokenUrl, credentials, headers)
  issuer.full(false)
  assert.equal(status, 503)
  assert.equal(json.error, 'temporarily_unavailable')
  assert.equal(json.access_token, undefined)
  assert.equal(issuer.issued.length, before)
  assert.equal((await ask(tokenUrl, credentials, headers)).status, 200)
  assert.equal(issuer.issued.length, before + 1)
})
