import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { HeaderFields } from '#lib/http.ts'
import {
  CLIENT_CAPABILITIES_KEY,
  CLIENT_INFO_KEY,
  checkEnvelope,
  checkMirrors,
  decodedField,
  encodedField,
  eraOfMessage,
  LOG_LEVEL_KEY,
  PROTOCOL_VERSION_KEY,
} from './envelope.ts'
import type { NotificationMessage, RequestMessage } from './messages.ts'
import { findMethod } from './methods.ts'

const version = '2026-07-28'
const meta = { [PROTOCOL_VERSION_KEY]: version, [CLIENT_CAPABILITIES_KEY]: {} }

function request(method: string, params?: RequestMessage['params']): RequestMessage {
  return { kind: 'request', id: 1, method, params }
}

function notification(params?: RequestMessage['params']): NotificationMessage {
  return { kind: 'notification', method: 'notifications/cancelled', params }
}

const versionHeader: HeaderFields = { 'mcp-protocol-version': version }

describe('The era of a message', () => {
  const rows: [
    name: string,
    message: RequestMessage | NotificationMessage,
    headers: HeaderFields,
    era: string,
  ][] = [
    ['a version in _meta is modern', request('tools/list', { _meta: meta }), {}, 'modern'],
    [
      'so is one that is no version at all',
      request('x', { _meta: { [PROTOCOL_VERSION_KEY]: 7 } }),
      {},
      'modern',
    ],
    ['so is an initialize with an envelope', request('initialize', { _meta: meta }), {}, 'modern'],
    ['so is a modern header without an envelope', request('tools/list'), versionHeader, 'modern'],
    [
      'a legacy header is legacy',
      request('tools/list'),
      { 'mcp-protocol-version': '2025-11-25' },
      'legacy',
    ],
    [
      'the body outweighs the header',
      request('x', { _meta: meta }),
      { 'mcp-protocol-version': '2025-11-25' },
      'modern',
    ],
    [
      'no word of a version is legacy',
      request('initialize', { protocolVersion: version }),
      {},
      'legacy',
    ],
    [
      'a progress token alone is legacy',
      request('x', { _meta: { progressToken: 1 } }),
      {},
      'legacy',
    ],
    [
      'an unknown header alone is legacy',
      request('x'),
      { 'mcp-protocol-version': '2099-01-01' },
      'legacy',
    ],
    [
      '_meta that is no object is legacy',
      request('x', { _meta: [PROTOCOL_VERSION_KEY] }),
      {},
      'legacy',
    ],
  ]
  for (const [name, message, headers, era] of rows) {
    test(name, () => assert.equal(eraOfMessage(message, headers), era))
  }
})

