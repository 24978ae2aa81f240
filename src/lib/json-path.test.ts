import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { query } from 'json-p3'
import type { JsonObject, JsonValue } from './json.ts'
import { compilePath, type JsonPath } from './json-path.ts'

const path = (text: string): JsonPath => {
  const compiled = compilePath(text)
  assert.ok(!('problem' in compiled), JSON.stringify(compiled))
  return compiled
}
const problem = (text: string): string => {
  const compiled = compilePath(text)
  assert.ok('problem' in compiled, text)
  return compiled.problem
}
const selected = (text: string, value: JsonValue): JsonValue[] => {
  const values: JsonValue[] = []
  const isWhole = path(text).select(value, { left: 100_000 }, (holder, key) => {
    values.push((holder as JsonObject)[key] ?? null)
  })
  assert.equal(isWhole, true)
  return values
}
const sorted = (values: readonly JsonValue[]) => values.map((one) => JSON.stringify(one)).sort()

describe('a path', () => {
  const value = {
    title: 'Weekly',
    attendees: [
      { name: 'Alice', email: 'a@example.com', internal: true },
      { name: 'Bob', email: 'b@example.com' },
    ],
    owner: { name: 'Carol', email: 'c@example.com' },
  }

  test('selects by name, index, slice, wildcard, descent and filter', () => {
    assert.deepEqual(selected('$.owner.email', value), ['c@example.com'])
    assert.deepEqual(selected('$.attendees[*].email', value), ['a@example.com', 'b@example.com'])
    assert.deepEqual(selected("$['attendees'][-1]['name']", value), ['Bob'])
    assert.deepEqual(selected('$.attendees[:1].name', value), ['Alice'])
    assert.equal(selected('$..email', value).length, 3)
    assert.deepEqual(selected('$.attendees[?@.internal == true].email', value), ['a@example.com'])
    assert.deepEqual(selected('$.attendees[?!@.internal].email', value), ['b@example.com'])
    assert.deepEqual(selected('$.nothing[3]..here', value), [])
  })

  test('takes a filter apart as it binds: not, then and, then or', () => {
    const rows = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => ({
      ...(n & 1 ? { a: 1 } : {}),
      ...(n & 2 ? { b: 1 } : {}),
      ...(n & 4 ? { c: 1 } : {}),
      n,
    }))
    const numbers = (text: string) => selected(`$[?${text}].n`, rows)
    assert.deepEqual(numbers('@.a && @.b && @.c'), [7])
    assert.deepEqual(numbers('@.a || @.b && @.c'), [1, 3, 5, 6, 7])
    assert.deepEqual(numbers('!@.a && (@.b || @.c)'), [2, 4, 6])
    assert.deepEqual(numbers('!(@.a && @.b && @.c)').length, 7)
  })

  test('compares names and texts exactly', () => {
    assert.deepEqual(selected('$.email', { Email: 1, ｅmail: 2, 'email ': 3 }), [])
    assert.deepEqual(selected('$["\\u0065mail"]', { email: 1 }), [1])
    assert.deepEqual(selected("$[?@.a < '\\uffff'].n", [{ a: '\u{1f600}', n: 1 }]), [])
    assert.deepEqual(selected("$[?@.a > '\\uffff'].n", [{ a: '\u{1f600}', n: 1 }]), [1])
    assert.deepEqual(selected("$[?@.a == '1'].n", [{ a: 1, n: 1 }]), [])
  })

  test('takes names of Object.prototype for names', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      assert.deepEqual(selected(`$.${name}`, {}), [])
      assert.deepEqual(selected(`$[?@.${name}]`, [{}]), [])
    }
    assert.deepEqual(selected('$.constructor', { constructor: 1 }), [1])
  })
})

describe('what could cost much is refused when it is written', () => {
  test('by name', () => {
    assert.match(problem('$'), /selects the whole/)
    assert.match(problem('$..a..b'), /descends twice/)
    assert.match(problem('$[?match(@.a, "(a+)+")]'), /calls match\(\); functions are not taken/)
    assert.match(problem('$[?search(@.a, "x")]'), /calls search/)
    assert.match(problem('$[?length(@.a) > 3]'), /calls length/)
    assert.match(problem('$[?count(@..*) > 3]'), /calls count/)
    assert.match(problem('$[?@.a[?@.b]]'), /looks further than one place/)
    assert.match(problem('$[?@.*]'), /looks further than one place/)
    assert.match(problem('$[?$..a]'), /looks further than one place/)
    assert.match(problem('$[?@.a == $.b]'), /compares two places/)
    assert.match(problem('$[?@.a == 1e400]'), /no double holds/)
    assert.match(problem(`$.${'a'.repeat(300)}`), /longer than 256/)
    assert.match(problem(`$[?${'('.repeat(120)}@.a${')'.repeat(120)}`), /no path of RFC 9535/)
    assert.match(problem('attendees.email'), /no path of RFC 9535/)
    assert.match(problem('$.a['), /no path of RFC 9535/)
  })
})

