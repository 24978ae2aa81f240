import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { argumentNames } from './arguments.ts'

const ofSchema = (inputSchema: unknown) => {
  const { names, others } = argumentNames('tool', { name: 'x', inputSchema })
  return [...names, ...(others ? ['…'] : [])]
}
const line = { line: { type: 'string' } }

describe('the arguments that a definition names', () => {
  test('are the properties of a tool, wherever in its schema they stand', () => {
    const closed = { type: 'object', additionalProperties: false }
    assert.deepEqual(ofSchema({ type: 'object', properties: line }), ['line'])
    assert.deepEqual(ofSchema({ ...closed }), [])
    assert.deepEqual(ofSchema({ ...closed, allOf: [{ properties: line }] }), ['line'])
    assert.deepEqual(
      ofSchema({ type: 'object', anyOf: [{ properties: line }, { properties: { all: {} } }] }),
      ['line', 'all'],
    )
    assert.deepEqual(
      ofSchema({ $ref: '#/$defs/a', $defs: { a: { properties: line, $ref: '#/$defs/a' } } }),
      ['line'],
    )
    assert.deepEqual(ofSchema({ properties: {}, dependentSchemas: { x: { properties: line } } }), [
      'line',
    ])
  })

  test('may not be all of them where the schema leaves it open', () => {
    assert.deepEqual(ofSchema({ type: 'object' }), ['…'])
    assert.deepEqual(ofSchema({ properties: line, additionalProperties: true }), ['line', '…'])
    assert.deepEqual(ofSchema({ properties: line, patternProperties: { '^l': {} } }), ['line', '…'])
    assert.deepEqual(ofSchema({ properties: line, $ref: 'https://elsewhere.example' }), [
      'line',
      '…',
    ])
    assert.deepEqual(ofSchema(undefined), ['…'])
    const many = { anyOf: Array.from({ length: 2000 }, () => ({ properties: {} })) }
    assert.deepEqual(ofSchema(many), ['…'])
  })

  test('are the arguments of a prompt and the variables of a template; a resource takes none', () => {
    const prompt = argumentNames('prompt', { name: 'p', arguments: [{ name: 'line' }, 'x', {}] })
    assert.deepEqual([...prompt.names], ['line'])
    const template = argumentNames('template', { uriTemplate: 'mes://line{line}/{+path}' })
    assert.deepEqual([...template.names], ['line', 'path'])
    assert.deepEqual(argumentNames('resource', { uri: 'mes://line4' }).names.size, 0)
  })
})