describe('The envelope of a modern request', () => {
  const checked = (over: Record<string, unknown>, headers: HeaderFields = versionHeader) => {
    const merged = { ...meta, ...over }
    for (const [key, value] of Object.entries(merged))
      if (value === undefined) delete (merged as Record<string, unknown>)[key]
    return checkEnvelope(request('tools/list', { _meta: merged as never }), headers)
  }

  test('is complete with a version and capabilities', () => {
    assert.equal(checked({}), undefined)
    assert.equal(
      checked({
        [CLIENT_INFO_KEY]: { name: 'a', version: '1' },
        [LOG_LEVEL_KEY]: 'info',
        progressToken: 'x',
        'com.example/x': 1,
      }),
      undefined,
    )
    assert.equal(checked({}, { 'mcp-protocol-version': `\t${version}  ` }), undefined)
  })

  const rows: [name: string, over: Record<string, unknown>, headers: HeaderFields, code: number][] =
    [
      ['without a version', { [PROTOCOL_VERSION_KEY]: undefined }, versionHeader, -32602],
      ['whose version is a number', { [PROTOCOL_VERSION_KEY]: 20260728 }, versionHeader, -32602],
      ['without capabilities', { [CLIENT_CAPABILITIES_KEY]: undefined }, versionHeader, -32602],
      ['whose capabilities are null', { [CLIENT_CAPABILITIES_KEY]: null }, versionHeader, -32602],
      ['whose capabilities are a list', { [CLIENT_CAPABILITIES_KEY]: [] }, versionHeader, -32602],
      ['whose client has no version', { [CLIENT_INFO_KEY]: { name: 'a' } }, versionHeader, -32602],
      ['of an unknown log level', { [LOG_LEVEL_KEY]: 'loud' }, versionHeader, -32602],
      ['with a fraction as progress token', { progressToken: 1.5 }, versionHeader, -32602],
      ['without a header', {}, {}, -32020],
      ['with another version in the header', {}, { 'mcp-protocol-version': '2025-11-25' }, -32020],
      ['with the header twice', {}, { 'mcp-protocol-version': [version, version] }, -32020],
      [
        'of another version, and the header says ours',
        { [PROTOCOL_VERSION_KEY]: 'v999' },
        versionHeader,
        -32020,
      ],
      [
        'of an unknown version',
        { [PROTOCOL_VERSION_KEY]: '2099-01-01' },
        { 'mcp-protocol-version': '2099-01-01' },
        -32022,
      ],
      [
        'of an unknown version, without a header',
        { [PROTOCOL_VERSION_KEY]: '2099-01-01' },
        {},
        -32022,
      ],
      [
        'of a legacy version',
        { [PROTOCOL_VERSION_KEY]: '2025-11-25' },
        { 'mcp-protocol-version': '2025-11-25' },
        -32022,
      ],
    ]
  for (const [name, over, headers, code] of rows) {
    test(`${name} is refused with ${code} and 400`, () => {
      const refusal = checked(over, headers)
      assert.equal(refusal?.code, code)
      assert.equal(refusal?.status, 400)
    })
  }

  test('that is not there at all is refused when the header promised it', () => {
    for (const params of [undefined, {}, { _meta: null }, { _meta: [] }]) {
      assert.equal(checkEnvelope(request('tools/list', params), versionHeader)?.code, -32602)
    }
  })

  test('of an unsupported version is told what is supported and what it asked for, in bounds', () => {
    const asked = 'x'.repeat(10_000)
    assert.deepEqual(checked({ [PROTOCOL_VERSION_KEY]: asked }, {})?.data, {
      supported: [version],
      requested: asked.slice(0, 64),
    })
  })

  test('is asked of no notification, but what it carries must agree', () => {
    assert.equal(checkEnvelope(notification(), versionHeader), undefined)
    assert.equal(checkEnvelope(notification({ _meta: meta }), versionHeader), undefined)
    assert.equal(
      checkEnvelope(notification({ _meta: meta }), { 'mcp-protocol-version': '2025-11-25' })?.code,
      -32020,
    )
    assert.equal(
      checkEnvelope(notification({ _meta: { [PROTOCOL_VERSION_KEY]: 'v9' } }), {})?.code,
      -32022,
    )
  })
})

