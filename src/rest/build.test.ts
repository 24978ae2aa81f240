import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, type JsonObject, type JsonValue } from '#lib/json.ts'
import { readBody } from './body.ts'
import { build } from './build.ts'
import { match } from './match.ts'
import { readOpenApi } from './openapi/read-openapi.ts'
import type { Operation } from './operation.ts'

type Json = Record<string, unknown>

const text = { type: 'string' }
const list = (items: Json): Json => ({ type: 'array', items })
const inPath = (name: string, schema: Json = text) => ({ name, in: 'path', required: true, schema })
const inQuery = (name: string, schema: Json, more: Json = {}) => ({
  name,
  in: 'query',
  schema,
  ...more,
})
const body = (type: string, schema: Json = {}) => ({
  requestBody: { required: true, content: { [type]: { schema } } },
})

const form = {
  type: 'object',
  properties: { title: text, count: { type: 'integer' }, tag: list(text) },
}
const document: Json = {
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
  paths: {
    '/tickets/{id}': {
      parameters: [inPath('id')],
      get: { operationId: 'getTicket' },
      put: { operationId: 'putTicket', ...body('application/json') },
    },
    '/tickets/export': { get: { operationId: 'exportTickets' } },
    '/{area}/latest': { get: { operationId: 'latest', parameters: [inPath('area')] } },
    '/sets/{ids}/{name}.json': {
      get: {
        operationId: 'everything',
        parameters: [
          inPath('ids', list({ type: 'integer' })),
          inPath('name'),
          inQuery('$q', text),
          inQuery('near', { type: 'number' }),
          inQuery('open', { type: 'boolean' }),
          inQuery('tag', list(text)),
          inQuery('sizes', list({ type: 'integer' }), { explode: false }),
          { name: 'X-Tag', in: 'header', schema: text },
          { name: 'X-Ids', in: 'header', schema: list(text) },
        ],
      },
    },
    '/forms': { post: { operationId: 'form', ...body('application/x-www-form-urlencoded', form) } },
    '/texts': { post: { operationId: 'text', ...body('text/plain') } },
    '/blobs': { post: { operationId: 'blob', ...body('application/pdf') } },
  },
}

const read = readOpenApi(JSON.stringify(document))
assert.ok(!('problems' in read), JSON.stringify(read))
const { routes, operations } = read
const named = (name: string): Operation => {
  const found = operations.find((one) => one.name === name)
  assert.ok(found, name)
  return found
}

const written = (name: string, args: JsonObject) => {
  const built = build(routes, named(name), args)
  assert.ok(!('problem' in built), JSON.stringify(built))
  return built
}
const problem = (name: string, args: JsonObject): string => {
  const built = build(routes, named(name), args)
  assert.ok('problem' in built, JSON.stringify(built))
  return `${built.problem.where}: ${built.problem.message}`
}

describe('A request is built', () => {
  test('with each argument encoded for its place', () => {
    const built = written('everything', {
      ids: [1, -2],
      name: "a b/c'(d)*!".replace('/', ''),
      _q: 'a&b=c+d #é',
      near: 1e21,
      open: false,
      tag: ['a', '', 'b,c'],
      sizes: [3, 4],
      'x-tag': 'some words',
      'x-ids': ['a', 'b'],
    })
    assert.equal(built.path, '/sets/1,-2/a%20bc%27%28d%29%2A%21.json')
    assert.equal(
      built.query,
      '%24q=a%26b%3Dc%2Bd%20%23%C3%A9&near=1e%2B21&open=false&tag=a&tag=&tag=b%2Cc&sizes=3,4',
    )
    assert.deepEqual(built.headers, ['x-tag', 'some words', 'x-ids', 'a,b'])
    assert.equal(built.body, undefined)
  })

  test('without what is left out', () =>
    assert.deepEqual(written('getTicket', { id: '42' }), {
      method: 'GET',
      path: '/tickets/42',
      query: '',
      headers: [],
      body: undefined,
    }))

  const bodies: [name: string, args: JsonObject, type: string, bytes: string][] = [
    [
      'putTicket',
      { id: '1', body: { a: [1, 'ü', null] } },
      'application/json',
      '{"a":[1,"ü",null]}',
    ],
    ['putTicket', { id: '1', body: null }, 'application/json', 'null'],
    [
      'form',
      { body: { title: 'a&b=c +\r\n', count: 3, tag: ['x', 'y'] } },
      'application/x-www-form-urlencoded',
      'title=a%26b%3Dc%20%2B%0D%0A&count=3&tag=x&tag=y',
    ],
    ['text', { body: 'line\nline ü' }, 'text/plain', 'line\nline ü'],
    ['blob', { body: Buffer.from('%PDF').toString('base64') }, 'application/pdf', '%PDF'],
  ]
  for (const [name, args, type, bytes] of bodies)
    test(`with a body of ${type}: ${bytes.slice(0, 4)}`, () => {
      const built = written(name, args)
      assert.equal(built.body?.toString(), bytes)
      assert.deepEqual(built.headers, ['content-type', type])
    })
})

