import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Operation } from '../operation.ts'
import { documentBounds } from './document.ts'
import { type OpenApi, readOpenApi } from './read-openapi.ts'

type Json = Record<string, unknown>

const responses = { 200: { description: 'fine' } }
const operation = (operationId: string, more: Json = {}) => ({ operationId, responses, ...more })
const textOf = (paths: Json, more: Json = {}): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Tickets', version: '1.2' },
    paths,
    ...more,
  })

const read = (paths: Json, more: Json = {}): OpenApi => {
  const api = readOpenApi(textOf(paths, more))
  assert.ok(!('problems' in api), JSON.stringify(api))
  return api
}
const problemsOf = (text: string): [pointer: string, message: string][] => {
  const api = readOpenApi(text)
  assert.ok('problems' in api, 'it was read')
  return api.problems.map(({ pointer, message }) => [pointer, message])
}
const only = (api: OpenApi): Operation => {
  assert.equal(api.operations.length, 1, JSON.stringify(api.findings))
  return api.operations[0] as Operation
}
const schemaOf = (one: Operation): Json => one.definition.inputSchema as Json
const parameter = (name: string, schema: Json, more: Json = {}): Json => ({
  name,
  in: 'query',
  schema,
  ...more,
})
const inPath = (name: string) => parameter(name, { type: 'string' }, { in: 'path', required: true })

describe('A document that is none is refused, by name', () => {
  const info = { title: 't', version: '1' }
  const rows: [name: string, document: Json, pointer: string, message: RegExp][] = [
    ['Swagger 2.0', { swagger: '2.0', info, paths: {} }, '/openapi', /convert it to OpenAPI 3/],
    ['OpenAPI 3.2', { openapi: '3.2.0', info, paths: {} }, '/openapi', /"3.2.0" is not read/],
    ['a version that is a number', { openapi: 3.1, info }, '/openapi', /in quotes/],
    ['no version', { info }, '/openapi', /no OpenAPI document/],
    ['no title', { openapi: '3.1.0', info: { version: '1' } }, '/info/title', /string/],
    ['paths that are a list', { openapi: '3.1.0', info, paths: [] }, '/paths', /record/],
    [
      'another dialect of schemas',
      { openapi: '3.1.0', info, jsonSchemaDialect: 'http://json-schema.org/draft-07/schema#' },
      '/jsonSchemaDialect',
      /use 2020-12/,
    ],
  ]
  for (const [name, document, pointer, message] of rows)
    test(name, () => {
      const [first] = problemsOf(JSON.stringify(document))
      assert.equal(first?.[0], pointer)
      assert.match(first?.[1] ?? '', message)
    })

  test('and so is one with more than 2,000 operations', () => {
    const many = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, at) => [
          `/t${at}`,
          { get: operation(`get${at}`), put: operation(`put${at}`) },
        ]),
      )
    assert.equal(read(many(1000)).operations.length, 2000)
    assert.deepEqual(problemsOf(textOf(many(1001))), [
      ['/paths', 'it has 2002 operations; at most 2000 are read'],
    ])
  })
})

describe('A reference that leads out of the document refuses it, used or not', () => {
  const outward = [
    './ticket.yaml',
    'ticket.yaml#/Ticket',
    '../../etc/passwd',
    '/etc/passwd',
    'file:///etc/passwd',
    'http://169.254.169.254/latest/meta-data',
    'https://example.com/ticket.json#/Ticket',
    '//example.com/x',
    'urn:example:ticket',
    '',
  ]
  for (const ref of outward)
    test(JSON.stringify(ref), () => {
      const used = { '/t': { get: operation('get', { parameters: [{ $ref: ref }] }) } }
      const unused = { components: { schemas: { A: { properties: { b: { $ref: ref } } } } } }
      const [inUse] = problemsOf(textOf(used))
      assert.equal(inUse?.[0], '/paths/~1t/get/parameters/0/$ref')
      assert.match(inUse?.[1] ?? '', /nothing else is read or fetched/)
      const [besides] = problemsOf(textOf({}, unused))
      assert.equal(besides?.[0], '/components/schemas/A/properties/b/$ref')
    })

  test('but what an example shows refers to nothing', () => {
    const example = { $ref: './x.yaml' }
    const schema = { type: 'string', examples: [example], default: example, 'x-source': example }
    assert.equal(
      only(read({ '/t': { get: operation('get', { parameters: [parameter('q', schema)] }) } }))
        .name,
      'get',
    )
  })
})

