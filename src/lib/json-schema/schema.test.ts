import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileSchema, type Schema, type SchemaAnswer } from './schema.ts'

const compiled = (written: unknown): Schema => {
  const schema = compileSchema(written)
  assert.ok(!('problem' in schema), JSON.stringify(schema))
  return schema
}
const answer = (written: unknown, value: unknown): SchemaAnswer => compiled(written).validate(value)
const valid = (written: unknown, value: unknown): boolean | undefined =>
  answer(written, value).valid
const problems = (written: unknown, value: unknown): readonly string[] => {
  const said = answer(written, value)
  assert.equal(said.valid, false)
  return said.valid === false ? said.problems.map(({ at, message }) => `${at}: ${message}`) : []
}
const problemOf = (written: unknown): string => {
  const schema = compileSchema(written)
  assert.ok('problem' in schema)
  return schema.problem
}

const reading = {
  type: 'object',
  properties: {
    line: { type: 'integer', minimum: 1, maximum: 12 },
    sensor: { type: 'string', minLength: 1, maxLength: 8 },
    unit: { enum: ['C', 'F'] },
    window: {
      type: 'object',
      properties: { from: { type: 'string' }, to: { type: ['string', 'null'] } },
      required: ['from'],
      additionalProperties: false,
    },
  },
  required: ['line'],
  additionalProperties: false,
}

describe('what is wrong is told so that a model can mend it', () => {
  test('by pointer, all at once, with the name that was meant', () => {
    assert.deepEqual(problems(reading, { lin: 3, sensor: '', unit: 'K', window: { form: 1 } }), [
      '/line: is required',
      '/lin: is not a property; did you mean line?',
      '/sensor: must have at least 1 character',
      '/unit: must be one of "C", "F"',
      '/window/from: is required',
      '/window/form: is not a property; did you mean from?',
    ])
  })

  test('in pointers as RFC 6901 spells them', () => {
    const written = { additionalProperties: { items: { type: 'string' } } }
    assert.deepEqual(problems(written, { 'a/b~c': ['x', 1] }), ['/a~1b~0c/1: must be string'])
  })

  test('with the alternative that it is nearest to', () => {
    const of = (kind: string, more: object) => ({
      type: 'object',
      properties: { kind: { const: kind }, ...more },
      required: ['kind'],
    })
    const written = { anyOf: [of('line', { line: { type: 'integer' } }), of('plant', {})] }
    assert.deepEqual(problems(written, { kind: 'line', line: '3' }), [
      ': matches none of 2 forms; the nearest:',
      '/line: must be integer',
    ])
  })

  test('of several forms that it has at once', () => {
    assert.deepEqual(problems({ oneOf: [{ minimum: 1 }, { minimum: 2 }, { type: 'string' }] }, 3), [
      ': must match one of 3 forms, matches 2',
    ])
  })

  test('without a word of what was written, and never at length', () => {
    const secret = 'hunter2'.repeat(1000)
    const written = {
      properties: { a: { type: 'number' }, b: { pattern: `^${'x'.repeat(900)}$` } },
      propertyNames: { maxLength: 100 },
      required: Array.from({ length: 50 }, (_, at) => `r${at}`),
      additionalProperties: false,
    }
    const said = answer(written, { a: secret, b: secret, ['k'.repeat(9000)]: secret })
    assert.equal(said.valid, false)
    if (said.valid !== false) return
    assert.ok(said.problems.length <= 8)
    for (const { at, message } of said.problems) {
      assert.ok(at.length <= 300 && message.length <= 300)
      assert.doesNotMatch(message, /hunter/)
    }
  })
})

describe('numbers', () => {
  test('are divided as they are written, not as doubles', () => {
    assert.equal(valid({ multipleOf: 0.1 }, 0.3), true)
    assert.equal(valid({ multipleOf: 0.01 }, 4.35), true)
    assert.equal(valid({ multipleOf: 0.01 }, 4.351), false)
    assert.equal(valid({ multipleOf: 0.0001 }, 12391239123.0001), true)
    assert.equal(valid({ multipleOf: 1 }, 1e300), true)
    assert.equal(valid({ multipleOf: 1e-7 }, 3e-7), true)
    assert.equal(valid({ multipleOf: 7 }, 1e300), false)
  })

  test('are equal however they are written', () => {
    for (const written of [{ const: 0 }, { enum: [0] }]) assert.equal(valid(written, -0), true)
    assert.equal(valid({ const: { a: [-0] } }, { a: [0] }), true)
    assert.equal(valid({ const: 1 }, true), false)
    assert.equal(valid({ type: 'integer' }, 1.0), true)
    assert.equal(valid({ const: 9007199254740991 }, 9007199254740991), true)
    assert.equal(valid(JSON.parse('{"maximum":18446744073709551615}'), 9007199254740991), true)
  })

  test('that no double holds are refused in a schema', () => {
    assert.match(problemOf({ maximum: Number.POSITIVE_INFINITY }), /no double holds/)
  })
})

