import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as sdk2 from '@modelcontextprotocol/core'
import * as sdk1 from '@modelcontextprotocol/sdk/shared/auth.js'
import { ops } from '../identity/world.ts'
import { send, startIssuer } from './server.ts'

const issuer = await startIssuer()
const { origin, port } = issuer
const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt']
const algorithms = [
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
  ...['PS256', 'PS384', 'PS512', 'RS256'],
]
const get = (path: string) => send(port, { method: 'GET', path })

describe("a plane's issuer", () => {
  const addresses = [
    '/.well-known/oauth-authorization-server/oauth/ops',
    '/.well-known/openid-configuration/oauth/ops',
    '/oauth/ops/.well-known/openid-configuration',
  ]
  for (const path of addresses) {
    test(`tells of itself at ${path}, in the configured origin's name whatever Host says`, async () => {
      const { status, headers, text } = await get(path)
      assert.equal(status, 200)
      assert.equal(headers['content-type'], 'application/json')
      assert.equal(headers['cache-control'], 'public, max-age=300')
      assert.deepEqual(JSON.parse(text), {
        issuer: `${origin}/oauth/ops`,
        authorization_endpoint: `${origin}/oauth/ops/authorize`,
        token_endpoint: `${origin}/oauth/ops/token`,
        revocation_endpoint: `${origin}/oauth/ops/revoke`,
        introspection_endpoint: `${origin}/oauth/ops/introspect`,
        jwks_uri: `${origin}/oauth/ops/jwks`,
        response_types_supported: ['code'],
        response_modes_supported: ['query'],
        grant_types_supported: [
          ...['authorization_code', 'refresh_token', 'client_credentials'],
          'urn:ietf:params:oauth:grant-type:jwt-bearer',
          'urn:ietf:params:oauth:grant-type:token-exchange',
        ],
        authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
        ...Object.fromEntries(
          ['token', 'revocation', 'introspection'].flatMap((endpoint) => [
            [
              `${endpoint}_endpoint_auth_methods_supported`,
              endpoint === 'introspection' ? methods : [...methods, 'none'],
            ],
            [`${endpoint}_endpoint_auth_signing_alg_values_supported`, algorithms],
          ]),
        ),
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        dpop_signing_alg_values_supported: ['ES256', 'Ed25519', 'EdDSA'],
        acr_values_supported: ['password'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: [],
      })
    })
  }

  test('serves its public keys, and nothing of the private ones', async () => {
    await issuer.mint()
    const { kid } = await issuer.privateKey()
    const { status, headers, text } = await get('/oauth/ops/jwks')
    assert.equal(status, 200)
    assert.equal(headers['cache-control'], 'public, max-age=300')
    const { keys } = JSON.parse(text) as { keys: Record<string, string>[] }
    assert.equal(keys.length, 1)
    assert.deepEqual(Object.keys(keys[0] ?? {}).sort(), [
      'alg',
      'crv',
      'kid',
      'kty',
      'use',
      'x',
      'y',
    ])
    assert.deepEqual([keys[0]?.kid, keys[0]?.alg, keys[0]?.use], [kid, 'ES256', 'sig'])
  })

  test('serves no key of the library that it stands on', async () => {
    await fetch(issuer.tokenUrl, { method: 'POST' })
    const { keys } = JSON.parse((await get('/oauth/ops/jwks')).text) as { keys: unknown[] }
    assert.equal(keys.length, 1)
  })

  test('names registration and metadata documents where the plane lets programs bring their own', async () => {
    const read = async () => JSON.parse((await get(addresses[0] as string)).text)
    issuer.policy.signIns.set(ops, { clients: { agent: 'planner', metadata: ['claude.ai'] } })
    const described = await read()
    assert.equal(described.client_id_metadata_document_supported, true)
    assert.equal(described.registration_endpoint, undefined)
    issuer.policy.signIns.set(ops, { clients: { agent: 'planner', register: true } })
    const registered = await read()
    assert.equal(registered.client_id_metadata_document_supported, undefined)
    assert.equal(registered.registration_endpoint, `${origin}/oauth/ops/register`)
    issuer.policy.signIns.delete(ops)
  })

  test('is what both MCP SDKs take for metadata', async () => {
    const document = JSON.parse((await get('/oauth/ops/.well-known/openid-configuration')).text)
    for (const sdk of [sdk1, sdk2])
      for (const schema of [sdk.OAuthMetadataSchema, sdk.OpenIdProviderMetadataSchema])
        assert(schema.safeParse(document).success)
  })

  test('answers HEAD without a body and no other method, and sends no CORS headers', async () => {
    const path = '/oauth/ops/jwks'
    const head = await send(port, { method: 'HEAD', path })
    assert.deepEqual([head.status, head.text], [200, ''])
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await send(port, {
        method,
        path,
        headers: ['Origin', 'https://a'],
      })
      assert.deepEqual([status, headers.allow], [405, 'GET, HEAD'], method)
      assert.equal(headers['access-control-allow-origin'], undefined)
    }
    const crossed = await send(port, { method: 'GET', path, headers: ['Origin', 'https://a'] })
    assert.equal(crossed.headers['access-control-allow-origin'], undefined)
  })
})

