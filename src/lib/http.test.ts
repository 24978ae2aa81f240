import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  acceptsEvents,
  acceptsJsonAndEvents,
  bearerToken,
  checkHeaders,
  checkTarget,
  isAllowedHost,
  isAllowedOrigin,
  isJsonContentType,
} from './http.ts'

describe('A request target', () => {
  test('is taken apart as it was sent', () => {
    assert.deepEqual(checkTarget('/mcp/ops/bank?a=%2F&b'), {
      ok: true,
      path: '/mcp/ops/bank',
      segments: ['mcp', 'ops', 'bank'],
      query: 'a=%2F&b',
    })
    const decoded = checkTarget('/rest/ops/t%C3%BCr/a%20b%25/')
    assert.deepEqual(decoded.ok && decoded.segments, ['rest', 'ops', 'tür', 'a b%', ''])
    assert.equal(checkTarget('/').ok, true)
  })

  const refused: [target: string, problem: string][] = [
    ['', 'not-a-path'],
    ['*', 'not-a-path'],
    ['http://evil.example/admin', 'not-a-path'],
    ['mcp/ops', 'not-a-path'],
    ['evil.example:443', 'not-a-path'],
    ['//evil.example/mcp', 'empty-segment'],
    ['/mcp//ops', 'empty-segment'],
    ['/a/../admin', 'dot-segment'],
    ['/a/./b', 'dot-segment'],
    ['/..', 'dot-segment'],
    ['/a/%2e%2E/admin', 'dot-segment'],
    ['/a/.%2e', 'dot-segment'],
    ['/a%2fb', 'encoded-separator'],
    ['/a%2Fb', 'encoded-separator'],
    ['/a%5Cb', 'encoded-separator'],
    ['/a%00', 'encoded-separator'],
    ['/a%0d%0ax', 'encoded-separator'],
    ['/a%7f', 'encoded-separator'],
    ['/a\\b', 'characters'],
    ['/mcp/ops#x', 'fragment'],
    ['/mcp/ops?x#y', 'fragment'],
    ['/mcp/tür', 'characters'],
    ['/mcp/ops\u0000', 'characters'],
    ['/mcp/o ps', 'characters'],
    ['/mcp/<ops>', 'characters'],
    ['/a%', 'encoding'],
    ['/a%zz', 'encoding'],
    ['/a?b=%4', 'encoding'],
    ['/a%ff', 'encoding'],
    ['/a%c0%af', 'encoding'],
    [`/${'a'.repeat(5000)}`, 'too-long'],
  ]
  for (const [target, problem] of refused) {
    test(`${JSON.stringify(target.slice(0, 30))} is refused: ${problem}`, () => {
      assert.deepEqual(checkTarget(target), { ok: false, problem })
    })
  }

  test('keeps an escaped slash within its segment below one path, and nothing else that is refused', () => {
    const below = '/registry/'
    const named = checkTarget('/registry/ops/com.example%2Fbank/versions', below)
    assert.deepEqual(named.ok && named.segments, [
      'registry',
      'ops',
      'com.example/bank',
      'versions',
    ])
    const dots = checkTarget('/registry/a%2F..%2Fb', below)
    assert.deepEqual(dots.ok && dots.segments, ['registry', 'a/../b'])
    for (const bad of ['/registry/a%5Cb', '/registry/a%00', '/registry/%2e%2e/mcp', '/mcp/a%2Fb'])
      assert.equal(checkTarget(bad, below).ok, false, bad)
  })

  test('that passes is read by URL as the same path: nothing is left to normalise', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      'a',
      '%2e',
      '%20',
      '?',
      '%41',
      '~',
      '%25',
      ';',
      '@',
      ':',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const url = `/${pieces.join('')}`
        const target = checkTarget(url)
        if (!target.ok) return
        const parsed = new URL(`http://host${url}`)
        assert.equal(parsed.pathname, target.path)
        assert.equal(parsed.search.slice(1), target.query)
        assert.deepEqual(
          parsed.pathname.slice(1).split('/').map(decodeURIComponent),
          target.segments,
        )
      }),
    )
  })
})