describe('texts', () => {
  test('are as long as they have characters', () => {
    assert.equal(valid({ maxLength: 2 }, '\u{1f600}\u{1f600}'), true)
    assert.equal(valid({ minLength: 3 }, '\u{1f600}\u{1f600}'), false)
    assert.equal(valid({ minLength: 3 }, '\u{1f600}ab'), true)
  })

  test('have formats that nobody checks', () => {
    assert.deepEqual(compiled({ format: 'email' }).unchecked, [])
    assert.equal(valid({ format: 'email' }, 'nobody'), true)
  })
})

describe('what draft 7 and before have otherwise', () => {
  const $schema = 'http://json-schema.org/draft-07/schema#'

  test('is understood in every dialect', () => {
    for (const head of [{}, { $schema }]) {
      const pair = { ...head, items: [{ type: 'string' }], additionalItems: false }
      assert.equal(valid(pair, ['a']), true)
      assert.equal(valid(pair, ['a', 1]), false)
      const card = { ...head, dependencies: { card: ['name'], gift: { required: ['to'] } } }
      assert.deepEqual(problems(card, { card: 1 }), ['/name: is required beside card'])
      assert.equal(valid(card, { gift: 1, to: 'me' }), true)
      const named = { ...head, definitions: { a: { type: 'string' } }, $ref: '#/definitions/a' }
      assert.equal(valid(named, 1), false)
    }
  })

  test('is what stands beside $ref where the schema says so', () => {
    const written = { definitions: { a: {} }, $ref: '#/definitions/a', maximum: 1 }
    assert.equal(valid({ $schema, ...written }, 2), true)
    assert.equal(valid(written, 2), false)
  })

  test('is a switch beside minimum in draft 4', () => {
    const written = { minimum: 1, exclusiveMinimum: true }
    assert.equal(valid(written, 1), false)
    assert.equal(valid({ ...written, exclusiveMinimum: false }, 1), true)
  })
})

describe('what cannot be checked', () => {
  const either = (condition: unknown, consequence: unknown, alternative: unknown) =>
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
    ({ if: condition, then: consequence, else: alternative })

  test('is said, and refuses nothing', () => {
    for (const written of [
      { pattern: '^(?!x)' },
      { pattern: '(a)\\1' },
      { pattern: 'a'.repeat(1001) },
      { type: 'any' },
      { minimum: '5' },
      { required: 'a' },
      { properties: { a: 'string' } },
    ]) {
      const schema = compiled(written)
      assert.equal(schema.unchecked.length, 1, JSON.stringify(written))
      assert.equal(schema.validate({ a: 1 }).valid, true)
      assert.equal(schema.validate('y').valid, true)
    }
    assert.deepEqual(compiled({ properties: { a: { pattern: '^(?!x)' } } }).unchecked, [
      '#/properties/a: the pattern ^(?!x) is none that can be checked in linear time',
    ])
  })

  test('refuses nothing from behind a not, an if, a oneOf, a count or a rest either', () => {
    const odd = { pattern: '^(?!x)' }
    assert.equal(valid({ not: odd }, 'x'), true)
    assert.equal(valid({ not: { not: { not: odd } } }, 'x'), true)
    assert.equal(valid({ oneOf: [odd, { type: 'string' }] }, 'x'), true)
    assert.equal(valid({ contains: odd, maxContains: 1 }, ['x', 'y']), true)
    assert.equal(valid(either(odd, { maxLength: 1 }, { minLength: 2 }), 'x'), true)
    assert.equal(valid(either(odd, { maxLength: 1 }, { maxLength: 1 }), 'xx'), false)
    const rest = { patternProperties: { '^(?!x)': false }, additionalProperties: false }
    assert.equal(valid(rest, { y: 1 }), true)
    const left = { allOf: [rest], unevaluatedProperties: false }
    assert.equal(valid(left, { y: 1 }), true)
  })

  test('leaves the rest as strict as it is', () => {
    const written = { pattern: '^(?!x)', maxLength: 2 }
    assert.equal(valid(written, 'abc'), false)
    assert.equal(valid({ not: written }, 'abc'), true)
  })

  test('is at most so much', () => {
    const written = {
      allOf: Array.from({ length: 100 }, () => ({ pattern: `(?!${'x'.repeat(900)})` })),
    }
    const { unchecked } = compiled(written)
    assert.equal(unchecked.length, 21)
    assert.equal(unchecked.at(-1), 'and more')
    assert.ok(unchecked.every((one) => one.length <= 300))
  })

  test('is a dialect that nobody knows', () => {
    const schema = compiled({ $schema: 'https://example.com/own', type: 'string' })
    assert.deepEqual(schema.unchecked, ['#: $schema is not known; read as 2020-12'])
    assert.equal(schema.validate(1).valid, false)
  })
})