describe('Mirrored headers decide nothing and must agree (header/body mismatch)', () => {
  const check = (message: RequestMessage, headers: HeaderFields) =>
    checkMirrors(message, findMethod('client', version, message.method), headers)
  const call = request('tools/call', { name: 'get_weather' })
  const read = request('resources/read', { uri: 'bank://ä' })

  test('pass when they say what the body says', () => {
    assert.equal(check(call, { 'mcp-method': 'tools/call', 'mcp-name': 'get_weather' }), undefined)
    assert.equal(
      check(call, { 'mcp-method': 'tools/call', 'mcp-name': '  get_weather\t' }),
      undefined,
    )
    assert.equal(
      check(call, { 'mcp-method': 'tools/call', 'mcp-name': '=?base64?Z2V0X3dlYXRoZXI=?=' }),
      undefined,
    )
    assert.equal(
      check(read, { 'mcp-method': 'resources/read', 'mcp-name': encodedField('bank://ä') }),
      undefined,
    )
    assert.equal(check(request('tools/list'), { 'mcp-method': 'tools/list' }), undefined)
    assert.equal(
      check(request('tasks/get', { taskId: 't' }), { 'mcp-method': 'tasks/get', 'mcp-name': 't' }),
      undefined,
    )
  })

  const rows: [name: string, message: RequestMessage, headers: HeaderFields][] = [
    ['no method', call, { 'mcp-name': 'get_weather' }],
    ['another method', call, { 'mcp-method': 'tools/list', 'mcp-name': 'get_weather' }],
    ['the method in capitals', call, { 'mcp-method': 'TOOLS/CALL', 'mcp-name': 'get_weather' }],
    [
      'the method encoded, which only names may be',
      call,
      { 'mcp-method': '=?base64?dG9vbHMvY2FsbA==?=', 'mcp-name': 'get_weather' },
    ],
    ['no name', call, { 'mcp-method': 'tools/call' }],
    ['another name', call, { 'mcp-method': 'tools/call', 'mcp-name': 'delete_all' }],
    ['the name in another case', call, { 'mcp-method': 'tools/call', 'mcp-name': 'Get_Weather' }],
    [
      'two names joined',
      call,
      { 'mcp-method': 'tools/call', 'mcp-name': 'get_weather, get_weather' },
    ],
    [
      'a name without its padding',
      call,
      { 'mcp-method': 'tools/call', 'mcp-name': '=?base64?Z2V0X3dlYXRoZXI?=' },
    ],
    [
      'a name with other characters in it',
      call,
      { 'mcp-method': 'tools/call', 'mcp-name': '=?base64?Z2V0!X3dlYXRoZXI=?=' },
    ],
    [
      'the marks in capitals',
      call,
      { 'mcp-method': 'tools/call', 'mcp-name': '=?BASE64?Z2V0X3dlYXRoZXI=?=' },
    ],
    ['a URI as raw Latin-1', read, { 'mcp-method': 'resources/read', 'mcp-name': 'bank://ä' }],
    ['an unknown method, not mirrored', request('x/y'), { 'mcp-method': 'x/z' }],
  ]
  for (const [name, message, headers] of rows) {
    test(`${name}: 400, −32020`, () => {
      const refusal = check(message, headers)
      assert.equal(refusal?.status, 400)
      assert.equal(refusal?.code, -32020)
    })
  }

  test('a refusal repeats nothing of the header', () => {
    const refusal = check(call, { 'mcp-method': 'tools/call', 'mcp-name': 'canary-7781' })
    assert.doesNotMatch(JSON.stringify(refusal), /canary/)
  })

  test('a body without a name is left to whoever looks the name up', () => {
    for (const params of [undefined, {}, { name: 7 }]) {
      assert.equal(check(request('tools/call', params), { 'mcp-method': 'tools/call' }), undefined)
    }
  })

  test('a thousand pairs: a header passes if and only if it says the name', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('', ' a ', 'a\nb', '=?base64?YQ==?=', 'tool'),
    )
    fc.assert(
      fc.property(name, name, (inBody, inHeader) => {
        const headers = { 'mcp-method': 'tools/call', 'mcp-name': encodedField(inHeader) }
        const refusal = check(request('tools/call', { name: inBody }), headers)
        assert.equal(refusal === undefined, inBody === inHeader)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('The encoding of a mirrored value', () => {
  test('is that of the examples (transports/streamable-http §Value Encoding)', () => {
    const examples: [value: string, field: string][] = [
      ['us-west1', 'us-west1'],
      ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
      [' padded ', '=?base64?IHBhZGRlZCA=?='],
      ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
      ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    ]
    for (const [value, field] of examples) {
      assert.equal(encodedField(value), field)
      assert.equal(decodedField({ x: field }, 'x'), value)
    }
  })

  test('is undone by decoding, for every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const field = encodedField(value)
        assert.match(field, /^[\t\x20-\x7e]*$/)
        assert.equal(decodedField({ x: field }, 'x'), value)
      }),
    )
  })

  test('has one reading: half a sentinel is a literal, a broken one is nothing', () => {
    assert.equal(decodedField({ x: '=?base64?SGVsbG8=' }, 'x'), '=?base64?SGVsbG8=')
    assert.equal(decodedField({ x: 'SGVsbG8=' }, 'x'), 'SGVsbG8=')
    for (const x of [
      '=?base64?SGVsbG8?=',
      '=?base64?SGVsbG9=?=',
      '=?base64?SGVs bG8=?=',
      '=?base64?SGVs_G8=?=',
      '=?base64?/w==?=',
      'a\u0001b',
      'ü',
    ]) {
      assert.equal(decodedField({ x }, 'x'), undefined, x)
    }
  })
})
