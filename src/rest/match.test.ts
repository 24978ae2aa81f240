import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { match } from './match.ts'
import { type OpenApi, readOpenApi } from './openapi/read-openapi.ts'

type Json = Record<string, unknown>

const responses = { 200: { description: 'fine' } }
const variablesOf = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)

/** A document of these paths, each with a GET that is called like its path and has parameters of text. */
const apiOf = (paths: readonly string[], more: readonly Json[] = []): OpenApi => {
  const api = readOpenApi(
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 't', version: '1' },
      paths: Object.fromEntries(
        paths.map((path, at) => {
          const schema = { type: 'string' }
          const parameters = variablesOf(path).map((name) => ({
            name,
            in: 'path',
            required: true,
            schema,
          }))
          return [
            path,
            { get: { operationId: `o${at}`, parameters: [...parameters, ...more], responses } },
          ]
        }),
      ),
    }),
  )
  assert.ok(!('problems' in api), JSON.stringify(api))
  return api
}

/** The path of the operation and its arguments, or why there is none. */
const ask = (api: OpenApi, target: string, rawHeaders: string[] = [], method = 'GET') => {
  const found = match(api.routes, { method, target, rawHeaders })
  if (!found.operation) return found.because
  return 'problem' in found
    ? `${found.problem.where}: ${found.problem.message}`
    : [found.operation.path, found.arguments]
}

describe('A request is matched', () => {
  const api = apiOf([
    ...['/tickets', '/tickets/', '/tickets/{id}', '/tickets/{id}/notes/{note}', '/tickets/me'],
    ...['/tickets/me/profile', '/files/{name}.json', '/files/{name}', '/v{version}/status'],
    ...['/kişi/{id}', '/', '/lists/{ids}:merge'],
  ])
  const rows: [target: string, path: string, args: Json][] = [
    ['/tickets', '/tickets', {}],
    ['/tickets/', '/tickets/', {}],
    ['/', '/', {}],
    ['/tickets/42', '/tickets/{id}', { id: '42' }],
    ['/tickets/a%20b', '/tickets/{id}', { id: 'a b' }],
    ['/tickets/%C3%BC', '/tickets/{id}', { id: 'ü' }],
    ['/tickets/100%25', '/tickets/{id}', { id: '100%' }],
    ['/tickets/...', '/tickets/{id}', { id: '...' }],
    ['/tickets/a%3Fb%23c', '/tickets/{id}', { id: 'a?b#c' }],
    ['/tickets/a@b:c,d', '/tickets/{id}', { id: 'a@b:c,d' }],
    ['/tickets/me', '/tickets/me', {}],
    ['/tickets/%6de', '/tickets/me', {}],
    ['/%74ickets/42', '/tickets/{id}', { id: '42' }],
    ['/tickets/mee', '/tickets/{id}', { id: 'mee' }],
    ['/tickets/me/profile', '/tickets/me/profile', {}],
    ['/tickets/me/notes/1', '/tickets/{id}/notes/{note}', { id: 'me', note: '1' }],
    ['/files/a.json', '/files/{name}.json', { name: 'a' }],
    ['/files/a.json.json', '/files/{name}.json', { name: 'a.json' }],
    ['/files/.json', '/files/{name}', { name: '.json' }],
    ['/files/a.xml', '/files/{name}', { name: 'a.xml' }],
    ['/v12/status', '/v{version}/status', { version: '12' }],
    ['/ki%C5%9Fi/1', '/kişi/{id}', { id: '1' }],
    ['/lists/1:merge', '/lists/{ids}:merge', { ids: '1' }],
  ]
  for (const [target, path, args] of rows)
    test(`${target} is ${path}`, () => assert.deepEqual(ask(api, target), [path, args]))

  const none: [target: string, because: string][] = [
    ['/tickets/42/', 'no such path'],
    ['/tickets/42/notes', 'no such path'],
    ['/v/status', 'no such path'],
    ['/nothing', 'no such path'],
  ]
  for (const [target, because] of none)
    test(`${target} is none`, () => assert.equal(ask(api, target), because))

  test('by its method too, as it is spelled', () => {
    assert.equal(ask(api, '/tickets', [], 'POST'), 'no such operation')
    assert.equal(ask(api, '/tickets', [], 'get'), 'no such operation')
    assert.equal(ask(api, '/tickets', [], 'HEAD'), 'no such operation')
  })
})

describe('What an API may take for another path is none', () => {
  const api = apiOf(['/users/{id}', '/users/Export', '/users/{id}/keys', '/Admin/{id}'])
  const rows = [
    ...['/users/export', '/users/EXPORT', '/users/Ｅxport', '/USERS/42'],
    ...['/admin/1', '/users/1/KEYS', '/users/ℰxport'],
  ].map(encodeURI)
  for (const target of rows)
    test(decodeURI(target), () => assert.equal(ask(api, target), 'another spelling'))

  test('however it is escaped', () => assert.equal(ask(api, '/users/%45XPORT'), 'another spelling'))

  test('and what is spelled right is found', () =>
    assert.deepEqual(ask(api, '/users/Export'), ['/users/Export', {}]))
})

