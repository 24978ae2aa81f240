import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { compileSchema } from '#lib/json-schema/schema.ts'

// Ajv compiles a schema to code and knows nothing of ours: on schemas and values that meet each other
// often, both have to say the same.

const name = fc.constantFrom('a', 'b', 'c', 'ab')
const word = fc.constantFrom('', 'a', 'ab', 'b1', 'abc', '\u{1f600}', '\u{1f600}a')
const number = fc.constantFrom(0, -0, 1, 2, 3, 1.5, -1, 1e15, 2 ** 53 - 1)

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false),
    number,
    word,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))

const count = fc.integer({ min: 0, max: 3 })
const pattern = fc.constantFrom('^a', 'b$', '^[a-z]*$', '[0-9]', '^(?:a|ab)+$')
const typeName = fc.constantFrom(
  'null',
  'boolean',
  'object',
  'array',
  'number',
  'integer',
  'string',
)

const scalars = {
  type: fc.oneof(typeName, fc.uniqueArray(typeName, { minLength: 1, maxLength: 3 })),
  enum: fc.array(value, { minLength: 1, maxLength: 3 }),
  const: value,
  minimum: number,
  exclusiveMaximum: number,
  multipleOf: fc.constantFrom(1, 2, 3),
  minLength: count,
  maxLength: count,
  pattern,
}
const counts = {
  minItems: count,
  maxItems: count,
  uniqueItems: fc.boolean(),
  minProperties: count,
  maxProperties: count,
  required: fc.uniqueArray(name, { maxLength: 2 }),
}
const inside = (schema: fc.Arbitrary<unknown>) => ({
  properties: fc.dictionary(name, schema, { maxKeys: 2, noNullPrototype: true }),
  patternProperties: fc.dictionary(pattern, schema, { maxKeys: 1, noNullPrototype: true }),
  additionalProperties: schema,
  propertyNames: schema,
})
const around = (schema: fc.Arbitrary<unknown>) => {
  const several = fc.array(schema, { minLength: 1, maxLength: 3 })
  return {
    allOf: several,
    anyOf: several,
    oneOf: several,
    not: schema,
    if: schema,
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
    then: schema,
    else: schema,
  }
}

/** A few keywords of many, so that a schema is not refused by everything at once. */
const few = (models: readonly { readonly [keyword: string]: fc.Arbitrary<unknown> }[]) => {
  const keywords: { readonly [keyword: string]: fc.Arbitrary<unknown> } = Object.assign(
    {},
    ...models,
  )
  return fc
    .subarray(Object.keys(keywords), { minLength: 1, maxLength: 4 })
    .filter((chosen) => !chosen.includes('contains') || !chosen.some(isOfItems))
    .chain((chosen) =>
      fc.record(
        Object.fromEntries(chosen.map((keyword) => [keyword, keywords[keyword] ?? fc.constant(1)])),
      ),
    )
}

/** Beside a list of subschemas for the first items, Ajv takes an empty list for one that `contains`. */
const isOfItems = (keyword: string) => keyword === 'items' || keyword === 'prefixItems'

const schemas = (
  ref: string,
  own: (schema: fc.Arbitrary<unknown>) => { readonly [keyword: string]: fc.Arbitrary<unknown> },
) => {
  const { schema } = fc.letrec((tie) => ({
    schema: fc.oneof(
      { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
      fc.boolean(),
      few([scalars, counts]),
      fc.constant({ $ref: ref }),
      few([scalars, counts, inside(tie('schema')), around(tie('schema')), own(tie('schema'))]),
    ),
  }))
  return schema
}

const several = (schema: fc.Arbitrary<unknown>) => fc.array(schema, { minLength: 1, maxLength: 2 })
const of2020 = schemas('#/$defs/a', (schema) => ({
  prefixItems: several(schema),
  items: schema,
  dependentRequired: fc.dictionary(name, fc.uniqueArray(name), {
    maxKeys: 1,
    noNullPrototype: true,
  }),
  dependentSchemas: fc.dictionary(name, schema, { maxKeys: 1, noNullPrototype: true }),
  unevaluatedProperties: schema,
  unevaluatedItems: schema,
}))
/** What it contains is seen by `unevaluatedItems`, which Ajv does not know. */
const containing = schemas('#/$defs/a', (schema) => ({
  items: schema,
  contains: schema,
  minContains: count,
  maxContains: count,
}))
const ofDraft7 = schemas('#/definitions/a', (schema) => ({
  items: fc.oneof(schema, several(schema)),
  additionalItems: schema,
  contains: schema,
  dependencies: fc.dictionary(name, fc.oneof(schema, fc.uniqueArray(name)), {
    maxKeys: 1,
    noNullPrototype: true,
  }),
}))

const options = {
  strict: false,
  validateFormats: false,
  logger: false,
  validateSchema: false,
  unicodeRegExp: true,
} as const
// Ajv 8 errs once in about 12,000 of these (an `anyOf` that fails is seen by `unevaluatedItems`), so the
// seed is fixed.
const runs = { numRuns: 600, seed: 20_12 }

const agree = (
  written: Record<string, unknown>,
  values: readonly unknown[],
  ajv: Pick<Ajv, 'compile' | 'removeSchema'>,
) => {
  const schema = compileSchema(written)
  assert.ok(!('problem' in schema), JSON.stringify(schema))
  assert.deepEqual(schema.unchecked, [])
  const answers = values.map((one) => schema.validate(one))
  for (const answer of answers) if (answer.valid === false) assert.ok(answer.problems.length > 0)
  const theirs = unlessEndless(() => {
    const validate = ajv.compile(written)
    return values.map((one) => unlessEndless(() => validate(one)))
  })
  ajv.removeSchema(written)
  const ours = answers.map(({ valid }) => valid)
  const isEndless = (at: number) => ours[at] === undefined || theirs?.[at] === undefined
  for (const at of values.keys()) {
    if (isEndless(at)) continue
    assert.equal(
      ours[at],
      theirs?.[at],
      `${JSON.stringify(written)} of ${JSON.stringify(values[at])}`,
    )
  }
}

/** Of a definition that refers to itself in place ours says that it has no end; there, the stack overflows. */
const unlessEndless = <T>(ask: () => T): T | undefined => {
  try {
    return ask()
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined
    throw thrown
  }
}

describe('our validator and ajv say the same', () => {
  const values = fc.array(value, { minLength: 8, maxLength: 8 })

  for (const [what, schema] of Object.entries({ 'of 2020-12': of2020, containing }))
    test(`of schemas ${what}`, () => {
      const ajv = new Ajv2020(options)
      fc.assert(
        fc.property(schema, schema, values, (root, a, values) => {
          agree({ $defs: { a }, allOf: [root] }, values, ajv)
        }),
        runs,
      )
    })

  test('of schemas of draft 7', () => {
    const ajv = new Ajv(options)
    fc.assert(
      fc.property(ofDraft7, ofDraft7, values, (root, a, values) => {
        const $schema = 'http://json-schema.org/draft-07/schema#'
        agree({ $schema, definitions: { a }, allOf: [root] }, values, ajv)
      }),
      runs,
    )
  })
})
