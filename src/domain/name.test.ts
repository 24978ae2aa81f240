import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { personPattern, userPattern, vouchedName, vouchedPattern } from './name.ts'

test('whom an organisation vouches for is called after issuer and subject', () => {
  assert.equal(vouchedName('https://login.example', '00u1'), 'login.example#00u1')
  assert.equal(
    vouchedName('https://login.example/realms/corp', 'auth0|5f'),
    'login.example%2Frealms%2Fcorp#auth0|5f',
  )
  assert.equal(vouchedName('http://127.0.0.1:9', 'a'), 'http:%2F%2F127.0.0.1:9#a')
  for (const subject of ['', ' ', 'a ', ' a', 'ä', 'a\n', 'x'.repeat(255)])
    assert.equal(vouchedName('https://login.example', subject), undefined, subject)
})

const issuer = fc
  .tuple(fc.constantFrom('https://', 'http://'), fc.stringMatching(/^[!-~]{1,12}$/))
  .map(([scheme, rest]) => scheme + rest.replaceAll(/[?#]/g, '/'))
const subject = fc.stringMatching(/^[!-~][ -~]{0,10}$/)

test('no two of them share a name, and no account has one', () => {
  fc.assert(
    fc.property(issuer, subject, issuer, subject, (i, s, j, t) => {
      const [one, other] = [vouchedName(i, s), vouchedName(j, t)]
      if (one === undefined || other === undefined) return
      assert.equal(one === other, i === j && s === t, `${one} ${other}`)
      assert(userPattern.test(one) && vouchedPattern.test(one) && !personPattern.test(one))
    }),
    { numRuns: 2000 },
  )
})
