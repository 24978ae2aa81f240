import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTokens } from './tokens.ts'

const world = () => {
  let now = 0
  let fetched = 0
  const fetch = async () => ({ token: `t${++fetched}`, expiresInS: 100 })
  const tokens = createTokens({ token: 't0', expiresInS: 100 }, fetch, () => now)
  return {
    tokens,
    at: (ms: number) => {
      now = ms
    },
    fetched: () => fetched,
  }
}

test('A token is used until a fifth of its life is left, then renewed', async () => {
  const { tokens, at } = world()
  at(79_999)
  assert.equal(await tokens.current(), 't0')
  at(80_000)
  assert.equal(await tokens.current(), 't1')
  at(159_999)
  assert.equal(await tokens.current(), 't1')
})

test('Many who need a new token at once cause one request', async () => {
  const { tokens, at, fetched } = world()
  at(90_000)
  const all = await Promise.all([tokens.current(), tokens.current(), tokens.renewed('t0')])
  assert.deepEqual(all, ['t1', 't1', 't1'])
  assert.equal(fetched(), 1)
})

test('A token that somebody else has renewed already is not renewed again', async () => {
  const { tokens, fetched } = world()
  assert.equal(await tokens.renewed('t0'), 't1')
  assert.equal(await tokens.renewed('t0'), 't1')
  assert.equal(fetched(), 1)
})
