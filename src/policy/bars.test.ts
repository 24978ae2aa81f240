import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { barredByRules } from './bars.ts'
import type { Ruled } from './rule.ts'
import type { Judged, Use } from './use.ts'

const now = 0
const station = 'permit'
const fallback = undefined

interface Token {
  /** That the token carries; undefined: those that its grants imply. */
  readonly scopes?: readonly string[]
  /** That its caller can obtain. */
  readonly obtainable?: readonly string[]
  readonly user?: string
  readonly acr?: string
  readonly issuedAt?: number
}
const judged = ({ scopes, obtainable = [], user, acr, issuedAt }: Token): Judged =>
  ({
    who: { scopes: scopes && new Set(scopes), user, acr, issuedAt },
    scopes: () => new Set(obtainable),
  }) as unknown as Judged
const use = (scopes?: readonly string[]): Use =>
  ({ capability: { classification: scopes && { scopes } }, now }) as unknown as Use

const challenge = (rule: string, about: { scopes?: string[]; acr?: string[] }) => ({
  ...{ rule, scopes: [], acr: [] },
  ...about,
})
const barred = (
  token: Token,
  challenges: Ruled['challenges'],
  scopes?: readonly string[],
  denial?: Ruled['denial'],
) => barredByRules({ denial, challenges }, judged(token), use(scopes))
const unfulfilled = (rule: string) => ({
  ...{ reason: 'rule', station, rule, because: 'not fulfilled', error: undefined, fallback },
})

describe('What rules and scopes bar', () => {
  test('is nothing where nothing is asked, of a capability that is classified or not', () => {
    assert.equal(barred({}, []), undefined)
    assert.equal(barred({ scopes: [] }, []), undefined)
    assert.equal(barred({ scopes: ['a'] }, [], ['a']), undefined)
    // A token without the claim has what its grants imply.
    assert.equal(barred({}, [], ['a']), undefined)
  })

  test('is whatever a rule denies, before anything is asked for', () => {
    const denial = { rule: 'never', because: 'nobody may', error: undefined } as const
    const token = { scopes: [], obtainable: ['a'] }
    const answer = barred(token, [challenge('r', { scopes: ['a'] })], ['a'], denial)
    assert.deepEqual(answer, { reason: 'rule', station, ...denial, fallback })
  })

  describe('by a challenge for scopes', () => {
    const asked = [challenge('r', { scopes: ['a', 'b'] })]

    test('names all that is needed at once, where the caller can obtain it', () => {
      const rules = [challenge('r', { scopes: ['a', 'b'] }), challenge('s', { scopes: ['b', 'c'] })]
      const token = { scopes: ['a'], obtainable: ['a', 'b', 'c', 'x'] }
      assert.deepEqual(barred(token, rules, ['x', 'a']), {
        ...{ reason: 'scope', station, scopes: ['x', 'a', 'b', 'c'], rules: ['r', 's'], fallback },
      })
    })

    test('is a plain refusal where it cannot be met, or is met already', () => {
      assert.deepEqual(barred({ scopes: ['a'], obtainable: ['a'] }, asked), unfulfilled('r'))
      const has = { scopes: ['a', 'b'], obtainable: ['a', 'b'] }
      assert.deepEqual(barred(has, asked), unfulfilled('r'))
      assert.deepEqual(barred({ obtainable: ['a', 'b'] }, asked), unfulfilled('r'))
    })

    test('is one where a single scope of several is lacking', () => {
      const answer = barred({ scopes: ['a'], obtainable: ['a', 'b'] }, asked)
      assert.equal(answer?.reason, 'scope')
    })
  })

  describe('by a challenge for a stronger sign-in', () => {
    const asked = [challenge('gold', { acr: ['gold', 'platinum'] })]
    const person = { user: 'alice', issuedAt: 1 }
    const stronger = { reason: 'token', station, acr: ['gold', 'platinum'], rule: 'gold' }

    test('asks a person for it, who has signed in more weakly or in no told way', () => {
      assert.deepEqual(barred(person, asked), stronger)
      assert.deepEqual(barred({ ...person, acr: 'silver' }, asked), stronger)
      // Nobody signs in by a way without a name.
    })

    test('is a plain refusal for whoever has signed in so, acts for nobody, or has no token', () => {
      assert.deepEqual(barred({ ...person, acr: 'platinum' }, asked), unfulfilled('gold'))
      assert.deepEqual(barred({ issuedAt: 1 }, asked), unfulfilled('gold'))
      assert.deepEqual(barred({ user: 'alice' }, asked), unfulfilled('gold'))
      assert.deepEqual(barred({}, asked), unfulfilled('gold'))
    })

    test('comes before one for scopes: whoever signs in anew is given both', () => {
      const rules = [challenge('r', { scopes: ['a'] }), ...asked]
      const token = { ...person, scopes: [], obtainable: ['a'] }
      assert.deepEqual(barred(token, rules), stronger)
    })
  })
})
