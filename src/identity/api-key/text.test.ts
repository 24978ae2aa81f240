import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { findSecretShapes } from '#change/secrets.ts'
import { planeId } from '#domain/name.ts'
import { digestOf, isApiKey, makeApiKey, meansApiKey } from './text.ts'

const key = makeApiKey(() => Buffer.alloc(20, 0xa5))

test('an API key is its prefix, its random bits and their sum, which others can work out', () => {
  // CRC-32 of zlib, worked out by another program.
  assert.equal(key, `bwk_${'a5'.repeat(20)}e4c7b28f`)
  assert(meansApiKey(key) && isApiKey(key))
  assert.notEqual(makeApiKey(randomBytes), makeApiKey(randomBytes))
})

test('attack: a key of which one character was changed, added or taken away is none', () => {
  for (let at = 0; at < key.length; at++) {
    for (const other of '0123456789abcdefABZ_-')
      if (other !== key[at]) assert(!isApiKey(key.slice(0, at) + other + key.slice(at + 1)))
    assert(!isApiKey(key.slice(0, at) + key.slice(at + 1)))
    assert(!isApiKey(`${key.slice(0, at)}0${key.slice(at)}`))
  }
  for (const other of [`${key}\n`, ` ${key}`, key.toUpperCase(), '', 'bwk_'])
    assert(!isApiKey(other))
})

test('no text that somebody makes up is a key', () => {
  fc.assert(fc.property(fc.string(), (text) => !isApiKey(`bwk_${text}`)))
  const hexadecimal = fc.stringMatching(/^[0-9a-f]{48}$/)
  fc.assert(fc.property(hexadecimal, (text) => !isApiKey(`bwk_${text}`)))
})

test('a key is found by its form in whatever text it was left', () => {
  for (const text of [key, `curl -H "Authorization: Bearer ${key}"`, `API_KEY=${key}\n`])
    assert.equal(findSecretShapes(text).length, 1)
})

test('attack: what a key of one plane is kept under is not what it is looked for under in another', () => {
  assert.notEqual(digestOf(planeId('ops'), key), digestOf(planeId('finance'), key))
})
