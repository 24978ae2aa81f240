import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Requirement } from '#domain/requirement.ts'
import { type Authenticated, compileRequirement, lackOf } from './requirement.ts'

const now = Date.parse('2026-11-02T12:00:00Z')
const token = (about: Partial<Authenticated> = {}): Authenticated => ({ issuedAt: now, ...about })
const lacks = (about: Partial<Authenticated>, ...all: readonly Requirement[]) =>
  lackOf(all.map(compileRequirement), token(about), now)

describe('What is required of a token', () => {
  test('is nothing where nothing is said, and nothing of a try', () => {
    assert.equal(lacks({}), undefined)
    assert.equal(lacks({ issuedAt: 0 }, {}), undefined)
    assert.equal(lacks({ byApiKey: true }), undefined)
    const all = { maxTokenAge: '1m', binding: 'any', acr: 'gold' } as const
    assert.equal(lacks({ issuedAt: undefined }, all), undefined)
  })

  test('is an age that it has not passed', () => {
    const required = { maxTokenAge: '5m' } as const
    assert.equal(lacks({ issuedAt: now - 300_000 }, required), undefined)
    assert.deepEqual(lacks({ issuedAt: now - 300_001 }, required), { maxAgeMs: 300_000 })
  })

  test('is a key that its sender proves, of whichever kind or of one', () => {
    assert.deepEqual(lacks({}, { binding: 'any' }), { binding: 'any' })
    assert.equal(lacks({ binding: 'dpop' }, { binding: 'any' }), undefined)
    assert.equal(lacks({ binding: 'mtls' }, { binding: 'any' }), undefined)
    assert.deepEqual(lacks({}, { binding: 'mtls' }), { binding: 'mtls' })
    assert.deepEqual(lacks({ binding: 'dpop' }, { binding: 'mtls' }), { binding: 'mtls' })
    assert.equal(lacks({ binding: 'mtls' }, { binding: 'mtls' }), undefined)
  })

  test('is one of the ways to sign in', () => {
    assert.deepEqual(lacks({}, { acr: 'gold' }), { acr: ['gold'] })
    assert.deepEqual(lacks({ acr: 'silver' }, { acr: ['gold', 'platinum'] }), {
      acr: ['gold', 'platinum'],
    })
    assert.equal(lacks({ acr: 'platinum' }, { acr: ['gold', 'platinum'] }), undefined)
  })

  test('is told from the first that lacks something: a key before a sign-in before an age', () => {
    const old = { issuedAt: now - 600_000 }
    const all = { maxTokenAge: '5m', acr: 'gold', binding: 'dpop' } as const
    assert.deepEqual(lacks(old, all), { binding: 'dpop' })
    assert.deepEqual(lacks({ ...old, binding: 'dpop' }, all), { acr: ['gold'] })
    assert.deepEqual(lacks({ ...old, binding: 'dpop', acr: 'gold' }, all), { maxAgeMs: 300_000 })
    assert.deepEqual(lacks(old, {}, { acr: 'gold' }, { maxTokenAge: '1m' }), { acr: ['gold'] })
  })

  test('is what no API key can be', () => {
    for (const one of [{ maxTokenAge: '1h' }, { binding: 'any' }, { acr: 'gold' }] as const)
      assert.deepEqual(lacks({ byApiKey: true }, one), { apiKey: true })
  })
})
