import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readJwk } from '#identity/foreign/jwk.ts'
import { identify } from '#identity/organisation/id-token.ts'
import { issuerDocument } from '../issuer/organisation-documents.ts'
import { compact, makeKey } from './house.ts'

/** What is refused here is refused whatever the library before it overlooks. */

const nowS = 1_800_000_000
const key = makeKey('ES256', 'one')
const other = makeKey('ES256', 'one')
const jwk = readJwk(JSON.parse(JSON.stringify(key.jwk)))
assert(jwk)
const keys = { holds: () => true, find: async (kid: string) => (kid === 'one' ? jwk : undefined) }
const expected = {
  issuer: issuerDocument('corp', 'https://login.example'),
  ...{ clientId: 'bailiwick', nonce: 'n0nce', maxAgeS: 3600, nowMs: nowS * 1000 },
}
const claims = {
  ...{ iss: 'https://login.example', sub: 'ana', aud: 'bailiwick', nonce: 'n0nce' },
  ...{ iat: nowS, exp: nowS + 300, auth_time: nowS - 60 },
}
const read = (changed: object = {}, header: object = {}, signedBy = key) =>
  identify(
    compact(
      signedBy,
      JSON.stringify({ alg: 'ES256', kid: 'one', ...header }),
      JSON.stringify({ ...claims, ...changed }),
    ),
    expected,
    keys,
  )

test('an ID token says who signed in, when, and how', async () => {
  const said = await read({ acr: 'two-factors', aud: ['bailiwick'], azp: 'bailiwick' })
  assert(typeof said === 'object')
  const { subject, signedInAtS, acr } = said
  assert.deepEqual([subject, signedInAtS, acr], ['ana', nowS - 60, 'two-factors'])
  assert.equal(typeof (await read({}, { typ: 'JWT' })), 'object')
})

const rows: readonly (readonly [string, object, (object | undefined)?])[] = [
  ['audience', { aud: 'another' }],
  ['claims', { aud: ['bailiwick', 'another'] }],
  ['audience', { azp: 'another' }],
  ['issuer', { iss: 'https://login.example/' }],
  ['nonce', { nonce: 'another' }],
  ['nonce', { nonce: undefined }],
  ['nonce', { nonce: ['n0nce'] }],
  ['expired', { exp: nowS, iat: nowS - 300 }],
  ['not yet', { iat: nowS + 60 }],
  ['too old', { exp: nowS + 90_000 }],
  ['auth_time', { auth_time: undefined }],
  ['auth_time', { auth_time: String(nowS) }],
  ['auth_time', { auth_time: nowS - 3631 }],
  ['auth_time', { auth_time: nowS + 31 }],
  ['claims', { acr: 7 }],
  ['claims', { sub: '' }],
  ['claims', { cnf: { jkt: 'x' } }],
  ['claims', { act: { sub: 'x' } }],
  ['claims', { scope: 'openid' }],
  ['claims', { events: {} }],
  ['header', {}, { typ: 'at+jwt' }],
  ['header', {}, { alg: 'none' }],
  ['header', {}, { alg: 'HS256' }],
  ['header', {}, { jwk: other.jwk }],
  ['header', {}, { crit: ['x'] }],
  ['unknown key', {}, { kid: 'two' }],
]
for (const [problem, changed, header] of rows)
  test(`${problem}: ${JSON.stringify({ ...changed, ...header })}`, async () => {
    assert.equal(await read(changed, header), problem)
  })

test('signature: of another key under that id', async () => {
  assert.equal(await read({}, {}, other), 'signature')
})
