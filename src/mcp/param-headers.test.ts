import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { HeaderFields } from '#lib/http.ts'
import type { JsonValue } from '#lib/json.ts'
import { encodedField } from './envelope.ts'
import { checkParamHeaders, findParamHeaders, type ParamHeader } from './param-headers.ts'

const region = { type: 'string', 'x-mcp-header': 'Region' }
const count = { type: 'integer', 'x-mcp-header': 'Count' }
const dry = { type: 'boolean', 'x-mcp-header': 'Dry' }

function found(schema: JsonValue): readonly ParamHeader[] {
  const declared = findParamHeaders(schema)
  assert.ok(!('problem' in declared), JSON.stringify(declared))
  return declared
}

describe('Annotations of an inputSchema', () => {
  test('are found wherever properties alone lead to them', () => {
    const where = {
      type: 'object',
      properties: { region, how: { type: 'object', properties: { dry } } },
    }
    assert.deepEqual(
      found({ type: 'object', properties: { where, count, query: { type: 'string' } } }),
      [
        { header: 'Mcp-Param-Region', path: ['where', 'region'], type: 'string' },
        { header: 'Mcp-Param-Dry', path: ['where', 'how', 'dry'], type: 'boolean' },
        { header: 'Mcp-Param-Count', path: ['count'], type: 'integer' },
      ],
    )
    assert.deepEqual(found({ type: 'object' }), [])
  })

  test('are not what merely looks like one: a property of that name, an example, a default', () => {
    const schema = {
      type: 'object',
      properties: {
        'x-mcp-header': { type: 'string' },
        a: { type: 'object', default: region, examples: [region], const: region },
      },
      $defs: { 'x-mcp-header': { type: 'string' } },
    }
    assert.deepEqual(found(schema), [])
  })

  const at = (annotated: JsonValue): JsonValue => ({ type: 'object', properties: { a: annotated } })
  const rows: [name: string, schema: JsonValue, problem: string][] = [
    ['an empty name', at({ type: 'string', 'x-mcp-header': '' }), 'name'],
    ['a name with a space', at({ type: 'string', 'x-mcp-header': 'a b' }), 'name'],
    ['a name with a line break', at({ type: 'string', 'x-mcp-header': 'a\r\nX: y' }), 'name'],
    ['a name with a colon', at({ type: 'string', 'x-mcp-header': 'a:' }), 'name'],
    ['a name outside ASCII', at({ type: 'string', 'x-mcp-header': 'ä' }), 'name'],
    ['a name that is a number', at({ type: 'string', 'x-mcp-header': 1 }), 'name'],
    ['a number', at({ type: 'number', 'x-mcp-header': 'A' }), 'type'],
    ['an object', at({ type: 'object', 'x-mcp-header': 'A' }), 'type'],
    ['several types', at({ type: ['string', 'null'], 'x-mcp-header': 'A' }), 'type'],
    ['no type', at({ 'x-mcp-header': 'A' }), 'type'],
    [
      'one name twice, in two cases',
      { type: 'object', properties: { a: region, b: { ...region, 'x-mcp-header': 'REGION' } } },
      'repeated',
    ],
    ['the root itself', { type: 'object', 'x-mcp-header': 'A' }, 'unreachable'],
    ['an item', at({ type: 'array', items: region }), 'unreachable'],
    [
      'a property of an item',
      at({ type: 'array', items: { type: 'object', properties: { region } } }),
      'unreachable',
    ],
    ['an item by position', at({ type: 'array', prefixItems: [region] }), 'unreachable'],
    ['items as an older dialect lists them', at({ type: 'array', items: [region] }), 'unreachable'],
    [
      'a branch of oneOf',
      at({ oneOf: [{ type: 'object', properties: { region } }] }),
      'unreachable',
    ],
    [
      'a branch of anyOf at the root',
      { type: 'object', anyOf: [{ properties: { region } }] },
      'unreachable',
    ],
    ['allOf', { type: 'object', allOf: [{ properties: { region } }] }, 'unreachable'],
    ['not', at({ not: region }), 'unreachable'],
    ['else', { type: 'object', if: {}, else: { properties: { region } } }, 'unreachable'],
    ['a definition', { type: 'object', $defs: { region } }, 'unreachable'],
    [
      'a definition of a definition',
      { type: 'object', $defs: { a: { $defs: { region } } } },
      'unreachable',
    ],
    ['a pattern', { type: 'object', patternProperties: { '^r': region } }, 'unreachable'],
    ['additional properties', { type: 'object', additionalProperties: region }, 'unreachable'],
  ]
  for (const [name, schema, problem] of rows) {
    test(`${name} makes the tool invalid: ${problem}`, () => {
      assert.deepEqual(findParamHeaders(schema), { problem })
    })
  }
})