describe('A request that two paths mean', () => {
  const api = apiOf(['/{entity}/me', '/books/{id}', '/shelves/{id}'])
  test('is none where neither is the more concrete one', () => {
    assert.equal(ask(api, '/books/me'), 'several paths')
    assert.equal(ask(api, '/BOOKS/ME'), 'several paths')
    assert.equal(ask(api, '/shelves/me'), 'several paths')
  })
  test('which takes nothing from the requests of either', () => {
    assert.deepEqual(ask(api, '/books/1'), ['/books/{id}', { id: '1' }])
    assert.deepEqual(ask(api, '/people/me'), ['/{entity}/me', { entity: 'people' }])
    assert.equal(api.findings.length, 3)
    assert.ok(api.findings.every(({ effect }) => effect === 'noted'))
  })
})

test('What is left out of a document is not taken for the operation beside it', () => {
  const get = (more: Json) => ({ get: { responses, ...more } })
  const schema = { type: 'string' }
  const id = { name: 'id', in: 'path', required: true, schema }
  const cookie = { name: 'c', in: 'cookie', required: true, schema }
  const api = readOpenApi(
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 't', version: '1' },
      paths: {
        '/users/{id}': get({ operationId: 'getUser', parameters: [id] }),
        '/users/nameless': get({}),
        '/users/cookie': get({ operationId: 'cookie', parameters: [cookie] }),
        '/users/{a}-{b}': get({ operationId: 'pair' }),
        '/users/query?x={x}': get({ operationId: 'query' }),
        '/users/elsewhere': {
          servers: [{ url: 'https://elsewhere' }],
          ...get({ operationId: 'e' }),
        },
        '/users/lost': { $ref: '#/components/pathItems/None' },
        '/users/written': { post: { operationId: 'write', responses } },
      },
    }),
  )
  assert.ok(!('problems' in api))
  assert.deepEqual(
    api.operations.map(({ name }) => name),
    ['getUser', 'write'],
  )
  for (const left of ['nameless', 'cookie', 'elsewhere', 'lost', 'written'])
    assert.equal(ask(api, `/users/${left}`), 'no such operation', left)
  for (const unread of ['1-2', 'query', 'QUERY', '-1-2-'])
    assert.equal(ask(api, `/users/${unread}`), 'several paths', unread)
  assert.deepEqual(ask(api, '/users/42'), ['/users/{id}', { id: '42' }])
})

describe('Parameters of a query', () => {
  const schemas: Record<string, Json> = {
    q: { type: 'string' },
    limit: { type: 'integer' },
    near: { type: 'number' },
    open: { type: 'boolean' },
    tag: { type: 'array', items: { type: 'string' } },
    size: { type: 'array', items: { type: 'integer' } },
  }
  const api = apiOf(
    ['/t'],
    [
      ...Object.entries(schemas).map(([name, schema]) => ({ name, in: 'query', schema })),
      { name: 'ids', in: 'query', explode: false, schema: schemas.size },
      { name: 'names', in: 'query', explode: false, schema: schemas.tag },
    ],
  )
  const rows: [query: string, args: Json][] = [
    ['', {}],
    ['?', {}],
    ['?q=', { q: '' }],
    ['?q=a=b', { q: 'a=b' }],
    ['?q=a+b%2Bc', { q: 'a b+c' }],
    ['?q=%26limit%3D9', { q: '&limit=9' }],
    ['?q=../%2F', { q: '../' + '/' }],
    ['?q=%252e', { q: '%2e' }],
    ['?%71=a', { q: 'a' }],
    ['?limit=42', { limit: 42 }],
    ['?limit=-7', { limit: -7 }],
    ['?limit=9007199254740991', { limit: Number.MAX_SAFE_INTEGER }],
    ['?near=4.20e1', { near: 42 }],
    ['?near=7', { near: 7 }],
    ['?open=false', { open: false }],
    ['?tag=a&tag=&tag=b%2Cc', { tag: ['a', '', 'b,c'] }],
    ['?size=1&q=x&size=2', { size: [1, 2], q: 'x' }],
    ['?ids=1,2,3', { ids: [1, 2, 3] }],
    ['?ids=1%2C2', { ids: [1, 2] }],
    ['?names=a,,b', { names: ['a', '', 'b'] }],
  ]
  for (const [query, args] of rows)
    test(`${query || 'none'}`, () => assert.deepEqual(ask(api, `/t${query}`), ['/t', args]))

  const bad: [query: string, problem: RegExp][] = [
    ['?other=1', /query "other": it is not declared/],
    ['?Q=1', /"Q": it is not declared/],
    ['?q=1&q=2', /query q: it stands more than once/],
    ['?ids=1&ids=2', /query ids: it stands more than once/],
    ['?q', /not a name, = and a value/],
    ['?=1', /not a name/],
    ['?q=1&', /not a name/],
    ['?q=1&&limit=2', /not a name/],
    ['?q=%ff', /not UTF-8/],
    ['?q=%c0%af', /not UTF-8/],
    ['?q=%00', /control character/],
    ['?q=%0d%0aX:y', /control character/],
    ['?q=%7f', /control character/],
    ['?q=%C2%85', /control character/],
    ['?limit=', /whole number/],
    ['?limit=042', /whole number/],
    ['?limit=%2B42', /whole number/],
    ['?limit=4.0', /whole number/],
    ['?limit=4e1', /whole number/],
    ['?limit=-0', /whole number/],
    ['?limit=0x10', /whole number/],
    ['?limit=9007199254740993', /whole number/],
    ['?limit=%EF%BC%94', /whole number/],
    ['?limit=4+', /whole number/],
    ['?near=.5', /number that is exact/],
    ['?near=1e999', /number that is exact/],
    ['?near=NaN', /number that is exact/],
    ['?near=0.12345678901234567890123', /number that is exact/],
    ['?open=True', /true or false/],
    ['?open=1', /true or false/],
    ['?size=1&size=x', /whole number/],
    ['?ids=', /whole number/],
    ['?ids=1,,2', /whole number/],
  ]
  for (const [query, problem] of bad)
    test(`${query} is refused`, () => assert.match(String(ask(api, `/t${query}`)), problem))

  test('that are required must be there', () => {
    const one = apiOf(['/t'], [{ name: 'q', in: 'query', required: true, schema: schemas.q }])
    assert.equal(ask(one, '/t'), 'query q: it is missing')
  })
})

