import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import type { IssuerDocument } from '#domain/documents.ts'
import { silentLog } from '#lib/log.ts'
import { createKeySource } from './key-source.ts'

const issuer: IssuerDocument = {
  ...{ apiVersion: 'bailiwick/v1', kind: 'Issuer', plane: 'ops', name: 'corporate' },
  ...{
    owner: 'identity-team',
    issuer: 'https://login.example',
    keys: 'https://login.example/keys',
  },
}
const minute = 60_000

const jwk = (kid: string): object => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid,
})

/** A house that answers what it is told to, and a clock that is moved. */
function createHouse(document = issuer) {
  let nowMs = 0
  const asked: string[] = []
  const first = jwk('first')
  const house = {
    asked,
    first,
    keys: [first] as unknown[],
    answer: async (_: string): Promise<Buffer | { failed: string }> =>
      Buffer.from(JSON.stringify({ keys: house.keys })),
    advance: (byMs: number) => {
      nowMs += byMs
    },
  }
  const clock = { now: () => nowMs, elapsed: () => nowMs, after: () => () => {} }
  const fetch = (url: string) => {
    asked.push(url)
    return house.answer(url)
  }
  const source = createKeySource({ issuer: document, fetch, clock, log: silentLog })
  return { ...house, house, source }
}

test('what is known is not asked for again, for ten minutes', async () => {
  const { source, asked, advance } = createHouse()
  const key = await source.find('first')
  assert(key)
  advance(10 * minute - 1)
  assert.equal(await source.find('first'), key)
  assert.equal(asked.length, 1)
  assert(source.holds(key))
  advance(1)
  assert.equal(await source.find('first'), key, 'a key that stays is the same object')
  assert(asked.length >= 2)
})

test('a key that was taken away is believed for ten minutes at most', async () => {
  const { source, house, advance } = createHouse()
  const key = await source.find('first')
  assert(key)
  house.keys = []
  advance(10 * minute)
  assert.equal(source.holds(key), false)
  assert.equal(await source.find('first'), undefined)
})

test('an unknown key is asked for at once, and then once in half a minute', async () => {
  const { source, house, asked, advance } = createHouse()
  await source.find('first')
  for (let i = 0; i < 1000; i++) assert.equal(await source.find(`made up ${i}`), undefined)
  assert.equal(asked.length, 1)
  house.keys = [house.first, jwk('second')]
  advance(30_000)
  assert(await source.find('second'))
  assert.equal(asked.length, 2)
})

test('whoever waits shares one question', async () => {
  const { source, asked } = createHouse()
  const found = await Promise.all(Array.from({ length: 200 }, () => source.find('first')))
  assert(found.every((key) => key === found[0] && key !== undefined))
  assert.equal(asked.length, 1)
})

test('no more wait than there is room for: the others are refused at once', async () => {
  const { source, house } = createHouse()
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  house.answer = () => promise
  const waiting = Array.from({ length: 256 }, () => source.find('first'))
  assert.equal(await source.find('first'), undefined)
  resolve(Buffer.from(JSON.stringify({ keys: house.keys })))
  assert((await Promise.all(waiting)).every((key) => key !== undefined))
})

test('through an outage what was known is believed for an hour, and then refused', async () => {
  const { source, house, asked, advance } = createHouse()
  const key = await source.find('first')
  assert(key)
  house.answer = async () => ({ failed: 'could not be reached' })
  for (let passed = 0; passed < 59; passed++) {
    advance(minute)
    assert.equal(await source.find('first'), key)
    assert(source.holds(key))
  }
  assert(asked.length <= 61)
  advance(minute)
  assert.equal(await source.find('first'), undefined)
  assert.equal(source.holds(key), false)
})

test('when it is back, it is believed again within half a minute', async () => {
  const { source, house, advance } = createHouse()
  const answer = house.answer
  house.answer = async () => ({ failed: 'could not be reached' })
  assert.equal(await source.find('first'), undefined)
  house.answer = answer
  assert.equal(await source.find('first'), undefined)
  advance(30_000)
  assert(await source.find('first'))
})

test('what is no key set changes nothing', async () => {
  const { source, house, advance } = createHouse()
  const key = await source.find('first')
  for (const text of [
    '',
    'null',
    '[]',
    '{}',
    '{"keys":{}}',
    '{"keys":[],"keys":[]}',
    '\uFEFF{"keys":[]}',
    `{"keys":[${'1,'.repeat(300)}1]}`,
  ]) {
    house.answer = async () => Buffer.from(text)
    advance((11 * minute) / 8)
    assert.equal(await source.find('first'), key, text)
  }
})

test('a key is left out that is symmetric, private, weak, meant for another use or named twice', async () => {
  const rsa = (modulusLength: number, publicExponent = 65_537) =>
    generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({
      format: 'jwk',
    })
  const good = jwk('first')
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { source, house } = createHouse()
  house.keys = [
    good,
    { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' },
    { ...pair.privateKey.export({ format: 'jwk' }), kid: 'private' },
    { ...rsa(1024), kid: 'short' },
    { ...rsa(2048, 3), kid: 'small exponent' },
    { kty: 'RSA', n: rsa(2048).n, e: 'AQ', kid: 'exponent-one' },
    { ...jwk('x'), kid: 'enc', use: 'enc' },
    { ...jwk('x'), kid: 'ops', key_ops: ['sign'] },
    { ...jwk('x'), kid: 'alg', alg: 'RS256' },
    { ...jwk('x'), kid: 'curve', crv: 'secp256k1' },
    { ...jwk('x'), kid: 'point', x: 'A'.repeat(43) },
    { ...jwk('x'), kid: 7 },
    { kty: 'EC', crv: 'P-256' },
    jwk('twice'),
    jwk('twice'),
    null,
    'x',
  ]
  assert(await source.find('first'))
  const names = [
    'oct',
    'private',
    'short',
    'small exponent',
    'exponent-one',
    'enc',
    'ops',
    'alg',
    'curve',
    'point',
    'twice',
  ]
  for (const name of names) assert.equal(await source.find(name), undefined, name)
})

test('where the keys are is told by metadata, which has to be of that issuer and as well guarded', async () => {
  const { keys: _, ...without } = issuer
  const rows = [
    [{ issuer: issuer.issuer, jwks_uri: 'https://keys.example/set' }, true],
    [{ issuer: `${issuer.issuer}/`, jwks_uri: 'https://keys.example/set' }, false],
    [{ issuer: 'https://evil.example', jwks_uri: 'https://keys.example/set' }, false],
    [{ issuer: issuer.issuer, jwks_uri: 'http://keys.example/set' }, false],
    [{ issuer: issuer.issuer, jwks_uri: 'file:///etc/passwd' }, false],
    [{ issuer: issuer.issuer, jwks_uri: ['https://keys.example/set'] }, false],
    [{ issuer: issuer.issuer }, false],
  ] as const
  for (const [metadata, isTaken] of rows) {
    const { source, house, asked } = createHouse(without)
    house.answer = async (url) =>
      Buffer.from(
        JSON.stringify(url.endsWith('/openid-configuration') ? metadata : { keys: [house.first] }),
      )
    assert.equal((await source.find('first')) !== undefined, isTaken, JSON.stringify(metadata))
    assert.equal(asked[0], 'https://login.example/.well-known/openid-configuration')
    assert.equal(asked.length, isTaken ? 2 : 1)
  }
})
