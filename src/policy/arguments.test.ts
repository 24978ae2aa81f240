import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Capability } from '#domain/capability.ts'
import { serverName } from '#domain/name.ts'
import { checkArguments } from './arguments.ts'

const check = (kind: Capability['kind'], definition: object, args: unknown) =>
  checkArguments(
    {
      server: serverName('mes'),
      kind,
      name: 'x',
      fingerprint: '',
      definition: definition as Capability['definition'],
      state: 'pinned',
    },
    args,
  )
const notAnObject = [{ at: '', message: 'must be an object' }]

describe('The arguments of a tool', () => {
  const inputSchema = { type: 'object', properties: { n: { type: 'number' } } }

  test('are what its schema takes, and always an object', () => {
    assert.equal(check('tool', { inputSchema }, { n: 1 }), undefined)
    assert.equal(check('tool', { inputSchema }, { n: 'x' })?.[0]?.at, '/n')
    assert.equal(check('operation', { inputSchema }, { n: 'x' })?.[0]?.at, '/n')
    for (const odd of [null, [], 'x', 3, true])
      assert.deepEqual(check('tool', { inputSchema: {} }, odd), notAnObject)
    assert.equal(check('tool', {}, { any: 1 }), undefined)
    assert.deepEqual(check('tool', {}, []), notAnObject)
  })

  test('are not judged where they are not known, and by no schema that cannot be followed', () => {
    assert.equal(check('tool', { inputSchema }, undefined), undefined)
    assert.deepEqual(check('tool', { inputSchema: 'x' }, {}), [
      {
        at: '',
        message: 'cannot be checked: the definition has no schema that can be followed',
      },
    ])
  })

  test('that are too much to be checked are refused', () => {
    let deep: object = {}
    for (let n = 0; n < 10_000; n++) deep = { a: deep }
    const around = { $ref: '#', type: 'object', additionalProperties: { $ref: '#' } }
    assert.deepEqual(check('tool', { inputSchema: around }, deep), [
      { at: '', message: 'are too large or too deep to be checked against their schema' },
    ])
  })

  test('are judged by a definition that was met before as they were then', () => {
    const definition = { inputSchema }
    for (const n of [1, 'x', 2, 'y'])
      assert.equal(check('tool', definition, { n }) === undefined, typeof n === 'number')
  })
})

describe('The arguments of a prompt', () => {
  const declared = { arguments: [{ name: 'line', required: true }, { name: 'a~/b' }] }

  test('are texts under the names that it has, with those that must be there', () => {
    assert.equal(check('prompt', declared, { line: '3', 'a~/b': 'x' }), undefined)
    assert.deepEqual(check('prompt', declared, {}), [{ at: '/line', message: 'is missing' }])
    assert.deepEqual(check('prompt', declared, { line: 3, 'a~/b': 4, c: 'x' }), [
      { at: '/line', message: 'must be a string' },
      { at: '/a~0~1b', message: 'must be a string' },
      { at: '/c', message: 'is no argument of this prompt' },
    ])
    for (const odd of [null, [], 'x']) assert.deepEqual(check('prompt', declared, odd), notAnObject)
  })

  test('are none where it declares none, and whatever is no declaration is none', () => {
    assert.equal(check('prompt', {}, {}), undefined)
    assert.equal(check('prompt', { arguments: 'line' }, { line: '3' })?.length, 1)
    const odd = {
      arguments: [null, 'line', { name: 3, required: true }, { name: 'b', required: 'yes' }],
    }
    assert.equal(check('prompt', odd, {}), undefined)
    assert.deepEqual(check('prompt', odd, { undefined: 'x', 3: 'x' })?.length, 2)
  })

  test('that are wrong are told of eight at most, and none at length', () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, 'x']))
    assert.equal(check('prompt', declared, { line: '', ...many })?.length, 8)
    assert.equal(check('prompt', {}, { ['k'.repeat(500)]: '' })?.[0]?.at.length, 65)
  })
})

describe('A resource', () => {
  test('has no arguments that would be judged', () => {
    for (const kind of ['resource', 'template'] as const)
      assert.equal(check(kind, { inputSchema: { type: 'string' } }, []), undefined)
  })
})