describe('the room', () => {
  const full = { left: 1000 }
  const spent = (text: string, value: JsonValue): boolean => {
    full.left = 1000
    return !path(text).select(value, full, () => {})
  }

  test('bounds what is looked at', () => {
    const wide = Array.from({ length: 2000 }, (_, n) => ({ n }))
    assert.equal(spent('$[0].n', wide), false)
    assert.equal(spent('$[*].n', wide), true)
    assert.equal(spent('$..nothing', wide), true)
    assert.equal(spent('$[?@.n == 1 || @.n == 2]', wide.slice(0, 400)), true)
  })

  test('bounds a path that names the same place over and over', () => {
    const doubling = `$${"['a','a']".repeat(25)}`
    let value: JsonValue = 1
    for (let level = 0; level < 25; level++) value = { a: value }
    assert.equal(spent(doubling, value), true)
  })

  test('ends where a value is deeper than any honest one', () => {
    let value: JsonValue = 1
    for (let level = 0; level < 100_000; level++) value = [value]
    assert.equal(
      path('$..a').select(value, { left: 1e9 }, () => {}),
      false,
    )
  })
})

describe('the same is selected', () => {
  // The compliance test suite of RFC 9535, as this package carries it.
  const folder = new URL('.', import.meta.resolve('jsonpath-rfc9535/package.json'))
  const suite = 'src/__tests__/jsonpath-compliance-test-suite/cts.json'
  const { tests } = JSON.parse(readFileSync(new URL(suite, folder), 'utf8')) as {
    readonly tests: readonly {
      readonly name: string
      readonly selector: string
      readonly document?: JsonValue
      readonly result?: readonly JsonValue[]
      readonly results?: readonly (readonly JsonValue[])[]
    }[]
  }

  test('as by the compliance test suite, and what is invalid there is refused', () => {
    let agreed = 0
    for (const { name, selector, document, result, results } of tests) {
      const compiled = compilePath(selector)
      if ('problem' in compiled) {
        if (document === undefined) agreed++
        else assert.doesNotMatch(compiled.problem, /RFC 9535/, name)
        continue
      }
      assert.ok(document !== undefined, name)
      const found = JSON.stringify(sorted(selected(selector, document)))
      const expected = (results ?? [result ?? []]).map((one) => JSON.stringify(sorted(one)))
      assert.ok(expected.includes(found), name)
      agreed++
    }
    assert.equal(agreed, 543)
  })

  test('as by the evaluation of json-p3, of generated paths and values', () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<JsonValue>(null, true, 0, 1, 'a', 'b', -0),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
      ),
    }))
    const place = fc
      .tuple(fc.constantFrom('@', '$'), fc.array(fc.constantFrom('.a', '[0]', '[-1]', '.b')))
      .map(([start, steps]) => `${start}${steps.slice(0, 2).join('')}`)
    const literal = fc.constantFrom('null', 'true', '0', '1', '-0', "'a'", '"b"')
    const operator = fc.constantFrom('==', '!=', '<', '<=', '>', '>=')
    const term = fc.oneof(
      place,
      place.map((one) => `!${one}`),
      fc.tuple(place, operator, literal).map((parts) => parts.join(' ')),
      fc.tuple(literal, operator, place).map((parts) => parts.join(' ')),
    )
    const filter = fc
      .tuple(term, fc.array(fc.tuple(fc.constantFrom('&&', '||'), term), { maxLength: 3 }))
      .map(([first, more]) => [first, ...more.flat()].join(' '))
    const bound = fc.constantFrom('', '0', '1', '-1', '3', '-3')
    const selector = fc.oneof(
      name.map((one) => `'${one}'`),
      fc.constantFrom('0', '1', '-1', '*'),
      fc
        .tuple(bound, bound, fc.constantFrom('', '1', '2', '-1', '0', '-2'))
        .map((s) => s.join(':')),
      filter.map((one) => `?${one}`),
    )
    const segment = fc.array(selector, { minLength: 1, maxLength: 2 }).map((s) => `[${s.join()}]`)
    const text = fc
      .tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.constantFrom(-1, 0, 1, 2))
      .map(([segments, at]) => `$${segments.map((s, i) => (i === at ? `..${s}` : s)).join('')}`)
    fc.assert(
      fc.property(text, value, (written, document) => {
        fc.pre(written.length <= 256)
        const theirs = query(written, document as Parameters<typeof query>[1]).values()
        assert.deepEqual(sorted(selected(written, document)), sorted(theirs as JsonValue[]))
      }),
      { numRuns: 500 },
    )
  })
})