describe('No request is built', () => {
  const everything = { ids: [1], name: 'a' }
  const rows: [about: string, name: string, args: JsonObject, problem: RegExp][] = [
    ['without what is required', 'getTicket', {}, /path id: it is missing/],
    ['without the body that is required', 'putTicket', { id: '1' }, /body: it is missing/],
    ['with an argument that nobody declares', 'getTicket', { id: '1', other: 2 }, /not declared/],
    [
      'with an argument of Object’s own',
      'getTicket',
      { id: '1', constructor: 'x' },
      /not declared/,
    ],
    ['with another type', 'getTicket', { id: 42 }, /path id: it must be a text/],
    ['with null', 'everything', { ...everything, near: null }, /query near: it must be a number/],
    [
      'with a number that is not finite',
      'everything',
      { ...everything, near: Number.POSITIVE_INFINITY },
      /number/,
    ],
    [
      'with an integer past what is exact',
      'everything',
      { ...everything, sizes: [2 ** 53] },
      /whole number/,
    ],
    ['with a part of a whole', 'everything', { ...everything, sizes: [1.5] }, /whole number/],
    [
      'with one value for a list',
      'everything',
      { ...everything, tag: 'a' },
      /query tag: it must be a list/,
    ],
    ['with an empty list', 'everything', { ...everything, tag: [] }, /leave it out/],
    ['with a comma in a joined list', 'everything', { ...everything, 'x-ids': ['a,b'] }, /comma/],
    [
      'with a space at the end of a joined item',
      'everything',
      { ...everything, 'x-ids': ['a ', 'b'] },
      /read the same/,
    ],
    [
      'with a line end in a header',
      'everything',
      { ...everything, 'x-tag': 'a\r\nX: y' },
      /header x-tag: it is not visible ASCII/,
    ],
    [
      'with a character past ASCII in a header',
      'everything',
      { ...everything, 'x-tag': 'ä' },
      /visible ASCII/,
    ],
    ['with an empty header', 'everything', { ...everything, 'x-tag': '' }, /visible ASCII/],
    [
      'with a control character in the query',
      'everything',
      { ...everything, _q: 'a\0' },
      /query \$q: it has a control/,
    ],
    ['with half a character', 'everything', { ...everything, _q: '\ud800' }, /half a character/],
    ['with half a character in the path', 'getTicket', { id: '\udc00' }, /half a character/],
    ['with an empty segment', 'getTicket', { id: '' }, /path id: it is empty/],
    ['with nothing around a text', 'everything', { ids: [1], name: '' }, /path name: it is empty/],
    ['that would be another operation’s', 'getTicket', { id: 'export' }, /another operation/],
    [
      'that an API may take for another operation’s',
      'getTicket',
      { id: 'EXPORT' },
      /another spelling/,
    ],
    ['that two paths mean', 'getTicket', { id: 'latest' }, /several paths/],
    ['that two paths mean, from the other side', 'latest', { area: 'tickets' }, /several paths/],
    ['that is too long', 'getTicket', { id: 'x'.repeat(5000) }, /too long/],
    ['from a form that is no object', 'form', { body: 'title=a' }, /must be an object/],
    ['from an empty form', 'form', { body: {} }, /empty form/],
    ['from a form with another field', 'form', { body: { other: 1 } }, /not declared/],
    [
      'from a form with another type',
      'form',
      { body: { count: 'x' } },
      /body count: it must be a whole/,
    ],
    [
      'from a form with a nought',
      'form',
      { body: { title: '\0' } },
      /body title: it has a control/,
    ],
    ['from an empty text', 'text', { body: '' }, /not empty/],
    ['from a text with half a character', 'text', { body: '\ud800' }, /half a character/],
    ['from what is not base64', 'blob', { body: '%%%' }, /base64/],
    ['from base64 that has another spelling', 'blob', { body: 'YQ' }, /base64/],
  ]
  for (const [about, name, args, expected] of rows)
    test(about, () => assert.match(problem(name, args), expected))
})

const limits = { depth: 64, nodes: 10_000 }

