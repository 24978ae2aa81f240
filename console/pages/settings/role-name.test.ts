import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { freeName } from './role-name.ts'

describe('The name of a new RoleBinding', () => {
  test('is the wished one where nobody has it', () => {
    assert.equal(freeName('anna-auditor', []), 'anna-auditor')
    assert.equal(freeName('anna-auditor', ['anna', 'anna-auditor-2']), 'anna-auditor')
  })

  test('has the first number that is free where somebody has it', () => {
    assert.equal(freeName('anna-auditor', ['anna-auditor']), 'anna-auditor-2')
    assert.equal(
      freeName('anna-auditor', ['anna-auditor', 'anna-auditor-2', 'anna-auditor-4']),
      'anna-auditor-3',
    )
  })

  test('is cut before the number, and never within a hyphen', () => {
    const long = 'annabella.vanderbilt-plane-admin'
    assert.equal(freeName(long, []), 'annabella-vanderbilt-pla')
    assert.equal(freeName(long, ['annabella-vanderbilt-pla']), 'annabella-vanderbilt-p-2')
    assert.equal(freeName('annabella-vanderbilts-soc-x', []), 'annabella-vanderbilts-so')
    assert.equal(freeName('annabella-vanderbiltson-soc', []), 'annabella-vanderbiltson')
    assert.equal(
      freeName('annabella-vanderbilt-soc', ['annabella-vanderbilt-soc']),
      'annabella-vanderbilt-s-2',
    )
    assert.equal(
      freeName('annabella-vanderbilts-soc', ['annabella-vanderbilts-so']),
      'annabella-vanderbilts-2',
    )
  })

  test('is one by the rule for names, whatever a person is called, however many there are', () => {
    for (const wished of [
      'Anna._B-owner',
      '42-auditor',
      '-a--b--soc',
      'login.example.com#X9-owner',
    ]) {
      const taken: string[] = []
      for (let each = 0; each < 120; each++) {
        const name = freeName(wished, taken)
        assert.match(name, /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/)
        assert.ok(name.length <= 24, name)
        assert.ok(!taken.includes(name), name)
        taken.push(name)
      }
    }
    assert.equal(freeName('Anna._B-owner', []), 'anna-b-owner')
    assert.equal(freeName('42-auditor', []), 'auditor')
  })
})
