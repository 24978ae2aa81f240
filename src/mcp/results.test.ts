import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#lib/json.ts'
import { classifyResult } from './results.ts'

const elicit = { method: 'elicitation/create', params: {} }

const rows: [name: string, result: JsonObject, expected: string][] = [
  ['A legacy result has no type and is complete', { content: [] }, 'complete'],
  ['An empty result is complete', {}, 'complete'],
  ['A modern one says so', { resultType: 'complete', content: [] }, 'complete'],
  ['A tool that failed', { isError: true, content: [] }, 'tool error'],
  ['A tool that failed, modern', { resultType: 'complete', isError: true }, 'tool error'],
  ['isError that is not true is none', { isError: 'true' }, 'complete'],
  [
    'A round with requests',
    { resultType: 'input_required', inputRequests: { a: elicit } },
    'input required',
  ],
  [
    'A round with a state alone',
    { resultType: 'input_required', requestState: 's' },
    'input required',
  ],
  [
    'A round is no tool error',
    { resultType: 'input_required', requestState: 's', isError: true },
    'input required',
  ],
  ['A round with neither is invalid', { resultType: 'input_required' }, 'invalid'],
  [
    'A round with a list of requests is invalid',
    { resultType: 'input_required', inputRequests: [elicit] },
    'invalid',
  ],
  [
    'A round that asks for something else is invalid',
    { resultType: 'input_required', inputRequests: { a: { method: 'tools/call' } } },
    'invalid',
  ],
  [
    'A state that is no string is invalid',
    { resultType: 'input_required', requestState: {} },
    'invalid',
  ],
  ['An unknown type is invalid', { resultType: 'task' }, 'invalid'],
  ['A type in another case is invalid', { resultType: 'Complete' }, 'invalid'],
  ['A type that is no string is invalid', { resultType: null }, 'invalid'],
]
for (const [name, result, expected] of rows) {
  test(name, () => assert.equal(classifyResult(result), expected))
}

test('A type of a declared extension is complete for this exchange', () => {
  assert.equal(classifyResult({ resultType: 'task', taskId: 't' }, ['task']), 'complete')
})