describe('An operation is left out, and said so, for', () => {
  const get = (more: Json): Json => ({ '/t': { get: operation('get', more) } })
  const required = { required: true }
  const text = { type: 'string' }
  const body = (content: Json): Json => ({
    '/t': { post: operation('post', { requestBody: { required: true, content } }) },
  })
  const rows: [name: string, paths: Json, pointer: string, message: RegExp, more?: Json][] = [
    [
      'no operationId',
      { '/t': { get: { responses } } },
      '/paths/~1t/get/operationId',
      /nothing can select it/,
    ],
    [
      'a name with a space',
      { '/t': { get: operation('get it') } },
      '/paths/~1t/get/operationId',
      /letters, digits/,
    ],
    [
      'a name with another script’s letter',
      { '/t': { get: operation('gеt') } },
      '/paths/~1t/get/operationId',
      /letters, digits/,
    ],
    [
      'a name with nothing to see in it',
      { '/t': { get: operation('get\u200b') } },
      '/paths/~1t/get/operationId',
      /"get\\u\{200b\}"/,
    ],
    [
      'a cookie',
      get({ parameters: [parameter('c', text, { in: 'cookie', ...required })] }),
      '/paths/~1t/get/parameters/0',
      /cookies are not passed on/,
    ],
    [
      'deepObject',
      get({ parameters: [parameter('f', text, { style: 'deepObject', ...required })] }),
      '/paths/~1t/get/parameters/0',
      /style deepObject/,
    ],
    [
      'spaceDelimited',
      get({ parameters: [parameter('f', text, { style: 'spaceDelimited', ...required })] }),
      '/paths/~1t/get/parameters/0',
      /style spaceDelimited/,
    ],
    [
      'pipeDelimited',
      get({ parameters: [parameter('f', text, { style: 'pipeDelimited', ...required })] }),
      '/paths/~1t/get/parameters/0',
      /style pipeDelimited/,
    ],
    [
      'an object in the query',
      get({ parameters: [parameter('f', { type: 'object' }, required)] }),
      '/paths/~1t/get/parameters/0',
      /of type object/,
    ],
    [
      'a list of lists',
      get({
        parameters: [
          parameter('f', { type: 'array', items: { type: 'array', items: text } }, required),
        ],
      }),
      '/paths/~1t/get/parameters/0',
      /list of type array/,
    ],
    [
      'two types',
      get({ parameters: [parameter('f', { type: ['string', 'integer'] }, required)] }),
      '/paths/~1t/get/parameters/0',
      /several types, string, integer/,
    ],
    [
      'two types behind anyOf',
      get({ parameters: [parameter('f', { anyOf: [text, { type: 'integer' }] }, required)] }),
      '/paths/~1t/get/parameters/0',
      /several types/,
    ],
    [
      'no type',
      get({ parameters: [parameter('f', {}, required)] }),
      '/paths/~1t/get/parameters/0',
      /no type/,
    ],
    [
      'content in the place of a schema',
      get({ parameters: [{ name: 'f', in: 'query', required: true, content: {} }] }),
      '/paths/~1t/get/parameters/0',
      /no schema/,
    ],
    [
      'the Host header',
      get({ parameters: [parameter('Host', text, { in: 'header', ...required })] }),
      '/paths/~1t/get/parameters/0',
      /header of the connection/,
    ],
    [
      'X-Forwarded-For',
      get({ parameters: [parameter('X-Forwarded-For', text, { in: 'header', ...required })] }),
      '/paths/~1t/get/parameters/0',
      /header of the connection/,
    ],
    [
      'a header with a line end in its name',
      get({ parameters: [parameter('a\r\nb', text, { in: 'header', ...required })] }),
      '/paths/~1t/get/parameters/0',
      /no name of a header/,
    ],
    [
      'a parameter that stands twice',
      get({ parameters: [parameter('f', text), parameter('f', text)] }),
      '/paths/~1t/get/parameters/1',
      /stands twice/,
    ],
    [
      'a header that stands twice, in another case',
      get({
        parameters: [
          parameter('X-A', text, { in: 'header' }),
          parameter('x-a', text, { in: 'header' }),
        ],
      }),
      '/paths/~1t/get/parameters/1',
      /stands twice/,
    ],
    [
      'a reference to nothing',
      get({ parameters: [{ $ref: '#/components/parameters/None' }] }),
      '/paths/~1t/get/parameters/0',
      /leads nowhere/,
    ],
    [
      'references in a circle',
      get({ parameters: [{ $ref: '#/components/parameters/A' }] }),
      '/paths/~1t/get/parameters/0',
      /in a circle/,
      {
        components: {
          parameters: {
            A: { $ref: '#/components/parameters/B' },
            B: { $ref: '#/components/parameters/A' },
          },
        },
      },
    ],
    [
      'a reference to an anchor',
      get({ parameters: [parameter('f', { $ref: '#Limit' }, required)] }),
      '/paths/~1t/get/parameters/0',
      /JSON Pointer/,
    ],
    [
      'a variable that is not declared',
      { '/t/{id}': { get: operation('get') } },
      '/paths/~1t~1{id}/get',
      /\{id\} of its path/,
    ],
    [
      'a parameter that does not stand in the path',
      { '/t': { get: operation('get', { parameters: [inPath('id')] }) } },
      '/paths/~1t/get',
      /does not stand in its path/,
    ],
    [
      'a server of its own',
      get({ servers: [{ url: 'https://elsewhere' }] }),
      '/paths/~1t/get/servers',
      /server of its own/,
    ],
    ['TRACE', { '/t': { trace: operation('trace') } }, '/paths/~1t/trace', /TRACE/],
    [
      'a body in a GET',
      get({ requestBody: { content: { 'application/json': {} } } }),
      '/paths/~1t/get/requestBody',
      /no meaning/,
    ],
    [
      'a body of several parts',
      body({ 'multipart/form-data': {} }),
      '/paths/~1t/post/requestBody/content',
      /multipart/,
    ],
    [
      'a body of any type',
      body({ '*/*': {} }),
      '/paths/~1t/post/requestBody/content',
      /not carried/,
    ],
    [
      'a form of forms',
      body({
        'application/x-www-form-urlencoded': { schema: { properties: { a: { type: 'object' } } } },
      }),
      '/paths/~1t/post/requestBody/content',
      /field a: it is of type object/,
    ],
    [
      'a schema with its own base',
      body({ 'application/json': { schema: { $id: 'https://example.com/x' } } }),
      '/paths/~1t/post/requestBody/content/application~1json/schema/$id',
      /not carried/,
    ],
    [
      'a schema that is no schema',
      body({ 'application/json': { schema: { properties: { a: 'string' } } } }),
      '/paths/~1t/post/requestBody/content/application~1json/schema/properties/a',
      /must be a schema/,
    ],
    [
      'a schema that applies itself',
      body({ 'application/json': { schema: { $ref: '#/components/schemas/A' } } }),
      '/components/schemas/A',
      /refers to itself/,
      {
        components: {
          schemas: {
            A: { allOf: [{ $ref: '#/components/schemas/B' }] },
            B: { anyOf: [{ $ref: '#/components/schemas/A' }] },
          },
        },
      },
    ],
    [
      'more than a tool may have',
      body({ 'application/json': { schema: { description: 'x'.repeat(70_000) } } }),
      '/paths/~1t/post',
      /more than 65536 characters/,
    ],
    [
      'a path that begins with no slash',
      { t: { get: operation('get') } },
      '/paths/t',
      /must begin with/,
    ],
    ['a query in the path', { '/t?x={y}': { get: operation('get') } }, '/paths/~1t?x={y}', /no \?/],
    [
      'a dot segment in the path',
      { '/t/../admin': { get: operation('get') } },
      '/paths/~1t~1..~1admin',
      /dot segment/,
    ],
    [
      'a line end in the path',
      { '/t\r\nX: y': { get: operation('get') } },
      '/paths/~1t\r\nX: y',
      /control character/,
    ],
    [
      'an empty segment in the path',
      { '/t//x': { get: operation('get') } },
      '/paths/~1t~1~1x',
      /empty/,
    ],
    [
      'two variables in one segment',
      { '/t/{a}-{b}': { get: operation('get') } },
      '/paths/~1t~1{a}-{b}',
      /at most one variable/,
    ],
    [
      'a variable that stands twice',
      { '/t/{a}/{a}': { get: operation('get') } },
      '/paths/~1t~1{a}~1{a}',
      /twice/,
    ],
  ]
  for (const [name, paths, pointer, message, more] of rows)
    test(name, () => {
      const { operations, findings } = read(paths, more)
      assert.deepEqual(operations, [])
      const found = findings.filter(({ effect }) => effect === 'left out')
      assert.ok(
        found.some((one) => one.pointer === pointer && message.test(one.message)),
        JSON.stringify(found),
      )
    })

  test('one name of two operations, and neither of them is offered', () => {
    const api = read({ '/a': { get: operation('get') }, '/b': { get: operation('get') } })
    assert.deepEqual(api.operations, [])
    assert.equal(api.findings.length, 2)
  })

  test('one name that two paths have by reference', () => {
    const pathItems = { X: { get: operation('get') } }
    const same = { $ref: '#/components/pathItems/X' }
    assert.equal(only(read({ '/a': same }, { components: { pathItems } })).path, '/a')
    assert.deepEqual(read({ '/a': same, '/b': same }, { components: { pathItems } }).operations, [])
  })

  test('names that look alike', () => {
    const api = read({ '/a': { get: operation('getUser') }, '/b': { get: operation('getuser') } })
    assert.deepEqual(api.operations, [])
    assert.match(api.findings[0]?.message ?? '', /getUser looks like getuser/)
  })

  test('paths that differ in the names of variables alone, or in case', () => {
    for (const other of ['/t/{other}', '/T/{id}']) {
      const of = (name: string, method: string) => ({
        [method]: operation(name, { parameters: [inPath(name)] }),
      })
      const api = read({ '/t/{id}': of('id', 'get'), [other]: of(other.slice(4, -1), 'put') })
      assert.deepEqual(api.operations, [], other)
    }
  })
})