describe('Headers that must stand once', () => {
  const some = [
    'Host',
    'a',
    'Accept',
    'x',
    'accept',
    'y',
    'X-Other',
    '1',
    'x-other',
    '2',
    'Mcp-Param-A',
    '1',
  ]

  test('pass when they do, and lists may stand twice', () => {
    assert.equal(checkHeaders(some), undefined)
    assert.equal(checkHeaders([]), undefined)
  })

  const names = [
    ...[
      'Host',
      'Authorization',
      'Content-Type',
      'Content-Length',
      'Transfer-Encoding',
      'Origin',
      'Cookie',
    ],
    ...[
      'Mcp-Session-Id',
      'MCP-Protocol-Version',
      'Mcp-Method',
      'Mcp-Name',
      'Mcp-Param-Region',
      'mcp-',
    ],
  ]
  for (const name of names) {
    test(`${name} twice is named, in any case and at any place`, () => {
      fc.assert(
        fc.property(
          fc.mixedCase(fc.constant(name)),
          fc.mixedCase(fc.constant(name)),
          fc.nat(5),
          fc.nat(6),
          (first, second, i, j) => {
            const headers = some.filter(
              (_, at) => (some[at - (at % 2)] ?? '').toLowerCase() !== name.toLowerCase(),
            )
            headers.splice(2 * (i % (headers.length / 2)), 0, first, 'v')
            assert.equal(checkHeaders(headers), undefined)
            headers.splice(2 * (j % (headers.length / 2)), 0, second, 'v')
            assert.equal(checkHeaders(headers), name.toLowerCase())
          },
        ),
        { numRuns: 30 },
      )
    })
  }

  test('are found in what node:http really received, though it answers 200 by itself', async () => {
    const found: (string | undefined)[] = []
    const server = createServer((request, response) => {
      found.push(checkHeaders(request.rawHeaders))
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    for (const header of [
      'Host: b',
      'AUTHORIZATION: Bearer b',
      'mcp-NAME: b',
      'Content-type: text/plain',
      'X-Fine: b',
    ]) {
      await new Promise<void>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1')
        socket
          .on('error', reject)
          .on('close', () => resolve())
          .resume()
        socket.end(
          `GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nMcp-Name: a\r\nContent-Type: application/json\r\n${header}\r\nConnection: close\r\n\r\n`,
        )
      })
    }
    server.close()
    assert.deepEqual(found, ['host', 'authorization', 'mcp-name', 'content-type', undefined])
  })
})

describe('Host and Origin (DNS rebinding)', () => {
  const hosts = new Set(['127.0.0.1:4680', 'localhost:4680'])
  const origins = new Set(['https://console.example'])

  test('a host passes if it is named, in any case', () => {
    assert.ok(isAllowedHost('LocalHost:4680', hosts))
    for (const host of [
      undefined,
      '',
      'localhost',
      'localhost:80',
      'evil.example',
      'localhost:4680/?x',
      'localhost:4680#',
      'localhost:4680.',
    ]) {
      assert.ok(!isAllowedHost(host, hosts), host)
    }
  })

  test('an origin passes if it is absent or named', () => {
    assert.ok(isAllowedOrigin(undefined, origins))
    assert.ok(isAllowedOrigin('https://Console.example', origins))
    for (const origin of [
      '',
      'null',
      'http://console.example',
      'https://console.example:444',
      'https://console.example.evil.example',
      'https://console.example, https://console.example',
    ]) {
      assert.ok(!isAllowedOrigin(origin, origins), origin)
    }
  })
})

describe('Media types', () => {
  test('JSON in UTF-8 is a JSON body', () => {
    for (const type of [
      'application/json',
      'Application/JSON',
      'application/json;charset=utf-8',
      'application/json ; charset="UTF-8" ',
    ]) {
      assert.ok(isJsonContentType(type), type)
    }
    for (const type of [
      undefined,
      '',
      'text/plain',
      'text/json',
      'application/json-seq',
      'application/jsonp',
      'application/json; charset=utf-16',
      'application/json, text/plain',
      'text/plain; x=application/json',
      'application/json; boundary=x',
      ' application/json',
    ]) {
      assert.ok(!isJsonContentType(type), type)
    }
  })

  test('a caller accepts both forms of an answer only if it says so', () => {
    for (const accept of [
      'application/json, text/event-stream',
      'text/event-stream,application/json;q=0.5',
      'TEXT/event-stream, Application/*',
      '*/*',
    ]) {
      assert.ok(acceptsJsonAndEvents(accept), accept)
    }
    for (const accept of [
      undefined,
      '',
      'application/json',
      'text/event-stream',
      'text/*',
      'application/json, text/event-stream;q=0',
      'application/json, text/event-stream; q=0.000',
      'application/jsonx, text/event-streams',
      'application/json text/event-stream',
    ]) {
      assert.ok(!acceptsJsonAndEvents(accept), accept)
    }
    assert.ok(acceptsEvents('text/event-stream'))
    assert.ok(acceptsEvents('text/html, text/event-stream;q=0.1'))
    assert.ok(!acceptsEvents('application/json'))
  })
})

describe('A bearer token', () => {
  test('is the one token68 after the scheme, whose case does not count', () => {
    assert.equal(bearerToken('Bearer abc.DEF-_~+/=='), 'abc.DEF-_~+/==')
    assert.equal(bearerToken('bEARER   x'), 'x')
  })

  test('is nothing else', () => {
    for (const value of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      'Bearer a b',
      'Bearer a, Bearer b',
      'Bearer a,b',
      'Basic a',
      'Bearer "a"',
      'Bearera',
      'Bearer a=b',
      'Bearer\ta',
      ' Bearer a',
      'Bearer a ',
      'Bearer ü',
      'Bearer a\n',
      'DPoP a',
    ]) {
      assert.equal(bearerToken(value), undefined, value)
    }
  })

  test('is refused in linear time', () => {
    assert.equal(bearerToken(`Bearer ${' '.repeat(100_000)}${'='.repeat(100_000)}!`), undefined)
  })
})
