import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { typeOfSchema } from './schema.ts'
import { closed, listOf, of, oneOf, type Type } from './types.ts'

/** What is known of it, two levels down. */
const known = (type: Type | undefined): unknown =>
  type && {
    kinds: type.kinds.join(' '),
    ...(type.values && { values: type.values }),
    ...(type.element && { element: known(type.element()) }),
    ...(type.members && {
      members: type.members.names.map((name) => [
        name,
        type.members?.typeOf(name)?.kinds.join(' '),
        type.members?.isRequired(name),
      ]),
    }),
  }
const anyJson = 'null bool double string list map'

describe('What is one of several types', () => {
  const text = of('string')
  const words = (...values: readonly string[]): Type => ({ kinds: ['string'], values })

  test('is nothing where there are none, and the one where there is one', () => {
    assert.deepEqual(oneOf([]), { kinds: [] })
    assert.equal(oneOf([text]), text)
  })

  test('has the kinds of all, and their values where each has some', () => {
    assert.deepEqual(oneOf([text, of('null', 'string')]), { kinds: ['string', 'null'] })
    assert.deepEqual(oneOf([words('a'), words('b')]), { kinds: ['string'], values: ['a', 'b'] })
    assert.deepEqual(oneOf([words('a'), text]), { kinds: ['string'] })
    assert.deepEqual(oneOf([text, words('a')]), { kinds: ['string'] })
  })

  test('has elements where each list among them has', () => {
    const [texts, numbers, any] = [listOf(text), listOf(of('double')), of('list')]
    assert.deepEqual(known(oneOf([texts, of('null')])), {
      kinds: 'list null',
      element: { kinds: 'string' },
    })
    assert.deepEqual(known(oneOf([texts, numbers])), {
      kinds: 'list',
      element: { kinds: 'string double' },
    })
    assert.deepEqual(known(oneOf([texts, any])), { kinds: 'list' })
    assert.deepEqual(known(oneOf([any, text])), { kinds: 'list string' })
    assert.deepEqual(known(oneOf([any, any])), { kinds: 'list' })
  })

  test('has members where one of them alone is a map', () => {
    const [device, place] = [closed({ id: text }), closed({ name: text })]
    assert.deepEqual(known(oneOf([device, of('null')])), {
      kinds: 'map null',
      members: [['id', 'string', true]],
    })
    assert.deepEqual(known(oneOf([device, place])), { kinds: 'map' })
    assert.deepEqual(known(oneOf([device, of('map')])), { kinds: 'map' })
    assert.deepEqual(known(oneOf([of('map'), text])), { kinds: 'map string' })
  })
})

