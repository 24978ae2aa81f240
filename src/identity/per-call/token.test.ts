import assert from 'node:assert/strict'
import { generateKeyPairSync, hash } from 'node:crypto'
import { test } from 'node:test'
import type { Sent, Spoken } from '#domain/loan.ts'
import { planeId } from '#domain/name.ts'
import { splitCompact, verifyCompact } from '../compact.ts'
import type { SigningKey } from '../signing-key.ts'
import { createCallTokens } from './token.ts'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = { kid: 'k', alg: 'ES256', ...pair } as SigningKey
const clock = { now: () => 1_800_000_000_999, elapsed: () => 0, after: () => () => {} }
const lendWith = (current: SigningKey | undefined) =>
  createCallTokens({
    origin: 'https://gw.example',
    keys: { current: () => current },
    clock,
    random: (bytes) => Buffer.alloc(bytes, 7),
  })(planeId('ops'), 'https://calendar.example/mcp')

const sent: Sent = {
  httpMethod: 'POST',
  target: '/mcp',
  body: Buffer.from('{"a":1}'),
  method: 'tools/call',
}
const spoken: Spoken = {
  agent: 'planner',
  client: 'planner@workplace-ai',
  user: 'ana@example.com',
  through: ['router', 'desk'],
  run: 'run_1',
  call: { id: 'cal_1', kind: 'tool', capability: 'read', scopes: ['calendar.read'] },
}

const read = (token: Buffer) => {
  const parts = splitCompact(token.toString())
  assert(typeof parts !== 'string' && verifyCompact(pair.publicKey, parts))
  const json = (bytes: Buffer) => JSON.parse(bytes.toString())
  return { header: json(parts.header), claims: json(parts.payload) }
}

test('a token for one call says who, for whom, through whom, what, with which bytes, and for how long', () => {
  const { header, claims } = read(lendWith(key).speakingOf?.(spoken).open(sent) ?? Buffer.of())
  assert.deepEqual(header, { typ: 'bailiwick-call+jwt', alg: 'ES256', kid: 'k' })
  assert.deepEqual(claims, {
    iss: 'https://gw.example/oauth/ops/calls',
    sub: 'ana@example.com',
    act: { sub: 'planner', act: { sub: 'router', act: { sub: 'desk' } } },
    client_id: 'planner@workplace-ai',
    txn: 'run_1',
    scope: 'calendar.read',
    jti: 'cal_1',
    call: {
      kind: 'tool',
      name: 'read',
      method: 'tools/call',
      http: 'POST',
      target: '/mcp',
      digest: hash('sha256', '{"a":1}', 'base64url'),
    },
    aud: 'https://calendar.example/mcp',
    iat: 1_800_000_000,
    exp: 1_800_000_060,
  })
})

test('a call that has to be sent once more has another token, which names the same call', () => {
  const loan = lendWith(key).speakingOf?.(spoken)
  const ids = [1, 2, 3].map(() => read(loan?.open(sent) ?? Buffer.of()).claims.jti)
  assert.deepEqual(ids, ['cal_1', 'cal_1.2', 'cal_1.3'])
})

test('what speaks of nobody is the gateway’s own, and names no capability', () => {
  const { claims } = read(lendWith(key).open(sent))
  const issuer = 'https://gw.example/oauth/ops/calls'
  assert.deepEqual(
    [claims.sub, claims.client_id, claims.act, claims.call.name],
    [issuer, issuer, undefined, undefined],
  )
})

test('attack: without a key, or without the request that it is for, there is none', () => {
  assert.throws(() => lendWith(undefined).open(sent), { code: 'no_credential' })
  assert.throws(() => lendWith(key).open(), { code: 'no_credential' })
})
