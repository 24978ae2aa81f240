import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readPlainRequest } from './plain-request.ts'

const read = (text: string) => readPlainRequest(Buffer.from(text, 'latin1'))
const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`
const post = (...fields: string[]) => lines('POST /mcp/ops HTTP/1.1', 'Host: a', ...fields)

describe('a plain request is read', () => {
  test('with its target, its fields as they were sent, and its body', () => {
    const text = `${lines(
      'POST /mcp/ops/bank?a=%20b HTTP/1.1',
      'Host:a.example:4680',
      'X-Empty:',
      'Content-Type: \t application/json \t',
      'Authorization: Bearer a:b',
      'content-length: 2',
      'Connection: Keep-Alive',
    )}{}`
    const plain = read(text)
    assert(plain)
    assert.equal(plain.target, '/mcp/ops/bank?a=%20b')
    assert.equal(plain.body.toString(), '{}')
    assert.deepEqual(plain.headers, {
      host: 'a.example:4680',
      'x-empty': '',
      'content-type': 'application/json',
      authorization: 'Bearer a:b',
      'content-length': '2',
      connection: 'Keep-Alive',
    })
    assert.deepEqual(plain.rawHeaders.slice(0, 4), ['Host', 'a.example:4680', 'X-Empty', ''])
  })

  test('a name of a field means nothing but itself', () => {
    const plain = read(post('constructor: b', 'hasOwnProperty: c', 'Content-Length: 0'))
    assert.equal(plain?.headers.host, 'a')
    assert.equal(Object.getOwnPropertyDescriptor(plain?.headers, 'constructor')?.value, 'b')
  })
})

describe('attack: what two readers could take for different requests is left to node:http', () => {
  const left: Record<string, string> = {
    'a length and chunks': `${post('Content-Length: 2', 'Transfer-Encoding: chunked')}{}`,
    chunks: `${post('Transfer-Encoding: chunked')}0\r\n\r\n`,
    'chunks under a name with a space': `${post('Content-Length: 2', 'Transfer-Encoding : chunked')}{}`,
    'two lengths': `${post('Content-Length: 2', 'content-length: 2')}{}`,
    'a list of lengths': `${post('Content-Length: 2, 2')}{}`,
    'a length with a sign': `${post('Content-Length: +2')}{}`,
    'a length with a space in it': `${post('Content-Length: 0 2')}{}`,
    'a length with noughts before it': `${post('Content-Length: 02')}{}`,
    'a length in hexadecimal': `${post('Content-Length: 0x2')}{}`,
    'an empty length': `${post('Content-Length:')}`,
    'a length beyond what numbers can hold': `${post('Content-Length: 99999999999999999999')}{}`,
    'no length': `${post('X: a')}{}`,
    'a body that has not all come': `${post('Content-Length: 3')}{}`,
    'a second request behind the body': `${post('Content-Length: 2')}{}${post('Content-Length: 0')}`,
    'a byte behind the body': `${post('Content-Length: 2')}{}\n`,
    'lines that end with LF alone': 'POST /mcp/ops HTTP/1.1\nHost: a\nContent-Length: 0\n\n',
    'one line that ends with LF alone': post('X: a\nContent-Length: 0'),
    'a head that ends with LF alone':
      'POST /mcp/ops HTTP/1.1\r\nHost: a\r\nContent-Length: 0\n\r\n\r\n',
    'a CR within a field': post('X: a\rContent-Length: 5', 'Content-Length: 0'),
    'a CR before the end of the head': `${post('Content-Length: 0').slice(0, -4)}\r\r\n\r\n`,
    'a NUL within a field': post('X: a\0b', 'Content-Length: 0'),
    'a field that goes on in the next line': post(
      'X: a',
      ' Content-Length: 5',
      'Content-Length: 0',
    ),
    'a tab that begins a line': post('X: a', '\tb', 'Content-Length: 0'),
    'a space before the colon': post('Content-Length : 0'),
    'a line without a colon': post('Content-Length: 0', 'abc'),
    'a field without a name': post(': a', 'Content-Length: 0'),
    'an empty line before the request': `\r\n${post('Content-Length: 0')}`,
    'bytes beyond ASCII': post('X: \xe9', 'Content-Length: 0'),
    'two hosts': post('Host: b', 'Content-Length: 0'),
    'no host': lines('POST /mcp/ops HTTP/1.1', 'Content-Length: 0'),
    'any other field that stands twice': post('X-A: 1', 'x-a: 2', 'Content-Length: 0'),
    'an absolute target': lines(
      'POST http://b/mcp/ops HTTP/1.1',
      ...['Host: a', 'Content-Length: 0'],
    ),
    'a target with a space': lines('POST /mcp /ops HTTP/1.1', 'Host: a', 'Content-Length: 0'),
    'a target with a tab': lines('POST /mcp\t/ops HTTP/1.1', 'Host: a', 'Content-Length: 0'),
    'a target with a fragment': lines('POST /mcp#a HTTP/1.1', 'Host: a', 'Content-Length: 0'),
    'two spaces before the version': lines(
      'POST /mcp/ops  HTTP/1.1',
      ...['Host: a', 'Content-Length: 0'],
    ),
    'an earlier version': lines('POST /mcp/ops HTTP/1.0', 'Host: a', 'Content-Length: 0'),
    'no version': lines('POST /mcp/ops', 'Host: a', 'Content-Length: 0'),
    'another method': lines('GET /mcp/ops HTTP/1.1', 'Host: a', 'Content-Length: 0'),
    'a method in lower case': lines('post /mcp/ops HTTP/1.1', 'Host: a', 'Content-Length: 0'),
    'a connection that is to close': post('Connection: close', 'Content-Length: 0'),
    'a connection that names fields': post('Connection: keep-alive, host', 'Content-Length: 0'),
    'a change of protocol': post('Connection: upgrade', 'Upgrade: h2c', 'Content-Length: 0'),
    'an upgrade alone': post('Upgrade: websocket', 'Content-Length: 0'),
    'a caller that waits for 100': post('Expect: 100-continue', 'Content-Length: 0'),
    'trailers announced': post('Trailer: x', 'Content-Length: 0'),
    'codings of the connection': post('TE: trailers', 'Content-Length: 0'),
    'a cookie to be set': post('Set-Cookie: a=b', 'Content-Length: 0'),
    'a name that is a prototype': post('__proto__: a', 'Content-Length: 0'),
    'a head of 20 KB': post(`X: ${'a'.repeat(20_000)}`, 'Content-Length: 0'),
    'a hundred fields': post(
      ...Array.from({ length: 100 }, (_, n) => `X-${n}: a`),
      'Content-Length: 0',
    ),
    'the beginning of a head': 'POST /mcp/ops HTTP/1.1\r\nHost: a\r\nContent-Le',
    'one byte': 'P',
    'no HTTP': '\x16\x03\x01\x02\x00\x01\x00',
  }
  for (const [name, text] of Object.entries(left))
    test(name, () => assert.equal(read(text), undefined))
})

interface Taken {
  readonly method: string | undefined
  readonly target: string | undefined
  readonly rawHeaders: readonly string[]
  readonly headers: object
  readonly body: string
}

/** What node:http makes of the same bytes, as the gateway's listener sets it up; all that it takes for requests. */
const byNode = (bytes: Buffer): Promise<readonly Taken[] | 'refused'> =>
  new Promise((resolve) => {
    const all: Taken[] = []
    const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
    const done = (answer: readonly Taken[] | 'refused') => {
      socket.destroy()
      resolve(answer)
    }
    let seen = 0
    const server = createServer({ maxHeaderSize: 32_768 }, async (request, response) => {
      seen++
      const body = Buffer.concat(await request.toArray().catch(() => []))
      all.push(taken(request, body))
      response.end()
      // Whatever lies behind it has been looked at in this turn.
      setImmediate(() => done(seen === all.length ? all : 'refused'))
    })
    server.on('checkContinue', (_request, _response) => done('refused'))
    server.on('clientError', () => done('refused'))
    server.emit('connection', socket)
    socket.push(bytes)
  })
const taken = ({ method, url, rawHeaders, headers }: IncomingMessage, body: Buffer): Taken => ({
  ...{ method, target: url, rawHeaders, headers: { ...headers }, body: body.toString('latin1') },
})

/** Heads as clients write them and as nobody should, with edits that others have got through parsers with. */
const hostile = (() => {
  const name = fc.constantFrom(
    ...['Host', 'Content-Length', 'Transfer-Encoding', 'Connection', 'Cookie', 'Origin', 'DPoP'],
    ...[
      'X-A',
      'x-a',
      'X-B',
      'Mcp-Name',
      'User-Agent',
      'Accept',
      'Authorization',
      'Mcp-Method',
      'TE',
      'Keep-Alive',
      '__proto__',
    ],
    ...['If-Match', 'Date', 'Content-Type', 'constructor', 'Trailer', 'Age'],
  )
  const value = fc.constantFrom(
    ...['a', '', '0', '2', 'keep-alive', 'close', 'chunked', ' b ', '\t', 'a, b', '"a:b"', 'x'],
    ...['\x7f', 'a\x0bb', '\xa0', 'Bearer abc.def', 'text/event-stream', '-1'],
  )
  const more = fc
    .array(fc.tuple(name, value), { maxLength: 3 })
    .map((all) => all.map(([one, what]) => `${one}: ${what}\r\n`))
  const target = fc.constantFrom(
    '/mcp/ops',
    '/mcp/ops/bank',
    '/',
    '/rest/a/b?c=d',
    '/%2e',
    '//a',
    '/a b',
    '*',
  )
  const body = fc.string({ maxLength: 20 }).map((text) => Buffer.from(text).toString('latin1'))
  const request = fc.tuple(target, more, body, fc.nat(5)).map(([path, fields, text, at]) => {
    const framed = [...fields]
    framed.splice(at, 0, 'Host: a\r\n', `Content-Length: ${text.length}\r\n`)
    return `POST ${path} HTTP/1.1\r\n${framed.join('')}\r\n${text}`
  })
  const put = fc.constantFrom(
    ...[
      '',
      '\r',
      '\n',
      '\r\n',
      ' ',
      '\t',
      ':',
      '0',
      '\0',
      ',',
      '\x7f',
      '\x80',
      '\r\n ',
      '\r\n\r\n',
    ],
    ...['Content-Length: 1\r\n', 'Transfer-Encoding: chunked\r\n', 'POST / HTTP/1.1\r\n', ';', '#'],
  )
  const edits = fc.array(fc.tuple(fc.nat(400), put, fc.nat(2)), { maxLength: 2 })
  return fc.tuple(request, edits).map(([text, all]) =>
    all.reduce((so, [where, one, drop]) => {
      const at = where % (so.length + 1)
      return so.slice(0, at) + one + so.slice(at + drop)
    }, text),
  )
})()

test('attack: whatever hostile bytes are read here, node:http reads the same request and nothing else in them', async () => {
  let count = 0
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      const bytes = Buffer.from(text, 'latin1')
      const plain = readPlainRequest(bytes)
      if (plain === undefined) return
      count++
      const { target, rawHeaders, headers, body } = plain
      const ours = { method: 'POST', target, rawHeaders, headers, body: body.toString('latin1') }
      assert.deepEqual(await byNode(bytes), [ours], JSON.stringify(text))
    }),
    { numRuns: 6000 },
  )
  assert(count > 600, `${count} were read here`)
})