describe('What an operation can do without is not offered, and noted', () => {
  const rows: [name: string, parameter: Json][] = [
    ['a cookie', parameter('c', { type: 'string' }, { in: 'cookie' })],
    ['an object', parameter('f', { type: 'object' }, { style: 'deepObject' })],
    [
      'Authorization',
      parameter('Authorization', { type: 'string' }, { in: 'header', required: true }),
    ],
    ['Accept', parameter('accept', { type: 'string' }, { in: 'header', required: true })],
  ]
  for (const [name, one] of rows)
    test(name, () => {
      const api = read({ '/t': { get: operation('get', { parameters: [one] }) } })
      assert.deepEqual(only(api).parameters, [])
      assert.deepEqual(
        api.findings.map(({ effect }) => effect),
        ['noted'],
      )
    })

  test('of several media types one is carried, JSON first', () => {
    const content = {
      'text/plain': {},
      'application/xml': {},
      'application/json; charset=utf-8': {},
    }
    const api = read({ '/t': { post: operation('post', { requestBody: { content } }) } })
    assert.equal(only(api).body?.mediaType, 'application/json')
    assert.match(api.findings[0]?.message ?? '', /alone is carried/)
  })
})

describe('The arguments of an operation', () => {
  const args = (parameters: Json[], more: Json = {}) =>
    only(
      read({
        '/t/{id}': {
          put: operation('put', { parameters: [inPath('id'), ...parameters], ...more }),
        },
      }),
    )

  test('have the names of its parameters, and body', () => {
    const requestBody = { content: { 'application/json': { schema: { type: 'object' } } } }
    const one = args([parameter('limit', { type: 'integer' })], { requestBody })
    assert.deepEqual(schemaOf(one), {
      type: 'object',
      properties: {
        id: { type: 'string' },
        limit: { type: 'integer' },
        body: { type: 'object' },
      },
      required: ['id'],
      additionalProperties: false,
    })
  })

  test('have their place before them where two have the same name', () => {
    const requestBody = { content: { 'application/json': {} } }
    const one = args([parameter('id', { type: 'string' }), parameter('body', { type: 'string' })], {
      requestBody,
    })
    assert.deepEqual(Object.keys(schemaOf(one).properties as Json), [
      ...['path_id', 'query_id', 'query_body', 'body_body'],
    ])
  })

  test('have names that a model’s API takes', () => {
    const one = args([
      parameter('$filter', { type: 'string' }),
      parameter('__proto__', { type: 'string' }),
    ])
    assert.deepEqual(
      one.parameters.map(({ member, name }) => [member, name]),
      [
        ['id', 'id'],
        ['_filter', '$filter'],
        ['query___proto__', '__proto__'],
      ],
    )
  })

  test('an own parameter takes the place of its path’s', () => {
    const shared = [inPath('id'), parameter('n', { type: 'object' }, { required: true })]
    const own = { parameters: [parameter('n', { type: 'integer' })] }
    const one = only(read({ '/t/{id}': { parameters: shared, get: operation('get', own) } }))
    assert.deepEqual(
      one.parameters.map(({ name, type }) => [name, type]),
      [
        ['id', 'string'],
        ['n', 'integer'],
      ],
    )
  })

  test('have the type that references and combinations come to', () => {
    const components = {
      schemas: {
        Id: { type: 'integer' },
        Ids: { type: 'array', items: { $ref: '#/components/schemas/Id' } },
      },
      parameters: {
        Ids: parameter('ids', { allOf: [{ $ref: '#/components/schemas/Ids' }, { maxItems: 9 }] }),
      },
    }
    const parameters = [
      { $ref: '#/components/parameters/Ids' },
      parameter('state', { enum: ['open', null] }),
      parameter('near', { anyOf: [{ type: 'number' }, { type: 'null' }] }),
    ]
    const one = only(read({ '/t': { get: operation('get', { parameters }) } }, { components }))
    assert.deepEqual(
      one.parameters.map(({ name, type, list }) => [name, type, list]),
      [
        ['ids', 'integer', 'repeated'],
        ['state', 'string', undefined],
        ['near', 'number', undefined],
      ],
    )
  })

  test('a list that refers to itself is no list of anything', () => {
    const components = {
      schemas: { A: { type: 'array', items: { $ref: '#/components/schemas/A' } } },
    }
    const parameters = [parameter('a', { $ref: '#/components/schemas/A' })]
    const api = read({ '/t': { get: operation('get', { parameters }) } }, { components })
    assert.match(api.findings[0]?.message ?? '', /list of type array/)
  })
})