describe("a resource's metadata", () => {
  const at = '/.well-known/oauth-protected-resource/mcp'

  test('names the plane as resource and its issuer', async () => {
    const { status, text } = await get(`${at}/ops`)
    assert.equal(status, 200)
    assert.deepEqual(JSON.parse(text), {
      resource: `${origin}/mcp/ops`,
      resource_name: 'ops',
      authorization_servers: [`${origin}/oauth/ops`],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: ['ES256', 'Ed25519', 'EdDSA'],
    })
  })

  test('is the same for a server that exists and for one that does not', async () => {
    const [one, other] = await Promise.all([get(`${at}/ops/bank`), get(`${at}/ops/nowhere`)])
    assert.equal(one?.status, 200)
    assert.equal(one?.text.replaceAll('bank', 'nowhere'), other?.text)
    assert.deepEqual(Object.keys(one?.headers ?? {}), Object.keys(other?.headers ?? {}))
  })
})

describe('there is nothing', () => {
  const nothing = [
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/',
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/oauth-protected-resource/mcp/nowhere',
    '/.well-known/oauth-protected-resource/mcp/ops/',
    '/.well-known/oauth-protected-resource/mcp/ops/bank/deeper',
    '/.well-known/oauth-protected-resource/mcp/ops/Bank',
    '/.well-known/oauth-protected-resource/mcp/ops/..%2ffinance',
    '/.well-known/oauth-protected-resource/oauth/ops',
    '/.well-known/oauth-authorization-server',
    '/.well-known/oauth-authorization-server/oauth/nowhere',
    '/.well-known/oauth-authorization-server/oauth/ops/',
    '/.well-known/openid-configuration',
    '/oauth/nowhere/.well-known/openid-configuration',
    '/oauth/nowhere/jwks',
    '/oauth/nowhere/token',
    '/oauth/ops',
    '/oauth/ops/',
    '/oauth/ops/token/',
    '/oauth/ops/auth',
    '/oauth/ops/authorize/short',
    '/oauth/ops/authorize/0123456789abcdefghij/more',
    '/oauth/ops/sign-in',
    '/oauth/ops/sign-in/x',
    '/oauth/ops/register',
    '/oauth/ops/reg',
    '/oauth/ops/me',
    '/oauth/ops/session/end',
    '/oauth/ops/session/end/confirm',
    '/oauth/ops/request',
    '/oauth/ops/token/introspection',
    '/oauth/ops/token/revocation',
    '/oauth/ops/device/auth',
    '/oauth/ops/interaction/x',
    '/oauth/__proto__/jwks',
  ]
  for (const path of nothing) {
    test(`at ${path}`, async () => {
      for (const method of ['GET', 'POST']) {
        const { status, text } = await send(port, { method, path })
        assert.deepEqual([status, text], [404, '{"error":"nothing"}'], method)
      }
    })
  }
})
