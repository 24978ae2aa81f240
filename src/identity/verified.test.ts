import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planeId } from '#domain/name.ts'
import { createVerifiedTokens } from './verified.ts'

const entry = (tokenId: string) => ({
  token: {
    plane: planeId('ops'),
    client: 'a@b' as never,
    agent: 'a',
    consumer: 'b',
    user: undefined,
    audience: '',
    scopes: undefined,
    issuedAt: 0,
    tokenId,
    through: [],
    run: undefined,
    binding: undefined,
    acr: undefined,
    signedInAt: undefined,
    expiresAt: 0,
  },
  revision: 1,
})

test('what is in use stays while a flood of others passes, and the whole is bounded', () => {
  const tokens = createVerifiedTokens(100)
  tokens.put('kept', entry('kept'))
  tokens.put('left', entry('left'))
  for (let i = 0; i < 1000; i++) {
    tokens.put(`other ${i}`, entry(`${i}`))
    assert.equal(tokens.find('kept')?.token.tokenId, 'kept')
  }
  assert.equal(tokens.find('left'), undefined)
  const remembered = Array.from({ length: 1000 }, (_, i) => tokens.find(`other ${i}`))
  assert(remembered.filter(Boolean).length <= 100)
})

test('what is forgotten is forgotten in both generations', () => {
  const tokens = createVerifiedTokens(4)
  tokens.put('a', entry('a'))
  for (const text of ['b', 'c']) tokens.put(text, entry(text))
  assert(tokens.find('a'))
  tokens.forget('a')
  assert.equal(tokens.find('a'), undefined)
})