describe('As a tool an operation', () => {
  test('tells what it does, and what its method promises', () => {
    const api = read({
      '/t/{id}': {
        parameters: [inPath('id')],
        get: operation('getTicket', { summary: 'A ticket', description: 'With its history.' }),
        put: operation('putTicket'),
        post: operation('postTicket', { deprecated: true }),
      },
    })
    const [get, put, post] = api.operations.map(({ definition }) => definition)
    assert.deepEqual(
      [get?.title, get?.description, get?.annotations],
      ['A ticket', 'A ticket\n\nWith its history.', { readOnlyHint: true }],
    )
    assert.deepEqual(put?.annotations, { readOnlyHint: false, idempotentHint: true })
    assert.deepEqual(
      [post?.title, post?.description, post?.annotations],
      [undefined, 'Deprecated.', { readOnlyHint: false, idempotentHint: false }],
    )
  })

  test('is another one when its method, its path or the place of an argument changes', () => {
    const at = (path: string, method: string, place: string) =>
      JSON.stringify(
        only(
          read({
            [path]: {
              [method]: operation('x', {
                parameters: [parameter('a', { type: 'string' }, { in: place })],
              }),
            },
          }),
        ).definition._meta,
      )
    const all = [
      at('/t', 'post', 'query'),
      at('/t', 'put', 'query'),
      at('/u', 'post', 'query'),
      at('/t', 'post', 'header'),
    ]
    assert.equal(new Set(all).size, all.length)
  })

  test('takes along the schemas that it refers to, and no others', () => {
    const components = {
      schemas: {
        Ticket: {
          type: 'object',
          properties: {
            parent: { $ref: '#/components/schemas/Ticket' },
            owner: { $ref: '#/components/schemas/Owner/properties/name' },
          },
        },
        Owner: { type: 'object', properties: { name: { type: 'string' } } },
        'Page«Ticket»': { type: 'array', items: { $ref: '#/components/schemas/Ticket' } },
        Other: { type: 'object' },
      },
    }
    const requestBody = {
      content: {
        'application/json': { schema: { $ref: '#/components/schemas/Page%C2%ABTicket%C2%BB' } },
      },
    }
    const one = only(read({ '/t': { post: operation('post', { requestBody }) } }, { components }))
    const { $defs } = schemaOf(one) as { $defs: Json }
    assert.deepEqual(Object.keys($defs), [
      '/components/schemas/Owner/properties/name',
      '/components/schemas/Page«Ticket»',
      'Ticket',
    ])
    const validate = new Ajv2020({ strict: true }).compile(schemaOf(one))
    assert.ok(validate({ body: [{ parent: {}, owner: 'a' }] }), JSON.stringify(validate.errors))
    assert.ok(!validate({ body: [{ parent: { owner: 1 } }] }))
  })

  test('does not ask for what only answers have', () => {
    const id = { type: 'integer', readOnly: true }
    const components = {
      schemas: {
        Id: id,
        Ticket: {
          type: 'object',
          required: ['id', 'key', 'title'],
          properties: { id, key: { $ref: '#/components/schemas/Id' }, title: { type: 'string' } },
        },
      },
    }
    const schema = { $ref: '#/components/schemas/Ticket' }
    const content = { 'application/json': { schema } }
    const one = only(
      read(
        {
          '/t': {
            post: operation('post', {
              requestBody: { content },
              responses: { 201: { description: 'made', content } },
            }),
          },
        },
        { components },
      ),
    )
    const { $defs } = schemaOf(one) as { $defs: Record<string, Json> }
    assert.deepEqual($defs.Ticket?.required, ['title'])
  })

  test('says what the document says that it needs', () => {
    const components = {
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'X-Key' },
        person: { type: 'oauth2', flows: {} },
        basic: { type: 'http', scheme: 'basic' },
      },
    }
    const api = read(
      {
        '/a': { get: operation('a') },
        '/b': { get: operation('b', { security: [{ person: ['read'], basic: [] }, {}] }) },
      },
      { components, security: [{ key: [] }, { none: [] }] },
    )
    assert.deepEqual(
      api.operations.map(({ security }) => security),
      [
        [
          [{ scheme: 'key', what: 'apiKey in header X-Key', scopes: [] }],
          [{ scheme: 'none', what: 'not described', scopes: [] }],
        ],
        [
          [
            { scheme: 'person', what: 'oauth2', scopes: ['read'] },
            { scheme: 'basic', what: 'http basic', scopes: [] },
          ],
          [],
        ],
      ],
    )
  })
})