describe('a schema that leads elsewhere', () => {
  test('is refused by name, and nothing is fetched', () => {
    for (const $ref of [
      'https://example.com/schema.json',
      'file:///etc/passwd',
      'other.json#/$defs/a',
      '#/$defs/missing',
      '#missing',
      '#/%',
      '#/__proto__',
      'https://[',
    ]) {
      const problem = problemOf({ properties: { a: { $ref } } })
      assert.ok(problem.startsWith(`#/properties/a: $ref leads to ${$ref}, which is no part`))
    }
  })

  test('is one within itself where it names its parts', () => {
    const written = {
      $id: 'https://example.com/tool',
      $defs: {
        line: {
          $id: 'line',
          $anchor: 'top',
          $defs: { no: { type: 'integer' } },
          $ref: '#/$defs/no',
        },
      },
      properties: {
        a: { $ref: 'https://example.com/line' },
        b: { $ref: 'line#top' },
        c: { $ref: 'line#/$defs/no' },
        d: { $ref: '/tool#/$defs/line' },
      },
    }
    for (const key of ['a', 'b', 'c', 'd']) {
      assert.equal(valid(written, { [key]: 1 }), true)
      assert.deepEqual(problems(written, { [key]: 'x' }), [`/${key}: must be integer`])
    }
  })
})

