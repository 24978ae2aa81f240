import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js'
import type { Facts } from '#domain/facts.ts'
import { compileCondition } from '#policy/condition/condition.ts'

// The conformance tests of the CEL specification, as far as a condition may hold them: most make
// messages, bytes or types, or want names that a call does not have.

const nobody: Facts = {
  args: {},
  uri: undefined,
  caller: { agent: '', client: '', owner: '', groups: [], claims: {}, scopes: [], acr: '' },
  consumer: { name: '', owner: '' },
  user: undefined,
  item: { name: '', kind: 'server', owner: '', labels: [], capability: '', class: 'read' },
  run: { id: '' },
  now: 0,
}

const testsOf = ({ tests, suites }: IncrementalTestSuite): readonly IncrementalTest[] => [
  ...tests,
  ...suites.flatMap(testsOf),
]

/** True, false, an error, or a value that is neither; undefined where the test is of types alone. */
const wanted = ({ original }: IncrementalTest): unknown => {
  const { resultMatcher } = original
  if (resultMatcher.case === 'evalError') return 'error'
  if (resultMatcher.case !== 'value') return undefined
  const { kind } = resultMatcher.value
  return kind.case === 'boolValue' ? kind.value : 'value'
}

const answerOf = (expr: string): unknown => {
  const condition = compileCondition(expr)
  if ('problem' in condition) return undefined
  const verdict = condition.holds(nobody)
  if (typeof verdict === 'boolean') return verdict
  return verdict.error === 'it is neither true nor false' ? 'value' : 'error'
}

describe('A condition', () => {
  test('answers what the specification of CEL says', () => {
    let asked = 0
    for (const one of testsOf(getConformanceSuite())) {
      const expected = wanted(one)
      const answer = answerOf(one.original.expr)
      if (expected === undefined || answer === undefined) continue
      asked++
      assert.equal(answer, expected, `${one.name}: ${one.original.expr}`)
    }
    assert.ok(asked > 550, `only ${asked} of them`)
  })
})
