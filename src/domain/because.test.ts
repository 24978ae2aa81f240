import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { because, hiddenRule, withoutRules } from './because.ts'
import type { Refusal } from './decision.ts'

const station = 'permit'
const fallback = undefined
const name = fc.stringMatching(/^[a-z][a-z0-9-]{3,23}$/)
const denial = fc.record({
  reason: fc.constant('rule' as const),
  rule: name.map((one) => `zz-${one}`),
  because: fc.constantFrom(
    ...(['nobody may', 'not fulfilled', 'outside its hours', 'its condition fails'] as const),
  ),
  error: fc.option(
    fc.string().map((one) => `zz ${one}`),
    { nil: undefined },
  ),
})

describe('A reason told to whoever may not read rules', () => {
  test('has no name of a rule and nothing of what it says', () => {
    fc.assert(
      fc.property(denial, (one) => {
        const told = withoutRules(because({ ...one, station, fallback }))
        assert.equal(told, `denied by ${hiddenRule}`)
      }),
    )
  })

  test('says which scopes are missing, which the caller is told too', () => {
    const refusal: Refusal = {
      ...{ reason: 'scope', station, scopes: ['records.full'], rules: ['a', 'b'], fallback },
    }
    assert.equal(because(refusal), 'token lacks scope records.full (rule a, b)')
    assert.equal(withoutRules(because(refusal)), `token lacks scope records.full (${hiddenRule})`)
  })

  test('is as it was where it is about no rule, whatever grants are called', () => {
    const failed = { grant: 'rule', error: 'there is no rule b: c' }
    for (const refusal of [
      { reason: 'unknown', station, because: 'no grant' },
      { reason: 'condition', station, grants: ['rule', 'rules'], failed, fallback },
      { reason: 'condition', station, grants: ['rule'], failed: undefined, fallback },
      { reason: 'scope', station, scopes: ['rule'], rules: [], fallback },
      { reason: 'token', station, maxAgeMs: 5000 },
    ] as const satisfies Refusal[]) {
      const told = because(refusal)
      assert.equal(withoutRules(told), told)
    }
  })
})
