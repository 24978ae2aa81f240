import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWrapped, legacyTool } from './schema.ts'

const wrappedOf = (outputSchema: object) =>
  (legacyTool({ name: 't', outputSchema }).outputSchema as { properties: { result: object } })
    .properties.result

test('a schema of an object, and none at all, stay as they are', () => {
  for (const one of [{ name: 't' }, { name: 't', outputSchema: { type: 'object' } }]) {
    assert.equal(legacyTool(one), one)
    assert.equal(isWrapped(one), false)
  }
})

test('every other one becomes that of an object with the member result', () => {
  const outputSchema = { type: ['object', 'null'] }
  assert.deepEqual(legacyTool({ name: 't', outputSchema }), {
    name: 't',
    outputSchema: { type: 'object', properties: { result: outputSchema }, required: ['result'] },
  })
  assert.equal(isWrapped({ outputSchema: true }), true)
})

test('references still lead where they led', () => {
  const schema = {
    type: 'array',
    items: { $ref: '#/$defs/one' },
    $defs: { one: { anyOf: [{ $ref: '#' }, { $ref: '#named' }, { $ref: 'https://a.example/x' }] } },
    examples: [{ $ref: '#/$defs/one' }],
  }
  assert.deepEqual(wrappedOf(schema), {
    type: 'array',
    items: { $ref: '#/properties/result/$defs/one' },
    $defs: {
      one: {
        anyOf: [
          { $ref: '#/properties/result' },
          { $ref: '#named' },
          { $ref: 'https://a.example/x' },
        ],
      },
    },
    examples: [{ $ref: '#/$defs/one' }],
  })
})

test('a schema with an id of its own is a document of its own', () => {
  const schema = { $id: 'https://a.example/s', type: 'array', items: { $ref: '#/$defs/one' } }
  assert.deepEqual(wrappedOf(schema), schema)
})