describe('a hostile schema', () => {
  const nested = (levels: number, around: (inner: unknown) => unknown): unknown => {
    let schema: unknown = {}
    for (let level = 0; level < levels; level++) schema = around(schema)
    return schema
  }

  test('that is too deep, too large or no schema is refused', () => {
    assert.match(problemOf(nested(20_000, (inner) => ({ properties: { a: inner } }))), /levels/)
    assert.match(problemOf(nested(20_000, (inner) => ({ const: inner }))), /levels/)
    assert.match(problemOf({ enum: Array.from({ length: 50_001 }, (_, at) => at) }), /values/)
    for (const written of [undefined, null, 1, 'x', []]) assert.match(problemOf(written), /object/)
  })

  test('that refers to itself in place ends', () => {
    for (const written of [
      { $ref: '#' },
      { anyOf: [{ $ref: '#' }, { $ref: '#' }] },
      { not: { $ref: '#' } },
      { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' },
    ]) {
      assert.deepEqual(answer(written, 1), { valid: undefined, because: 'depth' })
    }
  })

  test('that doubles with every level ends', () => {
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      const $defs: Record<string, unknown> = {
        a30: { type: keyword === 'allOf' ? 'number' : 'null' },
      }
      for (let at = 0; at < 30; at++) {
        const $ref = `#/$defs/a${at + 1}`
        $defs[`a${at}`] = { [keyword]: [{ $ref }, { $ref }] }
      }
      const said = answer({ $defs, $ref: '#/$defs/a0' }, 1)
      assert.deepEqual(said, { valid: undefined, because: 'budget' }, keyword)
    }
  })

  test('that doubles with every level of what it is asked about ends', () => {
    let value: unknown = {}
    for (let level = 0; level < 60; level++) value = { a: value, b: value }
    const tree = { properties: { a: { $ref: '#' }, b: { $ref: '#' } } }
    assert.deepEqual(answer(tree, value), { valid: undefined, because: 'budget' })
  })

  test('of 10,000 references in a row or a chain is compiled, and ends', () => {
    const row = { $defs: { a: { type: 'string' } }, allOf: [] as unknown[] }
    for (let at = 0; at < 10_000; at++) row.allOf.push({ $ref: '#/$defs/a' })
    assert.equal(valid(row, 'x'), true)
    const $defs: Record<string, unknown> = { a10000: {} }
    for (let at = 0; at < 10_000; at++) $defs[`a${at}`] = { $ref: `#/$defs/a${at + 1}` }
    const said = answer({ $defs, $ref: '#/$defs/a0' }, 'x')
    assert.deepEqual(said, { valid: undefined, because: 'depth' })
  })

  test('with a pattern that backtracks for others takes linear time', () => {
    assert.equal(valid({ pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}!`), false)
    assert.equal(valid({ pattern: '^(a|a)*$' }, 'a'.repeat(50_000)), true)
    assert.equal(
      valid({ patternProperties: { '^(a+)+$': false } }, { [`${'a'.repeat(5000)}!`]: 1 }),
      true,
    )
  })

  test('with a pattern that makes an automaton large is bounded', () => {
    const text = Array.from({ length: 200_000 }, (_, at) => 'ab'[(at * 7919) & 1]).join('')
    const said = answer({ pattern: '^[ab]*a[ab]{900}[cd]$' }, text)
    assert.deepEqual(said, { valid: undefined, because: 'budget' })
    const repeating = compiled({
      allOf: Array.from({ length: 60 }, () => ({ pattern: '(?:(?:\\pL{10}){10}){10}'.repeat(30) })),
    })
    assert.equal(repeating.unchecked.length, 21)
    const many = compiled({
      allOf: Array.from({ length: 60 }, (_, at) => ({ pattern: `^[a-z]{900}${at}$` })),
    })
    assert.ok(many.unchecked.length > 0)
  })

  test('asked about many items that may not be equal costs in proportion to them', () => {
    const numbers = Array.from({ length: 100_000 }, (_, at) => at)
    assert.equal(valid({ uniqueItems: true }, numbers), true)
    assert.deepEqual(problems({ uniqueItems: true }, [...numbers, 7]), [
      '/100000: is there already: no two items may be equal',
    ])
    assert.equal(
      valid({ uniqueItems: true }, [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ]),
      false,
    )
    const objects = numbers.map((n) => ({ n }))
    assert.deepEqual(answer({ uniqueItems: true }, objects), {
      valid: undefined,
      because: 'budget',
    })
  })

  test('with a huge enumeration costs one look-up', () => {
    const values = Array.from({ length: 40_000 }, (_, at) => ({ at }))
    assert.match(problemOf({ enum: values }), /values/)
    const names = values.map(({ at }) => `v${at}`)
    assert.equal(valid({ enum: names }, 'v39999'), true)
    assert.match(problems({ enum: names }, 'x')[0] ?? '', /"v9" or 39990 others$/)
  })

  test('asked about something very deep ends', () => {
    let value: unknown = {}
    for (let level = 0; level < 20_000; level++) value = { a: value }
    for (const written of [{ properties: { a: { $ref: '#' } } }, { const: { a: 1 } }]) {
      assert.deepEqual(answer(written, value), { valid: undefined, because: 'depth' })
    }
  })

  test('of many names is not asked which of them was meant', () => {
    const long = (at: number) => `${'n'.repeat(35)}${at}`
    const properties = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [long(at), true]))
    const value = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`m${long(at)}`, 1]))
    const said = problems({ properties, additionalProperties: false }, value)
    assert.equal(said.length, 8)
    for (const one of said) assert.match(one, /: is not a property$/)
  })

  test('that evaluates members over and over ends', () => {
    const members = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`k${at}`, at]))
    const written = {
      anyOf: Array.from({ length: 1000 }, () => ({ additionalProperties: true })),
      unevaluatedProperties: false,
    }
    assert.deepEqual(answer(written, members), { valid: undefined, because: 'budget' })
  })
})

test('names of Object.prototype are names like others', () => {
  const written = JSON.parse(
    '{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"number"}},"required":["__proto__","toString"],"additionalProperties":false}',
  )
  assert.deepEqual(problems(written, JSON.parse('{"__proto__":1,"hasOwnProperty":2}')), [
    '/toString: is required',
    '/__proto__: must be string',
    '/hasOwnProperty: is not a property',
  ])
  assert.equal(valid(written, JSON.parse('{"__proto__":"x","toString":1}')), false)
  assert.equal(valid({ dependentRequired: { toString: ['a'] } }, {}), true)
  assert.equal(valid({ unevaluatedProperties: false }, JSON.parse('{"__proto__":1}')), false)
  assert.equal(valid({ const: JSON.parse('{"__proto__":1}') }, {}), false)
})
