import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { documentBounds, readDocument } from './document.ts'

const rootOf = (text: string) => {
  const read = readDocument(text)
  assert.ok('root' in read, JSON.stringify(read))
  return read.root
}
const problemOf = (text: string, bounds = documentBounds): string => {
  const read = readDocument(text, bounds)
  assert.ok('problems' in read, 'it was read')
  return read.problems.map(({ message }) => message).join('\n')
}

describe('A document is read', () => {
  test('from JSON', () => assert.deepEqual(rootOf(' {"a": [1, "x", null]}'), { a: [1, 'x', null] }))

  test('from YAML 1.2, in which no and a date are texts and codes are keys', () => {
    const text = 'country: no\nday: 2027-06-30\nresponses:\n  200: fine\n'
    assert.deepEqual(rootOf(text), {
      country: 'no',
      day: '2027-06-30',
      responses: { '200': 'fine' },
    })
  })

  test('with the anchors that tools write', () => {
    const text = 'a: &a { x: 1 }\nb: *a\nc: [*a, *a]\n'
    assert.deepEqual(rootOf(text), { a: { x: 1 }, b: { x: 1 }, c: [{ x: 1 }, { x: 1 }] })
  })

  test('with bounds of integers that no double holds', () =>
    assert.deepEqual(rootOf('{"maximum": 9223372036854775807}'), { maximum: 2 ** 63 }))
})

describe('A document is refused', () => {
  const rows: [name: string, text: string, problem: RegExp][] = [
    ['a key that stands twice, in JSON', '{"paths":{},\n"paths":{}}', /duplicate-key.*line 2/],
    ['a key that stands twice, in YAML', 'paths: {}\npaths: {}\n', /line 2: a key stands twice/],
    ['__proto__ in JSON', '{"__proto__":{}}', /proto-key/],
    ['__proto__ in YAML', '__proto__: {}', /__proto__ cannot be a key/],
    ['a tag', 'a: !!js/function "x"', /line 1: .*tag/],
    ['a directive', '%YAML 1.1\n---\na: 1\n', /directive/],
    ['a merge key', 'a: &a {x: 1}\nb:\n  <<: *a\n', /line 3: merge keys/],
    ['an alias without an anchor', 'a: *b', /no anchor above it/],
    ['an alias within its own anchor', 'a: &a [*a]', /no anchor above it/],
    ['a key that is no text', '? [a]\n: 1\n', /must be text/],
    ['two documents', 'a: 1\n---\nb: 2\n', /second document/],
    ['a list', '- a\n', /must be an object/],
    ['nothing', '', /empty|must be an object/],
    ['a broken brace', '{"a": 1', /read as JSON/],
    ['flow YAML that begins like JSON', '{a: 1}', /read as JSON/],
    ['an infinite number, in JSON', '{"a": {"b": 1e999}}', /larger than any/],
    ['an infinite number, in YAML', 'a: .inf', /larger than any/],
    ['half a character', '{"a": "\ud800"}', /not UTF-8/],
    ['what was not UTF-8', 'a: \ufffd', /not UTF-8/],
  ]
  for (const [name, text, problem] of rows)
    test(`for ${name}`, () => assert.match(problemOf(text), problem))

  test('where it is longer than the bounds', () => {
    const bounds = { ...documentBounds, characters: 100, yamlCharacters: 50 }
    assert.match(problemOf(`{"a": "${'x'.repeat(100)}"}`, bounds), /at most 100 are read$/)
    assert.match(problemOf(`a: ${'x'.repeat(60)}`, bounds), /at most 50 are read in YAML/)
  })

  test('with the pointer to the number that is too large', () => {
    const read = readDocument('{"a": [{"b/c": 1e999}]}')
    assert.deepEqual('problems' in read && read.problems.map(({ pointer }) => pointer), [
      '/a/0/b~1c',
    ])
  })
})

describe('A small document cannot become a large one', () => {
  const anchors = (levels: number, line: (at: number) => string) =>
    Array.from({ length: levels }, (_, at) => line(at)).join('\n')

  test('by aliases of aliases', () => {
    const bomb = anchors(12, (at) =>
      at === 0
        ? 'x0: &x0 [a,a,a,a,a,a,a,a,a,a]'
        : `x${at}: &x${at} [${Array(10)
            .fill(`*x${at - 1}`)
            .join(',')}]`,
    )
    assert.match(problemOf(bomb), /more than 500000 values/)
  })

  test('nor a deep one, by a chain of them', () => {
    const chain = anchors(5000, (at) =>
      at === 0 ? 'x0: &x0 [a]' : `x${at}: &x${at} [*x${at - 1}]`,
    )
    assert.match(problemOf(chain), /nested too deeply/)
  })

  for (const [name, text] of [
    ['JSON', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['YAML', `a: ${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ] as const)
    test(`nor is one read that is 100,000 levels deep, in ${name}`, () =>
      assert.match(problemOf(text), /depth|nested too deeply/))
})