describe('Headers that repeat arguments', () => {
  const declared = found({
    type: 'object',
    properties: {
      region,
      count,
      dry,
      in: { type: 'object', properties: { deep: { type: 'string', 'x-mcp-header': 'Deep' } } },
    },
  })
  const check = (args: JsonValue | undefined, headers: HeaderFields) =>
    checkParamHeaders(declared, args, headers)?.code

  test('pass when each says what its argument says', () => {
    assert.equal(
      check(
        { region: 'us', count: 42, dry: false, in: { deep: 'ä' } },
        {
          'mcp-param-region': 'us',
          'mcp-param-count': '42',
          'mcp-param-dry': 'false',
          'mcp-param-deep': '=?base64?w6Q=?=',
        },
      ),
      undefined,
    )
    assert.equal(check({ count: 42 }, { 'mcp-param-count': '42.0' }), undefined)
    assert.equal(check({ count: -7 }, { 'mcp-param-count': '=?base64?LTc=?=' }), undefined)
    assert.equal(check({ region: '' }, { 'mcp-param-region': '=?base64??=' }), undefined)
  })

  test('are not expected where the argument is absent or null, and are refused there', () => {
    for (const args of [undefined, {}, { region: null }, { in: 'x' }]) {
      assert.equal(check(args, {}), undefined)
      assert.equal(check(args, { 'mcp-param-region': 'us' }), -32020)
      assert.equal(check(args, { 'mcp-param-other': 'us' }), undefined)
    }
  })

  const wrong: [args: JsonValue, headers: HeaderFields][] = [
    [{ region: 'us' }, {}],
    [{ region: 'us' }, { 'mcp-param-region': 'eu' }],
    [{ region: 'us' }, { 'mcp-param-region': 'US' }],
    [{ region: 'us' }, { 'mcp-param-region': 'us, us' }],
    [{ region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVsbG8?=' }],
    [{ region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVs!!!bG8=?=' }],
    [{ count: 42 }, { 'mcp-param-count': '43' }],
    [{ count: 42 }, { 'mcp-param-count': '42.5' }],
    [{ count: 42 }, { 'mcp-param-count': '042' }],
    [{ count: 42 }, { 'mcp-param-count': '4.2e1' }],
    [{ count: 42 }, { 'mcp-param-count': '0x2a' }],
    [{ count: 42 }, { 'mcp-param-count': '42.00000000000000000000000001' }],
    [{ count: 9007199254740992 }, { 'mcp-param-count': '9007199254740993' }],
    [{ count: '42' }, { 'mcp-param-count': '42.0' }],
    [{ dry: true }, { 'mcp-param-dry': 'True' }],
    [{ dry: true }, { 'mcp-param-dry': '1' }],
    [{ region: ['us'] }, { 'mcp-param-region': 'us' }],
  ]
  for (const [args, headers] of wrong) {
    test(`${JSON.stringify(args)} is not ${JSON.stringify(headers)}`, () => {
      assert.equal(check(args, headers), -32020)
    })
  }

  test('are not looked up among what every object inherits', () => {
    const inherited = found({
      type: 'object',
      properties: {
        constructor: {
          type: 'object',
          properties: { name: { type: 'string', 'x-mcp-header': 'N' } },
        },
      },
    })
    assert.equal(checkParamHeaders(inherited, {}, {}), undefined)
  })

  test('pass if and only if they decode to the argument', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('a', ' a', '=?base64?YQ==?='),
    )
    fc.assert(
      fc.property(text, text, (inBody, inHeader) => {
        const code = check({ region: inBody }, { 'mcp-param-region': encodedField(inHeader) })
        assert.equal(code === undefined, inBody === inHeader)
      }),
    )
  })
})