describe('Headers', () => {
  const schema = { type: 'string' }
  const list = { type: 'array', items: { type: 'integer' } }
  const api = apiOf(
    ['/t'],
    [
      { name: 'X-Tag', in: 'header', schema },
      { name: 'X-Ids', in: 'header', schema: list },
    ],
  )
  const rows: [name: string, headers: string[], args: Json | RegExp][] = [
    [
      'are taken where they are declared, in any case',
      ['x-TAG', 'a b', 'Other', 'c'],
      { 'x-tag': 'a b' },
    ],
    ['are lists, with spaces or without', ['X-Ids', '1, 2 ,3'], { 'x-ids': [1, 2, 3] }],
    ['stand once', ['X-Tag', 'a', 'x-tag', 'b'], /header x-tag: it stands more than once/],
    ['stand once, also as lists', ['X-Ids', '1', 'X-Ids', '2'], /more than once/],
    ['are visible ASCII', ['X-Tag', 'a\u00e4'], /not visible ASCII/],
    ['have no tab', ['X-Tag', 'a\tb'], /not visible ASCII/],
    ['are not empty', ['X-Tag', ''], /not visible ASCII/],
  ]
  for (const [name, headers, args] of rows)
    test(name, () => {
      const found = ask(api, '/t', headers)
      if (args instanceof RegExp) assert.match(String(found), args)
      else assert.deepEqual(found, ['/t', args])
    })
})

/**
 * The same question, answered by looking at every path in turn: a request belongs to the one path that
 * means it and is the most concrete in each segment.
 */
const naive = (paths: readonly string[], target: string): string => {
  const pattern = (path: string) =>
    new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`)
  const meant = paths.filter((path) => pattern(path).test(target))
  const shapes = (path: string) => path.replace(/\{\w+\}/g, '{}').split('/')
  // A text before everything, a variable alone after everything, and of what is between each but itself.
  const beats = (one: string, other: string) => {
    const others = shapes(other)
    return shapes(one).every(
      (shape, at) => !shape.includes('{') || others[at] === '{}' || others[at] === shape,
    )
  }
  const best = meant.filter((one) => meant.every((other) => beats(one, other)))
  if (meant.length === 0) return 'no such path'
  return best.length === 1 ? (best[0] ?? '') : 'several paths'
}

test('Whatever paths a document has, a request is that of the path that a look at all of them finds', () => {
  const written = fc.constantFrom('a', 'b', 'c', '{x}', 'a{x}', '{x}.b')
  const path = fc
    .array(written, { minLength: 1, maxLength: 3 })
    .map(
      (segments) => `/${segments.map((segment, at) => segment.replace('x', `x${at}`)).join('/')}`,
    )
  const sent = fc
    .array(fc.constantFrom('a', 'b', 'c', 'ab', 'a.b', 'd', 'b.b', 'ad'), {
      minLength: 1,
      maxLength: 3,
    })
    .map((segments) => `/${segments.join('/')}`)
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 12 }), sent, (paths, target) => {
      const found = ask(apiOf(paths), target)
      assert.equal(typeof found === 'string' ? found : found[0], naive(paths, target))
    }),
    { numRuns: 500 },
  )
})