describe('What a JSON Schema lets a value be', () => {
  const schemas: readonly (readonly [schema: unknown, type: unknown])[] = [
    [undefined, { kinds: anyJson }],
    [null, { kinds: anyJson }],
    [true, { kinds: anyJson }],
    [[{ type: 'string' }], { kinds: anyJson }],
    [{}, { kinds: anyJson }],
    [{ type: [] }, { kinds: anyJson }],
    [{ type: 'text' }, { kinds: anyJson }],
    [{ type: ['string', 'text'] }, { kinds: anyJson }],
    [{ type: ['string', 3] }, { kinds: anyJson }],
    [{ type: 'constructor' }, { kinds: anyJson }],
    [{ type: ['integer', 'number'] }, { kinds: 'double' }],
    [{ type: 'string', nullable: true }, { kinds: 'string null' }],
    [{ type: 'string', nullable: 'yes' }, { kinds: 'string' }],
    [{ const: 3 }, { kinds: 'double', values: [3] }],
    [{ const: null }, { kinds: 'null', values: [null] }],
    [
      { enum: ['a', null, 1, true] },
      { kinds: 'string null double bool', values: ['a', null, 1, true] },
    ],
    [{ enum: [], type: 'string' }, { kinds: 'string' }],
    [{ enum: ['a', { b: 1 }], type: 'string' }, { kinds: 'string' }],
    [{ enum: 'a', type: 'string' }, { kinds: 'string' }],
    [
      { type: 'array', items: { type: 'string' } },
      { kinds: 'list', element: { kinds: 'string' } },
    ],
    [{ type: 'array' }, { kinds: 'list' }],
    [{ type: 'array', items: [{ type: 'string' }] }, { kinds: 'list' }],
    [{ type: 'string', items: { type: 'string' } }, { kinds: 'string' }],
    [{ type: 'array', prefixItems: [], items: { type: 'string' } }, { kinds: 'list' }],
    [{ oneOf: [{ type: 'string' }, { type: 'null' }] }, { kinds: 'string null' }],
    [{ title: 'x', anyOf: [{ type: 'string' }, { type: 'null' }] }, { kinds: 'string null' }],
    [{ anyOf: [{ type: 'string' }], minLength: 1 }, { kinds: anyJson }],
    [{ anyOf: [{ type: 'string' }], minLength: 1, type: 'null' }, { kinds: 'null' }],
    [{ anyOf: 'string', type: 'string' }, { kinds: 'string' }],
    [{ anyOf: [] }, { kinds: anyJson }],
  ]

  test('is known as far as it is understood, and anything from there on', () => {
    for (const [schema, type] of schemas)
      assert.deepEqual(known(typeOfSchema(schema)), type, JSON.stringify(schema))
  })

  test('has the members that it lists, where nothing lets others in', () => {
    const properties = { a: { type: 'string' }, b: true }
    const members = [
      ['a', 'string', true],
      ['b', anyJson, false],
    ]
    const object = { type: 'object', properties, required: ['a'] }
    assert.deepEqual(known(typeOfSchema(object)), { kinds: 'map', members })
    assert.deepEqual(known(typeOfSchema({ ...object, additionalProperties: false })), {
      kinds: 'map',
      members,
    })
    assert.deepEqual(known(typeOfSchema({ ...object, required: 'a' })), {
      kinds: 'map',
      members: members.map(([name, kinds]) => [name, kinds, false]),
    })
    const opening = {
      additionalProperties: { type: 'string' },
      allOf: [],
      if: {},
      dependentSchemas: {},
      $dynamicRef: '#a',
      patternProperties: {},
    }
    for (const [key, value] of Object.entries(opening))
      assert.deepEqual(known(typeOfSchema({ ...object, [key]: value })), { kinds: 'map' }, key)
    assert.deepEqual(known(typeOfSchema({ type: 'object' })), { kinds: 'map' })
    assert.deepEqual(known(typeOfSchema({ type: 'object', additionalProperties: false })), {
      kinds: 'map',
      members: [],
    })
    assert.equal(typeOfSchema(object).members?.typeOf('toString'), undefined)
    assert.deepEqual(known(typeOfSchema({ ...object, type: 'string' })), { kinds: 'string' })
  })

  test('is what a reference within it points at', () => {
    const $defs = { 'a/b': { type: 'string' }, 'c~d': { type: 'null' }, e: [{ type: 'string' }] }
    const kindsOf = (schema: object) => typeOfSchema({ ...schema, $defs }).kinds.join(' ')
    assert.equal(kindsOf({ $ref: '#/$defs/a~1b' }), 'string')
    assert.equal(kindsOf({ $ref: '#/$defs/c~0d' }), 'null')
    assert.equal(kindsOf({ description: 'x', $ref: '#/$defs/a~1b' }), 'string')
    for (const $ref of [
      '#/$defs/nowhere',
      '#/$defs/e/0',
      '#/$defs/toString',
      '#a',
      'x#/$defs/a~1b',
      3,
    ])
      assert.equal(kindsOf({ $ref }), anyJson, `${$ref}`)
    assert.equal(kindsOf({ $ref: '#/$defs/a~1b', minLength: 1 }), anyJson)
    assert.equal(typeOfSchema({ $ref: '#' }, { type: 'string' }).kinds.join(), 'string')
  })

  test('is followed through 32 references or alternatives, and no further', () => {
    const chain = (length: number) => {
      const $defs: Record<string, unknown> = { s0: { type: 'string' } }
      for (let n = 1; n <= length; n++) $defs[`s${n}`] = { $ref: `#/$defs/s${n - 1}` }
      return typeOfSchema({ $ref: `#/$defs/s${length}`, $defs }).kinds.join(' ')
    }
    assert.equal(chain(30), 'string')
    assert.equal(chain(31), anyJson)
    const alternatives = (count: number) =>
      typeOfSchema({ anyOf: Array.from({ length: count }, () => ({ type: 'string' })) }).kinds
    assert.deepEqual(alternatives(31), ['string'])
    assert.equal(alternatives(32).join(' '), 'string null bool double list map')
    assert.equal(alternatives(33).join(' '), anyJson)
  })
})