/** What matching a built request gives, with its body. */
const rematched = (operation: Operation, args: JsonObject): JsonValue | undefined => {
  const built = build(routes, operation, args)
  if ('problem' in built) return undefined
  const target = built.query === '' ? built.path : `${built.path}?${built.query}`
  const found = match(routes, { method: built.method, target, rawHeaders: built.headers })
  assert.ok('arguments' in found && found.operation === operation, target)
  const type = built.headers.at(-1)
  const sent = built.body && readBody(operation.body, type, built.body, limits)
  assert.ok(!sent || 'value' in sent, JSON.stringify(sent))
  return { ...found.arguments, ...(sent?.value === undefined ? {} : { body: sent.value }) }
}

describe('Whatever the arguments are', () => {
  const anyText = fc.string({ unit: 'binary' })
  const hostile = fc.constantFrom(
    '..',
    '.',
    '/',
    '%2e',
    '%2F',
    ';',
    '?',
    '#',
    '\r\n',
    '\0',
    '．',
    'export',
    '@',
    ' ',
    ',',
  )
  const piece = fc.oneof(
    anyText,
    hostile,
    fc.array(fc.oneof(anyText, hostile)).map((all) => all.join('')),
  )
  const integer = fc.maxSafeInteger()
  const everything = fc.record(
    {
      ids: fc.array(integer),
      name: piece,
      _q: piece,
      near: fc.double({ noNaN: true }),
      open: fc.boolean(),
      tag: fc.array(piece),
      sizes: fc.array(integer),
      'x-tag': fc.oneof(piece, fc.string()),
      'x-ids': fc.array(fc.string()),
    },
    { requiredKeys: ['ids', 'name'], noNullPrototype: true },
  )
  test('what is built is matched with the same arguments, or it is not built', () => {
    let built = 0
    fc.assert(
      fc.property(everything, (args) => {
        const found = rematched(named('everything'), args as JsonObject)
        if (found === undefined) return
        built++
        assert.equal(canonicalJson(found), canonicalJson(args))
      }),
      { numRuns: 2000 },
    )
    assert.ok(built > 100, `only ${built} were built`)
  })

  test('a segment stays a segment', () => {
    fc.assert(
      fc.property(piece, (id) => {
        const found = build(routes, named('getTicket'), { id })
        if ('problem' in found) return
        assert.match(found.path, /^\/tickets\/[A-Za-z0-9\-._~%]+$/)
        assert.equal(decodeURIComponent(found.path.slice('/tickets/'.length)), id)
      }),
      { numRuns: 5000 },
    )
  })

  test('bodies come back as they went', () => {
    const fields = fc.record(
      { title: piece, count: integer, tag: fc.array(piece, { minLength: 1 }) },
      { requiredKeys: [], noNullPrototype: true },
    )
    fc.assert(
      fc.property(fields, piece, fc.uint8Array({ minLength: 1 }), (fieldValues, words, bytes) => {
        const sent: [string, JsonValue][] = [
          ['form', fieldValues as JsonObject],
          ['text', words],
          ['blob', Buffer.from(bytes).toString('base64')],
        ]
        for (const [name, value] of sent) {
          const found = rematched(named(name), { body: value })
          if (found !== undefined) assert.deepEqual(found, { body: value })
        }
      }),
    )
  })
})

test('Whatever the target is, what it is matched to is built into a target of the same arguments', () => {
  const odd = fc.constantFrom('42', '1,2', 'export', '%2e', '%20', '..', ';x', '%c3%a9', 'a%2Fb')
  const segment = fc.oneof(odd, fc.webSegment())
  const name = fc.constantFrom('%24q', '$q', 'near', 'open', 'tag', 'sizes', 'other')
  const value = fc.oneof(
    fc.constantFrom('1', 'true', '1,2', 'a+b', '1e3', '%2C', '-0'),
    fc.webSegment(),
  )
  const query = fc
    .array(fc.tuple(name, value), { maxLength: 4 })
    .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'))
  const target = fc.oneof(
    fc.tuple(fc.array(segment), query).map(([all, rest]) => `/${all.join('/')}?${rest}`),
    segment.map((one) => `/tickets/${one}`),
    segment.map((one) => `/${one}/latest`),
    fc.tuple(segment, query).map(([one, rest]) => `/sets/1,2/${one}.json?${rest}`),
  )
  let matched = 0
  fc.assert(
    fc.property(target, (one) => {
      const found = match(routes, { method: 'GET', target: one, rawHeaders: [] })
      if (!('arguments' in found)) return
      matched++
      const args = rematched(found.operation, found.arguments)
      assert.equal(canonicalJson(args), canonicalJson(found.arguments), one)
    }),
    { numRuns: 5000 },
  )
  assert.ok(matched > 50, `only ${matched} were matched`)
})