describe('Schemas of OpenAPI 3.0 become JSON Schema 2020-12', () => {
  const rows: [name: string, written: Json, translated: Json][] = [
    ['nullable', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
    ['not nullable', { type: 'string', nullable: false }, { type: 'string' }],
    [
      'nullable beside a reference',
      { $ref: '#/components/schemas/A', nullable: true },
      { anyOf: [{ $ref: '#/$defs/A' }, { type: 'null' }] },
    ],
    [
      'nullable beside allOf',
      { allOf: [{ $ref: '#/components/schemas/A' }], nullable: true },
      { anyOf: [{ allOf: [{ $ref: '#/$defs/A' }] }, { type: 'null' }] },
    ],
    ['nullable of anything', { nullable: true }, {}],
    [
      'what stands beside a reference',
      { $ref: '#/components/schemas/A', description: 'ignored' },
      { $ref: '#/$defs/A' },
    ],
    [
      'exclusive bounds',
      { type: 'integer', minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true },
      { type: 'integer', exclusiveMinimum: 1, exclusiveMaximum: 9 },
    ],
    ['bounds that are not exclusive', { minimum: 1, exclusiveMinimum: false }, { minimum: 1 }],
    ['an example', { type: 'string', example: 'a' }, { type: 'string', examples: ['a'] }],
    [
      'what is for other tools',
      { type: 'string', xml: {}, discriminator: {}, externalDocs: {}, 'x-a': 1 },
      { type: 'string' },
    ],
    [
      'a property that is called like a keyword',
      { properties: { nullable: { type: 'string', nullable: true }, $ref: { type: 'string' } } },
      { properties: { nullable: { type: ['string', 'null'] }, $ref: { type: 'string' } } },
    ],
    [
      'required that is no list',
      { properties: { a: { type: 'string', required: true } } },
      { properties: { a: { type: 'string' } } },
    ],
  ]
  for (const [name, written, translated] of rows)
    test(name, () => {
      const requestBody = { content: { 'application/json': { schema: written } } }
      const api = read(
        { '/t': { post: operation('post', { requestBody }) } },
        { openapi: '3.0.4', components: { schemas: { A: { type: 'object' } } } },
      )
      const { properties } = schemaOf(only(api)) as { properties: { body: Json } }
      assert.deepEqual(properties.body, translated)
      new Ajv2020({ strict: false }).compile(schemaOf(only(api)))
    })

  test('and what says nothing where it stands is noted', () => {
    const schema = { properties: { a: { type: 'string', required: true } } }
    const requestBody = { content: { 'application/json': { schema } } }
    const api = read({ '/t': { post: operation('post', { requestBody }) } })
    assert.deepEqual(
      api.findings.map(({ pointer, effect }) => [pointer, effect]),
      [
        [
          '/paths/~1t/post/requestBody/content/application~1json/schema/properties/a/required',
          'noted',
        ],
      ],
    )
  })
})

describe('Reading takes time in proportion to the document', () => {
  /** Milliseconds would be another machine's; what may not happen is that this does not end. */
  const hostile: [name: string, paths: Json, more?: Json][] = [
    [
      'five hundred paths that are the same five thousand parameters',
      Object.fromEntries(
        Array.from({ length: 500 }, (_, at) => [`/t${at}`, { $ref: '#/components/pathItems/X' }]),
      ),
      {
        components: {
          pathItems: {
            X: {
              parameters: Array(5000).fill({ $ref: '#/components/parameters/a' }),
              get: operation('get'),
            },
          },
          parameters: { a: parameter('a', { type: 'string' }) },
        },
      },
    ],
    [
      'a chain of ten thousand schemas',
      {
        '/t': {
          post: operation('post', {
            requestBody: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/s0' } } },
            },
          }),
        },
      },
      {
        components: {
          schemas: Object.fromEntries(
            Array.from({ length: 10_000 }, (_, at) => [
              `s${at}`,
              { $ref: `#/components/schemas/s${at + 1}` },
            ]),
          ),
        },
      },
    ],
    [
      'a chain of ten thousand parameters',
      { '/t': { get: operation('get', { parameters: [{ $ref: '#/components/parameters/p0' }] }) } },
      {
        components: {
          parameters: Object.fromEntries(
            Array.from({ length: 10_000 }, (_, at) => [
              `p${at}`,
              { $ref: `#/components/parameters/p${at + 1}` },
            ]),
          ),
        },
      },
    ],
  ]
  for (const [name, paths, more] of hostile)
    test(name, () => assert.deepEqual(read(paths, more).operations, []))
})

test('The bounds are those of whoever asks', () => {
  const bounds = { ...documentBounds, operations: 1, definitionCharacters: 1000 }
  const api = readOpenApi(textOf({ '/a': { get: operation('a'), put: operation('b') } }), bounds)
  assert.match('problems' in api ? (api.problems[0]?.message ?? '') : '', /at most 1 are read/)
})
