import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientId } from '#domain/name.ts'
import type { Caller } from './exchange.ts'
import { createStepUps } from './step-ups.ts'

const noon = Date.parse('2026-11-20T12:00:00Z')
const acr = ['phr']
const callerOf = (user: string | undefined, signedInAt: number): Caller =>
  ({ token: { client: clientId('a', 'c'), user, signedInAt, issuedAt: noon } }) as Caller

test('nobody is asked for a sign-in where nobody is', () => {
  assert.equal(createStepUps(9).mayAsk(callerOf(undefined, noon), acr, noon), false)
})

test('whoever signed in since is not asked again; whoever did not is, and so is another, and for more', () => {
  const { mayAsk } = createStepUps(9)
  const before = callerOf('ana', noon - 60_000)
  assert.equal(mayAsk(before, acr, noon), true)
  assert.equal(mayAsk(before, acr, noon + 1000), true)
  const since = callerOf('ana', noon + 5000)
  assert.equal(mayAsk(since, acr, noon + 6000), false)
  assert.equal(mayAsk(since, ['phrh'], noon + 6000), true)
  assert.equal(mayAsk(callerOf('bo', noon + 5000), acr, noon + 6000), true)
})

test('it is forgotten after ten minutes, and of too many the eldest first', () => {
  const { mayAsk } = createStepUps(2)
  const since = callerOf('ana', noon + 5000)
  assert.equal(mayAsk(since, acr, noon), true)
  assert.equal(mayAsk(since, acr, noon + 599_000), false)
  assert.equal(mayAsk(since, acr, noon + 600_000), true)
  for (const other of ['bo', 'cy']) mayAsk(callerOf(other, noon), acr, noon)
  assert.equal(mayAsk(since, acr, noon + 601_000), true)
})
